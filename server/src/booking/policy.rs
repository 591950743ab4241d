//! The numbers that the rules go by.

/// How long carts live and how much they hold. Milliseconds throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// A successful hold gives the cart this long.
    pub hold_ms: i64,
    /// A cart whose session lost its socket ends this long after, if its deadline is not sooner.
    pub grace_ms: i64,
    /// The deadline that is told lies this much before the one that counts, at most half of
    /// `hold_ms`: so that a confirm sent in the last second is not lost on its way.
    pub slack_ms: i64,
    /// Holds renew the deadline up to this many periods after the empty cart got its first.
    pub renewals: i64,
    /// A session that bought something, and with it the memory of what it confirmed, is kept this
    /// long past its last contact. Of another nothing has to be remembered: see
    /// [`Policy::rest_ms`].
    pub memory_ms: i64,
    /// So many sessions that are away, hold nothing and bought nothing are remembered at once. Of
    /// more, those that have been away longest are forgotten.
    pub resting: usize,
    /// A purchase has at most this many passengers.
    pub passengers: usize,
    /// A cart has holds on at most this many legs.
    pub legs: usize,
    /// A cart has at most this many holds.
    pub seats: usize,
    /// All carts of one address together have at most this many holds; 0 means no limit. The desk
    /// sees to this and to `lapses`, since the rules know no addresses.
    pub address_seats: usize,
    /// After this many carts that came to nothing, one after the other, a session holds nothing for
    /// half a period; and after twice `address_seats`, an address for as long as a cart can live. 0
    /// means that nobody has to wait.
    pub lapses: u32,
}

impl Policy {
    /// The slack in force: never more than half of the period.
    pub fn slack_ms(&self) -> i64 {
        self.slack_ms.min(self.hold_ms / 2)
    }

    /// A session that bought nothing, and holds nothing any more, is remembered for so long after it
    /// could have come back to its cart: as long as a cart can live. Whoever returns within it is
    /// told that the cart is over.
    pub fn rest_ms(&self) -> i64 {
        self.renewals * self.hold_ms
    }

    /// What is noted of a session's last contact may be this old: a 24th of the memory, so an hour
    /// of a day. The ledger is not written for every contact, and a session is remembered this
    /// much longer, so that its memory is never shorter than promised.
    pub fn contact_ms(&self) -> i64 {
        (self.memory_ms / 24).max(1)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            hold_ms: 600_000,
            grace_ms: 60_000,
            slack_ms: 2_000,
            renewals: 3,
            memory_ms: 86_400_000,
            resting: 65_536,
            passengers: 9,
            legs: 8,
            seats: 36,
            address_seats: 360,
            lapses: 3,
        }
    }
}
