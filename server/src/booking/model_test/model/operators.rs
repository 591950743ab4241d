//! What the reference does when an operator acts.

use super::Model;
use crate::booking::{
    Action, Answer, Claim, HoldRecord, LegKey, LostReason, Operated, Outcome, Refusal, SeatIx,
    SessionKey,
};

impl Model {
    pub(super) fn operate(&mut self, action: &Action) -> Answer {
        match action {
            Action::Note | Action::Refused(_) => Ok(Outcome::Done),
            Action::Block { leg, seats, reason, .. } => {
                self.steerable(*leg)?;
                self.all(*leg, seats, Option::is_none)?;
                let blocked = seats.iter().map(|seat| (*leg, *seat, reason.clone()));
                self.blocked.extend(blocked);
                self.shapes.push("seats blocked");
                Ok(changed(Vec::new()))
            }
            Action::Unblock { leg, seats, .. } => {
                self.steerable(*leg)?;
                self.all(*leg, seats, |claim| matches!(claim, Some(Claim::Blocked(_))))?;
                self.blocked.retain(|(on, seat, _)| on != leg || !seats.contains(seat));
                self.shapes.push("seats unblocked");
                Ok(changed(Vec::new()))
            }
            Action::Close(leg) => {
                self.steerable(*leg)?;
                if self.is_closed(*leg) {
                    return Ok(Outcome::Operated(Operated::default()));
                }
                self.closed.push(*leg);
                Ok(changed(self.take_away(LostReason::Closed, |_, hold| hold.leg == *leg)))
            }
            Action::Open(leg) => {
                self.steerable(*leg)?;
                if !self.is_closed(*leg) {
                    return Ok(Outcome::Operated(Operated::default()));
                }
                self.closed.retain(|closed| closed != leg);
                self.shapes.push("a closed leg opened");
                Ok(changed(Vec::new()))
            }
            Action::ReleaseHold(hold) => {
                let gone = self.take_away(LostReason::Operator, |_, held| held.hold == *hold);
                if gone.is_empty() {
                    return Err(Refusal::HoldUnknown(vec![*hold]));
                }
                Ok(changed(gone))
            }
            Action::ReleaseCart(session) => {
                self.someone(*session).ok_or(Refusal::SessionUnknown)?;
                let gone = self.take_away(LostReason::Operator, |owner, _| owner == *session);
                if gone.is_empty() { Err(Refusal::CartEmpty) } else { Ok(changed(gone)) }
            }
            Action::Schedule(legs, _) => Ok(self.schedule(legs.iter().map(|facts| &**facts))),
        }
    }

    pub(crate) fn is_closed(&self, leg: LegKey) -> bool {
        self.closed.contains(&leg)
    }

    pub(crate) fn blocked(&self) -> Vec<(LegKey, SeatIx)> {
        self.blocked.iter().map(|(leg, seat, _)| (*leg, *seat)).collect()
    }

    fn steerable(&self, leg: LegKey) -> Result<(), Refusal> {
        if self.departed(leg) { Err(Refusal::LegDeparted(vec![leg])) } else { Ok(()) }
    }

    /// All of the seats, or a refusal with those that do not fit and whose they are.
    fn all(
        &self,
        leg: LegKey,
        seats: &[SeatIx],
        fits: impl Fn(&Option<Claim>) -> bool,
    ) -> Result<(), Refusal> {
        let claims = seats.iter().map(|seat| (*seat, self.claim(leg, *seat)));
        let unfit: Vec<_> = claims.filter(|(_, claim)| !fits(claim)).collect();
        if unfit.is_empty() { Ok(()) } else { Err(Refusal::SeatsInTheWay(leg, unfit)) }
    }

    fn claim(&self, leg: LegKey, seat: SeatIx) -> Option<Claim> {
        if let Some((.., reason)) =
            self.blocked.iter().find(|(on, at, _)| (*on, *at) == (leg, seat))
        {
            return Some(Claim::Blocked(reason.clone()));
        }
        let claim =
            self.claims.iter().find(|claim| (claim.hold.leg, claim.hold.seat) == (leg, seat))?;
        if let Some(session) = claim.session {
            return Some(Claim::Held { session, hold: claim.hold.hold });
        }
        let sold = self.bookings.iter().find(|booking| {
            let mut tickets = booking.tickets.iter();
            tickets.any(|t| (t.leg, t.seat, t.cancelled) == (leg, seat, false))
        });
        Some(Claim::Sold(sold.unwrap().locator))
    }

    /// The holds of which it is true leave their carts, cart by cart.
    fn take_away(
        &mut self,
        why: LostReason,
        goes: impl Fn(SessionKey, &HoldRecord) -> bool,
    ) -> Vec<(SessionKey, HoldRecord)> {
        let mut gone: Vec<(SessionKey, HoldRecord)> = self
            .claims
            .iter()
            .filter_map(|claim| Some((claim.session?, claim.hold)))
            .filter(|(session, hold)| goes(*session, hold))
            .collect();
        gone.sort_by_key(|(session, hold)| (*session, hold.hold));
        for (session, hold) in &gone {
            self.lose(*session, *hold, why);
        }
        gone
    }
}

fn changed(released: Vec<(SessionKey, HoldRecord)>) -> Outcome {
    Outcome::Operated(Operated { changed: true, released })
}
