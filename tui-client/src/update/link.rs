//! News of the link: where it stands, and what the server answers.

use trecho_shared::ids::{Epoch, LegId};
use trecho_shared::message::{Airports, Cart, SessionOpened};

use super::checkout::Resumed;
use super::{ask, bookings, cart, checkout, departures, events, filters, overlays, seats};
use super::{toasts, trips};
use crate::effect::{Ask, AskId, Effect};
use crate::message::{Answer, Failure, LinkNews, Trouble};
use crate::model::{Connection, Model, Question};
use crate::notice::Notice;
use crate::trust::{Distrust, Doubt};

/// The answer of the kind that was asked for. The link reads answers by the method asked, so
/// another kind is as good as none.
macro_rules! narrow {
    ($outcome:expr, $kind:path) => {
        match $outcome {
            Ok($kind(value)) => Ok(*value),
            Ok(_) => Err(Failure::Lost),
            Err(failure) => Err(failure),
        }
    };
}

pub(super) fn news(model: &mut Model, effects: &mut Vec<Effect>, news: LinkNews) {
    match news {
        LinkNews::Connecting { attempt } => {
            model.link.connection = Connection::Connecting { attempt };
        }
        LinkNews::Online { opened, resumed } => online(model, effects, *opened, resumed),
        LinkNews::Offline { why, next_try_ms } => offline(model, why, next_try_ms),
        LinkNews::Replaced => replaced(model, effects),
        LinkNews::Distrusted(distrust) => distrusted(model, *distrust),
        LinkNews::KeyNotKept { why } => toasts::notify(model, Notice::KeyNotKept(why)),
        LinkNews::RoundTrip { ms } => model.link.round_trip_ms = Some(ms),
        LinkNews::Answer { id, ask, outcome } => answer(model, effects, (id, *ask), outcome),
        LinkNews::Event(event) => events::event(model, effects, *event),
    }
}

fn online(model: &mut Model, effects: &mut Vec<Effect>, opened: SessionOpened, resumed: bool) {
    let SessionOpened { token, protocol: _, server, epoch, hold_ms, now: _, cart } = opened;
    let again = model.link.was_online;
    model.link.connection = Connection::Online;
    model.link.was_online = true;
    model.link.offline_since_ms = None;
    model.link.server = Some(server);
    model.link.hold_ms = hold_ms;
    if !resumed {
        effects.push(Effect::KeepSession(token));
    }
    if again || resumed {
        let holds = resumed.then_some(cart.holds.len());
        // The first connect of a run is news only if it brought something along.
        if again || holds.is_some_and(|holds| holds > 0) {
            toasts::notify(model, Notice::Reconnected { holds });
        }
    }
    meanwhile(model, effects, cart);
    if model.airports.is_empty() || model.link.epoch.is_some_and(|known| known != epoch) {
        ask(model, effects, Ask::Airports);
    }
    new_epoch(model, epoch);
    departures::reload(model, effects);
    trips::reload(model, effects);
    checkout::online(model, effects, if resumed { Resumed::Same } else { Resumed::Other });
}

/// The cart that the server tells on connecting is the truth; what differs from the one on the
/// screen is said.
fn meanwhile(model: &mut Model, effects: &mut Vec<Effect>, cart: Cart) {
    let legs_without = |these: &Cart, others: &Cart| {
        let mut legs: Vec<LegId> = Vec::new();
        for hold in &these.holds {
            let known = others.holds.iter().any(|other| other.hold == hold.hold);
            if !known && !legs.contains(&hold.leg) {
                legs.push(hold.leg);
            }
        }
        legs
    };
    let lost = legs_without(&model.cart.cart, &cart);
    let gained = legs_without(&cart, &model.cart.cart);
    for leg in &gained {
        model.departures.marked.remove(leg);
    }
    cart::adopt(model, effects, cart);
    // The cart of a purchase that is being settled is expected to be gone.
    if (!lost.is_empty() || !gained.is_empty()) && !model.is_settling() {
        toasts::notify(model, Notice::CartMeanwhile { lost, gained });
    }
}

fn new_epoch(model: &mut Model, epoch: Epoch) {
    if model.link.epoch.replace(epoch).is_some_and(|known| known != epoch) {
        departures::void(model);
    }
}

fn offline(model: &mut Model, why: Trouble, next_try_ms: u64) {
    let since_ms = match model.link.connection {
        Connection::Offline { since_ms, .. } => since_ms,
        Connection::Online => {
            toasts::notify(model, Notice::Disconnected(why.clone()));
            model.departures.stale = true;
            model.now.mono_ms
        }
        Connection::Connecting { .. } | Connection::Replaced | Connection::Distrusted(_) => {
            model.link.offline_since_ms.unwrap_or(model.now.mono_ms)
        }
    };
    model.link.offline_since_ms = Some(since_ms);
    model.link.round_trip_ms = None;
    model.link.connection = Connection::Offline { why, next_try_ms, since_ms };
}

/// Somebody else has the session now, and its cart with it.
fn replaced(model: &mut Model, effects: &mut Vec<Effect>) {
    model.link.connection = Connection::Replaced;
    model.link.round_trip_ms = None;
    model.departures.stale = true;
    effects.push(Effect::ForgetSession);
    cart::adopt(model, effects, Cart::default());
    toasts::notify(model, Notice::SessionReplaced);
}

/// The server is not who it should be. Nothing goes on by itself. A stranger is asked about at once
/// only where nobody is typing or deciding something else: a key that was meant for that must not
/// pass for a yes. Where there is a board to hide why, it is said on top of it.
fn distrusted(model: &mut Model, distrust: Distrust) {
    let (key, stranger) = (distrust.key, distrust.why == Doubt::Unknown);
    model.link.round_trip_ms = None;
    model.departures.stale = model.link.was_online;
    model.link.connection = Connection::Distrusted(Box::new(distrust.clone()));
    if stranger && model.overlays.is_empty() && !model.is_typing() {
        overlays::question(model, Question::TrustServer(key));
    }
    if !stranger && model.link.was_online {
        toasts::notify(model, Notice::Distrusted(Box::new(distrust)));
    }
}

/// What the failure of an ask has to say for itself. That the connection is away is on the screen
/// already.
pub(super) fn failed(model: &mut Model, failure: Failure) {
    let Failure::Refused(error) = failure else { return };
    match error.data {
        Some(data) => toasts::notify(
            model,
            Notice::Refused {
                kind: data.kind,
                legs: data.legs,
                retry_after_ms: data.retry_after_ms,
            },
        ),
        None => toasts::notify(model, Notice::ServerError(error.message)),
    }
}

/// Hands an answer to whoever asked. An answer of another kind than its ask cannot come: the link
/// reads each by its method.
fn answer(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    (id, asked): (AskId, Ask),
    outcome: Result<Answer, Failure>,
) {
    match (asked, outcome) {
        (Ask::Airports, Ok(Answer::Airports(airports))) => airports_known(model, *airports),
        (Ask::Search(search), outcome) => {
            let outcome = narrow!(outcome, Answer::Legs);
            departures::answered(model, effects, (id, search), outcome);
        }
        (Ask::Leg(_), Ok(Answer::Leg(leg))) => events::leg_read(model, effects, &leg),
        (Ask::Seats(_), outcome) => seats::answered(model, id, narrow!(outcome, Answer::Seats)),
        (Ask::Trips(search), outcome) => {
            let outcome = narrow!(outcome, Answer::Trips);
            trips::answered(model, effects, (id, &search), outcome);
        }
        (Ask::Hold(hold), outcome) => {
            let outcome = narrow!(outcome, Answer::Cart);
            cart::held(model, effects, (id, hold), outcome);
        }
        (Ask::Release(_), outcome) => {
            cart::released(model, effects, id, narrow!(outcome, Answer::Cart));
        }
        (Ask::Cart, Ok(Answer::Cart(cart))) => meanwhile(model, effects, *cart),
        (Ask::Confirm(_), outcome) => {
            checkout::answered(model, effects, id, narrow!(outcome, Answer::Booking));
        }
        (Ask::Booking(_), outcome) => {
            bookings::answered(model, effects, id, narrow!(outcome, Answer::Booking));
        }
        (Ask::Cancel(_), outcome) => {
            bookings::cancelled(model, effects, id, narrow!(outcome, Answer::Booking));
        }
        // What was asked in the background and did not come is asked again on the next connect.
        (Ask::Airports | Ask::Leg(_) | Ask::Cart | Ask::Watch(_), _) => {}
    }
}

fn airports_known(model: &mut Model, airports: Airports) {
    model.airports = airports.airports;
    model.airports.sort_by_key(|airport| airport.iata);
    model.airports.dedup_by_key(|airport| airport.iata);
    filters::airports_known(model);
}
