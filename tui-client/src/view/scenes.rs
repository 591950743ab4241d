//! Screens with believable things on them, always the same: what the snapshot tests look at and
//! what the picture in the README is taken from.

mod bookings;
mod data;
mod flow;
mod layers;
mod trust;

use trecho_shared::ids::{Epoch, HoldId, LegId};
use trecho_shared::message::{
    Cart, ChangeReason, Hold, Include, Leg, LegEvent, LegStatus, SearchLegs,
};
use trecho_shared::money::Centavos;
use trecho_shared::time::{Date, Moment};

use crate::message::Trouble;
use crate::model::{
    Connection, Flash, FlashKind, Model, Now, Preferences, Row, Screen, TickerEntry, TickerKind,
};
use crate::words::Lang;

/// A screen to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named after what it shows")]
pub enum Scene {
    Board,
    BoardAnywhere,
    Connecting,
    NoServer,
    Offline,
    Replaced,
    Loading,
    NothingFound,
    NothingFiltered,
    ChoosingAirport,
    NoSuchAirport,
    ChoosingDate,
    Filtering,
    LegLost,
    Cart,
    CartUrgent,
    Trips,
    TripsNone,
    Names,
    Review,
    Confirming,
    Settling,
    Booked,
    Bookings,
    BookingsNone,
    Booking,
    LookUp,
    Help,
    HelpFiltered,
    Notices,
    AskQuit,
    AskRelease,
    AskCancel,
    AskTrust,
    KeyChanged,
    Seats,
    SeatsLoading,
}

impl Scene {
    /// Every scene.
    pub const ALL: &[Self] = &[
        Self::Board,
        Self::BoardAnywhere,
        Self::Connecting,
        Self::NoServer,
        Self::Offline,
        Self::Replaced,
        Self::Loading,
        Self::NothingFound,
        Self::NothingFiltered,
        Self::ChoosingAirport,
        Self::NoSuchAirport,
        Self::ChoosingDate,
        Self::Filtering,
        Self::LegLost,
        Self::Cart,
        Self::CartUrgent,
        Self::Trips,
        Self::TripsNone,
        Self::Names,
        Self::Review,
        Self::Confirming,
        Self::Settling,
        Self::Booked,
        Self::Bookings,
        Self::BookingsNone,
        Self::Booking,
        Self::LookUp,
        Self::Help,
        Self::HelpFiltered,
        Self::Notices,
        Self::AskQuit,
        Self::AskRelease,
        Self::AskCancel,
        Self::AskTrust,
        Self::KeyChanged,
        Self::Seats,
        Self::SeatsLoading,
    ];

    /// The scene's name, for files and flags: `board-anywhere`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for character in format!("{self:?}").chars() {
            if character.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(character.to_lowercase());
        }
        name
    }

    /// The model of the scene.
    pub fn model(self, lang: Lang, size: (u16, u16)) -> Model {
        match self {
            Self::Connecting => empty(lang, size),
            Self::NoServer => no_server(lang, size),
            Self::Loading => loading(lang, size),
            Self::Board => board(lang, size),
            Self::BoardAnywhere => anywhere(lang, size),
            Self::Offline => offline(lang, size),
            Self::Replaced => replaced(lang, size),
            Self::NothingFound => nothing_found(lang, size),
            Self::NothingFiltered => layers::nothing_filtered(lang, size),
            Self::ChoosingAirport => layers::choosing_airport(lang, size),
            Self::NoSuchAirport => layers::no_such_airport(lang, size),
            Self::ChoosingDate => layers::choosing_date(lang, size),
            Self::Filtering => layers::filtering(lang, size),
            Self::LegLost => layers::leg_lost(lang, size),
            Self::Cart => cart(lang, size),
            Self::CartUrgent => cart_urgent(lang, size),
            Self::Trips => flow::trips(lang, size),
            Self::TripsNone => flow::trips_none(lang, size),
            Self::Names => flow::names(lang, size),
            Self::Review => flow::review(lang, size),
            Self::Confirming => flow::confirming(lang, size),
            Self::Settling => flow::settling(lang, size),
            Self::Booked => bookings::booked(lang, size),
            Self::Bookings => bookings::list(lang, size),
            Self::BookingsNone => bookings::none(lang, size),
            Self::Booking => bookings::one(lang, size),
            Self::LookUp => bookings::look_up(lang, size),
            Self::Help => layers::help((lang, size), ""),
            Self::HelpFiltered => layers::help((lang, size), filter_word(lang)),
            Self::Notices => layers::notices(lang, size),
            Self::AskQuit => layers::ask_quit(lang, size),
            Self::AskRelease => layers::ask_release(lang, size),
            Self::AskCancel => bookings::ask_cancel(lang, size),
            Self::AskTrust => trust::ask(lang, size),
            Self::KeyChanged => trust::changed(lang, size),
            Self::Seats => layers::seats(lang, size),
            Self::SeatsLoading => layers::seats_loading(lang, size),
        }
    }
}

fn filter_word(lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => "carrinho",
        Lang::En => "cart",
    }
}

/// The moment of all scenes on the monotonic clock, in milliseconds.
const NOW_MS: u64 = 1_000_000;

/// Tuesday, 24 November 2026: the date that is looked at.
const DAY: Date = Date::constant(2026, 11, 24);

fn now() -> Now {
    // 23 November 2026, 14:02:31 in Brasília.
    let wall = Moment(1_795_453_351_000);
    Now { mono_ms: NOW_MS, wall, offset_minutes: -180 }
}

/// As the program starts: nothing has come yet.
fn empty(lang: Lang, size: (u16, u16)) -> Model {
    let preferences = Preferences {
        lang,
        mouse: true,
        bell: false,
        name: Some("ANA".to_owned()),
        address: "localhost:7470".to_owned(),
    };
    Model::new(preferences, size, now(), [7; 16])
}

/// Connected, and the airports are here.
fn online(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = empty(lang, size);
    model.link.connection = Connection::Online;
    model.link.was_online = true;
    model.link.round_trip_ms = Some(2);
    model.link.server = Some("trechod 0.1.0".to_owned());
    model.link.epoch = Some(Epoch(1));
    model.link.hold_ms = 600_000;
    model.airports = data::airports();
    model
}

fn loading(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    model.departures.waiting = Some(crate::effect::AskId(2));
    model
}

fn no_server(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = empty(lang, size);
    model.link.connection = Connection::Offline {
        why: Trouble::Refused,
        next_try_ms: NOW_MS + 3_200,
        since_ms: NOW_MS - 800,
    };
    model
}

/// Puts legs on the board, in their order, with the cursor on the first.
fn show(model: &mut Model, legs: Vec<Leg>, total: u32) {
    let departures = &mut model.departures;
    departures.index = legs.iter().enumerate().map(|(at, leg)| (leg.leg, at)).collect();
    departures.shown = (0..legs.len()).collect();
    departures.order.clone_from(&departures.shown);
    departures.cursor = legs.first().map(|leg| leg.leg);
    departures.next_cursor = (legs.len() < total as usize).then(|| "next".to_owned());
    departures.rows = legs.into_iter().map(|leg| Row { leg, gone: false }).collect();
    departures.total = (total, false);
    departures.read = true;
}

fn choose_route(model: &mut Model) {
    let filters = &mut model.departures.filters;
    filters.from.chosen = Some(data::iata("GRU"));
    filters.to.chosen = Some(data::iata("SSA"));
    filters.date.chosen = Some(DAY);
    let query = SearchLegs {
        from: filters.from.chosen,
        to: filters.to.chosen,
        date: filters.date.chosen,
        include: Include::Available,
        ..SearchLegs::default()
    };
    model.departures.query = query.clone();
    model.departures.wanted = query;
}

/// The main screen: São Paulo to Salvador, a cart of two legs, and a leg that has just gone.
fn board(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    choose_route(&mut model);
    let legs = data::to_salvador();
    let ids: Vec<LegId> = legs.iter().map(|leg| leg.leg).collect();
    show(&mut model, legs, 1_204);
    let departures = &mut model.departures;
    departures.cursor = Some(ids[3]);
    departures.cursor_row = 3;
    departures.next_cursor = Some("next".to_owned());
    departures.marked.insert(ids[7]);
    departures.rows[4].gone = true;
    departures.rows[4].leg.status = LegStatus::Taken;
    departures.rows[4].leg.seats_left = 0;
    let flash = |kind| Flash { kind, until_ms: NOW_MS + 900 };
    departures.flashes.insert(ids[4], flash(FlashKind::Taken));
    departures.flashes.insert(ids[9], flash(FlashKind::Updated));
    fill_cart(&mut model, &[(data::to_salvador()[0].clone(), "12A"), (data::onward(), "3C")]);
    ticker(&mut model);
    model
}

/// Holds these seats, with 8:12 left of ten minutes.
fn fill_cart(model: &mut Model, seats: &[(Leg, &str)]) {
    let holds: Vec<Hold> = seats
        .iter()
        .zip(1..)
        .map(|((leg, seat), number)| Hold {
            hold: HoldId(number),
            leg: leg.leg,
            seat: seat.parse().expect("scenes name real seats"),
            fare_centavos: leg.fare_centavos,
        })
        .collect();
    let left_ms = 492_000;
    model.cart.cart = Cart {
        total_centavos: holds.iter().map(|hold| hold.fare_centavos).sum::<Centavos>(),
        expires_at: Some(model.now.wall.plus_ms(492_000)),
        expires_in_ms: Some(left_ms),
        holds,
    };
    model.cart.ends_ms = Some(NOW_MS + left_ms);
    model.cart.span_ms = 600_000;
    model.cart.legs = seats.iter().map(|(leg, _)| (leg.leg, leg.clone())).collect();
}

fn ticker(model: &mut Model) {
    let mut version = 900;
    for (ago_s, leg, kind) in data::news() {
        version -= 1;
        let event = LegEvent {
            leg: leg.leg,
            flight: leg.flight,
            from: leg.from,
            to: leg.to,
            departs_at: leg.departs_at,
            seats_left: u32::from(kind == TickerKind::Reopened),
            closed: false,
            version: trecho_shared::ids::Version(version),
            reason: ChangeReason::Held,
        };
        let at = model.now.wall.plus_ms(-1000 * ago_s);
        model.live.ticker.push_back(TickerEntry { at, kind, leg: event, ours: ago_s == 95 });
    }
    model.live.counts = (187, 42);
}

/// No route and no date chosen: all that leaves next.
fn anywhere(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    show(&mut model, data::everywhere(), 10_000);
    model.departures.total = (10_000, true);
    model.departures.cursor_row = 5;
    model.departures.cursor = model.departures.shown_row(5).map(|row| row.leg.leg);
    ticker(&mut model);
    model
}

/// The connection was lost a moment ago: the board is stale, the cart's clock runs.
fn offline(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.link.connection = Connection::Offline {
        why: Trouble::Dropped,
        next_try_ms: NOW_MS + 6_400,
        since_ms: NOW_MS - 12_000,
    };
    model.link.offline_since_ms = Some(NOW_MS - 12_000);
    model.departures.stale = true;
    model
}

fn replaced(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    model.link.connection = Connection::Replaced;
    model
}

fn nothing_found(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    choose_route(&mut model);
    model.departures.read = true;
    model
}

/// The cursor in the cart; two passengers.
fn cart(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    let (first, onward) = (data::to_salvador()[0].clone(), data::onward());
    fill_cart(
        &mut model,
        &[(first.clone(), "12A"), (first, "12B"), (onward.clone(), "3C"), (onward, "3D")],
    );
    model.screen = Screen::Cart;
    model.cart.cursor = 1;
    model
}

/// The same with 17 seconds left, and one leg a seat short.
fn cart_urgent(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = cart(lang, size);
    model.cart.cart.holds.pop();
    model.cart.ends_ms = Some(NOW_MS + 16_400);
    model
}
