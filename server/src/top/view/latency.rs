//! How long requests take, by method.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Content;
use super::pen::{Cx, Pen, rows_of};
use crate::top::format;
use crate::top::look::Role;
use crate::top::record::{MethodOrder, MethodRow};
use crate::top::spread::Bound;
use trecho_shared::text::scrub;

/// From so many columns on, what was refused and the total are shown, too.
const WIDE: u16 = 56;

/// A time that is not exceeded, as short as that.
pub(super) fn bound(bound: Option<Bound>, unknown: &str) -> String {
    match bound {
        None => unknown.to_owned(),
        Some(Bound::AtMost(us)) => format::time_us(us),
        Some(Bound::Over(us)) => format!(">{}", format::time_us(us)),
    }
}

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let order = cx.model.methods_by;
    let rows = cx.model.record().methods(order);
    let sorted = |by, name: &str| {
        let mark = if by == order { cx.look.signs.sorted } else { "" };
        format!("{name}{mark}")
    };
    let wide = area.width >= WIDE;
    let mut pen = Pen::new(cx, buf, (area, 0));
    pen.left(15, &sorted(MethodOrder::Name, "METHOD"), Role::Muted);
    pen.skip(1).right(6, &sorted(MethodOrder::Rate, "PER S"), Role::Muted);
    if wide {
        pen.skip(1).right(8, "REFUSED", Role::Muted);
    }
    pen.skip(1).right(7, "P50 ≤", Role::Muted);
    pen.skip(1).right(7, &sorted(MethodOrder::Slowest, "P99 ≤"), Role::Muted);
    if wide {
        pen.skip(1).right(9, "TOTAL", Role::Muted);
    }
    if rows.is_empty() {
        Pen::new(cx, buf, (area, 1)).put("nobody has asked for anything yet", Role::Muted);
    }
    let page = usize::from(area.height.saturating_sub(1));
    let content = Content { lines: rows.len(), page };
    let top = cx.model.tops[super::Panel::Latency as usize].min(content.last_top());
    for (at, row) in rows.iter().skip(top).take(page).enumerate() {
        line(cx, buf, (area, 1 + rows_of(at)), (row, wide));
    }
    content
}

fn line(cx: Cx<'_>, buf: &mut Buffer, place: (Rect, u16), (row, wide): (&MethodRow, bool)) {
    let unknown = cx.look.signs.unknown;
    let role = if row.rate > 0.0 { Role::Text } else { Role::Muted };
    let mut pen = Pen::new(cx, buf, place);
    pen.left(15, &scrub(&row.name), role);
    pen.skip(1).right(6, &format::rate(row.rate), if row.rate > 0.0 { Role::Strong } else { role });
    if wide {
        pen.skip(1).right(8, &format::rate(row.refused), role);
    }
    pen.skip(1).right(7, &bound(row.p50, unknown), role);
    pen.skip(1).right(7, &bound(row.p99, unknown), role);
    if wide {
        pen.skip(1).right(9, &format::count(row.total), Role::Muted);
    }
}
