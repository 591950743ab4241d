//! The cart into a booking, all or nothing, and once however often it is asked for.

use trecho_shared::time::Moment;

use super::{Decided, set_clock};
use crate::booking::state::{Session, State};
use crate::booking::{
    BookingRecord, Caller, CartClock, Change, Decision, LegKey, Outcome, Purchase, Reason,
    Recalled, Refusal, TicketRecord,
};

impl State {
    /// A purchase that was made before is answered before anything else is looked at: by then its
    /// cart is empty.
    pub(super) fn confirm(&self, caller: Caller, purchase: &Purchase, now: Moment) -> Decided {
        let session = self.speaking(caller)?;
        if let Some(recalled) = purchase.recalled {
            return self.confirm_again(caller, purchase, recalled, now);
        }
        self.confirmable(session, purchase)?;
        let booking = Box::new(self.booking(session, purchase)?);
        let holds = session.cart.holds.clone();
        let touched = holds.iter().map(|hold| hold.leg).collect();
        let mut changes = Vec::with_capacity(holds.len() + 3);
        changes.push(Change::Booked {
            session: caller.session,
            booking: booking.clone(),
            holds,
            email: purchase.email.clone(),
            key: purchase.key.clone(),
            body_hash: purchase.body_hash,
            at: now,
        });
        set_clock(caller.session, session, CartClock::default(), &mut changes);
        self.note_contact(caller.session, session, now, &mut changes);
        self.tell_legs(touched, Reason::Sold, &mut changes);
        Ok(Decision::accept(Outcome::Booked(booking), changes))
    }

    /// The same key again: the same booking, if it is the same purchase.
    fn confirm_again(
        &self,
        caller: Caller,
        purchase: &Purchase,
        recalled: Recalled,
        now: Moment,
    ) -> Decided {
        if recalled.body_hash != purchase.body_hash {
            return Err(Refusal::IdempotencyConflict);
        }
        let mut changes = Vec::new();
        self.note_contact(caller.session, self.speaking(caller)?, now, &mut changes);
        Ok(Decision::accept(Outcome::Booking(recalled.booking), changes))
    }

    fn confirmable(&self, session: &Session, purchase: &Purchase) -> Result<(), Refusal> {
        let cart = &session.cart;
        if cart.holds.is_empty() {
            let expired = cart.clock.expired;
            return Err(if expired { Refusal::CartExpired } else { Refusal::CartEmpty });
        }
        if let Some(expected) = &purchase.holds {
            let same = expected.iter().all(|hold| cart.has(*hold))
                && cart.holds.iter().all(|hold| expected.contains(&hold.hold));
            if !same {
                return Err(Refusal::CartChanged);
            }
        }
        let passengers = purchase.passengers.len();
        let too_many = passengers > self.policy.passengers;
        let differs = |leg: &LegKey| too_many || cart.seats_on(*leg) != passengers;
        let differing: Vec<LegKey> = cart.legs().filter(differs).collect();
        if differing.is_empty() { Ok(()) } else { Err(Refusal::PassengersMismatch(differing)) }
    }

    /// The booking: by leg in the order first held, then passenger i with the i-th seat held there.
    fn booking(&self, session: &Session, purchase: &Purchase) -> Result<BookingRecord, Refusal> {
        let cart = &session.cart;
        let mut tickets = Vec::with_capacity(cart.holds.len());
        for key in cart.legs() {
            // A leg that is not in memory has departed, and left the cart before this.
            let leg = self.legs.get(key).ok_or(Refusal::CartChanged)?;
            let holds = cart.holds.iter().filter(|hold| hold.leg == key);
            for (hold, passenger) in holds.zip(&purchase.passengers) {
                tickets.push(TicketRecord {
                    leg: key,
                    id: leg.facts.id,
                    seat: hold.seat,
                    passenger: passenger.clone(),
                    fare: hold.fare,
                    cancelled: false,
                });
            }
        }
        Ok(BookingRecord {
            booking: self.counters.booking,
            locator: purchase.locator,
            claim_hash: purchase.claim_hash,
            tickets,
        })
    }
}
