//! What the client does for a key, an event and a frame, with 40,000 legs known.
//!
//! `cargo bench -p trecho-tui`, or with a name after `--`, such as `update` or `draw/120x40`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trecho_shared::ids::{FlightNumber, Iata, LegId, Version};
use trecho_shared::message::{ChangeReason, Event, Leg, LegEvent, LegStatus, Legs, SearchLegs};
use trecho_shared::money::Centavos;
use trecho_shared::time::LocalTime;
use trecho_tui::effect::{Ask, AskId};
use trecho_tui::glyphs::Glyphs;
use trecho_tui::input::{Code, Key};
use trecho_tui::message::{Answer, LinkNews, Message};
use trecho_tui::model::Model;
use trecho_tui::theme::Theme;
use trecho_tui::update;
use trecho_tui::view::scenes::Scene;
use trecho_tui::view::{self, Look};
use trecho_tui::words::Lang;

/// A large airline's next month.
const LEGS: u16 = 40_000;

/// Those of the scenes whose clocks agree.
const AIRPORTS: [&str; 8] = ["BSB", "CNF", "GIG", "GRU", "POA", "REC", "SSA", "VCP"];

/// 24 November 2026, 00:00 in Brasília.
const MIDNIGHT: i64 = 1_795_489_200;

/// The sizes at which frames are drawn.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// One thing that happens, until the model has taken it in.
fn updates(c: &mut Criterion) {
    let mut group = c.benchmark_group("update");
    for (name, leg) in [("a leg on the screen changes", 3), ("a leg far away changes", 23_456)] {
        let mut model = board((120, 40));
        let mut version = 1;
        group.bench_function(name, |b| {
            b.iter(|| {
                version += 1;
                update(&mut model, told(leg, version))
            });
        });
    }
    let mut model = board((120, 40));
    let mut down = false;
    group.bench_function("down or up", |b| {
        b.iter(|| {
            down = !down;
            update(&mut model, key(if down { Code::Down } else { Code::Up }))
        });
    });
    group.bench_function("to the end or the beginning", |b| {
        b.iter(|| {
            down = !down;
            update(&mut model, key(if down { Code::End } else { Code::Home }))
        });
    });
    group.bench_function("the next sort", |b| b.iter(|| update(&mut model, key(Code::Char('o')))));
    group.finish();
}

/// The live filter: a letter narrows what is shown, its end shows everything again.
fn filter(c: &mut Criterion) {
    let mut group = c.benchmark_group("filter");
    let mut model = board((120, 40));
    update(&mut model, key(Code::Char('/')));
    group.bench_function("a letter, and back", |b| {
        b.iter(|| {
            update(&mut model, key(Code::Char('r')));
            update(&mut model, key(Code::Backspace))
        });
    });
    group.finish();
}

/// A whole frame, and what comes of a key until its cells are in the terminal's hands.
fn draw(c: &mut Criterion) {
    let look = Look { theme: Theme::dark(), glyphs: Glyphs::UNICODE };
    let mut group = c.benchmark_group("draw");
    for size @ (width, height) in SIZES {
        let mut model = board(size);
        let area = Rect::new(0, 0, width, height);
        group.bench_function(format!("{width}x{height}/every cell"), |b| {
            b.iter_batched_ref(
                || Buffer::empty(area),
                |buffer| view::paint(black_box(&model), &look, (area, buffer)),
                BatchSize::SmallInput,
            );
        });
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("no device");
        let mut down = false;
        group.bench_function(format!("{width}x{height}/from a key to its frame"), |b| {
            b.iter(|| {
                down = !down;
                update(&mut model, key(if down { Code::Down } else { Code::Up }));
                let drawn = terminal.draw(|frame| {
                    view::draw(&model, &look, frame);
                });
                assert!(drawn.is_ok(), "there is no device that could fail");
            });
        });
    }
    group.finish();
}

/// The main screen, connected, with all legs read.
fn board(size: (u16, u16)) -> Model {
    let mut model = Scene::Loading.model(Lang::En, size);
    let legs: Vec<Leg> = (0..LEGS).map(leg).collect();
    let page = Legs { legs, total: 10_000, total_more: true, cursor: None };
    let answer = LinkNews::Answer {
        id: model.departures.waiting.unwrap_or(AskId(0)),
        ask: Box::new(Ask::Search(SearchLegs::default())),
        outcome: Ok(Answer::Legs(Box::new(page))),
    };
    update(&mut model, Message::Link(answer));
    let drawn = view::drawn(&model);
    update(&mut model, Message::Drawn(drawn));
    assert_eq!(model.departures.shown.len(), usize::from(LEGS), "all legs are there");
    model
}

/// Leg number `at` by departure: one every minute.
fn leg(at: u16) -> Leg {
    let place = usize::from(at);
    let from = AIRPORTS[place % AIRPORTS.len()];
    let to = AIRPORTS[(place * 5 + 3) % AIRPORTS.len()];
    let (from, to) = (iata(from), if to == from { iata("FOR") } else { iata(to) });
    let time = |minutes: i64| {
        LocalTime::new(MIDNIGHT + minutes * 60, -180).expect("a date of this century")
    };
    let departs_at = time(i64::from(at));
    let flight = FlightNumber::new(*b"TR", 1_000 + at % 8_000).expect("four digits");
    Leg {
        leg: LegId { flight, date: departs_at.civil().date(), origin: from },
        flight,
        from,
        to,
        departs_at,
        arrives_at: time(i64::from(at) + 60 + i64::from(at % 120)),
        aircraft: "320".to_owned(),
        capacity: 174,
        seats_left: 1 + u32::from(at) % 174,
        fare_centavos: Centavos(19_990 + i64::from(at) * 37 % 90_000),
        status: LegStatus::Open,
        version: Version(1),
    }
}

fn iata(code: &str) -> Iata {
    code.parse().expect("an airport")
}

/// The server tells that seats of leg number `at` went.
fn told(at: u16, version: u64) -> Message {
    let Leg { leg, flight, from, to, departs_at, .. } = leg(at);
    let event = LegEvent {
        leg,
        flight,
        from,
        to,
        departs_at,
        seats_left: 1 + u32::try_from(version % 170).expect("a small number"),
        closed: false,
        version: Version(version),
        reason: ChangeReason::Held,
    };
    Message::Link(LinkNews::Event(Box::new(Event::LegUpdated(event))))
}

fn key(code: Code) -> Message {
    Message::Key(Key { code, ctrl: false, alt: false })
}

criterion_group!(benches, updates, filter, draw);
criterion_main!(benches);
