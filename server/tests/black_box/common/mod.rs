//! What the black-box tests share: a server on port 0 with a small timetable, and a client of lines.

pub(crate) mod client;
pub(crate) mod daemon;
pub(crate) mod namespace;
pub(crate) mod pages;
pub(crate) mod strace;
pub(crate) mod terminal;
pub(crate) mod tls;
pub(crate) mod world;

pub(crate) use client::{Client, confirm, error_code, kind};
pub(crate) use daemon::{Daemon, run};
pub(crate) use world::{World, leg};
