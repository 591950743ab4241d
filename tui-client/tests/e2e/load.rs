//! Many at once: the race for the last seat, and load.

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use trecho_shared::message::{Include, SearchLegs, method};
use trecho_tui::bot::Caller;
use trecho_tui::load::rounds::{Rounds, RoundsReport, Settle, run};

use crate::company::Company;

/// The leg of [`crate::company::TIMETABLE`] with one seat.
const ONE_SEAT: &str = "TR1001-20300115-GRU";

fn trecho(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trecho"))
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_race_for_the_last_seat_has_one_winner_and_is_told() {
    let company = Company::open("10m");
    let address = company.address();
    let race = ["race", &address, "--clients", "50", "--leg", ONE_SEAT];
    // What was won was given back, so the second race is the same again.
    let json = trecho(&[&race[..], &["--json"]].concat());
    assert!(json.status.success(), "{}", text(&json.stderr));
    let report: Value = serde_json::from_slice(&json.stdout).expect("one line of JSON");
    assert_eq!(report["won"], serde_json::json!(["1A"]), "{report}");
    assert_eq!(report["refused"], serde_json::json!({ "leg_taken": 49 }), "{report}");
    assert_eq!((&report["oversold"], &report["latency"]["count"]), (&0.into(), &50.into()));
    let told = trecho(&[&race[..], &["--lang", "pt"]].concat());
    assert!(told.status.success(), "{}", text(&told.stderr));
    let told = text(&told.stdout);
    assert!(told.contains("ganharam   1   1A") && told.contains("em dobro: 0"), "{told}");
    let unsaid = text(&trecho(&race).stdout);
    assert!(unsaid.contains("winners    1   1A"), "{unsaid}");
}

#[test]
fn without_a_server_or_a_leg_the_error_says_what_to_do() {
    let company = Company::open("10m");
    let address = company.address();
    let unknown = trecho(&["race", &address, "--leg", "TR9999-20300115-GRU"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("no such leg"), "{}", text(&unknown.stderr));
    drop(company);
    let nobody = trecho(&["load", &address]);
    assert_eq!(nobody.status.code(), Some(1));
    let said = text(&nobody.stderr);
    assert!(said.contains("is it running?"), "{said}");
    assert_eq!(said.matches("Connection refused").count(), 1, "{said}");
}

fn rounds(settle: Settle) -> Rounds {
    Rounds {
        clients: 8,
        legs: 4,
        watchers: 2,
        lasting: Duration::from_millis(400),
        warm_up: Duration::ZERO,
        settle,
        seed: 7,
    }
}

/// Runs the rounds and counts the seats that are gone afterwards.
fn bear(settle: Settle) -> (RoundsReport, u32) {
    let company = Company::open("10m");
    let server: SocketAddr = company.address().parse().expect("an address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let report = run(&server.into(), rounds(settle)).await.expect("there are legs on sale");
        let mut scout = Caller::connect(server).await.expect("the server is there");
        let all = SearchLegs { include: Include::All, ..SearchLegs::default() };
        let found = scout.call::<method::LegsSearch>(&all).await.expect("a search is answered");
        let gone = found.legs.iter().map(|leg| leg.capacity - leg.seats_left).sum();
        (report, gone)
    })
}

#[test]
fn under_load_there_is_no_error_and_every_cart_is_two_seats() {
    let (report, sold) = bear(Settle::Confirm);
    assert_eq!((report.errors, &report.first_error), (0, &None));
    assert!(report.is_sound() && report.carts > 0);
    assert_eq!(report.settle.count, u64::from(report.carts));
    assert_eq!(report.cart.count, u64::from(report.carts));
    assert!(report.hold.count >= 2 * u64::from(report.carts));
    // Each passenger may have settled one more after the end of what was measured.
    let counted = 2 * report.carts..=2 * (report.carts + 8);
    assert!(counted.contains(&sold), "{sold} seats sold: {report}");
    assert!(report.events > 0, "two sessions watched: {report}");
}

#[test]
fn what_is_given_back_is_on_sale_again() {
    let (report, gone) = bear(Settle::GiveBack);
    assert!(report.is_sound(), "{report}");
    assert_eq!(gone, 0);
}
