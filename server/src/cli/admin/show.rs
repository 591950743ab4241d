//! What `trechod admin` prints for people.

use trecho_shared::message::LegStatus;

use super::table::table;
use crate::admin::wire::LegRow;

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
