//! The passenger client.
