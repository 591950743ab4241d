//! Draws the model; changes nothing.

mod bookings;
mod graph;
mod header;
mod help;
mod latency;
mod layout;
mod legs;
mod load;
mod passengers;
mod pen;
mod writer;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{Look, Role};
use super::model::{Drawn, Model, Panel};
use layout::{Areas, Shape};
use pen::{Cx, Pen, Titles};

/// What is inside of a panel: how many lines there are in all, and how many fit.
#[derive(Debug, Clone, Copy, Default)]
struct Content {
    lines: usize,
    page: usize,
}

impl Content {
    /// The last line that can be the first on the screen.
    fn last_top(self) -> usize {
        self.lines.saturating_sub(self.page)
    }
}

/// Draws a frame.
pub(super) fn draw(model: &Model, look: &Look, frame: &mut Frame<'_>) -> Drawn {
    let area = frame.area();
    paint(model, look, (area, frame.buffer_mut()))
}

/// The same on any buffer.
pub(super) fn paint(model: &Model, look: &Look, (area, buf): (Rect, &mut Buffer)) -> Drawn {
    let cx = Cx { model, look };
    let area = area.intersection(buf.area);
    let banner = header::banner(model);
    let areas = Areas::of(area, banner.is_some());
    let mut drawn = Drawn::default();
    if areas.shape == Shape::Tiny {
        header::tiny(cx, buf, area);
        ascii(cx, buf);
        return drawn;
    }
    header::draw(cx, buf, areas.header);
    if let Some(banner) = banner {
        Pen::new(cx, buf, (areas.banner, 0)).put(" ", Role::Alarm).put(&banner, Role::Alarm);
    }
    for (panel, place) in areas.panels(model) {
        let content = panel_in(cx, buf, (panel, place), areas.shape);
        drawn.last_top[panel as usize] = content.last_top();
        if panel == model.panel {
            drawn.page = content.page;
        }
    }
    if let Some(top) = model.help {
        let content = help::draw(cx, buf, (areas.stage, top));
        (drawn.help_last_top, drawn.page) = (content.last_top(), content.page);
    }
    header::footer(cx, buf, areas.footer);
    ascii(cx, buf);
    drawn
}

/// A panel with its frame, or with a rule above where there is no room for one.
fn panel_in(cx: Cx<'_>, buf: &mut Buffer, (panel, area): (Panel, Rect), shape: Shape) -> Content {
    let (name, aside) = titles(cx.model, panel);
    let number = format!("{}/{}", panel as usize + 1, Panel::ALL.len());
    let framed = shape == Shape::Bands;
    let titles = Titles { name, aside: &aside, number: if framed { "" } else { &number } };
    let here = panel == cx.model.panel;
    let inner = if framed {
        pen::framed(cx, buf, (area, here), &titles)
    } else {
        pen::ruled(cx, buf, area, &titles)
    };
    let content = contents(cx, buf, (panel, inner));
    let top = cx.model.tops[panel as usize].min(content.last_top());
    pen::more(cx, buf, inner, (top, content));
    content
}

/// A panel's name, and what stands at the right of it.
fn titles(model: &Model, panel: Panel) -> (&'static str, String) {
    match panel {
        Panel::Load => ("Load", model.span.name().to_owned()),
        Panel::Passengers => ("Passengers", passengers::aside(model)),
        Panel::Latency => ("Latency", "last 10 s".to_owned()),
        Panel::Writer => ("Writer", "last 10 s".to_owned()),
        Panel::Legs => ("Legs selling fastest", legs::aside(model)),
        Panel::Bookings => ("Last bookings", bookings::aside(model)),
    }
}

fn contents(cx: Cx<'_>, buf: &mut Buffer, (panel, inner): (Panel, Rect)) -> Content {
    if cx.model.record().latest().is_none() {
        Pen::new(cx, buf, (inner, 0)).put("nothing was told yet", Role::Muted);
        return Content::default();
    }
    match panel {
        Panel::Load => load::draw(cx, buf, inner),
        Panel::Passengers => passengers::draw(cx, buf, inner),
        Panel::Latency => latency::draw(cx, buf, inner),
        Panel::Writer => writer::draw(cx, buf, inner),
        Panel::Legs => legs::draw(cx, buf, inner),
        Panel::Bookings => bookings::draw(cx, buf, inner),
    }
}

/// Where only ASCII may be drawn, whatever else is there finds a stand-in.
fn ascii(cx: Cx<'_>, buf: &mut Buffer) {
    if !cx.look.is_ascii() {
        return;
    }
    for cell in &mut buf.content {
        let stand_in = match cell.symbol() {
            symbol if symbol.is_ascii() => continue,
            "µ" => 'u',
            "≤" => '<',
            "↑" => '^',
            "↓" => 'v',
            "·" | "–" => '-',
            "…" => '~',
            _ => '?',
        };
        cell.set_char(stand_in);
    }
}
