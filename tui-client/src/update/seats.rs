//! Choosing seats by hand.

use trecho_shared::ids::{LegId, SeatLabel, Version};
use trecho_shared::message::{LegAsk, SeatAsk, SeatMap, SeatState, SeatStatus};

use super::movement::{Move, follow};
use super::{ask, cart, keys, link};
use crate::effect::{Ask, AskId, Effect};
use crate::message::Failure;
use crate::model::{Model, Overlay, SeatPicker};
use crate::notice::WhyNot;

fn picker(model: &mut Model) -> Option<&mut SeatPicker> {
    match model.overlays.last_mut() {
        Some(Overlay::Seats(picker)) => Some(picker),
        _ => None,
    }
}

/// True if seats are being chosen.
pub(super) fn is_open(model: &Model) -> bool {
    matches!(model.overlays.last(), Some(Overlay::Seats(_)))
}

/// Shows the cabin of the leg under the cursor.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(leg) = model.leg_under_cursor() else { return };
    let waiting = Some(ask(model, effects, Ask::Seats(leg)));
    model.overlays.push(Overlay::Seats(Box::new(SeatPicker {
        leg,
        map: None,
        cursor: (0, 0),
        chosen: Vec::new(),
        top: 0,
        waiting,
    })));
}

/// The seats were held, or are of no interest any more.
pub(super) fn close(model: &mut Model) {
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Seats(_)));
}

/// Reads the cabin again.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(leg) = picker(model).filter(|picker| picker.waiting.is_none()).map(|p| p.leg) else {
        return;
    };
    let id = ask(model, effects, Ask::Seats(leg));
    if let Some(picker) = picker(model) {
        picker.waiting = Some(id);
    }
}

/// The leg has changed: its cabin is read again if it is on the screen.
pub(super) fn leg_changed(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    leg: LegId,
    version: Version,
) {
    let older = |picker: &SeatPicker| {
        picker.leg == leg && picker.map.as_ref().is_some_and(|map| map.version < version)
    };
    if picker(model).is_some_and(|picker| older(picker)) {
        refresh(model, effects);
    }
}

/// The cabin has come, or will not come.
pub(super) fn answered(model: &mut Model, id: AskId, outcome: Result<SeatMap, Failure>) {
    let Some(picker) = picker(model).filter(|picker| picker.waiting == Some(id)) else { return };
    picker.waiting = None;
    match outcome {
        Ok(map) => {
            let first = picker.map.is_none();
            let free = |seat: &SeatLabel| {
                let mut seats = map.rows.iter().flat_map(|row| row.blocks.iter().flatten());
                seats.any(|state| state.seat == *seat && state.status == SeatStatus::Free)
            };
            picker.chosen.retain(free);
            if first {
                picker.cursor = first_free(&map);
            }
            picker.map = Some(map);
        }
        Err(failure) => {
            close(model);
            link::failed(model, failure);
        }
    }
    show_cursor(model);
}

fn first_free(map: &SeatMap) -> (usize, usize) {
    let seats = |row: usize| map.rows[row].blocks.iter().flatten().enumerate();
    (0..map.rows.len())
        .find_map(|row| {
            let (place, _) = seats(row).find(|(_, state)| state.status == SeatStatus::Free)?;
            Some((row, place))
        })
        .unwrap_or((0, 0))
}

fn seat_at(picker: &SeatPicker, (row, place): (usize, usize)) -> Option<SeatState> {
    picker.map.as_ref()?.rows.get(row)?.blocks.iter().flatten().nth(place).copied()
}

/// Moves between rows.
pub(super) fn go(model: &mut Model, movement: Move) {
    let page = model.drawn.page;
    let Some(picker) = picker(model) else { return };
    let rows = picker.map.as_ref().map_or(0, |map| map.rows.len());
    picker.cursor.0 = movement.from(picker.cursor.0, rows, page);
    sideways(model, 0);
}

/// Moves within a row; rows may differ in width.
pub(super) fn sideways(model: &mut Model, steps: isize) {
    let Some(picker) = picker(model) else { return };
    let row = picker.map.as_ref().and_then(|map| map.rows.get(picker.cursor.0));
    let seats = row.map_or(0, |row| row.blocks.iter().map(Vec::len).sum());
    let moved = picker.cursor.1.saturating_add_signed(steps);
    picker.cursor.1 = moved.min(usize::saturating_sub(seats, 1));
    show_cursor(model);
}

/// Puts the cursor on a seat.
pub(super) fn point(model: &mut Model, at: (usize, usize)) {
    if let Some(picker) = picker(model)
        && seat_at(picker, at).is_some()
    {
        picker.cursor = at;
        show_cursor(model);
    }
}

fn show_cursor(model: &mut Model) {
    let page = model.drawn.page.max(1);
    if let Some(picker) = picker(model) {
        picker.top = follow(picker.top, picker.cursor.0, page);
    }
}

/// Chooses the seat under the cursor, or gives it up again.
pub(super) fn toggle(model: &mut Model) {
    let Some(picker) = picker(model) else { return };
    let Some(state) = seat_at(picker, picker.cursor) else { return };
    if let Some(at) = picker.chosen.iter().position(|seat| *seat == state.seat) {
        picker.chosen.remove(at);
    } else if state.status == SeatStatus::Free {
        picker.chosen.push(state.seat);
    } else {
        keys::explain(model, WhyNot::SeatNotFree);
    }
}

/// Holds the chosen seats; without any chosen, the one under the cursor.
pub(super) fn hold(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(picker) = picker(model) else { return };
    let leg = picker.leg;
    let mut seats = picker.chosen.clone();
    if seats.is_empty() {
        match seat_at(picker, picker.cursor) {
            Some(state) if state.status == SeatStatus::Free => seats.push(state.seat),
            Some(_) => {
                keys::explain(model, WhyNot::SeatNotFree);
                return;
            }
            None => return,
        }
    }
    cart::hold(model, effects, vec![LegAsk { leg, seats: SeatAsk::Named(seats) }]);
}
