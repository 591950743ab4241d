//! Whatever happens, in whatever order: the model stays sound.

use proptest::prelude::*;

use super::*;
use crate::input::{Hit, Mouse, MouseKind, Target};
use crate::message::StoreNews;
use crate::model::{SortBy, TOASTS};
use trecho_shared::message::{CartExpired, SeatMap, SeatRow, SeatState, SeatStatus, Trip, Trips};

#[derive(Debug, Clone)]
enum Step {
    Key(Key),
    Pass(u64),
    Page(usize),
    Click(Hit),
    Taken(usize, u64),
    Reopened(usize, u64),
    Updated(usize, u32, u64),
    Expired,
    /// Answer the oldest ask: yes, no, or lost.
    Answer(u8),
    Online(bool),
    Offline,
    Replaced,
    Distrusted,
    Noted,
    Paste(String),
}

fn key() -> impl Strategy<Value = Key> {
    let bound = prop::sample::select(
        crate::keys::BINDINGS
            .iter()
            .flat_map(|binding| binding.keys.iter().copied())
            .collect::<Vec<_>>(),
    );
    prop_oneof![8 => bound, 2 => any::<char>().prop_map(Key::char)]
}

fn hit() -> impl Strategy<Value = Hit> {
    prop_oneof![
        (0..200usize).prop_map(Hit::Row),
        (0..9usize).prop_map(Hit::Hold),
        (0..9usize).prop_map(Hit::Match),
        (0..9usize, 0..9usize).prop_map(|(row, place)| Hit::Seat(row, place)),
        (0..9usize).prop_map(Hit::Choice),
        key().prop_map(Hit::Key),
        Just(Hit::Nothing),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => key().prop_map(Step::Key),
        2 => (0..90_000u64).prop_map(Step::Pass),
        1 => (0..60usize).prop_map(Step::Page),
        2 => hit().prop_map(Step::Click),
        2 => (0..80usize, 0..50u64).prop_map(|(leg, version)| Step::Taken(leg, version)),
        2 => (0..80usize, 0..50u64).prop_map(|(leg, version)| Step::Reopened(leg, version)),
        2 => (0..80usize, 0..9u32, 0..50u64).prop_map(|(leg, seats, v)| Step::Updated(leg, seats, v)),
        1 => Just(Step::Expired),
        12 => (0..4u8).prop_map(Step::Answer),
        1 => any::<bool>().prop_map(Step::Online),
        1 => Just(Step::Offline),
        1 => Just(Step::Replaced),
        1 => Just(Step::Distrusted),
        2 => Just(Step::Noted),
        1 => ".{0,80}".prop_map(Step::Paste),
    ]
}

impl Program {
    fn take_step(&mut self, step: Step) {
        match step {
            Step::Key(key) => self.key(key),
            Step::Pass(ms) => self.pass(ms),
            Step::Page(page) => {
                self.send(Message::Drawn(Drawn { page, scroll_max: page, targets: Vec::new() }));
            }
            Step::Click(hit) => {
                let target = Target { column: 0, row: 0, width: 1, height: 1, hit };
                self.model.drawn.targets = vec![target];
                self.send(Message::Mouse(Mouse { kind: MouseKind::Press, column: 0, row: 0 }));
            }
            Step::Taken(leg, version) => self.event(taken(leg, version)),
            Step::Reopened(leg, version) => self.event(reopened(leg, version)),
            Step::Updated(leg, seats, version) => {
                let reason = ChangeReason::Held;
                self.event(Event::LegUpdated(leg_event(leg, seats, version, reason)));
            }
            Step::Expired => {
                let expired = CartExpired { lost: Vec::new(), cart: Cart::default() };
                self.event(Event::CartExpired(expired));
            }
            Step::Answer(how) => self.answer_somehow(how),
            Step::Online(resumed) => {
                self.go_offline();
                self.go_online(cart(&[1, 2], 30_000), resumed);
            }
            Step::Offline => self.go_offline(),
            Step::Replaced => {
                self.go_offline();
                self.send(Message::Link(LinkNews::Replaced));
            }
            Step::Distrusted => {
                self.go_offline();
                self.send(Message::Link(session::stranger()));
            }
            Step::Noted => {
                let noted = self.effects.iter().rev().find_map(|effect| match effect {
                    Effect::NotePurchase(purchase) => Some(purchase.idempotency_key.clone()),
                    _ => None,
                });
                if let Some(key) = noted {
                    self.send(Message::Store(StoreNews::PurchaseNoted { key }));
                }
            }
            Step::Paste(text) => self.send(Message::Paste(text)),
        }
    }

    fn answer_somehow(&mut self, how: u8) {
        if self.asks.is_empty() {
            return;
        }
        let (id, ask) = self.asks.remove(0);
        let outcome = match how {
            0 => Err(Failure::Refused(refusal(RefusalKind::LegTaken, &[0, 1]).into())),
            1 => Err(Failure::Lost),
            _ => match &ask {
                Ask::Search(search) => Ok(Answer::Legs(Box::new(some_page(search)))),
                Ask::Airports => Ok(Answer::Airports(Box::new(Airports { airports: airports() }))),
                Ask::Leg(leg_id) => Ok(Answer::Leg(Box::new(leg(number(*leg_id))))),
                Ask::Hold(hold) => {
                    let mut legs = held_numbers(&self.model);
                    legs.extend(hold.legs.iter().map(|ask| number(ask.leg)));
                    Ok(Answer::Cart(Box::new(cart(&legs, 70_000))))
                }
                Ask::Release(_) => Ok(Answer::Cart(Box::default())),
                Ask::Cart => Ok(Answer::Cart(Box::new(cart(&[3], 9_000)))),
                Ask::Seats(leg) => Ok(Answer::Seats(Box::new(some_seats(*leg)))),
                Ask::Trips(_) => Ok(Answer::Trips(Box::new(some_trips()))),
                Ask::Confirm(_) | Ask::Booking(_) | Ask::Cancel(_) => Err(Failure::Lost),
                Ask::Watch(_) => Ok(Answer::Done),
            },
        };
        self.answer(id, ask, outcome);
    }
}

fn some_page(search: &SearchLegs) -> Legs {
    match search.cursor.as_deref() {
        None => page((0..30).map(leg).collect(), Some("2")),
        Some("2") => page((30..55).map(leg).collect(), Some("3")),
        Some(_) => page((55..70).map(leg).collect(), None),
    }
}

fn some_seats(leg: LegId) -> SeatMap {
    let state = |seat: &str| SeatState { seat: id(seat), status: SeatStatus::Free };
    let rows = vec![
        SeatRow { row: 1, blocks: vec![vec![state("1A"), state("1B")], vec![state("1C")]] },
        SeatRow { row: 2, blocks: vec![vec![state("2A")]] },
    ];
    SeatMap { leg, aircraft: "AT7".into(), rows, version: Version(1) }
}

fn some_trips() -> Trips {
    let trip = |legs: Vec<Leg>| Trip { legs, duration_minutes: 1, fare_centavos: Centavos(1) };
    Trips { trips: vec![trip(vec![leg(1), leg(6)]), trip(vec![leg(0)])] }
}

fn assert_sound(model: &Model) {
    let board = &model.departures;
    assert_eq!(board.rows.len(), board.index.len());
    assert_eq!(board.rows.len(), board.order.len());
    assert_eq!(board.rows.len(), board.haystacks.len());
    for (leg, at) in &board.index {
        assert_eq!(board.rows[*at].leg.leg, *leg);
    }
    assert!(board.cursor_row < board.shown.len().max(1));
    assert_eq!(board.cursor, board.selected().map(|row| row.leg.leg));
    assert!(board.top <= board.cursor_row);
    let row = |at: &usize| &board.rows[*at].leg;
    let minutes = |leg: &Leg| leg.arrives_at.unix_seconds() - leg.departs_at.unix_seconds();
    let sorted = match board.sort {
        SortBy::Departure => board.shown.is_sorted(),
        SortBy::Fare => board.shown.is_sorted_by_key(|at| row(at).fare_centavos),
        SortBy::Duration => board.shown.is_sorted_by_key(|at| minutes(row(at))),
        SortBy::Seats => board.shown.is_sorted_by_key(|at| std::cmp::Reverse(row(at).seats_left)),
    };
    assert!(sorted, "shown is sorted by {:?}", board.sort);
    assert!(model.live.toasts.len() <= TOASTS);
    assert!(model.cart.cursor < model.cart.cart.holds.len().max(1));
    assert_eq!(model.cart.is_empty(), model.cart.ends_ms.is_none());
    assert!(model.trips.cursor < model.trips.trips.len().max(1));
    assert!(model.next_wake_ms().is_some_and(|wake| wake > model.now.mono_ms));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_happens_the_model_stays_sound(steps in prop::collection::vec(step(), 1..120)) {
        let mut program = Program::with_board(30);
        for step in steps {
            program.take_step(step);
            assert_sound(&program.model);
            if program.model.leaving {
                break;
            }
            // Never more than one search and one hold at a time.
            assert!(program.asked(|ask| matches!(ask, Ask::Search(_))) <= 1);
            assert!(program.asked(|ask| matches!(ask, Ask::Hold(_))) <= 1);
            assert!(program.asked(|ask| matches!(ask, Ask::Confirm(_))) <= 1);
        }
    }
}
