//! My bookings: the list, one in full, and the look-up by locator and code.

use ratatui::layout::Rect;
use trecho_shared::message::TicketStatus;

use super::layout::{Areas, Shape, window};
use super::paint::{Keys, Strip, Titles, columns_of, highlight, panel, rows_of, scroll_bar};
use super::search::typed;
use super::sheet::{Line, Sheet};
use super::{Canvas, Cx, ticket};
use crate::format;
use crate::input::Hit;
use crate::model::{BookingScreen, LookUp, SavedBooking, TextField};
use crate::theme::Role;
use crate::words::{self, Text, field_error};

/// Draws the bookings screen.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let bookings = &cx.model.bookings;
    let framed = areas.shape != Shape::Compact;
    let inner = if framed {
        let name = match bookings.screen {
            BookingScreen::List | BookingScreen::One => Text::Bookings,
            BookingScreen::LookUp(_) => Text::LookUp,
        };
        let count = match bookings.known.len() {
            0 => String::new(),
            number => number.to_string(),
        };
        let aside = match bookings.waiting {
            Some(_) => format!("{}{}", cx.say(Text::Asking), cx.glyphs().ellipsis),
            None => String::new(),
        };
        let titles =
            Titles { name: cx.say(name), count: &count, aside: &aside, ..Titles::default() };
        let keys = Keys::here_if(cx.model.overlays.is_empty());
        panel(cx, canvas.buf, (areas.main, keys), &titles)
    } else {
        areas.main
    };
    let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    match &bookings.screen {
        BookingScreen::List if bookings.known.is_empty() => none(cx, canvas, padded),
        BookingScreen::List => list(cx, canvas, (inner, framed)),
        BookingScreen::One => {
            let Some(saved) = bookings.known.get(bookings.cursor) else { return };
            let mut sheet = Sheet::default();
            ticket::write(cx, &mut sheet, (saved, padded.width), padded.height);
            let from = format!("{} {}", cx.say(Text::SavedFrom), saved.server);
            sheet.push(Line::of(from, Role::Muted));
            sheet.draw(cx, canvas, (padded, bookings.detail_top));
        }
        BookingScreen::LookUp(look_up) => asking(cx, canvas, (padded, look_up)),
    }
}

fn none(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let mut sheet = Sheet::default();
    let width = area.width.min(60);
    sheet.words(cx.say(Text::BookingsNone), Role::Strong, width);
    sheet.words(cx.say(Text::BookingsNoneHow), Role::Muted, width);
    let look_up = words::action(crate::keys::Action::LookUp, cx.lang());
    sheet.push(Line::of("f", Role::Key).and("  ", Role::Text).and(look_up, Role::Text));
    let y = area.y + area.height.saturating_sub(rows_of(sheet.len())) / 2;
    let x = area.x + (area.width - width) / 2;
    sheet.draw(cx, canvas, (Rect { x, y, width, height: area.bottom() - y }, 0));
}

fn list(cx: Cx, canvas: &mut Canvas, (area, framed): (Rect, bool)) {
    let bookings = &cx.model.bookings;
    let page = usize::from(area.height);
    canvas.page(page);
    let shown = window((bookings.top, bookings.cursor), page, bookings.known.len());
    for (line, place) in shown.clone().enumerate() {
        let Some(saved) = bookings.known.get(place) else { continue };
        let row = Rect { y: area.y + rows_of(line), height: 1, ..area };
        canvas.target(row, Hit::Row(place));
        booking_row(cx, canvas, (row, Keys::here_if(place == bookings.cursor)), saved);
    }
    if framed {
        scroll_bar(cx, canvas.buf, area, (shown, bookings.known.len()));
    }
}

fn booking_row(cx: Cx, canvas: &mut Canvas, (row, keys): (Rect, Keys), saved: &SavedBooking) {
    let booking = &saved.booking;
    let tickets = &booking.tickets;
    let gone = tickets.iter().all(|ticket| ticket.status == TicketStatus::Cancelled);
    let mut strip = Strip::new(cx, canvas.buf, (row, 0));
    let glyphs = cx.glyphs();
    let cursor = if keys == Keys::Here { glyphs.cursor } else { " " };
    let (mark, role) = if gone { (glyphs.taken, Role::Alarm) } else { (glyphs.done, Role::Good) };
    strip.put(cursor, cx.style(Role::Accent)).put(mark, cx.style(role)).skip(1);
    if gone {
        strip.last(1, &format!("{} ", cx.say(Text::CancelledAll)), cx.style(Role::Alarm));
    } else {
        let total = format::money(booking.total_centavos, cx.lang());
        strip.last(1, &format!("{total:>12} "), cx.style(Role::Text));
    }
    let ink = if gone { Role::Muted } else { Role::Strong };
    strip.put(booking.locator.as_str(), cx.style(ink)).skip(2);
    let mut legs: Vec<_> = tickets.iter().map(|ticket| ticket.leg).collect();
    legs.dedup();
    if let Some(first) = legs.first() {
        strip.put(&format::day_month(first.date), cx.style(Role::Muted)).skip(2);
    }
    let people = tickets.iter().filter(|ticket| Some(&ticket.leg) == legs.first()).count();
    if row.width >= 60 {
        let people = words::passengers(people, cx.lang());
        strip.last(2, &people, cx.style(Role::Muted));
    }
    strip.put(&stops(cx, (saved, &legs)), cx.style(if gone { Role::Muted } else { Role::Text }));
    if keys == Keys::Here {
        highlight(cx, canvas.buf, (row, Role::Selected));
        canvas.point(row.x, row.y);
    }
}

/// `GRU→SSA→REC`
fn stops(cx: Cx, (saved, legs): (&SavedBooking, &[trecho_shared::ids::LegId])) -> String {
    let arrow = cx.glyphs().arrow;
    let mut stops: Vec<String> = legs.iter().map(|leg| leg.origin.to_string()).collect();
    let last = legs.last().and_then(|id| saved.legs.iter().find(|leg| leg.leg == *id));
    stops.extend(last.map(|leg| leg.to.to_string()));
    stops.dedup();
    stops.join(arrow)
}

/// The two inputs of a look-up.
fn asking(cx: Cx, canvas: &mut Canvas, (area, look_up): (Rect, &LookUp)) {
    let roomy = area.height >= 8;
    let mut line = 0;
    if roomy {
        for words in format::wrap(cx.say(Text::LookUpHow), usize::from(area.width.min(70))) {
            Strip::new(cx, canvas.buf, (area, line)).put(&words, cx.style(Role::Muted));
            line += 1;
        }
        line += 1;
    }
    let fields = [
        (Text::Locator, &look_up.locator, !look_up.on_claim),
        (Text::Claim, &look_up.claim, look_up.on_claim),
    ];
    for (label, field, here) in fields {
        let place =
            Rect { y: area.y + line, height: 1.min(area.height.saturating_sub(line)), ..area };
        input(cx, canvas, (place, label), (field, Keys::here_if(here)));
        line += if field.error.is_some() { 2 } else { 1 };
        if roomy {
            line += 1;
        }
    }
    if look_up.waiting.is_some() {
        let words = format!("{}{}", cx.say(Text::LookingUp), cx.glyphs().ellipsis);
        Strip::new(cx, canvas.buf, (area, line)).put(&words, cx.style(Role::Text));
    }
}

fn input(
    cx: Cx,
    canvas: &mut Canvas,
    (place, label): (Rect, Text),
    (field, keys): (&TextField, Keys),
) {
    let widest = columns_of(cx.say(Text::Locator)).max(columns_of(cx.say(Text::Claim)));
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let here = keys == Keys::Here;
    let mark = if here { cx.glyphs().cursor } else { " " };
    strip.put(mark, cx.style(Role::Accent)).skip(1);
    let role = if here { Role::Strong } else { Role::Muted };
    strip.right(widest, cx.say(label), cx.style(role)).skip(1);
    let input = Rect { x: strip.column(), width: strip.room().min(34), ..place };
    if here {
        let bare = TextField { error: None, ..field.clone() };
        typed(cx, canvas, (input, &bare, ""));
    } else {
        Strip::new(cx, canvas.buf, (input, 0)).put(field.input.value(), cx.style(Role::Text));
        canvas.buf.set_style(input.intersection(canvas.buf.area), cx.style(Role::Input));
    }
    if let Some(error) = field.error {
        let words = format!("{} {}", cx.glyphs().warning, field_error(error, cx.lang()));
        let below = Rect { y: place.y + 1, ..place };
        Strip::new(cx, canvas.buf, (below, 0)).skip(2).put(&words, cx.style(Role::Alarm));
    }
}
