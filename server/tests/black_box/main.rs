//! The server from outside: real sockets on port 0, real SQLite in directories of their own, and the
//! real `trechod` where a process has to die. One binary, since linking SQLite takes its time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test says what it left out, or what it came to")]

mod common;

mod acknowledged;
mod admin;
mod attackers;
mod breaches;
mod daemon;
mod damaged;
mod feed;
mod fire;
mod history;
mod hostile;
mod image;
mod import;
mod import_running;
mod keeping;
mod limits;
mod load;
mod malformed;
mod metrics;
mod nemesis;
mod operating;
mod origin;
#[cfg(feature = "faults")]
mod panics;
mod pipelining;
mod places;
mod protocol_examples;
mod races;
mod replays;
mod restart;
mod rules;
mod sample;
mod sessions;
mod soak;
mod systemd;
mod tls;
mod upgrade;
mod what_to_do;
mod who;
