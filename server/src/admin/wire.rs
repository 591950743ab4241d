//! The words of the admin socket: every method with its params and result, and why there may be no
//! result. Params are read strictly.

mod import;
mod leg;
mod operate;
mod problem;
mod record;
mod seat;
mod session;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use trecho_shared::message::{Empty, Method};
use trecho_shared::rpc::{Call, Id, ProtocolError};

use crate::meters::Snapshot;

pub(crate) use import::{ImportLegs, LegsImported, NewLeg};
pub(crate) use leg::{LegRow, LegsListed, ListLegs, ShowLeg};
pub(crate) use operate::{
    Audited, BlockSeats, ReleaseCart, ReleaseHold, Released, ReleasedHold, SayNotice, Steered,
    UnblockSeats,
};
pub(crate) use problem::{Kind, Problem, ProblemData, reply_problem};
pub(crate) use record::{AuditListed, AuditRow, BookingSheet, ListAudit, SeatsListed, ShowBooking};
pub(crate) use seat::{SeatRow, Whose};
pub(crate) use session::{CartRow, HoldRow, ListSessions, SessionRow, SessionsListed};

/// Declares the methods once: the request enum, its parser, and one marker type each.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:literal $variant:ident($params:ty) -> $result:ty;)*) => {
        /// A request, typed.
        #[derive(Debug)]
        pub(crate) enum Request {
            $($(#[$doc])* $variant($params),)*
        }

        impl Request {
            /// The name of its method.
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// Reads the params of the method that `call` names.
            pub(crate) fn read(call: &Call<'_>) -> Result<Self, Problem> {
                let params = call.params.map_or("{}", |params| params.get());
                match &*call.method {
                    $($name => serde_json::from_str(params)
                        .map(Self::$variant)
                        .map_err(|error| ProtocolError::Params(error.to_string()).into()),)*
                    other => Err(Problem::unknown_method(other)),
                }
            }
        }

        /// One marker type a method, so that a caller cannot mix params and results up.
        pub(crate) mod method {
            use super::*;

            $($(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $variant;

            impl Method for $variant {
                const NAME: &'static str = $name;
                type Params = $params;
                type Result = $result;
            })*
        }
    };
}

methods! {
    /// Legs with their seats by state, a page at a time, by departure.
    "legs.list" LegsList(ListLegs) -> LegsListed;
    /// One leg.
    "legs.get" LegsGet(ShowLeg) -> LegRow;
    /// A leg's seats that are not free, and whose they are.
    "seats.list" SeatsList(ShowLeg) -> SeatsListed;
    /// Sessions and their carts, a page at a time.
    "sessions.list" SessionsList(ListSessions) -> SessionsListed;
    /// One booking, without its credential.
    "bookings.get" BookingsGet(ShowBooking) -> BookingSheet;
    /// What operators did, the newest first, a page at a time.
    "audit.list" AuditList(ListAudit) -> AuditListed;
    /// Takes free seats off sale, all or none.
    "seats.block" SeatsBlock(BlockSeats) -> Steered;
    /// Puts blocked seats on sale again, all or none.
    "seats.unblock" SeatsUnblock(UnblockSeats) -> Steered;
    /// Takes a leg off sale: its holds leave their carts, what is sold stays sold.
    "legs.close" LegsClose(ShowLeg) -> Steered;
    /// Puts a closed leg on sale again.
    "legs.open" LegsOpen(ShowLeg) -> Steered;
    /// Takes one hold out of whatever cart has it.
    "holds.release" HoldsRelease(ReleaseHold) -> Released;
    /// Takes all holds out of a session's cart.
    "carts.release" CartsRelease(ReleaseCart) -> Released;
    /// A piece of a timetable: its legs are added or revised, each as the rules allow.
    "legs.import" LegsImport(ImportLegs) -> LegsImported;
    /// What the server counts about itself, as of now.
    "stats" Stats(Empty) -> Snapshot;
    /// The same, and again every second, as events with the method `stats`, until the caller says
    /// anything or goes.
    "stats.watch" StatsWatch(Empty) -> Snapshot;
    /// Tells every passenger who is connected.
    "notice" Notice(SayNotice) -> Audited;
    /// Sees every connection off and ends the server, as SIGTERM does.
    "drain" Drain(Empty) -> Audited;
}

/// A reply as the caller reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Reply<'line> {
    #[serde(default)]
    pub(crate) id: Option<Id>,
    #[serde(borrow, default)]
    pub(crate) result: Option<&'line RawValue>,
    #[serde(default)]
    pub(crate) error: Option<Problem>,
}

/// One line that ends with a newline.
fn line<T: Serialize>(message: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("our message types always serialize");
    line.push(b'\n');
    line
}
