//! What the server tells unasked: legs come and go, carts end, operators speak.

use trecho_shared::ids::LegId;
use trecho_shared::message::{Event, Leg, LegEvent, LegStatus};

use super::{cart, seats, toasts};
use crate::effect::Effect;
use crate::model::{FlashKind, Model, TICKER, TickerEntry, TickerKind};
use crate::notice::Notice;

pub(super) fn event(model: &mut Model, effects: &mut Vec<Effect>, event: Event) {
    match event {
        Event::LegTaken(leg) => {
            let ours = tell(model, leg, TickerKind::Taken);
            leg_changed(model, effects, leg, ours);
        }
        Event::LegReopened(leg) => {
            let ours = tell(model, leg, TickerKind::Reopened);
            leg_changed(model, effects, leg, ours);
        }
        Event::LegUpdated(leg) => {
            let ours = is_ours(model, &leg);
            leg_changed(model, effects, leg, ours);
        }
        Event::CartExpired(expired) => cart::expired(model, effects, expired.lost, expired.cart),
        Event::CartChanged(changed) => {
            cart::adopt(model, effects, changed.cart);
            toasts::notify(model, Notice::CartChanged(changed.lost));
        }
        // The link says so itself, with what follows from it.
        Event::SessionReplaced => {}
        Event::ServerNotice(notice) => {
            toasts::notify(model, Notice::OperatorSays(notice.text));
        }
        Event::ServerClosing(_) => toasts::notify(model, Notice::ServerClosing),
    }
}

/// Adds a line to the ticker, unless it was told before. Says whether it was our own doing.
fn tell(model: &mut Model, leg: LegEvent, kind: TickerKind) -> bool {
    let ours = is_ours(model, &leg);
    let live = &mut model.live;
    let told = |entry: &TickerEntry| {
        entry.leg.leg == leg.leg && entry.leg.version == leg.version && entry.kind == kind
    };
    if live.ticker.iter().any(told) {
        return ours;
    }
    let count = match kind {
        TickerKind::Taken => &mut live.counts.0,
        TickerKind::Reopened => &mut live.counts.1,
    };
    *count += 1;
    live.ticker.push_front(TickerEntry { at: model.now.wall, kind, leg, ours });
    live.ticker.truncate(TICKER);
    ours
}

/// A change that we have just made comes back once.
fn is_ours(model: &mut Model, event: &LegEvent) -> bool {
    let own = &mut model.live.own;
    let expected = own.iter().position(|own| own.leg == event.leg && own.reason == event.reason);
    expected.map(|at| own.swap_remove(at)).is_some()
}

/// Brings every copy of the leg up to date, and tells the person what concerns them.
fn leg_changed(model: &mut Model, effects: &mut Vec<Effect>, event: LegEvent, ours: bool) {
    if let Some(leg) = model.cart.legs.get_mut(&event.leg) {
        patch(leg, &event);
    }
    for trip in &mut model.trips.trips {
        for leg in trip.legs.iter_mut().filter(|leg| leg.leg == event.leg) {
            patch(leg, &event);
        }
    }
    if let Some(reload) = &mut model.departures.reload
        && let Some(leg) = reload.index.get(&event.leg).and_then(|at| reload.legs.get_mut(*at))
    {
        patch(leg, &event);
    }
    seats::leg_changed(model, effects, event.leg, event.version);
    if event.seats_left == 0 && !ours && model.departures.marked.remove(&event.leg) {
        toasts::notify(model, Notice::LegTaken(event.leg));
    }
    row_changed(model, event, ours);
}

fn row_changed(model: &mut Model, event: LegEvent, ours: bool) {
    let Some(at) = model.departures.index.get(&event.leg).copied() else { return };
    let held = model.cart.seats_of(event.leg) > 0;
    let row = &mut model.departures.rows[at];
    let (seats, was_gone) = (row.leg.seats_left, row.gone);
    if !patch(&mut row.leg, &event) {
        return;
    }
    let taken = event.seats_left == 0;
    row.gone = taken && !ours && !held && (seats > 0 || was_gone);
    let gone = row.gone;
    let reopened = !taken && seats == 0;
    model.departures.reposition(at);
    let kind = if taken {
        FlashKind::Taken
    } else if reopened {
        FlashKind::Reopened
    } else {
        FlashKind::Updated
    };
    if seats != event.seats_left && !ours {
        cart::flash(model, event.leg, kind);
    }
    let under_cursor = model.departures.cursor == Some(event.leg);
    if under_cursor && gone && !was_gone {
        toasts::notify(model, Notice::LegTaken(event.leg));
    } else if under_cursor && reopened && was_gone {
        toasts::notify(model, Notice::LegReopened(event.leg));
    }
}

/// Takes the event's word if it is newer. Says whether it was.
fn patch(leg: &mut Leg, event: &LegEvent) -> bool {
    if event.version <= leg.version {
        return false;
    }
    leg.version = event.version;
    leg.seats_left = event.seats_left;
    leg.status = match (event.seats_left, leg.status) {
        (_, LegStatus::Departed) => LegStatus::Departed,
        _ if event.closed => LegStatus::Closed,
        (0, _) => LegStatus::Taken,
        (1.., _) => LegStatus::Open,
    };
    true
}

/// A leg was read by itself: whoever knows it, knows it better now.
pub(super) fn leg_read(model: &mut Model, effects: &mut Vec<Effect>, leg: &Leg) {
    if model.cart.seats_of(leg.leg) > 0 {
        model.cart.legs.insert(leg.leg, leg.clone());
    }
    super::bookings::leg_read(model, effects, leg);
    let id: LegId = leg.leg;
    if let Some(at) = model.departures.index.get(&id).copied() {
        let row = &mut model.departures.rows[at];
        if leg.version >= row.leg.version {
            row.leg = leg.clone();
            model.departures.reposition(at);
        }
    }
}
