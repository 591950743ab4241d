//! What `trechod admin` prints for people.

use trecho_shared::message::{LegStatus, Ticket, TicketStatus};
use trecho_shared::money::Centavos;
use trecho_shared::text::scrub;

use super::table::table;
use crate::admin::wire::{
    AuditRow, Audited, BookingSheet, CartRow, HoldRow, LegRow, ReleasedHold, SeatRow, SessionRow,
    Steered, Whose,
};

fn status(status: LegStatus) -> &'static str {
    match status {
        LegStatus::Open => "open",
        LegStatus::Taken => "taken",
        LegStatus::Closed => "closed",
        LegStatus::Departed => "departed",
    }
}

pub(super) fn legs(rows: &[LegRow]) -> String {
    let cells = |row: &LegRow| {
        let LegRow { leg, held, sold, blocked } = row;
        [
            leg.leg.to_string(),
            format!("{}-{}", leg.from, leg.to),
            leg.departs_at.to_string(),
            status(leg.status).to_owned(),
            leg.capacity.to_string(),
            leg.seats_left.to_string(),
            held.to_string(),
            sold.to_string(),
            blocked.to_string(),
        ]
    };
    let headings =
        ["LEG", "ROUTE", "DEPARTS", "STATUS", "SEATS", "FREE", "HELD", "SOLD", "BLOCKED"];
    table(headings, &rows.iter().map(cells).collect::<Vec<_>>(), "no such legs")
}

pub(super) fn leg(row: &LegRow) -> String {
    legs(std::slice::from_ref(row))
}

/// What was done to a leg, the holds that it cost, and the leg as it is now.
pub(super) fn steered(done: &Steered, changed: &str, unchanged: &str) -> String {
    let Steered { changed: is_new, leg: row, released } = done;
    let said = if *is_new { changed } else { unchanged };
    let said = format!("{said}\n{}", leg(row));
    if released.is_empty() { said } else { format!("{said}{}", self::released(released)) }
}

/// The holds that left their carts.
pub(super) fn released(holds: &[ReleasedHold]) -> String {
    let cells = |held: &ReleasedHold| {
        let ReleasedHold { session, hold, leg, seat } = held;
        [hold.0.to_string(), session.to_string(), leg.to_string(), seat.to_string()]
    };
    let rows: Vec<_> = holds.iter().map(cells).collect();
    table(["RELEASED HOLD", "SESSION", "LEG", "SEAT"], &rows, "no hold was released")
}

/// What was done, and whether the audit log has it.
pub(super) fn noted(Audited { audited }: Audited, said: &str) -> String {
    if audited {
        said.to_owned()
    } else {
        format!("{said}; the audit log could not be written: see the server's log")
    }
}

/// Seats that are not free.
pub(super) fn seats(rows: &[SeatRow]) -> String {
    let cells = |SeatRow { seat, whose }: &SeatRow| {
        let (status, whose) = match whose {
            Whose::Free => ("free", String::new()),
            Whose::Held { session, hold } => {
                ("held", format!("hold {} of session {session}", hold.0))
            }
            Whose::Sold { locator } => ("sold", format!("booking {locator}")),
            Whose::Blocked { reason } => ("blocked", reason.clone()),
        };
        [seat.to_string(), status.to_owned(), whose]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    table(["SEAT", "STATUS", "BY"], &rows, "every seat is free")
}

/// Sessions, whether they hold anything or not.
pub(super) fn sessions(rows: &[SessionRow]) -> String {
    let cells = |row: &SessionRow| {
        let SessionRow { session, name, attached: _, last_contact, cart } = row;
        let (held, ends) = match cart {
            Some(cart) => (cart.holds.len(), span(cart.ends_in_ms)),
            None => (0, String::new()),
        };
        [
            session.to_string(),
            name.clone().unwrap_or_default(),
            state(row).to_owned(),
            last_contact.to_string(),
            held.to_string(),
            ends,
        ]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let headings = ["SESSION", "NAME", "STATE", "LAST CONTACT", "HOLDS", "CART ENDS IN"];
    table(headings, &rows, "no sessions")
}

/// A line a hold, so that each says all there is to know of it.
pub(super) fn carts(rows: &[SessionRow]) -> String {
    let cells = |row: &SessionRow, cart: &CartRow, held: &HoldRow| {
        let HoldRow { hold, leg, seat, fare_centavos } = held;
        [
            row.session.to_string(),
            row.name.clone().unwrap_or_default(),
            state(row).to_owned(),
            span(cart.age_ms),
            span(cart.ends_in_ms),
            hold.0.to_string(),
            leg.to_string(),
            seat.to_string(),
            reais(*fare_centavos),
        ]
    };
    let carts = rows.iter().filter_map(|row| Some((row, row.cart.as_ref()?)));
    let holds = carts.flat_map(|(row, cart)| cart.holds.iter().map(move |hold| (row, cart, hold)));
    let rows: Vec<_> = holds.map(|(row, cart, hold)| cells(row, cart, hold)).collect();
    let headings = ["SESSION", "NAME", "STATE", "AGE", "ENDS IN", "HOLD", "LEG", "SEAT", "REAIS"];
    table(headings, &rows, "nobody holds anything")
}

fn state(row: &SessionRow) -> &'static str {
    if row.attached { "attached" } else { "detached" }
}

/// A booking and its tickets.
pub(super) fn booking(sheet: &BookingSheet) -> String {
    let BookingSheet { locator, booked_at, email, tickets, total_centavos } = sheet;
    let cells = |ticket: &Ticket| {
        let Ticket { leg, seat, passenger, fare_centavos, status } = ticket;
        let status = match status {
            TicketStatus::Sold => "sold",
            TicketStatus::Cancelled => "cancelled",
        };
        [
            leg.to_string(),
            seat.to_string(),
            format!("{} {}", passenger.first_name, passenger.last_name),
            reais(*fare_centavos),
            status.to_owned(),
        ]
    };
    let total = reais(*total_centavos);
    let email = email.as_deref().map(|email| format!(", {}", scrub(email))).unwrap_or_default();
    let rows: Vec<_> = tickets.iter().map(cells).collect();
    let tickets = table(["LEG", "SEAT", "PASSENGER", "REAIS", "STATUS"], &rows, "no tickets");
    format!("{locator}, booked {booked_at}, {total} reais in all{email}\n{tickets}")
}

/// Lines of the audit log.
pub(super) fn audit(rows: &[AuditRow]) -> String {
    let cells = |row: &AuditRow| {
        let AuditRow { line, at, uid, user, action, subject, outcome } = row;
        [
            line.to_string(),
            at.to_string(),
            user.clone().unwrap_or_else(|| uid.to_string()),
            action.clone(),
            subject.clone(),
            outcome.clone(),
        ]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let headings = ["LINE", "AT", "BY", "ACTION", "ON", "OUTCOME"];
    table(headings, &rows, "no operator has done anything")
}

/// An amount as timetables and exports have it.
fn reais(Centavos(centavos): Centavos) -> String {
    format!("{}.{:02}", centavos / 100, (centavos % 100).abs())
}

/// A length of time, as short as it still says something.
fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_says_no_more_than_counts() {
        let said = [0, 59_999, 60_000, 3_599_000, 3_600_000, 90_061_000].map(span);
        assert_eq!(said, ["0s", "59s", "1m00s", "59m59s", "1h00m", "25h01m"]);
    }
}
