//! `trechod`, the booking server: who reserves first has the seat, and no seat is ever sold twice.
//!
//! As a library it is [`Server::start`]. It never exits the process, installs no hook, sets no
//! global subscriber and writes nothing to the standard streams: that is for `cli::main`.

pub mod board;
pub mod booking;
pub mod timetable;
