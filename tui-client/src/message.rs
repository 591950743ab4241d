//! Everything that can happen to the program.

use trecho_shared::message::{
    Airports, Booking, Cart, Event, Leg, Legs, SeatMap, SessionOpened, Trips,
};
use trecho_shared::rpc::ErrorObject;

use crate::effect::{Ask, AskId};
use crate::input::{Drawn, Key, Mouse};
use crate::model::{Now, SavedBooking};
use crate::trust::Distrust;

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// Time has passed. Sent before anything else that happened at that time, and when
    /// [`crate::model::Model::next_wake_ms`] comes.
    Tick(Now),
    /// A key went down.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted, already scrubbed.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// What the last frame put where. Sent after a frame if it differs from
    /// [`crate::model::Model::drawn`].
    Drawn(Drawn),
    /// The link to the server has news.
    Link(LinkNews),
    /// A file was read or written.
    Store(StoreNews),
    /// The process was asked to end (SIGTERM, SIGHUP): leave at once, nothing is asked.
    Terminate,
}

/// News of the link. The link reconnects for ever; these say where it stands.
#[derive(Debug, Clone)]
pub enum LinkNews {
    /// It is trying to connect: attempt number from 1.
    Connecting {
        /// Which attempt since the last success.
        attempt: u32,
    },
    /// Connected and the session is open or resumed; the cart in it is the truth.
    Online {
        /// What the server said.
        opened: Box<SessionOpened>,
        /// True if the session that we asked to resume was taken up again.
        resumed: bool,
    },
    /// No connection. The link tries again by itself.
    Offline {
        /// Why, as a person would say it.
        why: Trouble,
        /// When the next attempt begins, on the monotonic clock in milliseconds.
        next_try_ms: u64,
    },
    /// Another program took this session up. The link stays down until asked for a new session.
    Replaced,
    /// The server is not who it should be; nothing was sent to it. The link stays down until it is
    /// asked to try again, or told that a person accepts the key.
    Distrusted(Box<Distrust>),
    /// The key that a person accepted could not be written down: the system's words.
    KeyNotKept {
        /// Why.
        why: String,
    },
    /// How long a round trip took.
    RoundTrip {
        /// Milliseconds.
        ms: u32,
    },
    /// An answer. Every [`crate::effect::Effect::Ask`] gets exactly one, also when the connection
    /// goes ([`Failure::Lost`]).
    Answer {
        /// Which ask it answers.
        id: AskId,
        /// What was asked.
        ask: Box<Ask>,
        /// The answer.
        outcome: Result<Answer, Failure>,
    },
    /// The server told something unasked.
    Event(Box<Event>),
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody listens there.
    Refused,
    /// The name has no address.
    UnknownHost,
    /// Nothing came back in time.
    Timeout,
    /// The connection was there and ended.
    Dropped,
    /// The server said that it stops.
    ServerClosing,
    /// What answered speaks another protocol.
    NotTrecho,
    /// What answered speaks TLS alone, and we do not.
    NeedsTls,
    /// What answered does not speak TLS, and we do.
    NoTls,
    /// The server is full, in its own words.
    Refusal(String),
    /// Anything else, in the system's words.
    Other(String),
}

/// A result, by the method that was asked.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Of `airports.list`.
    Airports(Box<Airports>),
    /// Of `legs.search`.
    Legs(Box<Legs>),
    /// Of `legs.get`.
    Leg(Box<Leg>),
    /// Of `legs.seats`.
    Seats(Box<SeatMap>),
    /// Of `trips.search`.
    Trips(Box<Trips>),
    /// Of `cart.hold`, `cart.release` and `cart.get`.
    Cart(Box<Cart>),
    /// Of `cart.confirm`, `bookings.get` and `bookings.cancel`.
    Booking(Box<Booking>),
    /// Of methods with nothing to tell.
    Done,
}

/// Why an ask has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server's no, or its complaint about our request.
    Refused(ErrorObject),
    /// The connection went before the answer came: the outcome is unknown.
    Lost,
    /// There was no connection; nothing was sent.
    Offline,
}

/// News of files.
#[derive(Debug, Clone)]
pub enum StoreNews {
    /// The bookings made here were read at the start.
    Bookings(Vec<SavedBooking>),
    /// A purchase was noted before its confirm is sent: now it may be sent.
    PurchaseNoted {
        /// Its idempotency key.
        key: trecho_shared::ids::IdempotencyKey,
    },
    /// A purchase could not be noted, so it must not be sent.
    PurchaseNotNoted {
        /// Its idempotency key.
        key: trecho_shared::ids::IdempotencyKey,
        /// Why, in the system's words.
        why: String,
    },
    /// Found at the start: a purchase that was noted and whose outcome is not known. It is settled
    /// first, by the same confirm.
    Unsettled {
        /// What was or was not sent.
        purchase: Box<trecho_shared::message::ConfirmCart>,
    },
    /// A file was damaged; it is kept aside, and the program goes on without it.
    Damaged {
        /// Where it is kept.
        path: String,
    },
    /// A booking was saved as text here.
    Saved {
        /// Where.
        path: String,
    },
    /// Text was handed to the terminal's clipboard, or to tmux's buffer.
    Copied(CopiedTo),
    /// Reading or writing failed.
    Failed {
        /// What the program tried, for the log.
        what: &'static str,
        /// Why, in the system's words.
        why: String,
    },
}

/// Where copied text went. A terminal never says whether it took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiedTo {
    /// Sent to the terminal (OSC 52).
    Terminal,
    /// Into tmux's own buffer.
    Tmux,
}
