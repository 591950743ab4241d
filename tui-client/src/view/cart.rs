//! The cart: what is held, what it costs, how long it lasts.

mod line;

use ratatui::layout::Rect;
use trecho_shared::ids::LegId;
use trecho_shared::message::Hold;

use super::layout::{Areas, Shape, window};
use super::paint::{Keys, Strip, Titles, columns_of, gauge, highlight, panel, rows_of, scroll_bar};
use super::{Canvas, Cx};
use crate::format;
use crate::input::{Code, Hit, Key};
use crate::model::{Screen, Urgency};
use crate::theme::Role;
use crate::words::{self, Text};

/// Draws the cart: a panel, or on a compact screen one line, and all of it when it has the keys.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let here = cx.model.screen == Screen::Cart && cx.model.overlays.is_empty();
    match areas.shape {
        Shape::Tiny | Shape::Compact => {
            line::draw(cx, canvas, areas);
            if cx.model.screen == Screen::Cart {
                content(cx, canvas, (areas.main, Form::Folded));
            }
        }
        Shape::Stacked | Shape::Wide => {
            let count = match cx.model.cart.cart.holds.len() {
                0 => String::new(),
                seats => words::seats(seats, cx.lang()),
            };
            let aside = if cx.model.cart.holding.is_some() {
                waiting(cx, Text::Holding)
            } else if cx.model.cart.waiting.is_some() {
                waiting(cx, Text::Releasing)
            } else {
                String::new()
            };
            let titles = Titles {
                name: cx.say(Text::Cart),
                count: &count,
                aside: &aside,
                ..Titles::default()
            };
            let inner = panel(cx, canvas.buf, (areas.cart, Keys::here_if(here)), &titles);
            let form =
                if areas.shape == Shape::Wide { Form::Grouped } else { Form::LineForEachHold };
            content(cx, canvas, (inner, form));
        }
    }
}

fn waiting(cx: Cx, text: Text) -> String {
    format!("{}{}", cx.say(text), cx.glyphs().ellipsis)
}

/// How holds are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A line for the leg, then one for each of its seats.
    Grouped,
    /// The same without the countdown, which stands in the line below already.
    Folded,
    /// A line for each seat.
    LineForEachHold,
}

/// Where warnings are told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// In the line of what they are about.
    Here,
    /// In a line of their own, below.
    Below,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Leg(LegId),
    Hold(usize),
}

fn content(cx: Cx, canvas: &mut Canvas, (area, form): (Rect, Form)) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if cx.model.cart.is_empty() {
        empty(cx, canvas, area);
        return;
    }
    let below = match form {
        Form::Grouped if area.height >= 8 => 4,
        Form::Grouped | Form::LineForEachHold => 2,
        Form::Folded => 1,
    }
    .min(area.height);
    let list = Rect { height: area.height - below, ..area };
    holds(cx, canvas, (list, form));
    let sums = Rect { y: list.bottom(), height: below, ..area };
    if below == 4 {
        total(cx, canvas, (sums, 1), Told::Below);
        countdown(cx, canvas, (sums, 2), Told::Below);
        remark(cx, canvas, (sums, 3));
    } else {
        total(cx, canvas, (sums, 0), Told::Here);
        countdown(cx, canvas, (sums, 1), Told::Here);
    }
}

fn empty(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let how = match cx.model.screen {
        Screen::Departures | Screen::Trips => Some((Key::char(' '), Text::CartEmptyHow)),
        Screen::Cart => Some((Key::plain(Code::Esc), Text::CartEmptyBack)),
        Screen::Checkout | Screen::Bookings => None,
    };
    let how = how.map_or_else(String::new, |(key, how)| {
        format!("{} {}", words::key(key, cx.lang()), cx.say(how))
    });
    let mut lines = vec![(cx.say(Text::CartEmpty).to_owned(), Role::Text)];
    lines.extend(format::wrap(&how, area.width.into()).into_iter().map(|it| (it, Role::Muted)));
    for (at, (words, role)) in lines.iter().take(area.height.into()).enumerate() {
        Strip::new(cx, canvas.buf, (area, rows_of(at))).put(words, cx.style(*role));
    }
    if cx.model.screen == Screen::Cart {
        canvas.point(area.x, area.y);
    }
}

fn lines(cx: Cx, form: Form) -> Vec<Line> {
    let holds = &cx.model.cart.cart.holds;
    let places = |leg: LegId| {
        holds.iter().enumerate().filter(move |(_, hold)| hold.leg == leg).map(|(at, _)| at)
    };
    match form {
        Form::LineForEachHold => (0..holds.len()).map(Line::Hold).collect(),
        Form::Grouped | Form::Folded => cx
            .model
            .cart
            .held_legs()
            .into_iter()
            .flat_map(|leg| std::iter::once(Line::Leg(leg)).chain(places(leg).map(Line::Hold)))
            .collect(),
    }
}

fn holds(cx: Cx, canvas: &mut Canvas, (list, form): (Rect, Form)) {
    let lines = lines(cx, form);
    let cursor = lines.iter().position(|line| *line == Line::Hold(cx.model.cart.cursor));
    let focused = cx.model.screen == Screen::Cart;
    let cursor = cursor.unwrap_or(0);
    let page = usize::from(list.height);
    let shown = window((0, if focused { cursor } else { 0 }), page, lines.len());
    if focused {
        canvas.page(page);
    }
    for (row, line) in lines[shown.clone()].iter().enumerate() {
        let place = Rect { y: list.y + rows_of(row), height: 1, ..list };
        match line {
            Line::Leg(leg) => leg_line(cx, canvas, (place, *leg)),
            Line::Hold(at) => hold_line(cx, canvas, (place, form), *at),
        }
    }
    let bar = Rect { width: list.width + 1, ..list };
    scroll_bar(cx, canvas.buf, bar, (shown, lines.len()));
}

/// `TR1042  GRU→SSA  ter 24/11  06:10`
fn leg_line(cx: Cx, canvas: &mut Canvas, (place, id): (Rect, LegId)) {
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    strip.left(6, &id.flight.to_string(), cx.style(Role::Strong)).skip(1);
    strip.put(&route(cx, id), cx.style(Role::Strong)).skip(1);
    strip.put(&format::day_short(id.date, cx.lang()), cx.style(Role::Text)).skip(1);
    if let Some(leg) = cx.model.leg(id) {
        strip.put(&format::clock(leg.departs_at), cx.style(Role::Text));
    }
}

fn route(cx: Cx, id: LegId) -> String {
    let to = cx.model.leg(id).map_or_else(|| "???".to_owned(), |leg| leg.to.to_string());
    format!("{}{}{to}", id.origin, cx.glyphs().arrow)
}

fn hold_line(cx: Cx, canvas: &mut Canvas, (place, form): (Rect, Form), at: usize) {
    let Some(hold) = cx.model.cart.cart.holds.get(at) else { return };
    let focused = cx.model.screen == Screen::Cart;
    let here = focused && at == cx.model.cart.cursor;
    canvas.target(place, Hit::Hold(at));
    let Hold { leg, seat, fare_centavos, hold: _ } = *hold;
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let mark = if here { cx.glyphs().cursor } else { " " };
    strip.last(1, &format::money(fare_centavos, cx.lang()), cx.style(Role::Text));
    strip.put(mark, cx.style(Role::Accent)).skip(1);
    if form == Form::LineForEachHold {
        strip.left(6, &leg.flight.to_string(), cx.style(Role::Text)).skip(1);
        strip.put(&route(cx, leg), cx.style(Role::Strong)).skip(1);
        if strip.room() >= 11 {
            let time = cx.model.leg(leg).map(|leg| format::clock(leg.departs_at));
            strip.put(&time.unwrap_or_default(), cx.style(Role::Text)).skip(1);
        }
    } else {
        strip.skip(5);
    }
    strip.right(3, &seat.to_string(), cx.style(Role::Strong));
    if here {
        highlight(cx, canvas.buf, (place, Role::Selected));
        canvas.point(place.x, place.y);
    }
}

fn total(cx: Cx, canvas: &mut Canvas, (area, line): (Rect, u16), told: Told) {
    let mut strip = Strip::new(cx, canvas.buf, (area, line));
    strip.last(1, &format::money(cx.model.cart.total(), cx.lang()), cx.style(Role::Strong));
    strip.put(cx.say(Text::Total), cx.style(Role::Muted)).skip(1);
    let legs = words::legs(cx.model.cart.held_legs().len(), cx.lang());
    match cx.model.cart.passengers() {
        Some(passengers) => {
            let who = words::passengers(passengers, cx.lang());
            let text = format!("{legs} {} {who}", cx.glyphs().dot);
            if columns_of(&text) <= strip.room() {
                strip.put(&text, cx.style(Role::Muted));
            }
        }
        None if told == Told::Here => {
            strip.put(&unequal(cx), cx.style(Role::Alarm));
        }
        None => {}
    }
}

fn unequal(cx: Cx) -> String {
    format!("{} {}", cx.glyphs().warning, cx.say(Text::Unequal))
}

/// How the countdown looks, by how near its end is.
pub(super) fn urgency_role(cx: Cx) -> Role {
    match cx.model.cart.urgency(cx.model.now.mono_ms) {
        None | Some(Urgency::Calm) => Role::Strong,
        Some(Urgency::Minute) => Role::Alarm,
        Some(Urgency::Soon | Urgency::Last) => Role::AlarmChip,
    }
}

/// What the countdown means, in words, once it is near its end.
pub(super) fn urgency_words(cx: Cx) -> Option<&'static str> {
    let left = cx.model.cart.remaining_ms(cx.model.now.mono_ms)?;
    match Urgency::of(left) {
        _ if left == 0 => Some(cx.say(Text::Expired)),
        Urgency::Calm => None,
        Urgency::Minute => Some(cx.say(Text::UrgentMinute)),
        Urgency::Soon => Some(cx.say(Text::UrgentSoon)),
        Urgency::Last => Some(cx.say(Text::UrgentLast)),
    }
}

fn countdown(cx: Cx, canvas: &mut Canvas, (area, line): (Rect, u16), told: Told) {
    let Some(left) = cx.model.cart.remaining_ms(cx.model.now.mono_ms) else { return };
    let role = urgency_role(cx);
    let mut strip = Strip::new(cx, canvas.buf, (area, line));
    strip.last(1, &format::countdown(left), cx.style(role));
    let urgent = urgency_words(cx);
    match urgent {
        Some(words) if told == Told::Here => strip.last(2, words, cx.style(Role::Alarm)),
        Some(_) => strip.last(2, " ", cx.style(Role::Text)),
        None => strip.last(2, cx.say(Text::Expires), cx.style(Role::Muted)),
    };
    let columns = strip.room();
    let full = gauge(left, cx.model.cart.span_ms.max(left), columns);
    let ink = if urgent.is_some() { Role::Alarm } else { Role::Accent };
    let glyphs = cx.glyphs();
    strip.put(&glyphs.gauge_full.repeat(full.into()), cx.style(ink));
    strip.put(&glyphs.gauge_empty.repeat((columns - full).into()), cx.style(Role::Border));
}

/// Below all, what presses most: the time, what keeps the cart from being bought, or what to do.
fn remark(cx: Cx, canvas: &mut Canvas, (area, line): (Rect, u16)) {
    let mut strip = Strip::new(cx, canvas.buf, (area, line));
    if let Some(words) = urgency_words(cx) {
        let words = format!("{} {words}", cx.glyphs().warning);
        strip.put(&words, cx.style(Role::Alarm));
        return;
    }
    if cx.model.cart.passengers().is_none() {
        strip.put(&unequal(cx), cx.style(Role::Alarm));
        return;
    }
    let hints = [
        (crate::input::Key::char('c'), crate::keys::Action::Buy),
        (crate::input::Key::char('x'), crate::keys::Action::ReleaseOne),
    ];
    for (key, action) in hints {
        strip.put(&words::key(key, cx.lang()), cx.style(Role::Key)).skip(1);
        strip.put(words::action(action, cx.lang()), cx.style(Role::Muted)).skip(3);
    }
}
