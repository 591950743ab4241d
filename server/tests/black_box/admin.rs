//! Operators steer a running server: the real `trechod admin` on the real socket.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::common::daemon::two_days_on;
use super::common::{Daemon, run};

/// Runs `trechod admin` against the server of a data directory.
fn admin(data: &Path, arguments: &[&str]) -> Output {
    run(&[&["admin"], arguments, &["--data", data.to_str().unwrap()]].concat())
}

/// The one result of an action that must succeed.
fn done(data: &Path, arguments: &[&str]) -> Value {
    let output = admin(data, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What an action that must be refused says.
fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = admin(data, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A server with one leg of this cabin, and the leg.
fn server(cabin: &str) -> (tempfile::TempDir, Daemon, String) {
    let there = tempfile::tempdir().unwrap();
    let (table, leg) = two_days_on(cabin);
    std::fs::write(there.path().join("legs.csv"), table).unwrap();
    let file = there.path().join("legs.csv");
    let data = there.path().join("data");
    let daemon = Daemon::serve(&data, &["--timetable", file.to_str().unwrap()]);
    (there, daemon, leg)
}

#[tokio::test]
async fn an_operator_lists_legs_tells_passengers_and_drains() {
    let (there, mut daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    let mut passenger = daemon.client().await;
    passenger.hold(std::slice::from_ref(&leg)).await;

    let shown = done(&data, &["leg", &leg]);
    assert_eq!((&shown["held"], &shown["seats_left"]), (&json!(1), &json!(3)), "{shown}");
    let table = admin(&data, &["legs", "--from", "CGH"]);
    assert!(String::from_utf8_lossy(&table.stdout).contains(&leg));
    assert!(refused(&data, &["leg", "TR1-20200101-GRU"]).contains("trechod admin legs"));

    done(&data, &["notice", "Portão 12 mudou para o 14."]);
    let heard = passenger.event().await;
    assert_eq!(heard["method"], "server.notice");
    assert_eq!(heard["params"]["text"], "Portão 12 mudou para o 14.");
    assert!(refused(&data, &["notice", "a\u{1b}[2Jb"]).contains("characters that print"));

    done(&data, &["drain"]);
    assert_eq!(passenger.event().await["method"], "server.closing");
    assert!(daemon.wait().0.success());
    assert!(refused(&data, &["legs"]).contains("no server listens"));
    drop(passenger);
}
