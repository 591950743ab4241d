//! The cart as the server last told it, and how long it lives.

use std::collections::HashMap;

use trecho_shared::ids::LegId;
use trecho_shared::message::{Cart, Leg};

use crate::effect::AskId;

/// How near the end is. Told in words, not only in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// More than a minute.
    Calm,
    /// A minute or less.
    Minute,
    /// Twenty seconds or less.
    Soon,
    /// Ten seconds or less.
    Last,
}

/// The cart.
#[derive(Debug, Default)]
pub struct CartPanel {
    /// The cart as the server last told it.
    pub cart: Cart,
    /// When it ends, on our monotonic clock: from `expires_in_ms` at the moment of the reply.
    pub ends_ms: Option<u64>,
    /// How long it had when it was last renewed: the gauge's whole.
    pub span_ms: u64,
    /// What is known of the legs held, for their times and cities.
    pub legs: HashMap<LegId, Leg>,
    /// Which hold the cursor is on.
    pub cursor: usize,
    /// A release under way.
    pub waiting: Option<AskId>,
    /// The most urgent warning given for this cart.
    pub warned: Option<Urgency>,
}
