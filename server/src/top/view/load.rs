//! How much there is to do: graphs of rates.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pen::{Cx, Pen, rows_of};
use super::{Content, graph};
use crate::top::format;
use crate::top::history::Series;
use crate::top::look::Role;

/// The columns of a series' name, and of its rate.
const NAME: u16 = 9;
const RATE: u16 = 8;

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let history = cx.model.record().history();
    let count = rows_of(Series::ALL.len());
    let lines = (area.height / count).max(1);
    for (series, at) in Series::ALL.into_iter().zip(0..count) {
        let place = Rect { y: area.y + at * lines, height: lines, ..area }.intersection(area);
        if place.is_empty() {
            break;
        }
        let now = history.latest().map_or(0.0, |rates| rates[series as usize]);
        let label = NAME + RATE + 1;
        let graph = Rect {
            x: place.x + label.min(place.width),
            width: place.width.saturating_sub(label),
            // An empty line between two graphs, where they are high.
            y: place.y + u16::from(lines > 2),
            height: lines - u16::from(lines > 2),
        };
        let columns = history.columns(series, cx.model.span, graph.width.into());
        let highest = columns.iter().flatten().fold(0.0_f64, |highest, value| highest.max(*value));
        let mut pen = Pen::new(cx, buf, (place, u16::from(lines > 2)));
        pen.left(NAME, series.name(), Role::Muted);
        pen.right(RATE, &format!("{}/s", format::rate(now)), Role::Strong);
        if lines > 1 {
            // Of a second, as the rate above it is: a column is the mean of several.
            let peak = history.peak(series, cx.model.span).unwrap_or(0.0);
            let mut pen = Pen::new(cx, buf, (place, 1 + u16::from(lines > 2)));
            pen.left(NAME, "  peak", Role::Muted);
            pen.right(RATE, &format!("{}/s", format::rate(peak)), Role::Muted);
        }
        graph::draw(cx, buf, graph, (&columns, highest));
    }
    Content::default()
}
