//! What each command comes to. Nothing here changes the state.

mod cancel;
mod confirm;
mod due;
mod hold;
mod operate;
mod release;
mod schedule;
mod session;

use trecho_shared::ids::Version;
use trecho_shared::time::Moment;

use super::state::{Session, State};
use super::{
    Caller, CartClock, Change, Command, Decision, HoldRecord, LegChange, LegChangeKind, LegKey,
    Newcomers, Outcome, Reason, Refusal, SessionKey,
};

/// What a command comes to: a refusal changes nothing.
type Decided = Result<Decision, Refusal>;

impl State {
    /// What `command` comes to at `now`.
    ///
    /// Whatever is due by then has been decided and applied before: [`State::due`] has said `None`.
    pub fn decide(&self, command: &Command, now: Moment) -> Decision {
        debug_assert!(
            self.next_due().is_none_or(|due| due > now) || defect!(ExpiryRace),
            "what is due comes first"
        );
        let decided = match command {
            Command::Open { token_hash, name } => self.open(*token_hash, name.as_ref(), now),
            Command::Resume { token_hash } => self.resume(token_hash, now),
            Command::Detach(caller) => self.detach(*caller, now),
            Command::Close(caller) => self.close(*caller, now),
            Command::Cart(caller) => self.look(*caller),
            Command::Hold(caller, asks) => self.hold(*caller, asks, now),
            Command::Release(caller, holds) => self.release(*caller, holds.as_deref(), now),
            Command::Confirm(caller, purchase) => self.confirm(*caller, purchase, now),
            Command::Cancel(cancellation) => self.cancel(cancellation, now),
            Command::Schedule(legs) => Ok(self.schedule(legs, now, Newcomers::Silent)),
            Command::Operate(operation) => self.operate(operation, now),
            Command::Survey(survey) => Ok(self.survey(*survey)),
            Command::Sweep => Ok(Decision::accept(Outcome::Done, Vec::new())),
        };
        decided.unwrap_or_else(Decision::refuse)
    }

    /// The caller's session, if this caller may speak for it: its generation is the last, and its
    /// connection is not known to be gone.
    fn speaking(&self, caller: Caller) -> Result<&Session, Refusal> {
        let session = self.sessions.get(caller.session).ok_or(Refusal::SessionUnknown)?;
        let speaks = session.generation == caller.generation && session.detached_until.is_none();
        if !speaks && !defect!(NoOwnerCheck) {
            return Err(Refusal::SessionReplaced);
        }
        Ok(session)
    }

    /// Notes that a kept session was heard of, if what was noted before is too old. A session that
    /// is not kept has nothing to be remembered for.
    fn note_contact(
        &self,
        key: SessionKey,
        session: &Session,
        now: Moment,
        changes: &mut Vec<Change>,
    ) {
        if session.kept && now.ms_since(session.last_contact) >= self.policy.contact_ms() {
            changes.push(seen(key, session, now));
        }
    }

    /// What others see of a command that touched seats: one change for each leg, numbered in the
    /// order of their keys. `touched` has the leg of each seat.
    fn tell_legs(&self, mut touched: Vec<LegKey>, reason: Reason, changes: &mut Vec<Change>) {
        touched.sort_unstable();
        let mut version = self.counters.version;
        for seats in touched.chunk_by(|one, next| one == next) {
            let key = seats[0];
            // Nobody sees a leg that is not in memory.
            let Some(leg) = self.legs.get(key) else { continue };
            let before = leg.seats.left();
            let count =
                u32::try_from(seats.len()).expect("a command touches fewer than 2^32 seats");
            let seats_left = match reason {
                Reason::Held => before - count,
                Reason::Released | Reason::Expired | Reason::Cancelled | Reason::Operator => {
                    before + count
                }
                Reason::Sold => before,
            };
            version = Version(version.0 + 1);
            changes.push(Change::Leg(LegChange {
                leg: key,
                version,
                version_before: leg.version,
                seats_left,
                closed: leg.closed,
                kind: news((before, leg.closed), (seats_left, leg.closed)),
                reason,
            }));
        }
    }
}

/// What kind of news it is when a leg had so many free seats and was closed or not, and now has and
/// is. What is closed has no news but its state: nobody can get a seat on it.
fn news(before: (u32, bool), after: (u32, bool)) -> LegChangeKind {
    match (before, after) {
        ((1.., _), (0, false)) => LegChangeKind::Taken,
        ((0, _) | (_, true), (1.., false)) => LegChangeKind::Reopened,
        _ => LegChangeKind::Updated,
    }
}

/// Holds out of a cart, by their places in it, the last first: so that the places before stay true
/// and nothing is moved about.
fn freed(
    session: SessionKey,
    holds: &[HoldRecord],
    leaves: impl Fn(usize) -> bool,
) -> impl Iterator<Item = Change> {
    holds
        .iter()
        .enumerate()
        .rev()
        .filter(move |(place, _)| leaves(*place))
        .map(move |(place, hold)| Change::Freed { session, hold: *hold, place })
}

/// Sets a cart's clock, if that changes it.
fn set_clock(key: SessionKey, session: &Session, after: CartClock, changes: &mut Vec<Change>) {
    let before = session.cart.clock;
    if before != after {
        changes.push(Change::CartClock { session: key, before, after });
    }
}

/// The session was heard of now.
fn seen(key: SessionKey, session: &Session, now: Moment) -> Change {
    Change::SessionSeen { session: key, before: session.last_contact, at: now }
}
