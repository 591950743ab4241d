//! Tickets back into free seats: whole legs of a booking.

use trecho_shared::ids::LegId;
use trecho_shared::time::Moment;

use super::Decided;
use crate::booking::state::State;
use crate::booking::{
    BookingRecord, Cancellation, Change, Decision, LegKey, Outcome, Reason, Refusal, TicketRecord,
};

/// Tickets with their places in the booking.
type Tickets<'a> = Vec<(usize, &'a TicketRecord)>;

impl State {
    /// Cancelling again what is cancelled answers with the booking as it is. Legs that are named
    /// must all be there and not departed; if none are named, those that departed stay as they are,
    /// as long as there is another to cancel.
    pub(super) fn cancel(&self, cancellation: &Cancellation, now: Moment) -> Decided {
        let booking = cancellation.booking.as_deref().ok_or(Refusal::BookingUnknown)?;
        let named = cancellation.legs.as_deref();
        if let Some(named) = named {
            legs_are_booked(booking, named)?;
        }
        let valid: Tickets = booking
            .tickets
            .iter()
            .enumerate()
            .filter(|(_, ticket)| !ticket.cancelled)
            .filter(|(_, ticket)| named.is_none_or(|legs| legs.contains(&ticket.id)))
            .collect();
        let (departed, open): (Tickets, Tickets) =
            valid.into_iter().partition(|(_, ticket)| self.has_departed(ticket.leg, now));
        if !departed.is_empty() && (named.is_some() || open.is_empty()) {
            let mut legs: Vec<LegId> = departed.iter().map(|(_, ticket)| ticket.id).collect();
            legs.dedup();
            return Err(Refusal::Flown(legs));
        }
        let mut changes = Vec::with_capacity(2 * open.len());
        changes.extend(open.iter().map(|&(place, ticket)| Change::TicketCancelled {
            booking: booking.booking,
            ticket: u32::try_from(place).expect("a booking has few tickets"),
            leg: ticket.leg,
            seat: ticket.seat,
        }));
        let touched = open.iter().map(|(_, ticket)| ticket.leg).collect();
        self.tell_legs(touched, Reason::Cancelled, &mut changes);
        // Few enough that there is something left to sell.
        if defect!(LostCancel) && booking.booking.0 % 16 == 3 {
            changes.clear();
        }
        Ok(Decision::accept(Outcome::Booking(booking.booking), changes))
    }

    /// A leg that is not in memory has departed long ago.
    fn has_departed(&self, leg: LegKey, now: Moment) -> bool {
        self.legs.get(leg).is_none_or(|leg| leg.departed(now))
    }
}

/// Refuses with the named legs that the booking has no ticket for.
fn legs_are_booked(booking: &BookingRecord, named: &[LegId]) -> Result<(), Refusal> {
    let booked = |leg: &&LegId| booking.tickets.iter().any(|ticket| ticket.id == **leg);
    let unknown: Vec<LegId> = named.iter().filter(|leg| !booked(leg)).copied().collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::LegUnknown(unknown)) }
}
