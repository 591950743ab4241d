//! The board's answers to searches and to trips.

use std::hint::black_box;
use std::sync::{Arc, LazyLock};

use criterion::Criterion;
use jiff::civil::date;
use trecho_server::board::Board;
use trecho_shared::ids::Iata;
use trecho_shared::message::{Include, SearchLegs, SearchTrips};

use crate::world::{DAY, MILLION, MILLION_BOARD, MONTH, MONTH_BOARD, NOW};

fn boards() -> [(usize, &'static LazyLock<Arc<Board>>); 2] {
    [(MONTH, &MONTH_BOARD), (MILLION, &MILLION_BOARD)]
}

/// One page of each kind of search.
pub(crate) fn searches(c: &mut Criterion) {
    let route = SearchLegs {
        from: Some(airport("GRU")),
        to: Some(airport("SSA")),
        ..SearchLegs::default()
    };
    let kinds = [
        ("route and date", SearchLegs { date: Some(DAY), ..route.clone() }),
        ("route", route),
        ("date", SearchLegs { date: Some(DAY), ..SearchLegs::default() }),
        ("everything", SearchLegs { include: Include::All, ..SearchLegs::default() }),
        ("city", text("goiania")),
        ("beginning of a city", text("sao")),
        ("flight", text("TR1042")),
        ("nothing", text("nowhere")),
    ];
    for (count, board) in boards() {
        for (name, ask) in &kinds {
            c.bench_function(&format!("search/{count}/{name}"), |b| {
                let board = LazyLock::force(board);
                b.iter(|| board.search(black_box(ask), NOW).expect("a sound search"));
            });
        }
    }
}

/// Ways on up to three legs: with direct flights, between two outposts, and a month ahead.
pub(crate) fn trips(c: &mut Criterion) {
    for (count, board) in boards() {
        for (name, from, to, day) in [
            ("GRU to SSA", "GRU", "SSA", DAY),
            ("POA to MAO", "POA", "MAO", DAY),
            ("CZS to FEN", "CZS", "FEN", DAY),
            ("POA to MAO in 20 days", "POA", "MAO", date(2026, 12, 14)),
        ] {
            let ask = SearchTrips {
                from: airport(from),
                to: airport(to),
                date: day,
                max_legs: None,
                min_connection_minutes: None,
                limit: None,
            };
            c.bench_function(&format!("trips/{count}/{name}"), |b| {
                let board = LazyLock::force(board);
                b.iter(|| board.trips(black_box(&ask), NOW).expect("a sound search"));
            });
        }
    }
}

fn airport(code: &str) -> Iata {
    code.parse().expect("an airport of the network")
}

fn text(word: &str) -> SearchLegs {
    SearchLegs { text: Some(word.parse().expect("a clean word")), ..SearchLegs::default() }
}
