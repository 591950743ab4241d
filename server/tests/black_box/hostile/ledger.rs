//! A ledger into which somebody has written by hand: whatever reads it says so, or shows what is there
//! without what does not print.

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::{Value, json};
use trecho_shared::text::scrub;

use super::{captured, path, serve, shown, written};
use crate::common::daemon::two_days_on;
use crate::common::{Client, confirm};

/// A data directory with a booking, a cart, a blocked seat and an audit log, at rest; and its locator
/// with its claim code, and the token of the session.
async fn stocked(there: &Path) -> (PathBuf, Value, String) {
    let (table, leg) = two_days_on("2x1-1");
    std::fs::write(there.join("legs.csv"), table).unwrap();
    let (data, legs) = (there.join("data"), there.join("legs.csv"));
    let (terminal, address) = serve(there, "pretty", &["--timetable", path(&legs)]);
    let mut ana = Client::connect(address).await;
    let token = ana.open().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    let mut purchase = confirm("k");
    purchase["email"] = json!("ana@example.com");
    let bought = ana.ok("cart.confirm", purchase).await;
    ana.hold(std::slice::from_ref(&leg)).await;
    let block = ["admin", "--data", path(&data), "block", &leg, "2B", "--reason", "crew"];
    assert_eq!(written(&block).0, Some(0));
    drop(ana);
    terminal.signal(Signal::TERM);
    assert!(terminal.end().0.success());
    (data, json!({ "locator": bought["locator"], "claim": bought["claim"] }), token)
}

fn plant(data: &Path, sql: &str, text: &str) {
    let ledger = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    if sql.contains("?1") {
        assert!(ledger.execute(sql, (text,)).unwrap() > 0, "{sql}");
    } else {
        ledger.execute_batch(&sql.replace("NAME", &text.replace('\0', ""))).unwrap();
    }
    // The log goes home with the last connection, so that the one file is all there is.
}

/// Every command that only reads, on a terminal; what they wrote.
fn read(data: &Path) -> String {
    let mut all = String::new();
    for command in [
        &["verify"][..],
        &["export", "bookings", "--format", "csv"],
        &["export", "bookings", "--format", "jsonl"],
        &["export", "legs", "--format", "csv"],
        &["export", "legs", "--format", "jsonl"],
    ] {
        let arguments = [command, &["--data", path(data)]].concat();
        let (code, said) = shown(&arguments);
        assert!(code.is_some_and(|code| code < 2), "{command:?}: {said}");
        let (_, said) = written(&arguments);
        all.push_str(&said);
    }
    all
}

/// Texts that no rule of the server needs to be otherwise when it starts.
const QUIET: [&str; 8] = [
    "UPDATE session SET name = ?1",
    "UPDATE claim SET reason = ?1 WHERE reason IS NOT NULL",
    "UPDATE audit SET user = ?1",
    "UPDATE audit SET action = ?1",
    "UPDATE audit SET subject = ?1",
    "UPDATE audit SET outcome = ?1",
    "UPDATE booking SET email = ?1",
    "UPDATE ticket SET first_name = ?1, last_name = ?1",
];

#[tokio::test]
async fn what_was_written_into_the_ledger_by_hand_is_shown_without_what_does_not_print() {
    let there = tempfile::tempdir().unwrap();
    let (data, mine, token) = stocked(there.path()).await;
    let noise = captured::noise();
    for sql in QUIET {
        plant(&data, sql, &noise);
    }
    let said = read(&data);
    assert!(said.contains("has a name or an address that is none"), "{said}");
    // Lines of JSON lose nothing, and a table shows what prints.
    let rows: Vec<Value> =
        said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let booking = rows.iter().find(|row| row["first_name"].is_string()).expect("a booking");
    assert_eq!(booking["first_name"], noise);
    assert!(said.contains(&scrub(&noise)), "{said}");

    for log in ["pretty", "json"] {
        let (terminal, address) = serve(there.path(), log, &[]);
        let leg = rows.iter().find_map(|row| row["leg"].as_str()).unwrap();
        let locator = mine["locator"].as_str().unwrap();
        for look in
            [&["sessions"][..], &["carts"], &["seats", leg], &["audit"], &["legs"], &["stats"]]
        {
            for format in [&[][..], &["--json"]] {
                let arguments = [&["admin", "--data", path(&data)], look, format].concat();
                let (code, said) = shown(&arguments);
                assert_eq!(code, Some(0), "{look:?}: {said}");
                let words = ["sessions", "carts", "seats", "audit"].contains(&look[0]);
                if words && format.is_empty() {
                    assert!(said.contains(captured::SEEN), "{look:?}: {said}");
                } else if words {
                    let rows: Vec<Value> =
                        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                    let told = json!(rows).to_string();
                    let whole = serde_json::to_string(&noise).unwrap();
                    assert!(told.contains(whole.trim_matches('"')), "nothing is lost: {said}");
                }
            }
        }
        let (code, said) = shown(&["admin", "--data", path(&data), "booking", locator]);
        assert_eq!(code, Some(1), "names that are none are not shown: {said}");
        // Nor to the passenger, whose own they are.
        let mut ana = Client::connect(address).await;
        ana.ok("session.open", json!({ "resume": token })).await;
        let reply = ana.call("bookings.get", mine.clone()).await;
        assert_eq!(reply["error"]["code"], -32603, "{reply}");
        terminal.signal(Signal::TERM);
        let (status, log) = terminal.end();
        assert!(status.success());
        captured::assert_lines(&log);
    }
}

/// What a server needs in order to start, and the shape of the file itself.
const LOUD: [&str; 8] = [
    "UPDATE leg SET id = ?1",
    "UPDATE leg SET destination = ?1",
    "UPDATE leg SET aircraft = ?1",
    "UPDATE cabin SET layout = ?1",
    "UPDATE booking SET locator = 'V' || char(0x202e, 27, 0x9b, 0x200b) || 'V'",
    "CREATE TABLE \"NAME\" (a)",
    "CREATE VIEW \"NAME\" AS SELECT 1",
    "ALTER TABLE audit ADD COLUMN \"NAME\" TEXT",
];

#[tokio::test]
async fn a_ledger_that_makes_no_sense_is_complained_of_in_words_that_print() {
    let there = tempfile::tempdir().unwrap();
    let (data, mine, _) = stocked(there.path()).await;
    let sound = std::fs::read(data.join("trecho.db")).unwrap();
    for sql in LOUD {
        std::fs::write(data.join("trecho.db"), &sound).unwrap();
        plant(&data, sql, &captured::noise());
        let (code, said) = shown(&["verify", "--data", path(&data)]);
        assert_eq!(code, Some(1), "{sql}: {said}");
        assert!(said.len() < 64 << 10, "{sql}: {} bytes of complaint", said.len());
        read(&data);
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", path(&data)];
        if ["UPDATE leg", "UPDATE cabin"].iter().any(|begin| sql.starts_with(begin)) {
            let (code, said) = shown(&arguments);
            assert_eq!(code, Some(1), "{sql}: {said}");
            assert!(said.contains("restore it from a backup"), "{sql}: {said}");
        } else {
            let (terminal, address) = serve(there.path(), "pretty", &[]);
            let mut ana = Client::connect(address).await;
            ana.call("bookings.get", mine.clone()).await;
            terminal.signal(Signal::TERM);
            captured::assert_lines(&terminal.end().1);
        }
    }
}
