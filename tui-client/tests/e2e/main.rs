//! The real program in a real terminal, against the real server.
//!
//! Nothing here waits for a time to pass: every wait is for something to be seen, and its bound is
//! far beyond what it takes.
#![cfg(all(feature = "demo", unix))]

mod company;
mod pty;

mod command_line;
mod damaged;
mod demo;
mod exits;
mod hostile;
mod link;
mod load;
mod purchase;
mod race;
mod top;
mod tree;
mod trust;
