//! What operators do, first come, first served with everybody else.

use trecho_shared::ids::{HoldId, Version};
use trecho_shared::time::Moment;

use super::due::Draft;
use super::{Decided, news};
use crate::booking::state::{Leg, Session, State};
use crate::booking::{
    Action, Change, Claim, Decision, HoldRecord, LegChange, LegKey, LostReason, Operated,
    Operation, Outcome, Reason, Refusal, SeatIx, SessionKey, SessionView, Survey, Surveyed, Which,
};

impl State {
    /// What an operation comes to.
    pub(super) fn operate(&self, operation: &Operation, now: Moment) -> Decided {
        match &operation.action {
            Action::Note | Action::Refused(_) => Ok(Decision::accept(Outcome::Done, Vec::new())),
            Action::Block { leg, seats, reason, claims } => {
                let known = self.on_sale_yet(*leg, now)?;
                in_the_way(*leg, seats, claims, |seat| known.seats.is_free(seat))?;
                let blocked = |&seat| Change::Blocked { leg: *leg, seat, reason: reason.clone() };
                let changes = seats.iter().map(blocked).collect();
                let left = known.seats.left() - count(seats);
                Ok(self.sale(*leg, (left, known.closed), changes))
            }
            Action::Unblock { leg, seats, claims } => {
                let known = self.on_sale_yet(*leg, now)?;
                let blocked = |seat| {
                    let of_it = claims.iter().find(|(claimed, _)| *claimed == seat);
                    of_it.is_some_and(|(_, claim)| matches!(claim, Claim::Blocked(_)))
                };
                in_the_way(*leg, seats, claims, blocked)?;
                let unblocked = |&seat| Change::Unblocked { leg: *leg, seat };
                let changes = seats.iter().map(unblocked).collect();
                let left = known.seats.left() + count(seats);
                Ok(self.sale(*leg, (left, known.closed), changes))
            }
            Action::Close(leg) => self.close_leg(*leg, now),
            Action::Open(leg) => {
                let known = self.on_sale_yet(*leg, now)?;
                if !known.closed {
                    return Ok(nothing_to_do());
                }
                let changes = vec![Change::LegSale { leg: *leg, closed: false }];
                Ok(self.sale(*leg, (known.seats.left(), false), changes))
            }
            Action::ReleaseHold(hold) => self.release_hold(*hold),
            Action::ReleaseCart(session) => self.release_cart(*session),
            Action::Schedule(legs, newcomers) => Ok(self.schedule(legs, now, *newcomers)),
        }
    }

    /// A leg that has not departed: the others are nobody's to steer.
    fn on_sale_yet(&self, key: LegKey, now: Moment) -> Result<&Leg, Refusal> {
        let known = self.legs.get(key).filter(|leg| !leg.departed(now));
        known.ok_or_else(|| Refusal::LegDeparted(vec![key]))
    }

    /// The leg's holds leave their carts in the same decision, so that nobody ever has a hold on a leg
    /// that is closed.
    fn close_leg(&self, key: LegKey, now: Moment) -> Decided {
        let leg = self.on_sale_yet(key, now)?;
        if leg.closed {
            return Ok(nothing_to_do());
        }
        let mut holders: Vec<(SessionKey, &Session)> =
            self.sessions.iter().filter(|(_, session)| session.cart.seats_on(key) > 0).collect();
        holders.sort_unstable_by_key(|(session, _)| *session);
        let mut draft = Draft::default();
        let mut released = Vec::new();
        for (session_key, session) in holders {
            let loss = |hold: &HoldRecord| (hold.leg == key).then_some(LostReason::Closed);
            self.take_away((session_key, session), loss, &mut draft, &mut released);
        }
        let Draft { mut changes, lost, touched } = draft;
        let left = leg.seats.left() + u32::try_from(touched.len()).unwrap_or(0);
        // Last, so that taking it back finds carts that may hold the leg again.
        changes.push(Change::LegSale { leg: key, closed: true });
        let decision = self.sale(key, (left, true), changes);
        let outcome = Outcome::Operated(Operated { changed: true, released });
        Ok(Decision { answer: Ok(outcome), lost, ..decision })
    }

    fn release_hold(&self, hold: HoldId) -> Decided {
        let holder = self.sessions.iter().find(|(_, session)| session.cart.has(hold));
        let (key, session) = holder.ok_or_else(|| Refusal::HoldUnknown(vec![hold]))?;
        let loss = |held: &HoldRecord| (held.hold == hold).then_some(LostReason::Operator);
        Ok(self.released((key, session), loss))
    }

    fn release_cart(&self, key: SessionKey) -> Decided {
        let session = self.sessions.get(key).ok_or(Refusal::SessionUnknown)?;
        if session.cart.holds.is_empty() {
            return Err(Refusal::CartEmpty);
        }
        Ok(self.released((key, session), |_| Some(LostReason::Operator)))
    }

    fn released(
        &self,
        of: (SessionKey, &Session),
        loss: impl Fn(&HoldRecord) -> Option<LostReason>,
    ) -> Decision {
        let mut draft = Draft::default();
        let mut released = Vec::new();
        self.take_away(of, loss, &mut draft, &mut released);
        let Draft { mut changes, lost, touched } = draft;
        self.tell_legs(touched, Reason::Operator, &mut changes);
        let outcome = Outcome::Operated(Operated { changed: true, released });
        Decision { answer: Ok(outcome), changes, lost }
    }

    /// Holds leave a cart without its owner's doing.
    fn take_away(
        &self,
        (key, session): (SessionKey, &Session),
        loss: impl Fn(&HoldRecord) -> Option<LostReason>,
        draft: &mut Draft,
        released: &mut Vec<(SessionKey, HoldRecord)>,
    ) {
        let losses: Vec<_> = session.cart.holds.iter().map(loss).collect();
        let gone = session.cart.holds.iter().zip(&losses).filter(|(_, loss)| loss.is_some());
        released.extend(gone.map(|(hold, _)| (key, *hold)));
        self.lose(key, session, &losses, draft);
    }

    /// The changes, and what others see of the one leg that they are about: so many free seats, and
    /// whether it is closed.
    fn sale(
        &self,
        key: LegKey,
        (seats_left, closed): (u32, bool),
        mut changes: Vec<Change>,
    ) -> Decision {
        if let Some(leg) = self.legs.get(key) {
            changes.push(Change::Leg(LegChange {
                leg: key,
                version: Version(self.counters.version.0 + 1),
                version_before: leg.version,
                seats_left,
                closed,
                kind: news((leg.seats.left(), leg.closed), (seats_left, closed)),
                reason: Reason::Operator,
            }));
        }
        let operated = Operated { changed: true, released: Vec::new() };
        Decision::accept(Outcome::Operated(operated), changes)
    }

    /// A page of sessions. Looks at every session, and changes nothing.
    pub(super) fn survey(&self, survey: Survey) -> Decision {
        let Survey { after, most, which } = survey;
        let wanted = |(key, session): &(SessionKey, &Session)| {
            *key > after && (which == Which::All || !session.cart.holds.is_empty())
        };
        let mut found: Vec<(SessionKey, &Session)> = self.sessions.iter().filter(wanted).collect();
        found.sort_unstable_by_key(|(key, _)| *key);
        let more = found.len() > most;
        let sessions = found.into_iter().take(most).map(|(key, session)| self.shown(key, session));
        let surveyed = Surveyed { sessions: sessions.collect(), more };
        Decision::accept(Outcome::Surveyed(surveyed), Vec::new())
    }

    fn shown(&self, session: SessionKey, known: &Session) -> SessionView {
        let policy = &self.policy;
        let until_the_cap = policy.hold_ms.saturating_mul(policy.renewals.max(1));
        SessionView {
            session,
            name: known.name.clone(),
            detached_until: known.detached_until,
            last_contact: known.last_contact,
            holds: known.cart.holds.clone(),
            clock: known.cart.clock,
            since: known.cart.clock.cap.map(|cap| cap.plus_ms(-until_the_cap)),
        }
    }
}

fn nothing_to_do() -> Decision {
    Decision::accept(Outcome::Operated(Operated::default()), Vec::new())
}

fn count(seats: &[SeatIx]) -> u32 {
    u32::try_from(seats.len()).expect("fewer seats than a cabin has")
}

/// Refuses with all seats that are not as they must be, and whose each is.
fn in_the_way(
    leg: LegKey,
    seats: &[SeatIx],
    claims: &[(SeatIx, Claim)],
    fits: impl Fn(SeatIx) -> bool,
) -> Result<(), Refusal> {
    let claim = |seat: SeatIx| claims.iter().find(|(claimed, _)| *claimed == seat);
    let unfit: Vec<(SeatIx, Option<Claim>)> = seats
        .iter()
        .filter(|seat| !fits(**seat))
        .map(|&seat| (seat, claim(seat).map(|(_, claim)| claim.clone())))
        .collect();
    if unfit.is_empty() { Ok(()) } else { Err(Refusal::SeatsInTheWay(leg, unfit)) }
}
