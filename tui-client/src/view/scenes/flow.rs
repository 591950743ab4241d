//! Scenes of trips and of the purchase up to its answer.

use trecho_shared::message::{ConfirmCart, SearchTrips, Trip};

use super::data::{self, Flown};
use super::layers::typed;
use super::{DAY, NOW_MS, cart, choose_route, online, ticker};
use crate::effect::AskId;
use crate::format;
use crate::message::Trouble;
use crate::model::{
    Checkout, Connection, FieldError, Model, PassengerFields, Screen, Step, TextField,
};
use crate::words::Lang;

fn trip(legs: &[Flown]) -> Trip {
    let legs: Vec<_> = legs.iter().map(|flown| data::leg(*flown)).collect();
    let (first, last) = (legs.first(), legs.last());
    let ends = first.zip(last).map(|(first, last)| (first.departs_at, last.arrives_at));
    Trip {
        duration_minutes: ends.map_or(0, |(from, to)| format::minutes_between(from, to)),
        fare_centavos: legs.iter().map(|leg| leg.fare_centavos).sum(),
        legs,
    }
}

/// São Paulo to Recife: direct, by Salvador, by Brasília, and by both.
pub(super) fn trips(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = trips_none(lang, size);
    let flown = |number, route, departs, lasts| {
        let (date, aircraft, left, reais) = (DAY, "320", 31, 180 + i64::from(number) % 240);
        Flown { number, route, date, times: (departs, lasts), aircraft, left, reais }
    };
    model.trips.trips = vec![
        trip(&[flown(1310, ("GRU", "REC"), 375, 185)]),
        trip(&[flown(1042, ("GRU", "SSA"), 310, 145), flown(2210, ("SSA", "REC"), 620, 85)]),
        trip(&[flown(3101, ("GRU", "BSB"), 430, 105), flown(3320, ("BSB", "REC"), 615, 155)]),
        trip(&[flown(1330, ("GRU", "REC"), 760, 185)]),
        trip(&[
            flown(3103, ("GRU", "BSB"), 600, 105),
            flown(3402, ("BSB", "SSA"), 780, 120),
            flown(2214, ("SSA", "REC"), 980, 85),
        ]),
        trip(&[flown(1098, ("GRU", "SSA"), 1205, 145), flown(2230, ("SSA", "REC"), 1420, 85)]),
    ];
    model.trips.cursor = 1;
    model
}

pub(super) fn trips_none(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    choose_route(&mut model);
    ticker(&mut model);
    let to = data::iata("REC");
    model.departures.filters.to.chosen = Some(to);
    model.screen = Screen::Trips;
    model.trips.query = Some(SearchTrips {
        from: data::iata("GRU"),
        to,
        date: DAY,
        max_legs: None,
        min_connection_minutes: None,
        limit: None,
    });
    model
}

fn at_step(model: &mut Model, step: Step) {
    let passenger = |first: &str, last: &str| PassengerFields {
        first_name: typed(first),
        last_name: typed(last),
    };
    model.screen = Screen::Checkout;
    model.checkout = Some(Checkout {
        passengers: vec![
            passenger("Ana Luísa", "Conceição d'Ávila"),
            passenger("João", "Guimarães Rosa"),
        ],
        email: typed("ana@exemplo.com.br"),
        step,
        noted: true,
        top: 0,
    });
}

/// Typing the second passenger's family name; the given name was left empty.
pub(super) fn names(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = cart(lang, size);
    at_step(&mut model, Step::Names { focus: 3 });
    if let Some(checkout) = &mut model.checkout {
        let second = &mut checkout.passengers[1];
        second.first_name = TextField { error: Some(FieldError::Empty), ..TextField::default() };
        second.last_name = typed("Guimarães Ro");
        checkout.email = typed("");
    }
    model
}

pub(super) fn review(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = cart(lang, size);
    at_step(&mut model, Step::Review);
    model
}

pub(super) fn confirming(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = cart(lang, size);
    let purchase = ConfirmCart {
        passengers: vec![],
        email: None,
        holds: None,
        idempotency_key: "purchase-1".parse().expect("a key in form"),
    };
    let waiting = Some(AskId(11));
    at_step(&mut model, Step::Confirming { purchase: Box::new(purchase), waiting });
    model
}

/// The connection went while the purchase was on its way.
pub(super) fn settling(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = confirming(lang, size);
    model.link.connection = Connection::Offline {
        why: Trouble::Dropped,
        next_try_ms: NOW_MS + 1_900,
        since_ms: NOW_MS - 400,
    };
    model
}
