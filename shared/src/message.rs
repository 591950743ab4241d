//! Every message of protocol v1 as a type.
//!
//! A request's params are strict (unknown members are an error); results and events are read
//! leniently, so that a newer server can say more than an older client knows.

mod booking;
mod cart;
mod event;
mod feed;
mod leg;
mod refusal;
mod request;
mod session;
mod trip;

pub use booking::{
    Booking, BookingRef, CancelBooking, ConfirmCart, Email, Passenger, PersonName, Ticket,
    TicketStatus,
};
pub use cart::{Cart, Hold, HoldLegs, LegAsk, ReleaseHolds, SeatAsk};
pub use event::{
    CartChanged, CartExpired, ChangeReason, Event, LegEvent, LostHold, LostReason, ServerClosing,
    ServerNotice,
};
pub use feed::{WatchFeed, Watching};
pub use leg::{
    Airport, Airports, Include, Leg, LegRef, LegStatus, Legs, SearchLegs, SearchText, SeatMap,
    SeatRow, SeatState, SeatStatus,
};
pub use refusal::{RefusalData, RefusalKind};
#[cfg(feature = "schema")]
pub(crate) use request::schemas as method_schemas;
pub use request::{Done, Empty, Method, MethodName, Request, method};
pub use session::{OpenSession, Pong, SessionOpened};
pub use trip::{SearchTrips, Trip, Trips};

/// Reads a list whose elements must be JSON objects: serde alone would take arrays for structs.
pub(crate) fn objects<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    use serde::Deserialize;
    use serde::de::Error;
    let raw = Vec::<Box<serde_json::value::RawValue>>::deserialize(from)?;
    raw.iter()
        .map(|raw| match crate::rpc::first_byte(raw.get()) {
            Some(b'{') => serde_json::from_str(raw.get()).map_err(D::Error::custom),
            _ => Err(D::Error::custom("expected an object with named members")),
        })
        .collect()
}
