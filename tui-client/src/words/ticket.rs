//! A booking as plain text: to save, to print, to send on.

use std::fmt::Write as _;

use trecho_shared::ids::Iata;
use trecho_shared::message::{Airport, Leg, Ticket, TicketStatus};

use super::{Lang, Text};
use crate::format;
use crate::model::SavedBooking;

/// How wide the text is, so that it prints anywhere.
const COLUMNS: usize = 64;

/// A booking as plain text, with a line end after the last line. `airports` may be empty: then
/// the text has codes instead of cities.
pub fn ticket_text(saved: &SavedBooking, lang: Lang, airports: &[Airport]) -> String {
    let booking = &saved.booking;
    let say = |text: Text| text.say(lang);
    let mut lines = vec![
        format!("TRECHO · {}", say(Text::Booked)),
        "=".repeat(COLUMNS),
        labelled(say(Text::Locator), booking.locator.as_str()),
        labelled(say(Text::Claim), &booking.claim.to_string()),
    ];
    for group in booking.tickets.chunk_by(|one, next| one.leg == next.leg) {
        lines.push("-".repeat(COLUMNS));
        let leg = saved.legs.iter().find(|leg| group.iter().any(|ticket| ticket.leg == leg.leg));
        lines.extend(leg_lines(group, leg, (lang, airports)));
        lines.extend(group.iter().map(|ticket| ticket_line(ticket, lang)));
    }
    lines.push("-".repeat(COLUMNS));
    lines.push(labelled(say(Text::Total), &format::money(booking.total_centavos, lang)));
    lines.push(String::new());
    lines.extend(format::wrap(say(Text::ClaimHow), COLUMNS));
    let mut text = String::new();
    for line in &lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn labelled(label: &str, value: &str) -> String {
    let pad = 18usize.saturating_sub(format::width(label));
    format!("{label}{}{value}", " ".repeat(pad.max(1)))
}

fn leg_lines(
    group: &[Ticket],
    leg: Option<&Leg>,
    (lang, airports): (Lang, &[Airport]),
) -> Vec<String> {
    let Some(leg) = leg else {
        let known = group.first().map(|ticket| super::leg(ticket.leg, lang));
        return known.into_iter().collect();
    };
    let place = |code: Iata| {
        airports
            .iter()
            .find(|airport| airport.iata == code)
            .map_or_else(|| code.to_string(), |airport| format!("{} ({code})", airport.city))
    };
    let arrival_day = format::day_mark(leg.departs_at, leg.arrives_at);
    let (departs, arrives) = (format::clock(leg.departs_at), format::clock(leg.arrives_at));
    vec![
        format!("{}  {} -> {}", leg.flight, place(leg.from), place(leg.to)),
        format!(
            "{} {}  {departs} -> {arrives}{arrival_day}  ({})",
            format::day(leg.leg.date, lang),
            leg.leg.date.year(),
            format::duration(format::minutes_between(leg.departs_at, leg.arrives_at))
        ),
    ]
}

fn ticket_line(ticket: &Ticket, lang: Lang) -> String {
    let name = format!("{} {}", ticket.passenger.first_name, ticket.passenger.last_name);
    let name = format::fit(&name, 34, "~");
    let pad = 34usize.saturating_sub(format::width(&name));
    let fare = match ticket.status {
        TicketStatus::Sold => format::money(ticket.fare_centavos, lang),
        TicketStatus::Cancelled => Text::Cancelled.say(lang).to_owned(),
    };
    format!("  {:>4}  {name}{}  {fare:>20}", ticket.seat.to_string(), " ".repeat(pad))
}
