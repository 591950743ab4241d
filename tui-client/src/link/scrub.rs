//! A server can be hostile: no text of it reaches the terminal unless it has passed here.
//!
//! Ids, dates and people's names are checked where they are parsed; these are the texts that are
//! free. Each loses what does not print, and whatever is longer than anybody would read. Lists lose
//! what is beyond anything that the protocol allows: what is drawn with each frame is to be short.

use trecho_shared::limits::{SEARCH_PAGE_LEGS, SEAT_MAP_SEATS, TRIP_LEGS, TRIPS};
use trecho_shared::message::{
    Airport, CartChanged, CartExpired, Event, Leg, Legs, RefusalData, SessionOpened, Trips,
};
use trecho_shared::rpc::ErrorObject;
use trecho_shared::text::scrub_to;

use crate::message::Answer;

/// More characters than any honest name, notice or reason has.
const CHARACTERS: usize = 200;

/// More seats than any cart or booking has, and more legs or holds than a request of ours names.
const SEATS: usize = 200;

/// There are fewer airports than this in the world's largest network.
const AIRPORTS: usize = 5_000;

/// More bytes than an honest server's cursor has. It is sent back, in a request that has a limit.
const CURSOR_BYTES: usize = 1_024;

/// `text` as it may be shown.
pub(crate) fn text(text: &mut String) {
    *text = scrub_to(text, CHARACTERS);
}

pub(crate) fn opened(opened: &mut SessionOpened) {
    text(&mut opened.server);
    opened.cart.holds.truncate(SEATS);
}

pub(crate) fn error(error: &mut ErrorObject) {
    text(&mut error.message);
    if let Some(RefusalData { kind: _, legs, seats, holds, retry_after_ms: _ }) = &mut error.data {
        legs.truncate(SEATS);
        seats.truncate(SEATS);
        holds.truncate(SEATS);
    }
}

pub(crate) fn event(event: &mut Event) {
    match event {
        Event::ServerNotice(notice) => text(&mut notice.text),
        Event::CartExpired(CartExpired { lost, cart })
        | Event::CartChanged(CartChanged { lost, cart }) => {
            lost.truncate(SEATS);
            cart.holds.truncate(SEATS);
        }
        Event::LegTaken(_)
        | Event::LegReopened(_)
        | Event::LegUpdated(_)
        | Event::SessionReplaced
        | Event::ServerClosing(_) => {}
    }
}

pub(crate) fn answer(answer: &mut Answer) {
    match answer {
        Answer::Airports(airports) => {
            airports.airports.truncate(AIRPORTS);
            airports.airports.iter_mut().for_each(airport);
        }
        Answer::Legs(page) => legs(page),
        Answer::Leg(one) => leg(one),
        Answer::Seats(map) => {
            text(&mut map.aircraft);
            map.rows.truncate(bound(SEAT_MAP_SEATS));
        }
        Answer::Trips(found) => trips(found),
        Answer::Cart(cart) => cart.holds.truncate(SEATS),
        // Names in a booking are checked where they are parsed.
        Answer::Booking(booking) => booking.tickets.truncate(SEATS),
        Answer::Done => {}
    }
}

fn legs(page: &mut Legs) {
    page.legs.truncate(bound(SEARCH_PAGE_LEGS));
    page.legs.iter_mut().for_each(leg);
    page.cursor.take_if(|cursor| cursor.len() > CURSOR_BYTES);
}

fn trips(found: &mut Trips) {
    found.trips.truncate(bound(TRIPS));
    for trip in &mut found.trips {
        trip.legs.truncate(bound(TRIP_LEGS));
        trip.legs.iter_mut().for_each(leg);
    }
}

/// A bound of the protocol as a length.
fn bound(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn airport(airport: &mut Airport) {
    let Airport { iata: _, name, city, state, latitude: _, longitude: _, timezone } = airport;
    for field in [name, city, state, timezone] {
        text(field);
    }
}

fn leg(leg: &mut Leg) {
    text(&mut leg.aircraft);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_hostile_server_loses_what_moves_a_cursor_and_what_nobody_reads() {
        let mut hostile = format!("\u{1b}]52;c;x\u{7}\u{202e}{}", "a".repeat(100_000));
        text(&mut hostile);
        assert_eq!(hostile.chars().count(), CHARACTERS);
        assert!(hostile.starts_with("]52;c;xaaa"));
    }
}
