//! The legs that sell fastest.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Content;
use super::pen::{Cx, Pen, rows_of};
use crate::meters::LegPace;
use crate::top::format;
use crate::top::look::Role;
use crate::top::model::{Model, Panel};
use crate::top::record::LegOrder;

/// From so many columns on, a bar shows how full a leg is.
const WIDE: u16 = 52;

pub(super) fn aside(model: &Model) -> String {
    model
        .record()
        .latest()
        .map(|now| format!("in {}", format::age(now.sold.pace_over_ms.max(1_000))))
        .unwrap_or_default()
}

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let order = cx.model.legs_by;
    let legs = cx.model.record().legs(order);
    let sorted = |by, name: &str| {
        let mark = if by == order { cx.look.signs.sorted } else { "" };
        format!("{name}{mark}")
    };
    let mut pen = Pen::new(cx, buf, (area, 0));
    pen.left(19, "LEG", Role::Muted).skip(1).left(3, "TO", Role::Muted);
    if area.width >= WIDE {
        pen.skip(1).right(8, &sorted(LegOrder::Departure, "DEPARTS"), Role::Muted);
    }
    pen.skip(1).right(5, &sorted(LegOrder::Sold, "SOLD"), Role::Muted);
    pen.skip(1).right(8, &sorted(LegOrder::Left, "LEFT"), Role::Muted);
    if legs.is_empty() {
        Pen::new(cx, buf, (area, 1)).put("nothing was sold lately", Role::Muted);
    }
    let page = usize::from(area.height.saturating_sub(1));
    let content = Content { lines: legs.len(), page };
    let top = cx.model.tops[Panel::Legs as usize].min(content.last_top());
    for (at, leg) in legs.into_iter().skip(top).take(page).enumerate() {
        line(cx, buf, (area, 1 + rows_of(at)), leg);
    }
    content
}

fn line(cx: Cx<'_>, buf: &mut Buffer, (area, row): (Rect, u16), leg: &LegPace) {
    let mut pen = Pen::new(cx, buf, (area, row));
    pen.left(19, &leg.leg.to_string(), Role::Text).skip(1).left(3, leg.to.as_str(), Role::Text);
    if area.width >= WIDE {
        let at = leg.departs_at.civil();
        pen.skip(1).right(8, &format!("{:02}:{:02}", at.hour(), at.minute()), Role::Text);
    }
    pen.skip(1).right(5, &format::count(leg.sold.into()), Role::Strong);
    let role = if leg.seats_left == 0 { Role::Alarm } else { Role::Text };
    pen.skip(1).right(8, &format!("{}/{}", leg.seats_left, leg.capacity), role);
    if area.width >= WIDE {
        pen.skip(2);
        let [gone, _, _, free] = cx.look.signs.bar;
        let columns = pen.room().min(20);
        let taken = u64::from(leg.capacity.saturating_sub(leg.seats_left));
        let filled = part(taken, leg.capacity.into(), columns);
        pen.fill(filled, gone, Role::Accent).fill(columns - filled, free, Role::Muted);
    }
}

/// So much of `columns` as `part` is of `whole`; anything shows as something.
pub(super) fn part(part: u64, whole: u64, columns: u16) -> u16 {
    if whole == 0 || part == 0 {
        return 0;
    }
    let filled = u128::from(part.min(whole)) * u128::from(columns) / u128::from(whole);
    u16::try_from(filled).unwrap_or(columns).clamp(1, columns.max(1)).min(columns)
}
