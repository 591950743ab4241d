//! Holding and releasing, and the cart as the server tells it.

use trecho_shared::ids::{HoldId, LegId};
use trecho_shared::message::{
    Cart, ChangeReason, HoldLegs, Leg, LegAsk, LegStatus, LostHold, RefusalData, RefusalKind,
};

use super::{ask, checkout, link, toasts};
use crate::effect::{Ask, AskId, Effect};
use crate::message::Failure;
use crate::model::{Flash, FlashKind, Model, OwnChange, Screen, Urgency};
use crate::notice::Notice;

/// How long a row flashes.
pub(super) const FLASH_MS: u64 = 1_500;
/// How long after a reply its events are expected.
const OWN_MS: u64 = 5_000;

/// Holds one seat of the leg under the cursor, or of all marked legs, or of the legs of the trip.
pub(super) fn hold_here(model: &mut Model, effects: &mut Vec<Effect>) {
    let legs: Vec<LegId> = match model.screen {
        Screen::Trips => match model.trips.trips.get(model.trips.cursor) {
            Some(trip) => trip.legs.iter().map(|leg| leg.leg).collect(),
            None => return,
        },
        Screen::Departures if !model.departures.marked.is_empty() => {
            model.departures.marked.iter().copied().collect()
        }
        Screen::Departures | Screen::Cart | Screen::Checkout | Screen::Bookings => {
            model.leg_under_cursor().into_iter().collect()
        }
    };
    // A second press must not take a second seat: that is another key's word.
    let (held, wanted): (Vec<_>, Vec<_>) =
        legs.into_iter().partition(|leg| model.cart.seats_of(*leg) > 0);
    for leg in &held {
        model.departures.marked.remove(leg);
    }
    if let (Some(leg), true) = (held.first(), wanted.is_empty()) {
        toasts::notify(model, Notice::AlreadyHeld(*leg));
        return;
    }
    hold(model, effects, wanted.into_iter().map(LegAsk::one).collect());
}

/// One more seat on the leg under the cursor.
pub(super) fn more_seats(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(leg) = model.leg_under_cursor() {
        hold(model, effects, vec![LegAsk::one(leg)]);
    }
}

/// Asks for seats, all or nothing.
pub(super) fn hold(model: &mut Model, effects: &mut Vec<Effect>, legs: Vec<LegAsk>) {
    if legs.is_empty() {
        return;
    }
    model.departures.holding = legs.iter().map(|ask| ask.leg).collect();
    model.cart.holding = Some(ask(model, effects, Ask::Hold(HoldLegs { legs })));
}

/// The answer to a hold. Without an answer (the connection went) nothing is sent again: the cart
/// that the next session tells is the truth.
pub(super) fn held(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    (id, asked): (AskId, HoldLegs),
    outcome: Result<Cart, Failure>,
) {
    if model.cart.holding == Some(id) {
        model.cart.holding = None;
        model.departures.holding.clear();
    }
    let legs: Vec<LegId> = asked.legs.iter().map(|ask| ask.leg).collect();
    match outcome {
        Ok(cart) => {
            let before = model.cart.held_legs();
            adopt(model, effects, cart);
            for leg in &legs {
                model.departures.marked.remove(leg);
                flash(model, *leg, FlashKind::Held);
                own(model, *leg, ChangeReason::Held);
            }
            super::seats::close(model);
            toasts::notify(model, Notice::Held(legs.clone()));
            warn_of_overlaps(model, &legs, &before);
        }
        Err(Failure::Refused(error)) => match error.data {
            Some(data) => refused(model, effects, &legs, data),
            None => toasts::notify(model, Notice::ServerError(error.message)),
        },
        Err(failure) => link::failed(model, failure),
    }
}

/// The server's no: which legs were lost is said, flagged on the board, and unmarked.
fn refused(model: &mut Model, effects: &mut Vec<Effect>, asked: &[LegId], data: RefusalData) {
    let RefusalData { kind, legs, seats: _, holds: _, retry_after_ms } = data;
    let status = match kind {
        RefusalKind::LegTaken => LegStatus::Taken,
        RefusalKind::LegDeparted => LegStatus::Departed,
        RefusalKind::LegClosed | RefusalKind::LegUnknown => LegStatus::Closed,
        RefusalKind::SeatTaken | RefusalKind::SeatUnknown => {
            super::seats::refresh(model, effects);
            toasts::notify(model, Notice::HoldRefused { kind, legs });
            return;
        }
        RefusalKind::HoldUnknown
        | RefusalKind::CartEmpty
        | RefusalKind::CartExpired
        | RefusalKind::CartChanged
        | RefusalKind::CartFull
        | RefusalKind::PassengersMismatch
        | RefusalKind::BookingUnknown
        | RefusalKind::IdempotencyConflict
        | RefusalKind::SessionUnknown
        | RefusalKind::SessionReplaced
        | RefusalKind::LimitExceeded
        | RefusalKind::StorageUnavailable
        | RefusalKind::Closing => {
            toasts::notify(model, Notice::Refused { kind, legs, retry_after_ms });
            return;
        }
    };
    let legs = if legs.is_empty() { asked.to_vec() } else { legs };
    for leg in &legs {
        model.departures.marked.remove(leg);
        lose(model, *leg, status);
    }
    toasts::notify(model, Notice::HoldRefused { kind, legs });
}

/// The server said that this leg cannot be had: the board says so at once, and any newer word of
/// the server overrules it.
fn lose(model: &mut Model, leg: LegId, status: LegStatus) {
    let Some(at) = model.departures.index.get(&leg).copied() else { return };
    let row = &mut model.departures.rows[at];
    row.leg.status = status;
    row.gone = true;
    if status == LegStatus::Taken {
        row.leg.seats_left = 0;
    }
    model.departures.reposition(at);
    flash(model, leg, FlashKind::Taken);
}

/// Gives one seat of the leg under the cursor back: in the cart the one under the cursor, elsewhere
/// the one that was held last.
pub(super) fn release_one(model: &mut Model, effects: &mut Vec<Effect>) {
    let hold = match model.screen {
        Screen::Cart => model.cart.selected().map(|hold| hold.hold),
        Screen::Departures | Screen::Trips | Screen::Checkout | Screen::Bookings => {
            let leg = model.leg_under_cursor();
            let mut newest = model.cart.cart.holds.iter().rev();
            newest.find(|hold| Some(hold.leg) == leg).map(|hold| hold.hold)
        }
    };
    if let Some(hold) = hold {
        release(model, effects, Some(vec![hold]));
    }
}

/// Gives these holds back, or all.
pub(super) fn release(model: &mut Model, effects: &mut Vec<Effect>, holds: Option<Vec<HoldId>>) {
    model.cart.waiting = Some(ask(model, effects, Ask::Release(holds)));
}

/// The answer to a release.
pub(super) fn released(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    id: AskId,
    outcome: Result<Cart, Failure>,
) {
    if model.cart.waiting == Some(id) {
        model.cart.waiting = None;
    }
    match outcome {
        Ok(cart) => {
            let kept: Vec<HoldId> = cart.holds.iter().map(|hold| hold.hold).collect();
            let mut legs: Vec<LegId> = Vec::new();
            for hold in &model.cart.cart.holds {
                if !kept.contains(&hold.hold) && !legs.contains(&hold.leg) {
                    legs.push(hold.leg);
                }
            }
            adopt(model, effects, cart);
            for leg in &legs {
                own(model, *leg, ChangeReason::Released);
            }
            toasts::notify(model, Notice::Released(legs));
        }
        Err(failure) => {
            let refused = matches!(failure, Failure::Refused(_));
            link::failed(model, failure);
            if refused {
                // The cart is not what we thought.
                ask(model, effects, Ask::Cart);
            }
        }
    }
}

/// The cart's time was up.
pub(super) fn expired(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    lost: Vec<LostHold>,
    cart: Cart,
) {
    for hold in &lost {
        own(model, hold.leg, ChangeReason::Expired);
    }
    adopt(model, effects, cart);
    toasts::notify(model, Notice::CartExpired(lost));
}

/// Takes the cart as the server tells it now.
pub(super) fn adopt(model: &mut Model, effects: &mut Vec<Effect>, cart: Cart) {
    let now = model.now.mono_ms;
    let holds = |cart: &Cart| cart.holds.iter().map(|hold| hold.hold).collect::<Vec<_>>();
    let changed = holds(&cart) != holds(&model.cart.cart);
    let ends = cart.expires_in_ms.filter(|_| !cart.holds.is_empty());
    let ends_ms = ends.map(|left| now.saturating_add(left));
    // The replies' way here takes a while: a second of difference is no renewal.
    let renewed = match (model.cart.ends_ms, ends_ms) {
        (Some(before), Some(after)) => after > before.saturating_add(1_000),
        (None, after) => after.is_some(),
        (Some(_), None) => true,
    };
    let panel = &mut model.cart;
    panel.asked_after_end = false;
    panel.ends_ms = ends_ms;
    panel.cart = cart;
    panel.cursor = panel.cursor.min(panel.cart.holds.len().saturating_sub(1));
    if renewed {
        panel.span_ms = ends.unwrap_or(0);
        // A cart that begins short is not warned of as if it had become so.
        panel.warned = ends.map(Urgency::of).filter(|urgency| *urgency > Urgency::Calm);
        toasts::forget_end(model);
    }
    know_legs(model, effects);
    if changed {
        checkout::cart_changed(model);
    }
}

/// Looks up the legs held, for their times and cities.
fn know_legs(model: &mut Model, effects: &mut Vec<Effect>) {
    let held = model.cart.held_legs();
    model.cart.legs.retain(|leg, _| held.contains(leg));
    for leg in held {
        if model.cart.legs.contains_key(&leg) {
            continue;
        }
        match model.leg(leg).cloned() {
            Some(known) => {
                model.cart.legs.insert(leg, known);
            }
            None => {
                ask(model, effects, Ask::Leg(leg));
            }
        }
    }
}

/// Says which of the legs just held overlap in time with another of the cart: allowed, but nobody
/// can fly both.
fn warn_of_overlaps(model: &mut Model, new: &[LegId], before: &[LegId]) {
    let overlap = |one: &Leg, other: &Leg| {
        one.departs_at < other.arrives_at && other.departs_at < one.arrives_at
    };
    let legs = model.cart.held_legs();
    let mut notices = Vec::new();
    for (at, one) in legs.iter().enumerate() {
        for other in &legs[at + 1..] {
            let fresh = |leg| new.contains(leg) && !before.contains(leg);
            let known = (model.cart.legs.get(one), model.cart.legs.get(other));
            if let (true, (Some(first), Some(second))) = (fresh(one) || fresh(other), known)
                && overlap(first, second)
            {
                notices.push(Notice::Overlap(*one, *other));
            }
        }
    }
    for notice in notices {
        toasts::notify(model, notice);
    }
}

/// Lets a row flash once, if it is on the screen: nothing wakes the program for rows that nobody
/// sees.
pub(super) fn flash(model: &mut Model, leg: LegId, kind: FlashKind) {
    let departures = &mut model.departures;
    let visible = departures.index.get(&leg).is_some_and(|at| departures.is_visible(*at));
    if visible {
        let until_ms = model.now.mono_ms + FLASH_MS;
        departures.flashes.insert(leg, Flash { kind, until_ms });
    }
}

/// Remembers a change of ours, so that its event is told from those of others.
pub(super) fn own(model: &mut Model, leg: LegId, reason: ChangeReason) {
    /// More than any request of ours changes.
    const OWN: usize = 64;
    if model.live.own.len() < OWN {
        let until_ms = model.now.mono_ms + OWN_MS;
        model.live.own.push(OwnChange { leg, reason, until_ms });
    }
}
