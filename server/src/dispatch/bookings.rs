//! `bookings.*`: what was sold, for whoever has its claim code.

use trecho_shared::ids::ClaimCode;
use trecho_shared::message::{Booking, CancelBooking, Passenger, Ticket, TicketStatus};
use trecho_shared::text::TextError;

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
pub(crate) fn booking(service: &Service, record: &BookingRecord, claim: ClaimCode) -> Booking {
    let good = record.tickets.iter().filter(|ticket| !ticket.cancelled);
    Booking {
        locator: record.locator,
        claim,
        total_centavos: good.map(|ticket| ticket.fare).sum(),
        tickets: record.tickets.iter().map(|ticket| wire_ticket(service, ticket)).collect(),
    }
}

fn wire_ticket(service: &Service, record: &TicketRecord) -> Ticket {
    let TicketRecord { leg, id, seat, passenger, fare, cancelled } = record;
    let name = |text: &str| -> Result<_, TextError> { text.parse() };
    Ticket {
        leg: *id,
        seat: service.facts(*leg).cabin.label(*seat),
        passenger: Passenger {
            first_name: name(&passenger.first_name).expect("the name was read from the wire"),
            last_name: name(&passenger.last_name).expect("the name was read from the wire"),
        },
        fare_centavos: *fare,
        status: if *cancelled { TicketStatus::Cancelled } else { TicketStatus::Sold },
    }
}
