//! Operators steer a running server: the real `trechod admin` on the real socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::common::daemon::two_days_on;
use super::common::{Daemon, confirm, run};

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

/// What a passenger has heard: each event, and why it happened.
fn heard(events: &[Value]) -> Vec<String> {
    let why = |params: &Value| {
        let why = params["reason"].as_str().or(params["lost"][0]["reason"].as_str());
        why.unwrap_or_default().to_owned()
    };
    let told =
        |event: &Value| format!("{} {}", event["method"].as_str().unwrap(), why(&event["params"]));
    events.iter().map(told).collect()
}

#[tokio::test]
async fn blocked_seats_are_nobody_s_until_they_are_unblocked_also_after_a_kill() {
    let (there, daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    let mut passenger = daemon.client().await;
    passenger.ok("feed.watch", json!({})).await;

    let result = done(&data, &["block", &leg, "1A", "2B", "--reason", "cinto quebrado"]);
    assert_eq!(
        (&result["changed"], &result["leg"]["blocked"]),
        (&json!(true), &json!(2)),
        "{result}"
    );
    assert_eq!(heard(&passenger.events_so_far().await), ["leg.updated operator"]);
    let named = json!({ "legs": [{ "leg": leg, "seats": ["1A"] }] });
    assert_eq!(passenger.refusal("cart.hold", named).await["kind"], "seat_taken");
    let cart = passenger.ok("cart.hold", json!({ "legs": [{ "leg": leg, "count": 2 }] })).await;
    let seats = [&cart["holds"][0]["seat"], &cart["holds"][1]["seat"]];
    assert_eq!(seats, [&json!("1B"), &json!("2A")]);

    let said = refused(&data, &["block", &leg, "1B", "2B", "--reason", "crew"]);
    let hold = cart["holds"][0]["hold"].to_string();
    for words in [
        "nothing was changed",
        "1B is held (hold ",
        "2B is blocked (cinto quebrado)",
        &format!("`trechod admin release-hold {hold}` frees a held seat"),
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert!(refused(&data, &["unblock", &leg, "1A", "1B"]).contains("1B is held"));

    drop(passenger);
    daemon.kill();
    let daemon = Daemon::serve(&data, &[]);
    let mut passenger = daemon.client().await;
    assert_eq!(done(&data, &["leg", &leg])["blocked"], 2);
    done(&data, &["unblock", &leg, "1A", "2B"]);
    passenger.ok("cart.hold", json!({ "legs": [{ "leg": leg, "seats": ["1A", "2B"] }] })).await;
    drop(passenger);
    drop(daemon);
    let sound = run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
}

#[tokio::test]
async fn a_closed_leg_leaves_its_carts_and_is_sold_again_once_it_is_open() {
    let (there, daemon, leg) = server("1x3");
    let data = there.path().join("data");
    let (mut ana, mut bia) = (daemon.client().await, daemon.client().await);
    ana.ok("feed.watch", json!({})).await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    ana.events_so_far().await;

    let result = done(&data, &["close", &leg]);
    assert_eq!(result["leg"]["status"], "closed", "{result}");
    assert_eq!(result["released"][0]["hold"], cart["holds"][0]["hold"], "{result}");
    let mut told = heard(&ana.events_so_far().await);
    told.sort_unstable();
    assert_eq!(told, ["cart.changed closed", "leg.updated operator"]);
    let hold = json!({ "legs": [{ "leg": leg }] });
    assert_eq!(bia.refusal("cart.hold", hold.clone()).await["kind"], "leg_closed");
    assert_eq!(bia.ok("legs.search", json!({})).await["total"], 0);
    assert_eq!(done(&data, &["close", &leg])["changed"], false);

    done(&data, &["open", &leg]);
    assert_eq!(heard(&ana.events_so_far().await), ["leg.reopened operator"]);
    bia.ok("cart.hold", hold).await;
}

#[tokio::test]
async fn holds_and_carts_are_released_and_their_owners_are_told() {
    let (there, daemon, leg) = server("1x3");
    let data = there.path().join("data");
    let mut ana = daemon.client().await;
    let three = json!({ "legs": [{ "leg": leg, "count": 3 }] });
    let cart = ana.ok("cart.hold", three).await;
    let hold = cart["holds"][1]["hold"].to_string();

    let result = done(&data, &["release-hold", &hold]);
    let session = result["released"][0]["session"].to_string();
    assert_eq!(result["released"][0]["seat"], cart["holds"][1]["seat"], "{result}");
    assert!(refused(&data, &["release-hold", &hold]).contains("no cart has that hold"));
    let released = done(&data, &["release-cart", &session]);
    assert_eq!(released["released"].as_array().unwrap().len(), 2, "{released}");
    assert!(refused(&data, &["release-cart", &session]).contains("holds nothing"));
    assert!(refused(&data, &["release-cart", "999"]).contains("trechod admin sessions"));

    let events = ana.events_so_far().await;
    assert_eq!(heard(&events), ["cart.changed operator"; 2]);
    assert_eq!(events[1]["params"]["cart"]["holds"], json!([]));
    assert_eq!(ana.seats_left(&leg).await, 3);
}

#[test]
fn what_an_operator_mistypes_is_refused_and_says_what_to_type() {
    let (there, _daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    let said = |arguments: &[&str]| refused(&data, arguments);
    assert!(said(&["block", &leg, "1A", "1A", "--reason", "x"]).contains("1A is named twice"));
    assert!(said(&["block", &leg, "3A", "1C", "--reason", "x"]).contains("no seat 3A 1C"));
    assert!(said(&["block", &leg, "1A", "--reason", " "]).contains("the reason: "));
    assert!(said(&["unblock", &leg, "1A"]).contains("1A is free"));
    assert!(said(&["close", "TR1-20200101-GRU"]).contains("there is no leg"));
    for misused in [
        &["block", &leg, "1A"][..],
        &["block", &leg, "--reason", "x"],
        &["block", "nonsense", "1A", "--reason", "x"],
        &["release-hold", "-1"],
    ] {
        assert_eq!(admin(&data, misused).status.code(), Some(2), "{misused:?}");
    }
    assert_eq!(done(&data, &["leg", &leg])["blocked"], 0);
    assert!(said(&["booking", "K7QXPM"]).contains("`trechod export bookings` has all there are"));
    for list in ["legs", "sessions", "carts", "audit"] {
        let output = admin(&data, &[list, "--limit", "0"]);
        assert_eq!(output.status.code(), Some(2), "{list}: {output:?}");
    }
}

#[test]
fn what_is_refused_before_the_rules_are_asked_is_in_the_audit_log_as_well() {
    let (there, _daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    let long = format!("a\u{1b}[2J{}", "x".repeat(400));
    for action in [
        &["close", "TR1-20200101-GRU"][..],
        &["open", "TR1-20200101-GRU"],
        &["block", &leg, "99Z", "--reason", "crew"],
        &["block", &leg, "1A", "1A", "--reason", "crew"],
        &["block", &leg, "1A", "--reason", " "],
        &["unblock", "TR1-20200101-GRU", "1A"],
        &["notice", " "],
        &["notice", &long],
    ] {
        refused(&data, action);
    }
    let mut lines = listed(&data, &["audit"]);
    lines.reverse();
    let told: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line["action"].as_str().unwrap(), line["outcome"]))
        .collect();
    let expected = [
        "legs.close \"refused: leg_unknown\"",
        "legs.open \"refused: leg_unknown\"",
        "seats.block \"refused: seat_unknown\"",
        "seats.block \"refused: invalid\"",
        "seats.block \"refused: invalid\"",
        "seats.unblock \"refused: leg_unknown\"",
        "notice \"refused: invalid\"",
        "notice \"refused: invalid\"",
    ];
    assert_eq!(told, expected);
    assert_eq!(lines[2]["subject"], format!("{leg} 99Z: crew"));
    let kept = lines[7]["subject"].as_str().unwrap();
    assert!(kept.chars().count() <= 300 && !kept.contains('\u{1b}'), "{kept}");
}

#[test]
fn the_server_s_log_says_what_came_of_each_action_and_that_it_stops() {
    let (there, mut daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    done(&data, &["block", &leg, "1A", "--reason", "crew"]);
    refused(&data, &["block", &leg, "1A", "--reason", "crew"]);
    done(&data, &["drain"]);
    let (status, said) = daemon.wait();
    assert!(status.success(), "{said}");
    let blocks: Vec<&str> = said.lines().filter(|line| line.contains("seats.block")).collect();
    assert!(blocks[0].contains("outcome=\"done\""), "{said}");
    assert!(blocks[1].contains("refused: seats_in_the_way"), "{said}");
    assert_eq!(said.matches("stopping: connections").count(), 1, "{said}");
}

#[tokio::test]
async fn an_operator_watches_the_numbers_grow_once_a_second() {
    let (there, daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    let mut passenger = daemon.client().await;
    let before = done(&data, &["stats"]);
    assert_eq!((&before["sold"]["bookings"], &before["seats"]["free"]), (&json!(0), &json!(4)));

    let mut socket = UnixStream::connect(data.join("admin/admin.sock")).unwrap();
    socket.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stats.watch\"}\n").unwrap();
    let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["result"]["started_at"], before["started_at"]);

    passenger.hold(std::slice::from_ref(&leg)).await;
    let booking = passenger.ok("cart.confirm", confirm("k")).await;
    let after = loop {
        let event = next();
        assert_eq!(event["method"], "stats");
        if event["params"]["sold"]["bookings"] == 1 {
            break event["params"].clone();
        }
    };
    assert_eq!(after["seats"], json!({ "free": 3, "held": 0, "sold": 1, "blocked": 0 }));
    let fastest = &after["sold"]["fastest"][0];
    assert_eq!((&fastest["leg"], &fastest["sold"]), (&json!(leg), &json!(1)), "{fastest}");
    assert_eq!(fastest["seats_left"], 3);
    let recent = &after["sold"]["recent"][0];
    assert_eq!((&recent["locator"], &recent["seats"]), (&booking["locator"], &json!(1)));
    assert!(!recent.to_string().contains("Ana"), "no names: {recent}");
    let methods = after["requests"]["methods"].as_array().unwrap();
    let held = methods.iter().find(|stats| stats["method"] == "cart.hold").unwrap();
    assert_eq!(held["done"], 1, "{held}");

    socket.write_all(b"enough\n").unwrap();
    // Whatever a watcher says ends the watch: in between a line may have been under way.
    assert!(lines.map_while(Result::ok).count() <= 2);
}

/// The objects of a list, one a line.
fn listed(data: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = admin(data, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a person reads.
fn printed(data: &Path, arguments: &[&str]) -> String {
    let output = admin(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn sessions_carts_seats_and_a_booking_are_shown_and_no_credential() {
    let (there, daemon, leg) = server("2x1-1");
    let data = there.path().join("data");
    assert_eq!(printed(&data, &["carts"]), "nobody holds anything\n");
    assert_eq!(printed(&data, &["seats", &leg]), "every seat is free\n");
    let (mut ana, mut bia) = (daemon.client().await, daemon.client().await);
    let token = ana.ok("session.open", json!({ "name": "Ana" })).await["token"].to_string();
    ana.hold(std::slice::from_ref(&leg)).await;
    let bought = ana.ok("cart.confirm", confirm("a-key")).await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    bia.open().await;
    done(&data, &["block", &leg, "2B", "--reason", "crew"]);

    let sessions = listed(&data, &["sessions"]);
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let carts = listed(&data, &["carts"]);
    let [hers] = &carts[..] else { panic!("{carts:?}") };
    assert_eq!((&hers["name"], &hers["attached"]), (&json!("Ana"), &json!(true)));
    assert_eq!(hers["cart"]["holds"][0]["hold"], cart["holds"][0]["hold"]);
    assert!(hers["cart"]["ends_in_ms"].as_u64().unwrap() <= 600_000, "{hers}");
    assert_eq!(hers["cart"]["holds"].as_array().unwrap().len(), 1);
    assert_eq!(listed(&data, &["sessions", "--limit", "1"]).len(), 1);

    let seats = listed(&data, &["seats", &leg]);
    let states: Vec<_> = seats.iter().map(|seat| seat["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["sold", "held", "blocked"]);
    let (locator, claim) = (bought["locator"].as_str().unwrap(), bought["claim"].to_string());
    assert_eq!(seats[0]["locator"], locator);
    let sheet = done(&data, &["booking", locator]);
    assert_eq!(sheet["tickets"], bought["tickets"]);
    assert_eq!(sheet["total_centavos"], bought["total_centavos"]);
    assert!(refused(&data, &["booking", "ACDEFH"]).contains("no booking ACDEFH"));

    drop(ana);
    let everything = [&["sessions"][..], &["carts"], &["seats", &leg], &["booking", locator]]
        .map(|arguments| printed(&data, arguments))
        .concat();
    for shown in ["Ana", "199.00", "crew", locator, "Conceição"] {
        assert!(everything.contains(shown), "{shown} in {everything}");
    }
    for secret in [token, claim] {
        assert!(!everything.contains(secret.trim_matches('"')), "a credential in {everything}");
    }
}

#[tokio::test]
async fn the_audit_log_has_every_action_the_newest_first_also_after_a_kill() {
    let (there, daemon, leg) = server("1x3");
    let data = there.path().join("data");
    let mut ana = daemon.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    assert_eq!(printed(&data, &["audit"]), "no operator has done anything\n");
    done(&data, &["block", &leg, "1C", "--reason", "sem cinto"]);
    refused(&data, &["block", &leg, "1C", "--reason", "again"]);
    done(&data, &["close", &leg]);
    done(&data, &["notice", "Bom dia."]);
    drop(ana);
    daemon.kill();
    let mut daemon = Daemon::serve(&data, &[]);
    let lines = listed(&data, &["audit"]);
    let say = |line: &Value| {
        let text = |member: &str| line[member].as_str().unwrap().to_owned();
        format!("{}: {} -> {}", text("action"), text("subject"), text("outcome"))
    };
    assert_eq!(
        lines.iter().map(say).collect::<Vec<_>>(),
        [
            "notice: Bom dia. -> done".to_owned(),
            format!("legs.close: {leg} -> done; holds released: 1"),
            format!("seats.block: {leg} 1C: again -> refused: seats_in_the_way"),
            format!("seats.block: {leg} 1C: sem cinto -> done"),
        ]
    );
    let own = rustix::process::geteuid().as_raw();
    assert!(lines.iter().all(|line| line["uid"] == own), "{lines:?}");
    assert_eq!(listed(&data, &["audit", "--limit", "2"])[1]["line"], 3);
    done(&data, &["drain"]);
    assert!(daemon.wait().0.success());
    let daemon = Daemon::serve(&data, &[]);
    assert_eq!(listed(&data, &["audit", "--limit", "1"])[0]["action"], "drain");
    drop(daemon);
}
