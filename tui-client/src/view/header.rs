//! The first line: the airline, who this is, how the connection is, what time it is.

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::{Strip, columns_of};
use super::{Canvas, Cx};
use crate::format;
use crate::input::{Hit, Key};
use crate::model::{Connection, FilterFocus, Screen};
use crate::theme::Role;
use crate::words::Text;

/// Draws the header. On a compact screen the route takes the place of the airline's name.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let area = areas.header;
    let compact = areas.shape == Shape::Compact;
    {
        let mut strip = Strip::new(cx, canvas.buf, (area, 0));
        status(cx, &mut strip, areas.shape);
    }
    if compact {
        route(cx, canvas, area);
        return;
    }
    let mut strip = Strip::new(cx, canvas.buf, (area, 0));
    let brand = format!(" {} {} ", cx.glyphs().brand, cx.say(Text::Brand));
    strip.put(&brand, cx.style(Role::AccentChip)).skip(2);
    if let Some(name) = &cx.model.preferences.name {
        let name = format::fit(name, 20, cx.glyphs().ellipsis);
        strip.put(&name, cx.style(Role::Strong)).skip(2);
    }
    // Room for the connection's state at the end of the line.
    let room = area.right().saturating_sub(strip.column() + 34);
    let tabs = Rect { x: strip.column(), width: room, ..area };
    screens(cx, canvas, tabs);
}

/// The screens that a key leads to from everywhere, the one that is shown standing out.
fn screens(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let here = screen_name(cx);
    let tabs = [
        (Text::Legs, None),
        (Text::Trips, Some(Key::char('T'))),
        (Text::BookingsTab, Some(Key::char('b'))),
    ];
    let shown: Vec<_> =
        if tabs.iter().any(|(text, _)| *text == here) { tabs.to_vec() } else { vec![(here, None)] };
    let mut x = area.x;
    for (text, key) in shown {
        let words = cx.say(text);
        let columns = columns_of(words);
        if x + columns > area.right() {
            return;
        }
        let role = if text == here { Role::Title } else { Role::Muted };
        let place = Rect { x, width: columns, ..area };
        Strip::new(cx, canvas.buf, (place, 0)).put(words, cx.style(role));
        if let Some(key) = key.filter(|_| !cx.model.is_typing()) {
            canvas.target(place, Hit::Key(key));
        }
        x += columns + 3;
    }
}

fn screen_name(cx: Cx) -> Text {
    match cx.model.screen {
        Screen::Departures => Text::Legs,
        Screen::Trips => Text::Trips,
        Screen::Cart => Text::Cart,
        Screen::Checkout => Text::Checkout,
        Screen::Bookings => Text::BookingsTab,
    }
}

/// How the connection is, and the time, at the end of the line.
fn status(cx: Cx, strip: &mut Strip, shape: Shape) {
    let now = &cx.model.now;
    let clock = format::wall_short(now.wall, now.offset_minutes);
    strip.last(1, &format!("{clock} "), cx.style(Role::Strong));
    let glyphs = cx.glyphs();
    let (mark, role, text) = match &cx.model.link.connection {
        Connection::Online => (glyphs.online, Role::Good, Text::Online),
        Connection::Connecting { .. } => (glyphs.waiting, Role::Accent, Text::Connecting),
        Connection::Offline { .. } => (glyphs.offline, Role::Alarm, Text::Offline),
        Connection::Replaced => (glyphs.offline, Role::Alarm, Text::Replaced),
        Connection::Distrusted(_) => (glyphs.offline, Role::Alarm, Text::NotTrusted),
    };
    if shape == Shape::Compact {
        strip.last(1, mark, cx.style(role));
        return;
    }
    if let (Connection::Online, Some(ms)) = (&cx.model.link.connection, cx.model.link.round_trip_ms)
    {
        let took = if ms == 0 { "<1 ms".to_owned() } else { format!("{ms} ms") };
        strip.last(1, &took, cx.style(Role::Muted));
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
        iata.map_or_else(|| cx.glyphs().dot.repeat(3), |iata| iata.to_string())
    };
    let start = strip.column();
    if filters.from.chosen.is_none() && filters.to.chosen.is_none() {
        strip.put(cx.say(Text::AllLegs), cx.style(Role::Strong)).skip(1);
    } else {
        let arrow = cx.glyphs().arrow;
        let places = format!("{}{arrow}{}", code(filters.from.chosen), code(filters.to.chosen));
        strip.put(&places, cx.style(Role::Strong)).skip(1);
    }
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
