//! A booking in full: its locator large, its code, who sits where.

use trecho_shared::message::{Leg, Ticket, TicketStatus};

use super::Cx;
use super::large;
use super::sheet::{Line, Sheet};
use crate::format;
use crate::glyphs::Large;
use crate::model::SavedBooking;
use crate::theme::Role;
use crate::words::{self, Text};

/// Adds a booking to a sheet of this many columns. `rows` says whether there is room for more than
/// the least.
pub(super) fn write(cx: Cx, sheet: &mut Sheet, (saved, width): (&SavedBooking, u16), rows: u16) {
    let booking = &saved.booking;
    let locator = booking.locator.as_str();
    let large = match cx.glyphs().large {
        Large::HalfBlocks => rows >= 6,
        Large::Hashes => rows >= 12,
    };
    if large && width >= large::LETTER * 6 - 1 {
        for line in large::lines(locator, cx.glyphs().large) {
            sheet.push(Line::of(line, Role::Key));
        }
        if rows >= 12 {
            sheet.blank();
        }
    }
    // As plain text too: to be selected with the mouse, and read aloud.
    sheet.push(labelled(cx, Text::Locator, locator.to_owned(), width));
    sheet.push(labelled(cx, Text::Claim, booking.claim.to_string(), width));
    sheet.words(cx.say(Text::ClaimHow), Role::Muted, width);
    for tickets in booking.tickets.chunk_by(|one, next| one.leg == next.leg) {
        if rows >= 8 {
            sheet.blank();
        }
        let leg = tickets.first().map(|ticket| ticket.leg);
        let known = saved.legs.iter().find(|known| Some(known.leg) == leg);
        sheet.push(heading(cx, (tickets, known), width));
        for ticket in tickets {
            sheet.push(ticket_line(cx, ticket, width));
        }
    }
    if rows >= 8 {
        sheet.blank();
    }
    let total = format::money(booking.total_centavos, cx.lang());
    sheet.push(Line::of(cx.say(Text::Total), Role::Muted).end(total, Role::Strong));
}

fn labelled(cx: Cx, label: Text, value: String, width: u16) -> Line {
    let label = cx.say(label);
    let columns = if width >= 52 { 18 } else { format::width(label) + 1 };
    let room = usize::from(width).saturating_sub(format::width(&value));
    // Where both do not fit, what cannot be guessed stays.
    if room < columns {
        return Line::of(value, Role::Strong);
    }
    let pad = columns.saturating_sub(format::width(label));
    Line::of(format!("{label}{}", " ".repeat(pad)), Role::Muted).and(value, Role::Strong)
}

/// `TR1042  GRU→SSA  ter 24 nov  05:10 → 07:30`
fn heading(cx: Cx, (tickets, known): (&[Ticket], Option<&Leg>), width: u16) -> Line {
    let Some(leg) = known else {
        let name = tickets.first().map(|ticket| words::leg(ticket.leg, cx.lang()));
        return Line::of(name.unwrap_or_default(), Role::Strong);
    };
    leg_heading(cx, leg, width)
}

/// A leg as the heading of those who fly it.
pub(super) fn leg_heading(cx: Cx, leg: &Leg, width: u16) -> Line {
    let arrow = cx.glyphs().arrow;
    let narrow = width < 52;
    let route = format!("{}{arrow}{}", leg.from, leg.to);
    let (departs, arrives) = (format::clock(leg.departs_at), format::clock(leg.arrives_at));
    let day = format::day_mark(leg.departs_at, leg.arrives_at);
    let line = Line::of(format!("{} ", leg.flight), Role::Text).and(route, Role::Strong);
    if narrow {
        let date = format::day_short(leg.leg.date, cx.lang());
        return line.and(format!(" {date} {departs}"), Role::Text);
    }
    let date = format::day(leg.leg.date, cx.lang());
    let minutes = format::minutes_between(leg.departs_at, leg.arrives_at);
    line.and(format!("  {date}  "), Role::Text)
        .and(departs, Role::Strong)
        .and(format!(" {arrow} {arrives}{day}  "), Role::Text)
        .and(format::duration(minutes), Role::Muted)
}

fn ticket_line(cx: Cx, ticket: &Ticket, width: u16) -> Line {
    let name = format!("{} {}", ticket.passenger.first_name, ticket.passenger.last_name);
    let (end, role) = match ticket.status {
        TicketStatus::Sold => (format::money(ticket.fare_centavos, cx.lang()), Role::Text),
        TicketStatus::Cancelled => (cx.say(Text::Cancelled).to_owned(), Role::Alarm),
    };
    seat_line((ticket.seat.to_string(), &name), (end, role), (cx, width))
}

/// `  12A  Ana Conceição          R$ 412,90`
pub(super) fn seat_line(
    (seat, name): (String, &str),
    (end, role): (String, Role),
    (cx, width): (Cx, u16),
) -> Line {
    let room = usize::from(width).saturating_sub(8 + format::width(&end));
    let name = format::fit(name, room, cx.glyphs().ellipsis);
    Line::of(format!(" {seat:>4}  "), Role::Strong).and(name, Role::Text).end(end, role)
}
