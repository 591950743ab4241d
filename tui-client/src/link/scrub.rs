//! A server can be hostile: no text of it reaches the terminal unless it has passed here.
//!
//! Ids, dates and people's names are checked where they are parsed; these are the texts that are
//! free. Each loses what does not print, and whatever is longer than anybody would read.

use trecho_shared::message::{Airport, Event, Leg, RefusalData, SessionOpened};
use trecho_shared::rpc::ErrorObject;
use trecho_shared::text::scrub;

use crate::message::Answer;

/// More characters than any honest name, notice or reason has.
const CHARACTERS: usize = 200;

/// `text` as it may be shown.
pub(super) fn text(text: &mut String) {
    *text = scrub(text);
    if let Some((end, _)) = text.char_indices().nth(CHARACTERS) {
        text.truncate(end);
    }
}

pub(super) fn opened(opened: &mut SessionOpened) {
    text(&mut opened.server);
}

pub(super) fn error(error: &mut ErrorObject) {
    /// No request of ours names more legs or holds.
    const NAMED: usize = 100;
    text(&mut error.message);
    if let Some(RefusalData { kind: _, legs, seats, holds, retry_after_ms: _ }) = &mut error.data {
        legs.truncate(NAMED);
        seats.truncate(NAMED);
        holds.truncate(NAMED);
    }
}

pub(super) fn event(event: &mut Event) {
    match event {
        Event::ServerNotice(notice) => text(&mut notice.text),
        Event::LegTaken(_)
        | Event::LegReopened(_)
        | Event::LegUpdated(_)
        | Event::CartExpired(_)
        | Event::CartChanged(_)
        | Event::SessionReplaced
        | Event::ServerClosing(_) => {}
    }
}

pub(super) fn answer(answer: &mut Answer) {
    match answer {
        Answer::Airports(airports) => airports.airports.iter_mut().for_each(airport),
        Answer::Legs(legs) => legs.legs.iter_mut().for_each(leg),
        Answer::Leg(one) => leg(one),
        Answer::Seats(map) => text(&mut map.aircraft),
        Answer::Trips(trips) => {
            trips.trips.iter_mut().flat_map(|trip| &mut trip.legs).for_each(leg);
        }
        // Names in a booking are checked where they are parsed.
        Answer::Cart(_) | Answer::Booking(_) | Answer::Done => {}
    }
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
