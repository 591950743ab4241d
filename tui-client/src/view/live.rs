//! What happens to others, as it happens: legs that go and legs that come back.

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::{Keys, Strip, Titles, panel, rows_of};
use super::{Canvas, Cx};
use crate::format;
use crate::model::{TickerEntry, TickerKind};
use crate::theme::Role;
use crate::words::{Text, seats};

/// How wide an entry is at the least, where entries stand in columns.
const ENTRY: u16 = 54;

/// Draws the feed: a panel, or on a compact screen its newest entry.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let area = areas.live;
    if areas.shape == Shape::Compact {
        if area.height > 0 {
            if let Some(newest) = cx.model.live.ticker.front() {
                compact_entry(cx, canvas, (area, newest));
            } else {
                let online = cx.model.is_online();
                let text = if online { Text::LiveQuietShort } else { Text::LiveOfflineShort };
                let mut strip = Strip::new(cx, canvas.buf, (area, 0));
                strip.skip(1).put(cx.say(text), cx.style(Role::Muted));
            }
        }
        return;
    }
    let (taken, reopened) = cx.model.live.counts;
    let glyphs = cx.glyphs();
    let count = |number| format::count(number, cx.lang());
    let counts =
        format!("{} {}  {} {}", glyphs.taken, count(taken), glyphs.reopened, count(reopened));
    let titles = Titles { name: cx.say(Text::Live), count: &counts, ..Titles::default() };
    let inner = panel(cx, canvas.buf, (area, Keys::Elsewhere), &titles);
    if cx.model.live.ticker.is_empty() {
        quiet(cx, canvas, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner });
        return;
    }
    let columns = (inner.width / ENTRY).max(1);
    let width = inner.width / columns;
    let rows = usize::from(inner.height);
    let room = rows * usize::from(columns);
    for (at, entry) in cx.model.live.ticker.iter().take(room).enumerate() {
        let place = Rect {
            x: inner.x + width * rows_of(at / rows),
            y: inner.y + rows_of(at % rows),
            width,
            height: 1,
        };
        full_entry(cx, canvas, (place, entry));
    }
}

fn quiet(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let text = if cx.model.is_online() { Text::LiveQuiet } else { Text::LiveOffline };
    let lines = format::wrap(cx.say(text), area.width.into());
    for (line, words) in lines.iter().take(area.height.into()).enumerate() {
        let mut strip = Strip::new(cx, canvas.buf, (area, rows_of(line)));
        strip.put(words, cx.style(Role::Muted));
    }
}

fn mark(cx: Cx, entry: &TickerEntry) -> (&'static str, Role) {
    match entry.kind {
        TickerKind::Taken => (cx.glyphs().taken, Role::Alarm),
        TickerKind::Reopened => (cx.glyphs().reopened, Role::Good),
    }
}

fn word(entry: &TickerEntry) -> Text {
    match entry.kind {
        TickerKind::Taken => Text::Taken,
        TickerKind::Reopened => Text::Reopened,
    }
}

fn what(cx: Cx, entry: &TickerEntry) -> String {
    let words = match entry.kind {
        TickerKind::Taken => cx.say(word(entry)).to_owned(),
        TickerKind::Reopened => {
            let left = usize::try_from(entry.leg.seats_left).unwrap_or(usize::MAX);
            format!("{}, {}", cx.say(word(entry)), seats(left, cx.lang()))
        }
    };
    if entry.ours { format!("{words} ({})", cx.say(Text::You)) } else { words }
}

fn route(cx: Cx, entry: &TickerEntry) -> String {
    format!("{}{}{}", entry.leg.from, cx.glyphs().arrow, entry.leg.to)
}

/// `14:02:29  ✗ TR1050  GRU→SSA  24/11 09:15  esgotado`
fn full_entry(cx: Cx, canvas: &mut Canvas, (place, entry): (Rect, &TickerEntry)) {
    let (mark, role) = mark(cx, entry);
    let leg = &entry.leg;
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let offset = cx.model.now.offset_minutes;
    let narrow = place.width < 44;
    let at =
        if narrow { format::wall_short(entry.at, offset) } else { format::wall(entry.at, offset) };
    strip.skip(1).put(&at, cx.style(Role::Muted)).skip(1).put(mark, cx.style(role)).skip(1);
    strip.left(6, &leg.flight.to_string(), cx.style(Role::Text)).skip(1);
    strip.put(&route(cx, entry), cx.style(Role::Strong)).skip(1);
    if place.width >= 52 {
        let civil = leg.departs_at.civil().date();
        strip.put(&format::day_month(civil), cx.style(Role::Muted)).skip(1);
        strip.put(&format::clock(leg.departs_at), cx.style(Role::Muted)).skip(1);
    }
    let what = if narrow { cx.say(word(entry)).to_owned() } else { what(cx, entry) };
    strip.put(&what, cx.style(role));
}

/// `✗ 14:02 TR1050 GRU→SSA esgotado`
fn compact_entry(cx: Cx, canvas: &mut Canvas, (place, entry): (Rect, &TickerEntry)) {
    let (mark, role) = mark(cx, entry);
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let at = format::wall_short(entry.at, cx.model.now.offset_minutes);
    strip.skip(1).put(mark, cx.style(role)).skip(1).put(&at, cx.style(Role::Muted)).skip(1);
    strip.put(&entry.leg.flight.to_string(), cx.style(Role::Text)).skip(1);
    strip.put(&route(cx, entry), cx.style(Role::Strong)).skip(1);
    strip.put(cx.say(word(entry)), cx.style(role));
}
