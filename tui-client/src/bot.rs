//! Passengers that are programs: they browse and book at a human pace through the real protocol,
//! so that a demo's board is alive.
//!
//! They begin with a rush that leaves a few seats on many of the next departures. From then on a
//! bot looks at what a person who has just started would look at, the next departures, and likes
//! what is nearly full: so legs are taken, and open again, in sight. It gives back or lets expire
//! more than it buys, and cancels its older bookings, so the board does not sell out.

mod caller;
mod crowd;
mod dice;
mod habits;
mod rush;

pub use caller::{CallError, Caller, Target};
pub use crowd::{Crowd, MOST_BOTS};
pub use dice::Dice;
