//! Bookings: those known here, looking one up, cancelling, taking one along.

use trecho_shared::ids::{ClaimCode, LegId, Locator};
use trecho_shared::message::{Booking, BookingRef, CancelBooking, ChangeReason, Leg, TicketStatus};

use super::{ask, cart, keys, link, overlays, ticket, toasts};
use crate::effect::{Ask, AskId, Effect};
use crate::keys::Action;
use crate::message::Failure;
use crate::model::{BookingScreen, FieldError, LookUp, Model, Question, SavedBooking, TextField};
use crate::notice::{Notice, WhyNot};

/// Shows the booking under the cursor in full.
pub(super) fn open_one(model: &mut Model) {
    model.bookings.screen = BookingScreen::One;
    model.bookings.detail_top = 0;
}

/// Asks for a locator and a claim code.
pub(super) fn open_look_up(model: &mut Model) {
    model.bookings.screen = BookingScreen::LookUp(Box::default());
}

fn looking_up(model: &mut Model) -> Option<&mut LookUp> {
    match &mut model.bookings.screen {
        BookingScreen::LookUp(look_up) => Some(look_up),
        BookingScreen::List | BookingScreen::One => None,
    }
}

/// The input of the look-up that has the keys.
pub(super) fn focused_field(model: &mut Model) -> Option<&mut TextField> {
    looking_up(model).map(
        |look_up| {
            if look_up.on_claim { &mut look_up.claim } else { &mut look_up.locator }
        },
    )
}

/// Gives the keys to the other input.
pub(super) fn other_field(model: &mut Model) {
    if let Some(look_up) = looking_up(model) {
        look_up.on_claim = !look_up.on_claim;
    }
}

/// Enter: from the locator to the code, and then the look-up, if both can be what they should be.
pub(super) fn look_up(model: &mut Model, effects: &mut Vec<Effect>) {
    let online = model.is_online();
    let Some(look_up) = looking_up(model) else { return };
    let locator = look_up.locator.input.value().trim().parse::<Locator>();
    look_up.locator.error = locator.is_err().then_some(FieldError::NotALocator);
    if !look_up.on_claim {
        look_up.on_claim = locator.is_ok();
        return;
    }
    let claim = look_up.claim.input.value().trim().parse::<ClaimCode>();
    look_up.claim.error = claim.is_err().then_some(FieldError::NotAClaimCode);
    look_up.on_claim = locator.is_ok();
    let waiting = look_up.waiting.is_some();
    match (locator, claim) {
        (Ok(_), Ok(_)) if !online => keys::explain(model, WhyNot::Offline),
        (Ok(_), Ok(_)) if waiting => keys::explain(model, WhyNot::Busy),
        (Ok(locator), Ok(claim)) => {
            let id = ask(model, effects, Ask::Booking(BookingRef { locator, claim }));
            if let Some(look_up) = looking_up(model) {
                look_up.waiting = Some(id);
            }
        }
        (Err(_), _) | (_, Err(_)) => keys::explain(model, WhyNot::FieldsWrong),
    }
}

/// Reads the booking under the cursor again.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(saved) = model.current_booking() else { return };
    if saved.server != model.preferences.address {
        keys::explain(model, WhyNot::OtherServer);
        return;
    }
    if model.bookings.waiting.is_none() {
        let Booking { locator, claim, .. } = saved.booking.clone();
        let id = ask(model, effects, Ask::Booking(BookingRef { locator, claim }));
        model.bookings.waiting = Some(id);
    }
}

/// Asks whether to cancel the booking under the cursor.
pub(super) fn ask_to_cancel(model: &mut Model) {
    if let Some(locator) = model.current_booking().map(|saved| saved.booking.locator) {
        overlays::question(model, Question::CancelBooking(locator));
    }
}

/// Cancels the whole booking.
pub(super) fn cancel(model: &mut Model, effects: &mut Vec<Effect>, locator: Locator) {
    let address = &model.preferences.address;
    let found = model
        .bookings
        .known
        .iter()
        .position(|saved| saved.booking.locator == locator && saved.server == *address);
    let Some(at) = found else { return };
    model.bookings.cursor = at;
    if let Some(why) = model.why_not(Action::CancelBooking) {
        keys::explain(model, why);
        return;
    }
    let claim = model.bookings.known[at].booking.claim.clone();
    let cancel = CancelBooking { locator, claim, legs: None };
    model.bookings.waiting = Some(ask(model, effects, Ask::Cancel(cancel)));
}

/// A booking was read, by a look-up or a refresh.
pub(super) fn answered(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    id: AskId,
    outcome: Result<Booking, Failure>,
) {
    let looked_up = looking_up(model).is_some_and(|look_up| look_up.waiting == Some(id));
    if model.bookings.waiting == Some(id) {
        model.bookings.waiting = None;
    } else if looked_up {
        if let Some(look_up) = looking_up(model) {
            look_up.waiting = None;
        }
    } else {
        return;
    }
    match outcome {
        Ok(booking) => {
            let locator = booking.locator;
            keep(model, effects, booking);
            if looked_up {
                let at = model.bookings.known.iter().position(|s| s.booking.locator == locator);
                model.bookings.cursor = at.unwrap_or(0);
                open_one(model);
            }
        }
        Err(failure) => link::failed(model, failure),
    }
}

/// The answer to a cancel. Cancelling again is harmless, so a lost answer needs no care.
pub(super) fn cancelled(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    id: AskId,
    outcome: Result<Booking, Failure>,
) {
    if model.bookings.waiting == Some(id) {
        model.bookings.waiting = None;
    }
    match outcome {
        Ok(booking) => {
            let locator = booking.locator;
            let gone = booking.tickets.iter().filter(|t| t.status == TicketStatus::Cancelled);
            for leg in gone.map(|ticket| ticket.leg).collect::<Vec<_>>() {
                cart::own(model, leg, ChangeReason::Cancelled);
            }
            keep(model, effects, booking);
            toasts::notify(model, Notice::Cancelled(locator));
        }
        Err(failure) => link::failed(model, failure),
    }
}

/// Keeps a booking as the server tells it now, with what is known of its legs; asks for the rest.
pub(super) fn keep(model: &mut Model, effects: &mut Vec<Effect>, booking: Booking) -> SavedBooking {
    let server = model.preferences.address.clone();
    let same =
        |saved: &SavedBooking| saved.booking.locator == booking.locator && saved.server == server;
    let place = model.bookings.known.iter().position(same);
    let before = place.and_then(|at| model.bookings.known.get(at));
    let mut ids: Vec<LegId> = Vec::new();
    for ticket in &booking.tickets {
        if !ids.contains(&ticket.leg) {
            ids.push(ticket.leg);
        }
    }
    let known = |id: &LegId| {
        let kept = before.and_then(|saved| saved.legs.iter().find(|leg| leg.leg == *id));
        model.leg(*id).or(kept).cloned()
    };
    let legs: Vec<Leg> = ids.iter().filter_map(known).collect();
    let saved_at = before.map_or(model.now.wall, |saved| saved.saved_at);
    let missing = ids.into_iter().filter(|id| !legs.iter().any(|leg| leg.leg == *id));
    let missing: Vec<LegId> = missing.collect();
    let saved = SavedBooking { booking, legs, saved_at, server };
    if let Some(at) = place {
        model.bookings.known[at] = saved.clone();
    } else {
        model.bookings.known.insert(0, saved.clone());
        if model.bookings.known.len() > 1 {
            model.bookings.cursor += 1;
        }
    }
    effects.push(Effect::KeepBooking(Box::new(saved.clone())));
    for leg in missing {
        ask(model, effects, Ask::Leg(leg));
    }
    saved
}

/// A leg was read: bookings that did not know it now do.
pub(super) fn leg_read(model: &mut Model, effects: &mut Vec<Effect>, leg: &Leg) {
    for saved in &mut model.bookings.known {
        let flown = saved.booking.tickets.iter().any(|ticket| ticket.leg == leg.leg);
        let known = saved.legs.iter().any(|known| known.leg == leg.leg);
        if flown && !known && saved.server == model.preferences.address {
            saved.legs.push(leg.clone());
            saved.legs.sort_by_key(|leg| leg.departs_at);
            effects.push(Effect::KeepBooking(Box::new(saved.clone())));
        }
    }
}

/// The bookings of earlier runs, read from disk: those made since the start stay on top.
pub(super) fn read(model: &mut Model, bookings: Vec<SavedBooking>) {
    for saved in bookings {
        let same = |known: &SavedBooking| {
            known.booking.locator == saved.booking.locator && known.server == saved.server
        };
        if !model.bookings.known.iter().any(same) {
            model.bookings.known.push(saved);
        }
    }
}

/// Copies the locator and the claim code.
pub(super) fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(SavedBooking { booking, .. }) = model.current_booking() {
        effects.push(Effect::Copy(format!("{} {}", booking.locator, booking.claim)));
    }
}

/// Saves the booking as a text file.
pub(super) fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(saved) = model.current_booking() {
        let name = format!("trecho-{}.txt", saved.booking.locator);
        effects.push(Effect::SaveText { name, text: ticket::text(model, saved) });
    }
}
