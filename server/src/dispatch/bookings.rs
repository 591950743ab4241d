//! `bookings.*`: what was sold, for whoever has its claim code.

use trecho_shared::ids::ClaimCode;
use trecho_shared::message::{Booking, CancelBooking, Passenger, PersonName, Ticket, TicketStatus};

use super::{Answer, No, Service};
use crate::booking::{BookingRecord, Cancellation, Command, TicketRecord};

/// The command of `bookings.cancel`.
pub(crate) fn cancel(params: CancelBooking) -> Answer<(Command, ClaimCode)> {
    let CancelBooking { locator, claim, legs } = params;
    if legs.as_ref().is_some_and(Vec::is_empty) {
        return Err(No::params("`legs` names at least one leg; leave it out for all"));
    }
    let cancellation = Cancellation { locator, claim_hash: claim.hash(), booking: None, legs };
    Ok((Command::Cancel(cancellation), claim))
}

/// A booking that was made just now, as its owner is told.
pub(crate) fn booking(service: &Service, record: BookingRecord, claim: ClaimCode) -> Booking {
    let good = record.tickets.iter().filter(|ticket| !ticket.cancelled);
    Booking {
        locator: record.locator,
        claim,
        total_centavos: good.map(|ticket| ticket.fare).sum(),
        tickets: record.tickets.into_iter().map(|ticket| wire_ticket(service, ticket)).collect(),
    }
}

fn wire_ticket(service: &Service, record: TicketRecord) -> Ticket {
    let TicketRecord { leg, id, seat, passenger, fare, cancelled } = record;
    Ticket {
        leg: id,
        seat: service.seat_name(leg, seat).1,
        // The names were read from the wire.
        passenger: Passenger {
            first_name: PersonName::from_clean(passenger.first_name),
            last_name: PersonName::from_clean(passenger.last_name),
        },
        fare_centavos: fare,
        status: if cancelled { TicketStatus::Cancelled } else { TicketStatus::Sold },
    }
}
