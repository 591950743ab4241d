//! `trechod`, the booking server: who reserves first has the seat, and no seat is ever sold twice.
//!
//! As a library it is [`Server::start`]. It never exits the process, installs no hook, sets no
//! global subscriber and writes nothing to the standard streams: that is for [`cli::main`].

/// Whether a deliberate defect is on: never, but in the build with the feature `faults`, which
/// proves that the tests find it.
macro_rules! defect {
    ($fault:ident) => {{
        #[cfg(feature = "faults")]
        let on = crate::faults::is(crate::faults::Fault::$fault);
        #[cfg(not(feature = "faults"))]
        let on = false;
        on
    }};
}

/// Panics if these are the words by which a test asks for it: never, but in the build with the
/// feature `faults`, in which tests see what a panic ends and what it does not.
macro_rules! panic_if_asked {
    ($words:expr) => {{
        #[cfg(feature = "faults")]
        crate::faults::panic_if_asked($words);
    }};
}

mod admin;
pub mod board;
pub mod booking;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
mod dispatch;
#[cfg(feature = "faults")]
mod faults;
#[cfg(all(feature = "faults", not(debug_assertions)))]
compile_error!(
    "deliberate defects are for tests: no build that serves anyone has the feature `faults`"
);
mod feed;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod ledger;
pub mod limits;
mod listener;
pub mod log;
pub mod meters;
pub mod origin;
mod pages;
pub mod rate;
mod server;
mod session;
pub mod timetable;
mod tls;
mod top;

/// What the benchmarks need of what is private, and nobody else.
#[doc(hidden)]
pub mod bench {
    pub use crate::feed::Watchers;
}

pub use admin::{AdminSocket, SocketError};
pub use config::{Config, TimetableSource};
pub use desk::Fault;
pub use limits::Limits;
pub use server::{AtRest, Pulse, Server, ServerHandle, StartError};
pub use tls::{IdentityError, TlsFiles};
