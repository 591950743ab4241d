//! The real `trechod`: how it starts, serves, dies and is asked.

use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use crate::common::daemon::{trechod, two_days_on};
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm, kind, run};

/// The usual timetable: three seats on one leg.
fn timetable() -> (String, String) {
    two_days_on("1x3")
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn killed_in_the_middle_it_comes_back_with_every_cart_and_booking() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = timetable();
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", path(&csv)];
    let data = directory.path().join("data");
    let server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let token = ana.open().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    server.kill();
    let server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], cart["holds"]);
    assert_eq!(opened["cart"]["expires_at"], cart["expires_at"]);
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    assert_eq!(ana.seats_left(&leg).await, 1);
}

#[tokio::test]
async fn a_signal_to_end_drains_and_ends_well() {
    for signal in [Signal::TERM, Signal::INT] {
        let directory = tempfile::tempdir().unwrap();
        let mut server = Daemon::serve(directory.path(), &["--timetable", "none"]);
        let mut ana = server.client().await;
        ana.open().await;
        server.signal(signal);
        let lines = ana.until_closed().await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["method"], "server.closing");
        let (status, _) = server.wait();
        assert_eq!(status.code(), Some(0));
    }
}

#[tokio::test]
async fn a_second_server_is_refused_while_one_runs() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let server = Daemon::serve(&data, &["--timetable", "none"]);
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--data", path(&data)]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("in use by another server"), "{}", stderr(&output));
    server.client().await.ok("server.ping", json!({})).await;
}

#[tokio::test]
async fn a_health_check_is_a_round_trip() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Daemon::serve(directory.path(), &["--timetable", "none"]);
    let address = server.address.to_string();
    let output = run(&["healthcheck", &address]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = trechod().arg("healthcheck").env("TRECHO_LISTEN", &address).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = trechod().arg("healthcheck").env("TRECHO_LISTEN", "rubbish").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    server.signal(Signal::TERM);
    server.wait();
    let output = run(&["healthcheck", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is not well"), "{}", stderr(&output));
}

#[test]
fn a_health_check_of_something_else_fails_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = run(&["healthcheck", &silent.local_addr().unwrap().to_string()]);
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn an_import_names_the_bad_lines_and_loads_nothing_of_them() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (good, leg) = timetable();
    let bad = format!("{good}TR1,2026-99-99,CGH,SDU,18:00,19:05,CNC,1x3,199.00\n");
    let bad = write_csv(directory.path(), &bad);
    let import = |file: &Path| run(&["import", path(file), "--data", path(&data)]);
    let output = import(&bad);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 3"), "{}", stderr(&output));
    let output = import(&directory.path().join("nowhere.csv"));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("nowhere.csv"), "{}", stderr(&output));
    {
        let server = Daemon::serve(&data, &["--timetable", "none"]);
        let found = server.client().await.ok("legs.search", json!({ "include": "all" })).await;
        assert_eq!(found["total"], 0, "nothing was half loaded");
    }
    let csv = write_csv(directory.path(), &good);
    for expected in ["1 legs added", "1 unchanged"] {
        let output = import(&csv);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(expected), "{said}");
    }
    let server = Daemon::serve(&data, &["--timetable", "none"]);
    let mut ana = server.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    ana.ok("cart.confirm", confirm("k")).await;
    server.kill();
    let later = write_csv(directory.path(), &good.replace("18:00", "17:00"));
    let output = import(&later);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&leg), "a sold leg keeps its times: {}", stderr(&output));
}

#[test]
fn what_is_misused_is_said_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let data = path(directory.path());
    let file = directory.path().join("trechod.toml");
    std::fs::write(&file, "hold = '90s'\nholds = 7\n").unwrap();
    let cases: [(&[&str], &str); 8] = [
        (&["serve", "--data", data, "--listen", "0.0.0.0:0"], "--plaintext"),
        (&["serve", "--data", data, "--hold", "ten minutes"], "such as 90s"),
        (&["serve", "--data", data, "--config", path(&file)], "line 2"),
        (&["serve", "--data", data, "--config", path(&file)], "holds"),
        (&["serve", "--data", data, "--config", "/no/such/file.toml"], "/no/such/file.toml"),
        (&["serve", "--data", data, "--log-level", "trecho=loud"], "loud"),
        (&["serve", "--data", data, "--log-level", "inof"], "expected error, warn, info"),
        (&["sell"], "unrecognized"),
    ];
    for (arguments, expected) in cases {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
}

#[tokio::test]
async fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("trechod.toml");
    std::fs::write(&file, "hold = '1m'\ntimetable = 'none'\n").unwrap();
    let hold_ms = async |variable: Option<&str>, flag: &[&str]| {
        let data = tempfile::tempdir().unwrap();
        let mut arguments = vec!["--config", path(&file)];
        arguments.extend(flag);
        let server = Daemon::serve_with(data.path(), &arguments, |command| {
            if let Some(value) = variable {
                command.env("TRECHO_HOLD", value);
            }
        });
        let opened = server.client().await.ok("session.open", json!({})).await;
        opened["hold_ms"].as_u64().unwrap()
    };
    assert_eq!(hold_ms(None, &[]).await, 60_000);
    assert_eq!(hold_ms(Some("2m"), &[]).await, 120_000);
    assert_eq!(hold_ms(Some("2m"), &["--hold", "3m"]).await, 180_000);
}

#[test]
fn the_version_tells_the_protocol_too() {
    let output = run(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(env!("CARGO_PKG_VERSION")) && said.contains("protocol 1"), "{said}");
}

#[tokio::test]
async fn the_log_tells_no_token_no_claim_code_and_no_name() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = timetable();
    let csv = write_csv(directory.path(), &csv);
    let data = directory.path().join("data");
    let mut server =
        Daemon::serve(&data, &["--timetable", path(&csv), "--log-level", "trecho_server=trace"]);
    let mut ana = server.client().await;
    let token = ana.open().await;
    ana.hold(&[leg]).await;
    let booking = ana.ok("cart.confirm", confirm("the-key")).await;
    let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    ana.ok("bookings.get", claim.clone()).await;
    ana.ok("bookings.cancel", claim).await;
    ana.send("garbage\n").await;
    ana.line().await;
    server.signal(Signal::TERM);
    ana.until_closed().await;
    let (_, said) = server.wait();
    for said_of in ["batch", "opened", "TR7000-", "Held", "Sold", "Cancelled"] {
        assert!(said.contains(said_of), "the log was to tell of {said_of}: {said}");
    }
    let (locator, claim) = (booking["locator"].as_str(), booking["claim"].as_str());
    for secret in [token.as_str(), locator.unwrap(), claim.unwrap(), "the-key", "Concei"] {
        assert!(!said.contains(secret), "the log tells {secret}: {said}");
    }
}

#[tokio::test]
async fn json_logs_are_json_throughout() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = trechod()
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--timetable",
            "none",
            "--log",
            "json",
            "--data",
        ])
        .arg(directory.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("serves") {
        assert_ne!(std::io::BufRead::read_line(&mut stderr, &mut said).unwrap(), 0, "{said}");
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    assert!(child.wait().unwrap().success());
    let mut serves = 0;
    for line in said.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(line["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
        if let Some(address) = line["serves"].as_str() {
            assert!(address.starts_with("127.0.0.1:"), "{line}");
            assert_eq!(line["version"], env!("CARGO_PKG_VERSION"));
            assert_eq!(line["data"], directory.path().to_str().unwrap());
            serves += 1;
        }
    }
    assert_eq!(serves, 1, "{said}");
}

#[tokio::test]
async fn with_few_open_files_it_serves_whom_it_can_and_tells_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let server = Daemon::serve_with_files(directory.path(), 100);
    assert!(server.said().contains("raise it (ulimit -n"), "{}", server.said());
    let mut well = Vec::new();
    let mut refused = 0;
    for _ in 0..120 {
        let mut client = server.client().await;
        client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
        match client.line().await {
            Some(line) if line.get("result").is_some() => well.push(client),
            // A reset may overtake the one line.
            Some(line) => {
                assert_eq!(kind(&line), "limit_exceeded");
                refused += 1;
            }
            None => refused += 1,
        }
    }
    // Those beyond three quarters are on trial, and make room for others after a while.
    assert!(well.len() >= 36 && refused > 0, "{} served, {refused} refused", well.len());
    drop(well);
    loop {
        let mut client = server.client().await;
        client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
        if client.line().await.is_some_and(|line| line.get("result").is_some()) {
            return;
        }
    }
}
