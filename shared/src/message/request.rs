//! The methods, and how a call becomes a typed request.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{
    Airports, Booking, BookingRef, CancelBooking, Cart, ConfirmCart, HoldLegs, Leg, LegRef, Legs,
    OpenSession, Pong, ReleaseHolds, SearchLegs, SearchTrips, SeatMap, SessionOpened, Trips,
    WatchFeed, Watching,
};
use crate::rpc::{Call, ProtocolError};

/// The params of a method that takes none: absent or `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// The result of a method that has nothing to tell: `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Done {}

/// Ties a method's name to its params and its result, so that a client cannot mix them up.
pub trait Method {
    /// As the wire writes it.
    const NAME: &'static str;
    /// What goes in.
    type Params: Serialize + DeserializeOwned;
    /// What comes back.
    type Result: Serialize + DeserializeOwned;
}

/// Declares the methods once: the request enum, its parser, its names, and one marker type each.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:literal $variant:ident($params:ty) -> $result:ty;)*) => {
        /// A request, typed.
        #[derive(Debug, Clone)]
        pub enum Request {
            $($(#[$doc])* $variant($params),)*
        }

        /// Which method, without its params.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MethodName {
            $($(#[$doc])* $variant,)*
        }

        impl MethodName {
            /// Every method, in the order of the protocol's table; each at the place `self as usize`.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As the wire writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The method of this name, if there is one.
            pub fn find(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Request {
            /// Every method's name.
            pub const METHODS: &[&str] = &[$($name),*];

            /// Reads the params of the method that `call` names.
            ///
            /// # Errors
            /// [`ProtocolError::UnknownMethod`] or [`ProtocolError::Params`].
            pub fn read(call: &Call<'_>) -> Result<Self, ProtocolError> {
                let params = call.params.map_or("{}", |params| params.get());
                match &*call.method {
                    $($name => serde_json::from_str(params)
                        .map(Self::$variant)
                        .map_err(|error| ProtocolError::Params(error.to_string())),)*
                    _ => {
                        let shown = crate::text::scrub_to(&call.method, 64);
                        Err(ProtocolError::UnknownMethod(shown))
                    }
                }
            }

            /// The method's name.
            pub fn method(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }
        }

        /// One marker type a method, for [`Method`].
        pub mod method {
            use super::*;

            $($(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $variant;

            impl Method for $variant {
                const NAME: &'static str = $name;
                type Params = $params;
                type Result = $result;
            })*
        }

        /// The JSON Schema of each method's params and result, by name.
        #[cfg(feature = "schema")]
        pub(crate) fn schemas(
            generator: &mut schemars::SchemaGenerator,
        ) -> Vec<(&'static str, schemars::Schema, schemars::Schema)> {
            vec![$((
                $name,
                generator.subschema_for::<$params>(),
                generator.subschema_for::<$result>(),
            )),*]
        }
    };
}

methods! {
    /// Names the session and tells its token, or resumes one.
    "session.open" SessionOpen(OpenSession) -> SessionOpened;
    /// Releases the holds and ends the session; the server then closes the connection.
    "session.close" SessionClose(Empty) -> Done;
    /// Tells the server's time: a sign of life in both directions.
    "server.ping" ServerPing(Empty) -> Pong;
    /// All airports that legs fly between.
    "airports.list" AirportsList(Empty) -> Airports;
    /// Legs on sale, a page at a time, by departure.
    "legs.search" LegsSearch(SearchLegs) -> Legs;
    /// One leg as it is now.
    "legs.get" LegsGet(LegRef) -> Leg;
    /// The cabin of a leg and the status of each seat.
    "legs.seats" LegsSeats(LegRef) -> SeatMap;
    /// Ways from A to B on one or several connecting legs.
    "trips.search" TripsSearch(SearchTrips) -> Trips;
    /// Claims seats on one or several legs, all or nothing.
    "cart.hold" CartHold(HoldLegs) -> Cart;
    /// Gives holds back.
    "cart.release" CartRelease(ReleaseHolds) -> Cart;
    /// The session's cart.
    "cart.get" CartGet(Empty) -> Cart;
    /// Sells the whole cart, or does nothing.
    "cart.confirm" CartConfirm(ConfirmCart) -> Booking;
    /// A booking, for whoever has its claim code.
    "bookings.get" BookingsGet(BookingRef) -> Booking;
    /// Cancels a booking's tickets on some legs or all.
    "bookings.cancel" BookingsCancel(CancelBooking) -> Booking;
    /// Asks for events about some legs, a route and date, or all; replaces the watch before.
    "feed.watch" FeedWatch(WatchFeed) -> Watching;
    /// Ends the watch.
    "feed.unwatch" FeedUnwatch(Empty) -> Done;
}
