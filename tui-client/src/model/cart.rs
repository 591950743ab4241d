//! The cart as the server last told it, and how long it lives.

use std::collections::HashMap;

use trecho_shared::ids::LegId;
use trecho_shared::message::{Cart, Hold, Leg};
use trecho_shared::money::Centavos;

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
    /// A hold under way: never more than one.
    pub holding: Option<AskId>,
    /// The time is up and the server was asked, in case its word got lost.
    pub asked_after_end: bool,
    /// The most urgent warning given for this cart.
    pub warned: Option<Urgency>,
}

impl Urgency {
    /// How near the end is with this much left.
    pub fn of(remaining_ms: u64) -> Self {
        match remaining_ms {
            0..=10_000 => Self::Last,
            10_001..=20_000 => Self::Soon,
            20_001..=60_000 => Self::Minute,
            _ => Self::Calm,
        }
    }
}

impl CartPanel {
    /// Nothing is held.
    pub fn is_empty(&self) -> bool {
        self.cart.holds.is_empty()
    }

    /// Milliseconds until the cart ends; `None` while it is empty.
    pub fn remaining_ms(&self, now_ms: u64) -> Option<u64> {
        self.ends_ms.map(|ends| ends.saturating_sub(now_ms))
    }

    /// Whole seconds until the cart ends, rounded up: what a countdown shows.
    pub fn remaining_seconds(&self, now_ms: u64) -> Option<u64> {
        self.remaining_ms(now_ms).map(|ms| ms.div_ceil(1000))
    }

    /// How near the end is; `None` while the cart is empty.
    pub fn urgency(&self, now_ms: u64) -> Option<Urgency> {
        self.remaining_ms(now_ms).map(Urgency::of)
    }

    /// What all holds cost, in centavos.
    pub fn total(&self) -> Centavos {
        self.cart.total_centavos
    }

    /// How many seats of this leg are in the cart.
    pub fn seats_of(&self, leg: LegId) -> usize {
        self.cart.holds.iter().filter(|hold| hold.leg == leg).count()
    }

    /// The legs held, each once, in the order taken.
    pub fn held_legs(&self) -> Vec<LegId> {
        let mut legs: Vec<LegId> = Vec::new();
        for hold in &self.cart.holds {
            if !legs.contains(&hold.leg) {
                legs.push(hold.leg);
            }
        }
        legs
    }

    /// How many passengers can fly with this cart: the number of seats that every leg in it has.
    /// `None` if the legs differ or the cart is empty.
    pub fn passengers(&self) -> Option<usize> {
        let legs = self.held_legs();
        let seats = self.seats_of(*legs.first()?);
        legs.iter().all(|leg| self.seats_of(*leg) == seats).then_some(seats)
    }

    /// The hold under the cursor.
    pub fn selected(&self) -> Option<&Hold> {
        self.cart.holds.get(self.cursor)
    }
}
