//! The booking server.
