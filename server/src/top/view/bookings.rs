//! The last bookings. No names: a locator is a label, and opens nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Content;
use super::pen::{Cx, Pen, rows_of};
use crate::meters::BookingStats;
use crate::top::format;
use crate::top::look::Role;
use crate::top::model::{Model, Panel};
use trecho_shared::time::Moment;

/// From so many columns on, legs are named, and not only counted.
const WIDE: u16 = 54;

pub(super) fn aside(model: &Model) -> String {
    let told = model.record().latest();
    told.map(|now| {
        let sold = &now.sold;
        format!("{} for {}", format::count(sold.bookings), format::money(sold.centavos))
    })
    .unwrap_or_default()
}

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let record = cx.model.record();
    let (bookings, now) = (record.bookings(), record.latest().map_or(Moment(0), |now| now.at));
    let mut pen = Pen::new(cx, buf, (area, 0));
    pen.right(6, "AGO", Role::Muted).skip(2).left(7, "LOCATOR", Role::Muted);
    pen.skip(1).right(5, "SEATS", Role::Muted).skip(1).right(11, "TOTAL R$", Role::Muted);
    let (indent, heading) = if area.width >= WIDE { (2, "LEGS") } else { (1, "LEGS") };
    pen.skip(indent).put(heading, Role::Muted);
    if bookings.is_empty() {
        Pen::new(cx, buf, (area, 1)).put("nothing was sold since the start", Role::Muted);
    }
    let page = usize::from(area.height.saturating_sub(1));
    let content = Content { lines: bookings.len(), page };
    let top = cx.model.tops[Panel::Bookings as usize].min(content.last_top());
    for (at, booking) in bookings.iter().skip(top).take(page).enumerate() {
        line(cx, buf, (area, 1 + rows_of(at)), (booking, now));
    }
    content
}

fn line(
    cx: Cx<'_>,
    buf: &mut Buffer,
    (area, row): (Rect, u16),
    (booking, now): (&BookingStats, Moment),
) {
    let total = u64::try_from(booking.total_centavos.0).unwrap_or(0);
    let total = format::money(total);
    let age = format::age(now.0.saturating_sub(booking.at.0));
    let mut pen = Pen::new(cx, buf, (area, row));
    pen.right(6, &age, Role::Muted).skip(2).left(7, booking.locator.as_str(), Role::Strong);
    pen.skip(1).right(5, &format::count(booking.seats), Role::Text);
    pen.skip(1).right(11, total.trim_start_matches("R$ "), Role::Text);
    if area.width < WIDE {
        pen.skip(1).right(4, &booking.legs.len().to_string(), Role::Text);
        return;
    }
    pen.skip(2);
    // Whole legs only: half of a name is none.
    for (at, leg) in booking.legs.iter().enumerate() {
        let left = booking.legs.len() - at;
        let more = format!("+{left}");
        let room_for_more = if left > 1 { 4 } else { 0 };
        let leg = leg.to_string();
        if super::pen::columns_of(&leg) + room_for_more > pen.room() {
            pen.put(&more, Role::Muted);
            break;
        }
        pen.put(&leg, Role::Text).skip(1);
    }
}
