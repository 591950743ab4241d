//! What operators ask of the rules, in the same queue as passengers, and what the audit log keeps of
//! it.

use std::sync::Arc;

use trecho_shared::ids::{HoldId, Locator};
use trecho_shared::time::Moment;

use super::{
    Answer, CartClock, HoldRecord, LegFacts, LegKey, Outcome, Refusal, SeatIx, SessionKey,
};

/// Who steers the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Their user id, by the kernel's word.
    pub uid: u32,
    /// Their user name, where the system knows one.
    pub user: Option<String>,
}

/// What an operator asks, and how the audit log is to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Who asks.
    pub by: Operator,
    /// What it is called, as on the admin socket.
    pub name: &'static str,
    /// On what, in words.
    pub subject: String,
    /// What is to be done.
    pub action: Action,
}

/// What operators can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing that the rules know of: it is only noted.
    Note,
    /// What was refused before the rules were asked, for this reason: it is only noted.
    Refused(&'static str),
    /// Takes free seats off sale, all or none.
    Block {
        /// The leg.
        leg: LegKey,
        /// Its seats, none twice.
        seats: Vec<SeatIx>,
        /// Why.
        reason: String,
        /// Who has which of them; the desk fills this in from the ledger.
        claims: Vec<(SeatIx, Claim)>,
    },
    /// Puts blocked seats on sale again, all or none.
    Unblock {
        /// The leg.
        leg: LegKey,
        /// Its seats, none twice.
        seats: Vec<SeatIx>,
        /// Who has which of them; the desk fills this in from the ledger.
        claims: Vec<(SeatIx, Claim)>,
    },
    /// Takes a leg off sale: its holds leave their carts, what is sold stays sold.
    Close(LegKey),
    /// Puts a closed leg on sale again.
    Open(LegKey),
    /// Takes one hold out of whatever cart has it.
    ReleaseHold(HoldId),
    /// Takes all holds out of a session's cart.
    ReleaseCart(SessionKey),
    /// Legs into the timetable, as [`Command::Schedule`](super::Command::Schedule).
    Schedule(Vec<Arc<LegFacts>>, Newcomers),
}

/// Whether new legs are told to whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    /// Not: they are found by searching. For a whole timetable.
    Silent,
    /// Each, as any other change.
    Told,
}

/// Whose a seat is that is not free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// In a cart.
    Held {
        /// Whose cart.
        session: SessionKey,
        /// The hold.
        hold: HoldId,
    },
    /// Sold.
    Sold(Locator),
    /// Not for sale, for this reason.
    Blocked(String),
}

/// What an operation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operated {
    /// False if all was as it was to be.
    pub changed: bool,
    /// The holds that left their carts.
    pub released: Vec<(SessionKey, HoldRecord)>,
}

/// Which sessions are to be told of: a page of them, by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// Those above this key.
    pub after: SessionKey,
    /// So many at most.
    pub most: usize,
    /// Which.
    pub which: Which,
}

/// Which sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// Those that hold something.
    WithHolds,
}

/// A session as operators see it: never its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its key.
    pub session: SessionKey,
    /// What it is called.
    pub name: Option<String>,
    /// `None` while a connection speaks for it.
    pub detached_until: Option<Moment>,
    /// When it was last heard of, to within an hour.
    pub last_contact: Moment,
    /// What it holds, in the order taken.
    pub holds: Vec<HoldRecord>,
    /// Its cart's clock.
    pub clock: CartClock,
    /// When the empty cart got its first hold.
    pub since: Option<Moment>,
}

/// A page of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// By key.
    pub sessions: Vec<SessionView>,
    /// Whether there are more.
    pub more: bool,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When it was decided.
    pub at: Moment,
    /// Who asked.
    pub by: Operator,
    /// What was asked.
    pub action: String,
    /// On what.
    pub subject: String,
    /// What came of it.
    pub outcome: String,
}

impl Operation {
    /// The line that the audit log gets, whether the answer is yes or no.
    pub fn audited(&self, answer: &Answer, at: Moment) -> AuditRecord {
        let Self { by, name, subject, action } = self;
        let outcome = match action {
            Action::Refused(why) => format!("refused: {why}"),
            _ => outcome(answer.as_ref()),
        };
        let (by, subject) = (by.clone(), subject.clone());
        AuditRecord { at, by, action: (*name).to_owned(), subject, outcome }
    }
}

/// What came of an operation, in a few words.
pub fn outcome(answer: Result<&Outcome, &Refusal>) -> String {
    match answer {
        Ok(Outcome::Operated(Operated { changed: false, .. })) => "nothing to do".to_owned(),
        Ok(Outcome::Operated(Operated { released, .. })) if !released.is_empty() => {
            format!("done; holds released: {}", released.len())
        }
        Ok(Outcome::Scheduled(scheduled)) => format!(
            "done; legs added: {}, revised: {}, refused: {}",
            scheduled.added,
            scheduled.revised,
            scheduled.refused.len()
        ),
        Ok(_) => "done".to_owned(),
        Err(refusal) => format!("refused: {}", word(refusal)),
    }
}

/// A refusal of an operation, as the admin socket calls it.
fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::LegDeparted(_) => "leg_departed",
        Refusal::SeatsInTheWay(..) => "seats_in_the_way",
        Refusal::HoldUnknown(_) => "hold_unknown",
        Refusal::SessionUnknown => "session_unknown",
        Refusal::CartEmpty => "cart_empty",
        // What only passengers are told.
        _ => "not possible",
    }
}
