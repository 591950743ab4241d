//! What happens next, tested without a terminal, a socket, a file or a clock.

mod board;
mod bookings;
mod cart;
mod checkout;
mod filters;
mod live;
mod many_rows;
mod overlays;
mod random;
mod session;

use std::str::FromStr;

use trecho_shared::ids::{Epoch, HoldId, LegId, SessionToken, Version};
use trecho_shared::message::{
    Airport, Airports, Cart, ChangeReason, Event, Hold, Leg, LegEvent, LegStatus, Legs,
    RefusalData, RefusalKind, SearchLegs, SessionOpened,
};
use trecho_shared::money::Centavos;
use trecho_shared::rpc::ErrorObject;
use trecho_shared::time::{LocalTime, Moment};

use super::update;
use crate::effect::{Ask, AskId, Effect};
use crate::input::{Code, Drawn, Key};
use crate::message::{Answer, Failure, LinkNews, Message, Trouble};
use crate::model::{Model, Now, Preferences};
use crate::notice::Notice;
use crate::words::Lang;

/// 2026-11-24 09:00 in Brasília.
const WALL: Moment = Moment(1_795_521_600_000);
const PAGE: usize = 10;

/// A program under test: its model, what it asked and was not answered, and what else it wants.
struct Program {
    model: Model,
    asks: Vec<(AskId, Ask)>,
    effects: Vec<Effect>,
}

impl Program {
    /// Just started; no connection yet.
    fn started() -> Self {
        let preferences = Preferences {
            lang: Lang::En,
            mouse: true,
            bell: true,
            name: None,
            address: "localhost:7470".into(),
        };
        let now = Now { mono_ms: 1_000, wall: WALL, offset_minutes: -180 };
        let model = Model::new(preferences, (80, 24), now, [7; 16]);
        let mut program = Self { model, asks: Vec::new(), effects: Vec::new() };
        program.send(Message::Drawn(Drawn { page: PAGE, ..Drawn::default() }));
        program
    }

    /// Online, with airports and these legs on the board.
    fn with_legs(legs: Vec<Leg>) -> Self {
        let mut program = Self::started();
        program.go_online(Cart::default(), false);
        program.answer_airports();
        program.answer_search(page(legs, None));
        let (id, ask) = program.take(|ask| matches!(ask, Ask::Watch(_)));
        program.answer(id, ask, Ok(Answer::Done));
        program
    }

    /// Online, with so many legs on the board.
    fn with_board(legs: usize) -> Self {
        Self::with_legs((0..legs).map(leg).collect())
    }

    fn send(&mut self, message: Message) {
        for effect in update(&mut self.model, message) {
            match effect {
                Effect::Ask(id, ask) => self.asks.push((id, *ask)),
                effect => self.effects.push(effect),
            }
        }
    }

    fn key(&mut self, key: Key) {
        self.send(Message::Key(key));
    }

    /// Presses keys that are characters.
    fn press(&mut self, keys: &str) {
        for character in keys.chars() {
            self.key(Key::char(character));
        }
    }

    fn code(&mut self, code: Code) {
        self.key(Key::plain(code));
    }

    fn pass(&mut self, ms: u64) {
        let now = self.model.now;
        let wall = now.wall.plus_ms(i64::try_from(ms).unwrap());
        self.send(Message::Tick(Now { mono_ms: now.mono_ms + ms, wall, ..now }));
    }

    fn go_online(&mut self, cart: Cart, resumed: bool) {
        self.send(Message::Link(online(cart, resumed, Epoch(1))));
    }

    /// The connection goes: whatever was asked is lost.
    fn go_offline(&mut self) {
        for (id, ask) in std::mem::take(&mut self.asks) {
            self.answer(id, ask, Err(Failure::Lost));
        }
        let next_try_ms = self.model.now.mono_ms + 500;
        self.send(Message::Link(LinkNews::Offline { why: Trouble::Dropped, next_try_ms }));
    }

    fn answer(&mut self, id: AskId, ask: Ask, outcome: Result<Answer, Failure>) {
        self.send(Message::Link(LinkNews::Answer { id, ask: Box::new(ask), outcome }));
    }

    /// Takes the oldest unanswered ask that `wanted` picks.
    fn take(&mut self, wanted: impl Fn(&Ask) -> bool) -> (AskId, Ask) {
        let at = self.asks.iter().position(|(_, ask)| wanted(ask));
        let at = at.unwrap_or_else(|| panic!("nothing of the kind was asked: {:?}", self.asks));
        self.asks.remove(at)
    }

    fn asked(&self, wanted: impl Fn(&Ask) -> bool) -> usize {
        self.asks.iter().filter(|(_, ask)| wanted(ask)).count()
    }

    fn answer_airports(&mut self) {
        let (id, ask) = self.take(|ask| *ask == Ask::Airports);
        let airports = Box::new(Airports { airports: airports() });
        self.answer(id, ask, Ok(Answer::Airports(airports)));
    }

    fn answer_search(&mut self, legs: Legs) -> SearchLegs {
        let (id, ask) = self.take(|ask| matches!(ask, Ask::Search(_)));
        let Ask::Search(search) = ask.clone() else { unreachable!() };
        self.answer(id, ask, Ok(Answer::Legs(Box::new(legs))));
        search
    }

    fn answer_hold(&mut self, outcome: Result<Cart, RefusalData>) {
        let (id, ask) = self.take(|ask| matches!(ask, Ask::Hold(_)));
        self.answer(id, ask, cart_answer(outcome));
    }

    /// Holds these legs, one seat each, as if the person and the server had done so.
    fn hold(&mut self, legs: &[usize]) {
        for at in legs {
            self.model.departures.move_to(*at);
            self.press(" ");
            let mut legs: Vec<usize> = held_numbers(&self.model);
            legs.push(*at);
            self.answer_hold(Ok(cart(&legs, 600_000)));
        }
    }

    fn event(&mut self, event: Event) {
        self.send(Message::Link(LinkNews::Event(Box::new(event))));
    }

    fn says(&self, wanted: impl Fn(&Notice) -> bool) -> bool {
        self.model.live.log.iter().any(|entry| wanted(&entry.notice))
    }

    /// The flights shown, by the number of their leg.
    fn shown(&self) -> Vec<usize> {
        let rows = &self.model.departures.rows;
        self.model.departures.shown.iter().map(|at| number(rows[*at].leg.leg)).collect()
    }

    fn selected(&self) -> Option<usize> {
        self.model.departures.selected().map(|row| number(row.leg.leg))
    }
}

fn held_numbers(model: &Model) -> Vec<usize> {
    model.cart.cart.holds.iter().map(|hold| number(hold.leg)).collect()
}

#[expect(clippy::result_large_err, reason = "one of them at a time, in a test")]
fn cart_answer(outcome: Result<Cart, RefusalData>) -> Result<Answer, Failure> {
    match outcome {
        Ok(cart) => Ok(Answer::Cart(Box::new(cart))),
        Err(data) => Err(Failure::Refused(ErrorObject::from(data))),
    }
}

fn refusal(kind: RefusalKind, legs: &[usize]) -> RefusalData {
    let legs = legs.iter().map(|at| leg(*at).leg).collect();
    RefusalData { legs, ..RefusalData::bare(kind) }
}

fn token() -> SessionToken {
    SessionToken::from_random([3; 32])
}

fn online(cart: Cart, resumed: bool, epoch: Epoch) -> LinkNews {
    let opened = SessionOpened {
        token: token(),
        protocol: 1,
        server: "trechod 0.1.0".into(),
        epoch,
        hold_ms: 600_000,
        now: WALL,
        cart,
    };
    LinkNews::Online { opened: Box::new(opened), resumed }
}

fn page(legs: Vec<Leg>, cursor: Option<&str>) -> Legs {
    let total = u32::try_from(legs.len()).unwrap();
    Legs { legs, total, total_more: false, cursor: cursor.map(str::to_owned) }
}

fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The number that [`leg`] made this leg from.
fn number(leg: LegId) -> usize {
    usize::from(leg.flight.number()) - 1000
}

/// Leg number `number`: they depart ten minutes apart from 10:00 and fly for 50 to 89 minutes.
fn leg(number: usize) -> Leg {
    let routes = [("GRU", "SSA"), ("GRU", "GYN"), ("SSA", "GRU"), ("VIX", "GRU")];
    let (from, to) = routes[number % routes.len()];
    let at = i64::try_from(number).unwrap();
    let departs = WALL.0 / 1000 + 3_600 + at * 600;
    let arrives = departs + 3_000 + (at * 7 % 40) * 60;
    Leg {
        leg: id(&format!("TR{}-20261124-{from}", 1000 + number)),
        flight: id(&format!("TR{}", 1000 + number)),
        from: id(from),
        to: id(to),
        departs_at: LocalTime::new(departs, -180).unwrap(),
        arrives_at: LocalTime::new(arrives, -180).unwrap(),
        aircraft: "320".into(),
        capacity: 180,
        seats_left: 9,
        fare_centavos: Centavos(20_000 + at * 7_919 % 30_000),
        status: LegStatus::Open,
        version: Version(1),
    }
}

/// A cart with one seat on each of these legs, in this order; a leg named twice has two.
fn cart(legs: &[usize], expires_in_ms: u64) -> Cart {
    let holds: Vec<Hold> = legs
        .iter()
        .enumerate()
        .map(|(at, number)| Hold {
            hold: HoldId(u64::try_from(at * 10_000 + number).unwrap()),
            leg: leg(*number).leg,
            seat: id(&format!("{}A", at + 1)),
            fare_centavos: leg(*number).fare_centavos,
        })
        .collect();
    let some = !holds.is_empty();
    let left = i64::try_from(expires_in_ms).unwrap();
    Cart {
        total_centavos: holds.iter().map(|hold| hold.fare_centavos).sum(),
        holds,
        expires_at: some.then_some(WALL.plus_ms(left)),
        expires_in_ms: some.then_some(expires_in_ms),
    }
}

fn leg_event(number: usize, seats_left: u32, version: u64, reason: ChangeReason) -> LegEvent {
    let Leg { leg, flight, from, to, departs_at, .. } = leg(number);
    let version = Version(version);
    LegEvent { leg, flight, from, to, departs_at, seats_left, closed: false, version, reason }
}

fn taken(number: usize, version: u64) -> Event {
    Event::LegTaken(leg_event(number, 0, version, ChangeReason::Held))
}

fn reopened(number: usize, version: u64) -> Event {
    Event::LegReopened(leg_event(number, 1, version, ChangeReason::Released))
}

fn airports() -> Vec<Airport> {
    [
        ("VIX", "Eurico de Aguiar Salles", "Vitória"),
        ("SSA", "Deputado Luís Eduardo Magalhães", "Salvador"),
        ("GYN", "Santa Genoveva", "Goiânia"),
        ("GRU", "Guarulhos", "São Paulo"),
        ("CGH", "Congonhas", "São Paulo"),
    ]
    .map(|(iata, name, city)| Airport {
        iata: id(iata),
        name: name.into(),
        city: city.into(),
        state: "BR".into(),
        latitude: 0.0,
        longitude: 0.0,
        timezone: "America/Sao_Paulo".into(),
    })
    .to_vec()
}
