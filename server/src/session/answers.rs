//! What the desk has said, in the order in which it was said.

use std::sync::Arc;

use trecho_shared::message::{
    CartChanged, CartExpired, Done, Event, LostHold, LostReason, SessionOpened,
};
use trecho_shared::rpc::{ErrorObject, Id, ProtocolError};

use super::input::ReplyTo;
use super::lookups::Verdict;
use super::passenger::{Heard, Passenger};
use super::replies::{Asked, Found, Settled};
use super::requests::limited;
use super::{Cut, Session};
use crate::booking::{self, BookingKey, CartView, Lost, Outcome, Refusal};
use crate::desk::Rejection;
use crate::dispatch::{self, No, ReplyLine, rejected};
use crate::ledger::RecordsError;
use crate::meters::{Begun, Ended};

impl Session {
    /// Writes the replies that are there, and what the session was told, in their order.
    ///
    /// The two come on two ways. What was told before a reply is heard by the time the reply is
    /// collected; and what was told after a reply is told of holds that the reply still shows.
    pub(super) fn hear_desk(&mut self) -> Result<(), Cut> {
        loop {
            self.replies.collect();
            let Some(heard) = self.passenger.hear() else { return self.settle_all() };
            self.replies.collect();
            match heard {
                Heard::Lost(lost) => {
                    let before = self.replies.before(&lost);
                    if !self.settle(before)? {
                        self.passenger.unhear(Heard::Lost(lost));
                        return Ok(());
                    }
                    self.place.note_holds(!lost.cart.holds.is_empty());
                    let event = self.lost(&lost);
                    self.output.push(event.line());
                }
                Heard::Replaced => {
                    self.settle_all()?;
                    self.passenger = Passenger::Gone;
                    self.output.push(Event::SessionReplaced.line());
                    self.end_for(Ended::Replaced);
                }
                Heard::LetGo => {
                    // The session stays as it is: whoever resumes it is told how things stand.
                    self.settle_all()?;
                    self.passenger = Passenger::Gone;
                    self.end_for(Ended::Untold);
                }
            }
        }
    }

    fn settle_all(&mut self) -> Result<(), Cut> {
        while self.settle(1)? {}
        Ok(())
    }

    /// Writes the first `count` replies; whether all of them were there.
    fn settle(&mut self, count: usize) -> Result<bool, Cut> {
        for _ in 0..count {
            match self.replies.next() {
                None => return Ok(false),
                Some(Settled::Line(begun, found)) => {
                    self.note_look_up(found.verdict);
                    self.send(begun, found.line);
                }
                Some(Settled::Answer(to, asked, Ok(outcome))) => self.accept(&to, asked, outcome),
                Some(Settled::Answer(to, asked, Err(no))) => self.reject(&to, &asked, no)?,
                Some(Settled::Unknown) => return Err(Cut::Unknown),
            }
        }
        Ok(true)
    }

    fn accept(&mut self, to: &ReplyTo, asked: Asked, outcome: Outcome) {
        let ReplyTo { id, begun } = to;
        let line = match (asked, outcome) {
            (Asked::Open(token), Outcome::Attached { caller, cart }) => {
                self.place.note_holds(!cart.holds.is_empty());
                let opened = self.opened(&token, &cart);
                self.passenger.attach(caller, token);
                ReplyLine::result(id, &opened)
            }
            (Asked::Arrive(token), Outcome::Attached { caller, .. }) => {
                self.passenger.attach(caller, token);
                return;
            }
            (Asked::Close, Outcome::Done) => {
                self.passenger = Passenger::Gone;
                ReplyLine::result(id, &Done {})
            }
            (Asked::Cart, Outcome::Cart(view)) => {
                self.place.note_holds(!view.holds.is_empty());
                ReplyLine::result(id, &dispatch::cart::cart(&self.service, &view))
            }
            (Asked::Booking(claim), Outcome::Booked(record)) => {
                self.place.note_holds(false);
                ReplyLine::result(id, &dispatch::bookings::booking(&self.service, *record, claim))
            }
            (Asked::Booking(claim), Outcome::Booking(key)) => {
                return self.look_up_first(to.clone(), key, claim);
            }
            (Asked::Cancel(guess, claim), Outcome::Booking(key)) => {
                self.note_look_up(Verdict::Right(guess));
                return self.look_up_first(to.clone(), key, claim);
            }
            (asked, _) => {
                // What it has answered may name passengers.
                tracing::error!(?asked, "the desk has answered something else");
                ReplyLine::error(Some(id), &ErrorObject::from(&ProtocolError::Internal))
            }
        };
        self.send(*begun, line);
    }

    fn reject(&mut self, to: &ReplyTo, asked: &Asked, rejection: Rejection) -> Result<(), Cut> {
        let mut held_back = None;
        match asked {
            Asked::Open(_) => self.passenger = Passenger::Stranger,
            Asked::Arrive(_) => {
                // This is the answer to the request that waits for the session, too.
                self.passenger = Passenger::Stranger;
                self.held = None;
            }
            Asked::Close | Asked::Cart | Asked::Booking(_) => {}
            Asked::Cancel(guess, _) => {
                let unknown = rejection == Rejection::Refused(Refusal::BookingUnknown);
                held_back = guess.held_back().filter(|_| unknown);
                self.note_look_up(if unknown { Verdict::Wrong } else { Verdict::Right(*guess) });
            }
        }
        let no = match held_back {
            Some(over) => limited(&self.service, over),
            None => rejected(&self.service, rejection).ok_or(Cut::Unknown)?,
        };
        self.send(to.begun, ReplyLine::error(Some(&to.id), &no.into()));
        Ok(())
    }

    fn note_look_up(&mut self, verdict: Verdict) {
        let Self { service, place, .. } = self;
        self.look_ups.note(verdict, &service.limits, &service.guesses, place.origin());
    }

    /// Tells the booking as the ledger has it, before anything else.
    fn look_up_first(
        &mut self,
        ReplyTo { id, begun }: ReplyTo,
        key: BookingKey,
        claim: trecho_shared::ids::ClaimCode,
    ) {
        let service = Arc::clone(&self.service);
        let look_up = Box::pin(async move {
            Some(match service.records.by_key(key, claim).await {
                Ok(Some(booking)) => ReplyLine::result(&id, &booking).into(),
                Ok(None) => internal(&id),
                Err(error) => failed(&id, &error),
            })
        });
        self.replies.add_look_up_first(begun, look_up);
    }

    fn opened(&self, token: &trecho_shared::ids::SessionToken, cart: &CartView) -> SessionOpened {
        SessionOpened {
            token: token.clone(),
            protocol: trecho_shared::PROTOCOL_VERSION,
            server: concat!("trechod ", env!("CARGO_PKG_VERSION")).to_owned(),
            epoch: self.service.epoch,
            hold_ms: self.service.policy.hold_ms.unsigned_abs(),
            now: self.service.clock.now(),
            cart: dispatch::cart::cart(&self.service, cart),
        }
    }

    fn lost(&self, lost: &Lost) -> Event {
        let cart = dispatch::cart::cart(&self.service, &lost.cart);
        let reason = |reason| match reason {
            booking::LostReason::Expired => LostReason::Expired,
            booking::LostReason::Departed => LostReason::Departed,
            booking::LostReason::Closed => LostReason::Closed,
            booking::LostReason::Operator => LostReason::Operator,
        };
        let expired = lost.holds.iter().all(|(_, why)| *why == booking::LostReason::Expired);
        let lost = lost.holds.iter().map(|(hold, why)| {
            let (leg, seat) = self.service.seat_name(hold.leg, hold.seat);
            LostHold { hold: hold.hold, leg, seat, reason: reason(*why) }
        });
        let lost = lost.collect();
        if expired {
            Event::CartExpired(CartExpired { lost, cart })
        } else {
            Event::CartChanged(CartChanged { lost, cart })
        }
    }

    /// Answers a request, after those before it.
    pub(super) fn answer(&mut self, begun: Begun, line: ReplyLine) {
        if self.replies.is_empty() {
            self.send(begun, line);
        } else {
            self.replies.add_line(begun, line);
        }
    }

    /// Says why the connection ends, after all replies that are owed.
    pub(super) fn say_farewell(&mut self, why: &ErrorObject) {
        self.answer(Begun::now(None), ReplyLine::farewell(why));
    }

    /// Hands a reply to the peer, in its turn, and counts it.
    fn send(&mut self, begun: Begun, line: ReplyLine) {
        if let Some(kind) = line.kind {
            self.service.meters.requests.answered(begun, kind);
        }
        self.output.push(line.bytes);
    }

    /// Answers a request with no.
    pub(super) fn refuse(&mut self, to: &ReplyTo, no: No) {
        self.answer(to.begun, ReplyLine::error(Some(&to.id), &no.into()));
    }

    /// Answers a request that comes after the session was closed or taken over.
    pub(super) fn refuse_replaced(&mut self, to: &ReplyTo) {
        if let Some(no) = rejected(&self.service, Rejection::Refused(Refusal::SessionReplaced)) {
            self.refuse(to, no);
        }
    }
}

/// The answer to a look-up that failed: the log says why.
pub(super) fn failed(id: &Id, error: &RecordsError) -> Found {
    tracing::error!(%error, "a look-up has failed");
    internal(id)
}

fn internal(id: &Id) -> Found {
    ReplyLine::error(Some(id), &ErrorObject::from(&ProtocolError::Internal)).into()
}
