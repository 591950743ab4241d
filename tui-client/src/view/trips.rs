//! Ways from A to B with connections: one line a trip, its legs below.

use ratatui::layout::Rect;
use trecho_shared::message::Trip;

use super::layout::{Areas, Shape, window};
use super::paint::{Keys, Strip, Titles, highlight, panel, rows_of, scroll_bar};
use super::sheet::{Line, Sheet};
use super::{Canvas, Cx};
use crate::format;
use crate::input::Hit;
use crate::model::Screen;
use crate::theme::Role;
use crate::words::{self, Text};

/// Draws the trips found, with the legs of the one under the cursor below.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let trips = &cx.model.trips;
    let here = cx.model.screen == Screen::Trips && cx.model.overlays.is_empty();
    let framed = areas.shape != Shape::Compact;
    let inner = if framed {
        let count = match trips.trips.len() {
            0 => String::new(),
            number => format!("{}/{number}", trips.cursor.min(number - 1) + 1),
        };
        let titles = Titles { name: cx.say(Text::Trips), count: &count, ..Titles::default() };
        panel(cx, canvas.buf, (areas.main, Keys::here_if(here)), &titles)
    } else {
        areas.main
    };
    if trips.trips.is_empty() {
        nothing(cx, canvas, inner);
        return;
    }
    // So many lines below the list as the longest trip has legs and stops.
    let below = if inner.height >= 12 { 6 } else { inner.height / 2 };
    let list = Rect { height: inner.height - below, ..inner };
    let page = usize::from(list.height);
    canvas.page(page);
    let shown = window((trips.top, trips.cursor), page, trips.trips.len());
    for (line, (place, trip)) in shown.clone().zip(&trips.trips[shown.clone()]).enumerate() {
        let row = Rect { y: list.y + rows_of(line), height: 1, ..list };
        canvas.target(row, Hit::Row(place));
        trip_row(cx, canvas, (row, Keys::here_if(place == trips.cursor)), trip);
    }
    if framed {
        scroll_bar(cx, canvas.buf, list, (shown, trips.trips.len()));
    }
    if let Some(trip) = trips.trips.get(trips.cursor) {
        let area = Rect { y: list.bottom(), height: below, ..inner };
        legs(cx, canvas, (area, trip));
    }
}

fn nothing(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let trips = &cx.model.trips;
    let width = area.width.saturating_sub(4);
    let mut sheet = Sheet::default();
    if trips.waiting.is_some() {
        let words = format!("{}{}", cx.say(Text::TripsLoading), cx.glyphs().ellipsis);
        sheet.words(&words, Role::Text, width);
    } else if trips.query.is_none() {
        sheet.words(cx.say(Text::TripsNeedRoute), Role::Strong, width);
        for (key, text) in [('f', Text::From), ('t', Text::To), ('d', Text::Date)] {
            sheet
                .push(Line::of(key, Role::Key).and("  ", Role::Text).and(cx.say(text), Role::Text));
        }
    } else {
        sheet.words(cx.say(Text::TripsNone), Role::Strong, width);
        sheet.words(cx.say(Text::TripsNoneHow), Role::Muted, width);
    }
    let lines = rows_of(sheet.len());
    let y = area.y + area.height.saturating_sub(lines) / 2;
    let place = Rect { x: area.x + 2, y, width, height: area.bottom().saturating_sub(y) };
    sheet.draw(cx, canvas, (place, 0));
}

fn trip_row(cx: Cx, canvas: &mut Canvas, (row, keys): (Rect, Keys), trip: &Trip) {
    let (Some(first), Some(last)) = (trip.legs.first(), trip.legs.last()) else { return };
    let mut strip = Strip::new(cx, canvas.buf, (row, 0));
    let mark = if keys == Keys::Here { cx.glyphs().cursor } else { " " };
    strip.put(mark, cx.style(Role::Accent)).skip(2);
    let wide = row.width >= 60;
    let fare = if row.width >= 44 {
        format!("R$ {:>8} ", format::amount(trip.fare_centavos, cx.lang()))
    } else {
        format!("{} ", format::amount(trip.fare_centavos, cx.lang()))
    };
    strip.last(1, &fare, cx.style(Role::Text));
    strip.put(&format::clock(first.departs_at), cx.style(Role::Strong)).skip(1);
    let day = format::day_mark(first.departs_at, last.arrives_at);
    let arrives = format!("{}{day}", format::clock(last.arrives_at));
    strip.left(7, &arrives, cx.style(Role::Text)).skip(1);
    let gap = if wide { 3 } else { 1 };
    let minutes = if wide { 6 } else { 5 };
    strip.right(minutes, &format::duration(trip.duration_minutes), cx.style(Role::Muted));
    strip.skip(gap);
    let stops: Vec<&str> = trip.legs.iter().skip(1).map(|leg| leg.from.as_str()).collect();
    let via = match (stops.len(), wide) {
        (0, _) => cx.say(Text::Direct).to_owned(),
        (number, true) => {
            let connections = words::connections(number, cx.lang());
            format!("{connections} {} {}", cx.say(Text::In), stops.join(", "))
        }
        (_, false) => stops.join(" "),
    };
    strip.put(&via, cx.style(if stops.is_empty() { Role::Good } else { Role::Text }));
    if keys == Keys::Here {
        let role =
            if cx.model.screen == Screen::Trips { Role::Selected } else { Role::SelectedAside };
        highlight(cx, canvas.buf, (row, role));
        canvas.point(row.x, row.y);
    }
}

/// The legs of a trip in the order flown, with the time between them.
fn legs(cx: Cx, canvas: &mut Canvas, (area, trip): (Rect, &Trip)) {
    let rule = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if area.height > 0 {
        Strip::new(cx, canvas.buf, (rule, 0)).fill(cx.glyphs().rule, cx.style(Role::Border));
    }
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let mut line = 1;
    for (at, leg) in trip.legs.iter().enumerate() {
        if at > 0 {
            let landed = trip.legs[at - 1].arrives_at;
            let wait = format::minutes_between(landed, leg.departs_at);
            let words = format!(
                "{} {} {}",
                cx.say(Text::Connection),
                format::duration(wait),
                cx.city(leg.from)
            );
            if area.height > 3 {
                Strip::new(cx, canvas.buf, (area, line)).skip(3).put(&words, cx.style(Role::Muted));
                line += 1;
            }
        }
        let mut strip = Strip::new(cx, canvas.buf, (area, line));
        let seats = usize::try_from(leg.seats_left).unwrap_or(0);
        if area.width >= 60 {
            strip.last(1, &format::money(leg.fare_centavos, cx.lang()), cx.style(Role::Muted));
            strip.last(2, &words::seats(seats, cx.lang()), cx.style(Role::Muted));
        }
        strip.skip(3).left(7, &leg.flight.to_string(), cx.style(Role::Text));
        let route = format!("{}{}{}", leg.from, cx.glyphs().arrow, leg.to);
        strip.put(&route, cx.style(Role::Strong)).skip(2);
        let day = format::day_mark(leg.departs_at, leg.arrives_at);
        let (departs, arrives) = (format::clock(leg.departs_at), format::clock(leg.arrives_at));
        let times = format!("{departs} {} {arrives}{day}", cx.glyphs().arrow);
        strip.put(&times, cx.style(Role::Text));
        if area.width >= 50 {
            strip.skip(2).put(super::board::aircraft(&leg.aircraft), cx.style(Role::Muted));
        }
        line += 1;
    }
}
