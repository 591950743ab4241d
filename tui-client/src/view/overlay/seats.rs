//! The cabin of a leg, drawn as one walks through it: blocks of seats with aisles between.

use ratatui::layout::Rect;
use trecho_shared::message::{SeatMap, SeatState, SeatStatus};

use super::dialog;
use crate::format;
use crate::input::Hit;
use crate::model::SeatPicker;
use crate::theme::Role;
use crate::view::layout::{Areas, Shape, window};
use crate::view::paint::{Strip, Titles, highlight, rows_of, scroll_bar};
use crate::view::{Canvas, Cx};
use crate::words::{self, Text};

/// How wide a seat is, and an aisle.
const SEAT: u16 = 3;
const AISLE: u16 = 3;
/// How wide the row's number is.
const NUMBER: u16 = 4;

/// Draws the seat map with its legend, and what is chosen.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, (areas, picker): (Areas, &SeatPicker)) {
    let name = words::leg(picker.leg, cx.lang());
    let count = picker.map.as_ref().map(|map| aircraft_of(map).to_owned()).unwrap_or_default();
    let title = format!("{} {name}", cx.say(Text::Seats));
    let titles = Titles { name: &title, count: &count, ..Titles::default() };
    let Some(map) = &picker.map else {
        let area = dialog(cx, canvas, (areas, (50, 3)), &titles);
        let text = if cx.model.is_online() { Text::SeatsLoading } else { Text::SeatsOffline };
        let words = format!("{}{}", cx.say(text), cx.glyphs().ellipsis);
        Strip::new(cx, canvas.buf, (area, 1)).put(&words, cx.style(Role::Text));
        canvas.point(area.x, area.y);
        return;
    };
    let cabin = cabin_columns(map);
    let beside = areas.shape != Shape::Compact;
    let legend_columns = if beside { 22 } else { 0 };
    let height = rows_of(map.rows.len()) + 3;
    let area = dialog(cx, canvas, (areas, (cabin + legend_columns, height)), &titles);
    let below = if beside { 0 } else { 1.min(area.height.saturating_sub(2)) };
    let rows = Rect {
        y: area.y + 1,
        width: cabin.min(area.width),
        height: area.height.saturating_sub(1 + below),
        ..area
    };
    letters(cx, canvas, (Rect { height: 1, ..area }, map));
    let page = usize::from(rows.height);
    let shown = window((picker.top, picker.cursor.0), page, map.rows.len());
    for (line, place) in shown.clone().enumerate() {
        let row = Rect { y: rows.y + rows_of(line), height: 1, ..rows };
        cabin_row(cx, canvas, (row, place), (map, picker));
    }
    canvas.scrolled(map.rows.len(), page);
    if beside {
        scroll_bar(cx, canvas.buf, Rect { width: rows.width + 1, ..rows }, (shown, map.rows.len()));
        let x = area.x + cabin + 3;
        let legend_area = Rect { x, width: area.right().saturating_sub(x), ..area };
        legend(cx, canvas, (legend_area, picker));
    } else {
        let line = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
        compact_legend(cx, canvas, (line, picker));
    }
}

fn aircraft_of(map: &SeatMap) -> &str {
    crate::view::board::aircraft(&map.aircraft)
}

fn cabin_columns(map: &SeatMap) -> u16 {
    let widest = map.rows.iter().map(|row| {
        let seats: usize = row.blocks.iter().map(Vec::len).sum();
        rows_of(seats) * SEAT + rows_of(row.blocks.len().saturating_sub(1)) * AISLE
    });
    NUMBER + widest.max().unwrap_or(0) + 1
}

/// Each seat of a row with its place in the row and where it is drawn.
fn seats_of(map: &SeatMap, row: usize) -> impl Iterator<Item = (usize, u16, &SeatState)> {
    let blocks = map.rows.get(row).map(|row| row.blocks.as_slice()).unwrap_or_default();
    let mut x = NUMBER;
    let mut place = 0;
    let mut placed = Vec::new();
    for block in blocks {
        for seat in block {
            placed.push((place, x, seat));
            place += 1;
            x += SEAT;
        }
        x += AISLE;
    }
    placed.into_iter()
}

/// The letters over the seats, from the fullest row.
fn letters(cx: Cx, canvas: &mut Canvas, (line, map): (Rect, &SeatMap)) {
    let fullest = (0..map.rows.len()).max_by_key(|row| seats_of(map, *row).count()).unwrap_or(0);
    for (_, x, seat) in seats_of(map, fullest) {
        let mut strip = Strip::new(cx, canvas.buf, (line, 0));
        let letter = char::from(seat.seat.letter).to_string();
        strip.skip(x + 1).put(&letter, cx.style(Role::Muted));
    }
}

fn cabin_row(
    cx: Cx,
    canvas: &mut Canvas,
    (area, row): (Rect, usize),
    (map, picker): (&SeatMap, &SeatPicker),
) {
    let number = map.rows.get(row).map(|row| row.row.to_string()).unwrap_or_default();
    Strip::new(cx, canvas.buf, (area, 0)).right(NUMBER - 1, &number, cx.style(Role::Muted));
    for (place, x, seat) in seats_of(map, row) {
        let cell = Rect { x: area.x + x, width: SEAT, ..area };
        if cell.right() > area.right() {
            break;
        }
        canvas.target(cell, Hit::Seat(row, place));
        let here = picker.cursor == (row, place);
        let (mark, role) = mark(cx, seat, picker);
        let edges = if here { ["[", "]"] } else { [" ", " "] };
        let mut strip = Strip::new(cx, canvas.buf, (cell, 0));
        strip.put(edges[0], cx.style(Role::Key)).put(mark, cx.style(role));
        strip.put(edges[1], cx.style(Role::Key));
        if here {
            highlight(cx, canvas.buf, (cell, Role::Selected));
            canvas.point(cell.x + 1, cell.y);
        }
    }
}

fn is_ours(cx: Cx, seat: &SeatState, picker: &SeatPicker) -> bool {
    let holds = &cx.model.cart.cart.holds;
    holds.iter().any(|hold| hold.leg == picker.leg && hold.seat == seat.seat)
}

fn mark(cx: Cx, seat: &SeatState, picker: &SeatPicker) -> (&'static str, Role) {
    let glyphs = cx.glyphs();
    if picker.chosen.contains(&seat.seat) {
        return (glyphs.seat_chosen, Role::Key);
    }
    if is_ours(cx, seat, picker) {
        return (glyphs.seat_ours, Role::Good);
    }
    match seat.status {
        SeatStatus::Free => (glyphs.seat_free, Role::Text),
        SeatStatus::Held => (glyphs.seat_held, Role::Muted),
        SeatStatus::Sold => (glyphs.seat_sold, Role::Muted),
        SeatStatus::Blocked => (glyphs.seat_blocked, Role::Muted),
    }
}

fn kinds(cx: Cx) -> [(&'static str, Role, Text); 6] {
    let glyphs = cx.glyphs();
    [
        (glyphs.seat_free, Role::Text, Text::SeatFree),
        (glyphs.seat_chosen, Role::Key, Text::SeatChosen),
        (glyphs.seat_ours, Role::Good, Text::SeatOurs),
        (glyphs.seat_held, Role::Muted, Text::SeatHeld),
        (glyphs.seat_sold, Role::Muted, Text::SeatSold),
        (glyphs.seat_blocked, Role::Muted, Text::SeatBlocked),
    ]
}

fn chosen_words(cx: Cx, picker: &SeatPicker) -> String {
    let labels: Vec<String> = picker.chosen.iter().map(ToString::to_string).collect();
    if labels.is_empty() { cx.say(Text::SeatsNoneChosen).to_owned() } else { labels.join(" ") }
}

/// What the marks mean, what the cursor is on, and what is chosen: beside the cabin.
fn legend(cx: Cx, canvas: &mut Canvas, (area, picker): (Rect, &SeatPicker)) {
    let mut line = 1;
    for (mark, role, text) in kinds(cx) {
        let mut strip = Strip::new(cx, canvas.buf, (area, line));
        strip.put(mark, cx.style(role)).skip(2).put(cx.say(text), cx.style(Role::Muted));
        line += 1;
    }
    if let Some(seat) = under_cursor(picker) {
        let text = kind_words(cx, seat, picker);
        let label = seat.seat.to_string();
        let mut strip = Strip::new(cx, canvas.buf, (area, line + 1));
        strip.put(&label, cx.style(Role::Strong)).skip(2).put(text, cx.style(Role::Text));
    }
    let width = usize::from(area.width).max(1);
    let mut at = line + 3;
    if !picker.chosen.is_empty() {
        let count = words::seats(picker.chosen.len(), cx.lang());
        Strip::new(cx, canvas.buf, (area, at)).put(&count, cx.style(Role::Key));
        at += 1;
    }
    for words in format::wrap(&chosen_words(cx, picker), width) {
        if at < area.height {
            Strip::new(cx, canvas.buf, (area, at)).put(&words, cx.style(Role::Text));
        }
        at += 1;
    }
}

fn under_cursor(picker: &SeatPicker) -> Option<&SeatState> {
    let map = picker.map.as_ref()?;
    let row = map.rows.get(picker.cursor.0)?;
    row.blocks.iter().flatten().nth(picker.cursor.1)
}

fn kind_words(cx: Cx, seat: &SeatState, picker: &SeatPicker) -> &'static str {
    if picker.chosen.contains(&seat.seat) {
        return cx.say(Text::SeatChosen);
    }
    if is_ours(cx, seat, picker) {
        return cx.say(Text::SeatOurs);
    }
    cx.say(match seat.status {
        SeatStatus::Free => Text::SeatFree,
        SeatStatus::Held => Text::SeatHeld,
        SeatStatus::Sold => Text::SeatSold,
        SeatStatus::Blocked => Text::SeatBlocked,
    })
}

/// `12A livre · escolhidos 12B 12C`, for a compact screen.
fn compact_legend(cx: Cx, canvas: &mut Canvas, (line, picker): (Rect, &SeatPicker)) {
    let mut strip = Strip::new(cx, canvas.buf, (line, 0));
    if let Some(seat) = under_cursor(picker) {
        strip.put(&seat.seat.to_string(), cx.style(Role::Strong)).skip(1);
        strip.put(kind_words(cx, seat, picker), cx.style(Role::Text)).skip(2);
    }
    strip.put(&chosen_words(cx, picker), cx.style(Role::Key));
}
