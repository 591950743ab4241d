//! What `trechod admin` prints for people.

use trecho_shared::message::LegStatus;

use super::table::table;
use crate::admin::wire::{Audited, LegRow, ReleasedHold, Steered};

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
