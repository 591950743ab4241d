//! One leg of the board.

use ratatui::layout::Rect;
use ratatui::style::Style;
use trecho_shared::message::{Leg, LegStatus};

use super::super::paint::{Keys, Strip, gauge, highlight};
use super::super::{Canvas, Cx};
use super::grid::{Column, Grid, MARKS, Side};
use crate::format;
use crate::input::Hit;
use crate::model::{FlashKind, Row, Screen};
use crate::theme::Role;
use crate::words::Text;

/// What a row tells beside its leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// It has just opened again.
    Reopened,
    /// A hold of it is under way.
    Holding,
    /// In our cart, and no seat is left for anybody else.
    InCart,
    /// It went while we looked.
    JustTaken,
    Taken,
    Closed,
    Departed,
}

/// Draws the row at `place` of those shown.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, (grid, area): (&Grid, Rect), place: usize) {
    let departures = &cx.model.departures;
    let Some(row) = departures.shown_row(place) else { return };
    let leg = &row.leg;
    canvas.target(area, Hit::Row(place));
    let here = place == departures.cursor_row;
    let flash = departures.flashes.get(&leg.leg).filter(|it| it.until_ms > cx.model.now.mono_ms);
    let flash = flash.map(|flash| flash.kind);
    let state = state(cx, row, flash);
    marks(cx, canvas, (area, state), (leg, Keys::here_if(here)));
    let faded = !matches!(state, State::Open | State::Reopened | State::InCart | State::Holding);
    let word = word(cx, state, flash);
    for (column, x) in &grid.columns {
        if word.is_some() && covered(grid, *column) {
            continue;
        }
        let mut strip = Strip::new(cx, canvas.buf, (area, 0));
        strip.to(*x);
        cell(cx, &mut strip, (*column, faded), (leg, flash));
    }
    if let (Some((words, role)), Some(x)) = (word, grid.state_start()) {
        Strip::new(cx, canvas.buf, (area, 0)).to(x).put(words, cx.style(role));
    }
    if here {
        let focused = cx.model.screen == Screen::Departures;
        let role = if focused { Role::Selected } else { Role::SelectedAside };
        highlight(cx, canvas.buf, (area, role));
        if focused {
            canvas.point(area.x, area.y);
        }
    }
}

fn state(cx: Cx, row: &Row, flash: Option<FlashKind>) -> State {
    let leg = &row.leg;
    let ours = cx.model.cart.seats_of(leg.leg) > 0;
    if cx.model.departures.holding.contains(&leg.leg) {
        return State::Holding;
    }
    match leg.status {
        _ if cx.model.has_departed(leg) => State::Departed,
        LegStatus::Open if flash == Some(FlashKind::Reopened) => State::Reopened,
        LegStatus::Open => State::Open,
        LegStatus::Taken if ours => State::InCart,
        LegStatus::Taken if row.gone || flash == Some(FlashKind::Taken) => State::JustTaken,
        LegStatus::Taken => State::Taken,
        LegStatus::Closed => State::Closed,
        LegStatus::Departed => State::Departed,
    }
}

/// The word that stands where the seats would, and how it looks.
fn word(cx: Cx, state: State, flash: Option<FlashKind>) -> Option<(&'static str, Role)> {
    let (text, role) = match state {
        State::Open | State::Reopened => return None,
        State::Holding => (Text::Holding, Role::Accent),
        State::InCart => (Text::InCart, Role::Good),
        State::JustTaken if flash == Some(FlashKind::Taken) => (Text::TakenNow, Role::AlarmChip),
        State::JustTaken => (Text::TakenNow, Role::Alarm),
        State::Taken => (Text::Taken, Role::Alarm),
        State::Closed => (Text::Closed, Role::Muted),
        State::Departed => (Text::Departed, Role::Muted),
    };
    Some((cx.say(text), role))
}

/// Whether a state's word takes a column's place: the seats always, the fare where the seats alone
/// are too narrow for a word.
fn covered(grid: &Grid, column: Column) -> bool {
    match column {
        Column::Gauge | Column::Seats => true,
        Column::Fare | Column::Amount => grid.start(Column::Gauge).is_none(),
        Column::Flight
        | Column::Day
        | Column::Departs
        | Column::From
        | Column::FromCity
        | Column::To
        | Column::ToCity
        | Column::Arrives
        | Column::Duration
        | Column::Aircraft
        | Column::DayMonth
        | Column::Route => false,
    }
}

/// The cursor and what the leg is to us, by mark.
fn marks(cx: Cx, canvas: &mut Canvas, (area, state): (Rect, State), (leg, keys): (&Leg, Keys)) {
    let glyphs = cx.glyphs();
    let held = cx.model.cart.seats_of(leg.leg) > 0;
    let marked = cx.model.departures.marked.contains(&leg.leg);
    let (mark, role) = match state {
        State::Holding => (glyphs.waiting, Role::Accent),
        State::InCart => (glyphs.held, Role::Good),
        State::Open | State::Reopened if held => (glyphs.held, Role::Good),
        State::Open | State::Reopened if marked => (glyphs.marked, Role::Accent),
        State::Reopened => (glyphs.reopened, Role::Good),
        State::Open => (" ", Role::Text),
        State::JustTaken | State::Taken => (glyphs.taken, Role::Alarm),
        State::Closed | State::Departed => (glyphs.info, Role::Muted),
    };
    let cursor = if keys == Keys::Here { glyphs.cursor } else { " " };
    let marks = Rect { width: area.width.min(MARKS), ..area };
    let mut strip = Strip::new(cx, canvas.buf, (marks, 0));
    strip.put(cursor, cx.style(Role::Accent)).put(mark, cx.style(role));
}

fn cell(
    cx: Cx,
    strip: &mut Strip,
    (column, faded): (Column, bool),
    (leg, flash): (&Leg, Option<FlashKind>),
) {
    let role = |role| if faded { Role::Muted } else { role };
    let (text, style) = match column {
        Column::Flight => (leg.flight.to_string(), cx.style(role(Role::Text))),
        Column::Day => (format::day_short(leg.leg.date, cx.lang()), cx.style(role(Role::Muted))),
        Column::DayMonth => (format::day_month(leg.leg.date), cx.style(role(Role::Muted))),
        Column::Departs => (format::clock(leg.departs_at), cx.style(role(Role::Strong))),
        Column::From => (leg.from.to_string(), cx.style(role(Role::Strong))),
        Column::FromCity => (cx.city(leg.from), cx.style(Role::Muted)),
        Column::To => (leg.to.to_string(), cx.style(role(Role::Strong))),
        Column::ToCity => (cx.city(leg.to), cx.style(Role::Muted)),
        Column::Arrives => {
            let day = format::day_mark(leg.departs_at, leg.arrives_at);
            (format!("{}{day}", format::clock(leg.arrives_at)), cx.style(role(Role::Text)))
        }
        Column::Duration => {
            let minutes = format::minutes_between(leg.departs_at, leg.arrives_at);
            (format::duration(minutes), cx.style(Role::Muted))
        }
        Column::Aircraft => (aircraft(&leg.aircraft).to_owned(), cx.style(Role::Muted)),
        Column::Gauge => return seats_gauge(cx, strip, leg),
        Column::Seats => (leg.seats_left.to_string(), seats_style(cx, leg, flash)),
        Column::Fare => {
            let amount = format::amount(leg.fare_centavos, cx.lang());
            (format!("R$ {amount:>8}"), cx.style(role(Role::Text)))
        }
        Column::Route => {
            let route = format!("{}{}{}", leg.from, cx.glyphs().arrow, leg.to);
            (route, cx.style(role(Role::Strong)))
        }
        Column::Amount => {
            (format::amount(leg.fare_centavos, cx.lang()), cx.style(role(Role::Text)))
        }
    };
    match column.side() {
        Side::Left => strip.left(column.width(), &text, style),
        Side::Right => strip.right(column.width(), &text, style),
    };
}

fn seats_style(cx: Cx, leg: &Leg, flash: Option<FlashKind>) -> Style {
    cx.style(match flash {
        Some(FlashKind::Reopened | FlashKind::Held) => Role::GoodChip,
        Some(FlashKind::Updated) => Role::AccentChip,
        Some(FlashKind::Taken) | None if leg.seats_left <= 9 => Role::Key,
        Some(FlashKind::Taken) | None => Role::Text,
    })
}

fn seats_gauge(cx: Cx, strip: &mut Strip, leg: &Leg) {
    let glyphs = cx.glyphs();
    let width = Column::Gauge.width();
    let free = gauge(leg.seats_left.into(), leg.capacity.into(), width);
    let ink = if leg.seats_left <= 9 { Role::Accent } else { Role::Muted };
    strip.put(&glyphs.seats_free.repeat(free.into()), cx.style(ink));
    strip.put(&glyphs.seats_gone.repeat((width - free).into()), cx.style(Role::Border));
}

/// An aircraft by its IATA type as people call it; an unknown type as it is.
pub(in super::super) fn aircraft(iata_type: &str) -> &str {
    match iata_type {
        "100" => "F100",
        "318" => "A318",
        "319" => "A319",
        "320" => "A320",
        "321" => "A321",
        "330" => "A330",
        "73G" => "B737",
        "738" => "B738",
        "AT4" => "ATR42",
        "AT7" => "ATR72",
        "E75" => "E175",
        "E90" => "E190",
        "E95" => "E195",
        "L4T" => "L410",
        other => other,
    }
}
