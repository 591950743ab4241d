//! The first line: the airline, who this is, how the connection is, what time it is.

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::Strip;
use super::{Canvas, Cx};
use crate::format;
use crate::input::Hit;
use crate::model::{Connection, FilterFocus, Screen};
use crate::theme::Role;
use crate::words::Text;

/// Draws the header. On a compact screen the route takes the place of the airline's name.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let area = areas.header;
    let compact = areas.shape == Shape::Compact;
    {
        let mut strip = Strip::new(cx, canvas.buf, (area, 0));
        status(cx, &mut strip, compact);
    }
    if compact {
        route(cx, canvas, area);
        return;
    }
    let mut strip = Strip::new(cx, canvas.buf, (area, 0));
    let brand = format!(" {} {} ", cx.glyphs().brand, cx.say(Text::Brand));
    strip.put(&brand, cx.style(Role::AccentChip)).skip(2);
    if let Some(name) = &cx.model.preferences.name {
        strip.put(format::fit(name, 24, cx.glyphs().ellipsis).as_ref(), cx.style(Role::Strong));
        strip.skip(2);
    }
    strip.put(cx.say(screen_name(cx)), cx.style(Role::Muted));
}

fn screen_name(cx: Cx) -> Text {
    match cx.model.screen {
        Screen::Departures => Text::Legs,
        Screen::Trips => Text::Trips,
        Screen::Cart => Text::Cart,
        Screen::Checkout => Text::Checkout,
        Screen::Bookings => Text::Bookings,
    }
}

/// How the connection is, and the time, at the end of the line.
fn status(cx: Cx, strip: &mut Strip, compact: bool) {
    let now = &cx.model.now;
    let clock = format::wall_short(now.wall, now.offset_minutes);
    strip.last(1, &format!("{clock} "), cx.style(Role::Strong));
    let glyphs = cx.glyphs();
    let (mark, role, text) = match &cx.model.link.connection {
        Connection::Online => (glyphs.online, Role::Good, Text::Online),
        Connection::Connecting { .. } => (glyphs.waiting, Role::Accent, Text::Connecting),
        Connection::Offline { .. } => (glyphs.offline, Role::Alarm, Text::Offline),
        Connection::Replaced => (glyphs.offline, Role::Alarm, Text::Replaced),
    };
    if compact {
        strip.last(1, mark, cx.style(role));
        return;
    }
    if let (Connection::Online, Some(ms)) = (&cx.model.link.connection, cx.model.link.round_trip_ms)
    {
        strip.last(1, &format!("{ms} ms"), cx.style(Role::Muted));
    }
    strip.last(1, cx.say(text), cx.style(role));
    strip.last(1, mark, cx.style(role));
}

/// Route and date in one line, for a compact screen.
fn route(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let filters = &cx.model.departures.filters;
    let mut strip = Strip::new(cx, canvas.buf, (area, 0));
    strip.put(" ", cx.style(Role::Text));
    if let Some(name) = &cx.model.preferences.name {
        let name = format::fit(name, 8, cx.glyphs().ellipsis);
        strip.put(&format!(" {name} "), cx.style(Role::AccentChip)).skip(1);
    }
    if !matches!(cx.model.screen, Screen::Departures | Screen::Trips) {
        strip.put(cx.say(screen_name(cx)), cx.style(Role::Title));
        return;
    }
    let code = |iata: Option<trecho_shared::ids::Iata>| {
        iata.map_or_else(|| "***".to_owned(), |iata| iata.to_string())
    };
    let arrow = cx.glyphs().arrow;
    let places = format!("{}{arrow}{}", code(filters.from.chosen), code(filters.to.chosen));
    let start = strip.column();
    strip.put(&places, cx.style(Role::Strong)).skip(1);
    let middle = strip.column();
    let day = match filters.date.chosen {
        Some(date) => format::day(date, cx.lang()),
        None => cx.say(Text::AnyDay).to_owned(),
    };
    // Room for the mark and the clock at the end of the line.
    let room = area.right().saturating_sub(middle + 9);
    let day = format::fit(&day, room.into(), cx.glyphs().ellipsis);
    strip.put(&day, cx.style(Role::Text));
    let end = strip.column();
    canvas.target(Rect { x: start, width: 3, ..area }, Hit::Field(FilterFocus::From));
    canvas.target(Rect { x: start + 4, width: 3, ..area }, Hit::Field(FilterFocus::To));
    let day = Rect { x: middle, width: end.saturating_sub(middle), ..area };
    canvas.target(day, Hit::Field(FilterFocus::Date));
}
