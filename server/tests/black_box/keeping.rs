//! What keeps the data of a server safe, by the real program: `verify`, `backup`, `restore`, `export`.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::common::daemon::trechod;
use crate::common::{Client, Daemon, confirm, run};

const HEADER: &str = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais";

/// A leg far ahead, with seats enough.
const LEG: &str = "TR7000-20990115-CGH";

fn serve(data: &Path) -> Daemon {
    let csv = data.with_extension("csv");
    let leg = "TR7000,2099-01-15,CGH,SDU,18:00,19:05,320,30x3-3,199.00";
    std::fs::write(&csv, format!("{HEADER}\n{leg}\n")).unwrap();
    Daemon::serve(data, &["--timetable", csv.to_str().unwrap()])
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command said that went well.
fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", told(&output.stdout), told(&output.stderr));
    told(&output.stdout)
}

/// What a command complained of, both streams.
fn complaint(output: &Output) -> String {
    let said = told(&output.stdout) + &told(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

fn verify(data: &Path) -> Output {
    run(&["verify", "--data", path(data)])
}

/// Holds a seat and buys it; the locator.
async fn buy(client: &mut Client, key: &str) -> String {
    client.hold(&[LEG.to_owned()]).await;
    let booking = client.ok("cart.confirm", confirm(key)).await;
    booking["locator"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_data_directory_is_verified_beside_its_server_and_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let output = verify(&data);
    assert!(complaint(&output).contains("there is no ledger in"), "{output:?}");
    let server = serve(&data);
    let mut ana = server.client().await;
    buy(&mut ana, "k").await;
    ana.hold(&[LEG.to_owned()]).await;
    assert!(said(&verify(&data)).contains("is sound"));
    ana.ok("cart.confirm", confirm("once-more")).await;
    server.kill();
    assert!(said(&verify(&data)).contains("is sound"), "as a kill leaves it");

    let vandal = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    vandal.execute("DELETE FROM claim WHERE seat = 0", ()).unwrap();
    drop(vandal);
    let said = complaint(&verify(&data));
    assert!(said.contains("a ticket that is not cancelled has its seat: ticket 0 of "), "{said}");
    assert!(said.contains("breaks 1 of its rules") && said.contains("from a backup"), "{said}");
}

/// Buys until it is told to stop; all that was confirmed.
async fn buy_on(mut client: Client, stop: Arc<AtomicBool>) -> Vec<Value> {
    client.open().await;
    let mut bookings = Vec::new();
    while !stop.load(Ordering::Relaxed) && bookings.len() < 60 {
        client.hold(&[LEG.to_owned()]).await;
        let key = format!("key-{}", bookings.len());
        bookings.push(client.ok("cart.confirm", confirm(&key)).await);
    }
    bookings
}

#[tokio::test]
async fn a_backup_under_load_is_restored_with_every_booking_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let (data, file) = (directory.path().join("data"), directory.path().join("monday.db"));
    let server = serve(&data);
    let mut ana = server.client().await;
    let epoch = ana.ok("session.open", json!({})).await["epoch"].clone();
    ana.hold(&[LEG.to_owned()]).await;
    let early = ana.ok("cart.confirm", confirm("early")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let buying: Vec<_> = [server.client().await, server.client().await]
        .map(|client| tokio::spawn(buy_on(client, Arc::clone(&stop))))
        .into();
    let backup = ["backup", path(&file), "--data", path(&data)];
    let output = tokio::task::spawn_blocking({
        let backup = backup.map(str::to_owned);
        move || run(&backup.each_ref().map(String::as_str))
    });
    said(&output.await.unwrap());
    stop.store(true, Ordering::Relaxed);
    let mut during = Vec::new();
    for bought in buying {
        during.extend(bought.await.unwrap());
    }
    assert!(complaint(&run(&backup)).contains("overwrites nothing"));

    let restored = directory.path().join("restored");
    let restore = |data: &Path| run(&["restore", path(&file), "--data", path(data)]);
    let in_use = complaint(&restore(&data));
    assert!(in_use.contains("in use by another server: stop that server and restore"), "{in_use}");
    said(&restore(&restored));
    assert!(complaint(&restore(&restored)).contains("--replace"));
    said(&verify(&restored));
    let second = serve(&restored);
    let mut ana = second.client().await;
    assert_ne!(ana.ok("session.open", json!({})).await["epoch"], epoch);
    let claim = json!({ "locator": early["locator"], "claim": early["claim"] });
    assert_eq!(ana.ok("bookings.get", claim).await, early);
    let sold = 180 - ana.seats_left(LEG).await;
    let all = 1 + u64::try_from(during.len()).unwrap();
    assert!((1..=all).contains(&sold), "{sold} of {all}");
    // What the backup has of those that were sold meanwhile, it has whole.
    let mut found = 1;
    for booking in during {
        let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
        let reply = ana.call("bookings.get", claim).await;
        if reply.get("error").is_none() {
            assert_eq!(reply["result"], booking);
            found += 1;
        }
    }
    // Each of the two who bought may have held one seat more at that instant.
    assert!((found..=found + 2).contains(&sold), "{found} bookings, {sold} seats held or sold");
    buy(&mut ana, "after-the-restore").await;
}

#[tokio::test]
async fn a_ledger_is_replaced_when_that_is_said_and_is_kept_aside() {
    let directory = tempfile::tempdir().unwrap();
    let (data, file) = (directory.path().join("data"), directory.path().join("monday.db"));
    let mut server = serve(&data);
    said(&run(&["backup", path(&file), "--data", path(&data)]));
    buy(&mut server.client().await, "after-the-backup").await;
    server.signal(rustix::process::Signal::TERM);
    server.wait();
    let output = run(&["restore", path(&file), "--replace", "--data", path(&data)]);
    assert!(said(&output).contains("before-restore-1.db"));
    assert!(data.join("before-restore-1.db").exists());
    let server = serve(&data);
    assert_eq!(server.client().await.seats_left(LEG).await, 180);
}

#[tokio::test]
async fn bookings_and_legs_are_exported_beside_the_server_without_a_secret() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let server = serve(&data);
    let mut ana = server.client().await;
    let token = ana.open().await;
    ana.hold(&[LEG.to_owned()]).await;
    let formula = json!({
        "passengers": [{ "first_name": "=HYPERLINK(1)", "last_name": "Souza, \"a\"" }],
        "email": "+ana@example.com",
        "idempotency_key": "k",
    });
    let first = ana.ok("cart.confirm", formula).await;
    let second = buy(&mut ana, "second").await;
    let gone = json!({ "locator": first["locator"], "claim": first["claim"] });
    ana.ok("bookings.cancel", gone).await;
    ana.hold(&[LEG.to_owned()]).await;
    let export = |subject: &str, format: &str| {
        said(&run(&["export", subject, "--format", format, "--data", path(&data)]))
    };
    let objects = |text: String| -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };

    let table = export("bookings", "csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let cell = |row: usize, name: &str| {
        rows[row][names.iter().position(|found| found == name).unwrap()].to_owned()
    };
    assert_eq!(cell(0, "first_name"), "'=HYPERLINK(1)");
    assert_eq!(cell(0, "last_name"), "Souza, \"a\"");
    assert_eq!(cell(0, "email"), "'+ana@example.com");
    assert_eq!((cell(0, "status"), cell(1, "status")), ("cancelled".into(), "sold".into()));
    assert_eq!((cell(1, "locator"), cell(1, "leg")), (second, LEG.to_owned()));
    assert_eq!(cell(1, "seat").len(), 2);

    let lines = export("bookings", "jsonl");
    let bookings = objects(lines.clone());
    assert_eq!(bookings.len(), 2);
    assert_eq!(bookings[0]["first_name"], "=HYPERLINK(1)");
    assert_eq!(bookings[1]["email"], Value::Null);
    assert_eq!(bookings[1]["fare_centavos"], 19_900);
    for secret in [token.as_str(), first["claim"].as_str().unwrap(), "hash", "token", "claim"] {
        assert!(!table.contains(secret) && !lines.contains(secret), "{secret}");
    }

    let legs = objects(export("legs", "jsonl"));
    assert_eq!(legs.len(), 1);
    let expected = json!({
        "leg": LEG, "from": "CGH", "to": "SDU", "departs_at": "2099-01-15T18:00:00-03:00",
        "arrives_at": "2099-01-15T19:05:00-03:00", "aircraft": "320", "cabin": "30x3-3",
        "capacity": 180, "held": 1, "sold": 1, "blocked": 0, "fare_centavos": 19_900,
        "closed": false,
    });
    assert_eq!(legs[0], expected);
    assert_eq!(export("legs", "csv").lines().count(), 2);
}

/// A reader who has enough: `trechod export … | head`.
#[test]
fn an_export_whose_reader_has_gone_ends_without_a_complaint_in_either_format() {
    let directory = tempfile::tempdir().unwrap();
    let (data, file) = (directory.path().join("data"), directory.path().join("many.csv"));
    let leg = |n: u32| format!("TR{n},2099-01-15,CGH,SDU,18:00,19:05,320,1x1,199.00\n");
    let table: String = (1..=2_000).map(leg).collect();
    std::fs::write(&file, format!("{HEADER}\n{table}")).unwrap();
    said(&run(&["import", path(&file), "--data", path(&data)]));
    for format in ["csv", "jsonl"] {
        let mut export = trechod();
        export.args(["export", "legs", "--format", format, "--data", path(&data)]);
        let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(export.stdout.take());
        let output = export.wait_with_output().unwrap();
        assert_eq!((output.status.code(), told(&output.stderr)), (Some(0), String::new()));
    }
}

#[test]
fn an_export_of_many_legs_has_each_once_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let (data, file) = (directory.path().join("data"), directory.path().join("many.csv"));
    let leg = |n: u32| format!("TR{n},2099-01-15,CGH,SDU,18:00,19:05,320,1x1,199.00\n");
    let table: String = (1..=1_203).map(leg).collect();
    std::fs::write(&file, format!("{HEADER}\n{table}")).unwrap();
    said(&run(&["import", path(&file), "--data", path(&data)]));
    let lines = said(&run(&["export", "legs", "--format", "csv", "--data", path(&data)]));
    let exported: Vec<&str> = lines.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    let expected: Vec<String> = (1..=1_203).map(|n| format!("TR{n}-20990115-CGH")).collect();
    assert_eq!(exported, expected);
}
