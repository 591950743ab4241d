//! A server that is given nothing but an empty directory.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use trecho_server::{AdminSocket, TimetableSource};

use crate::common::{Client, Daemon, World, run};

/// Any leg of a day.
fn on(date: &str) -> serde_json::Value {
    json!({ "date": date, "include": "all", "limit": 1 })
}

async fn legs_on(client: &mut Client, date: &str) -> u64 {
    client.ok("legs.search", on(date)).await["total"].as_u64().unwrap()
}

/// Waits until the server, which extends its timetable while it serves, has more than so many.
async fn more_legs_on(client: &mut Client, date: &str, than: u64) -> u64 {
    loop {
        let total = legs_on(client, date).await;
        if total > than {
            return total;
        }
    }
}

async fn world_of_the_sample() -> World {
    World::with(|config| {
        config.timetable = TimetableSource::Sample;
        config.seed = 7;
        config.admin_socket = AdminSocket::InData;
    })
    .await
}

fn a_week() -> u32 {
    u32::try_from(Duration::from_secs(7 * 24 * 3600).as_millis()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_directory_gets_thirty_days_of_the_sample_and_a_crowd_and_one_more_day_a_day() {
    let mut world = world_of_the_sample().await;
    let mut ana = world.client().await;
    for (date, there) in
        [("2026-11-22", false), ("2026-11-23", true), ("2026-12-22", true), ("2026-12-23", false)]
    {
        let total = legs_on(&mut ana, date).await;
        assert_eq!(total > 500, there, "{total} legs on {date}");
    }
    let airports = ana.ok("airports.list", json!({})).await;
    assert_eq!(airports["airports"].as_array().unwrap().len(), 104);
    let trips = json!({ "from": "GRU", "to": "REC", "date": "2026-11-24" });
    assert!(!ana.ok("trips.search", trips).await["trips"].as_array().unwrap().is_empty());
    let tomorrow = json!({ "date": "2026-11-24", "include": "all", "limit": 500 });
    let found = ana.ok("legs.search", tomorrow).await;
    let near_full = found["legs"].as_array().unwrap().iter().filter(|leg| {
        leg["capacity"].as_u64() > leg["seats_left"].as_u64()
            && leg["seats_left"].as_u64() < Some(4)
    });
    assert!(near_full.count() > 0, "the crowd has bought");
    // A week later, and with another seed given, it is extended by more of the same.
    world.abandon();
    world.hand.advance_ms(a_week());
    world.config.seed = 8;
    world.restart().await;
    let total = more_legs_on(&mut world.client().await, "2026-12-29", 0).await;
    let expected = trecho_server::timetable::legs_of(7, "2026-12-29".parse().unwrap());
    assert_eq!(usize::try_from(total).unwrap(), expected.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_on_which_legs_were_imported_gets_the_sample_s_legs_as_well() {
    let mut world = world_of_the_sample().await;
    let expected = trecho_server::timetable::legs_of(7, "2026-12-29".parse().unwrap());
    // One of a number of its own, and one that the sample would have had, as its operator wants it.
    let (sample, data) = (&expected[0], world.config.data_dir.clone());
    let legs = format!(
        "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n\
         TR7,2026-12-29,CGH,SDU,18:00,19:05,320,30x3-3,199.00\n\
         {},2026-12-29,{},{},12:00,15:00,320,1x1,77.00\n",
        sample.id.flight, sample.id.origin, sample.to
    );
    let file = data.with_file_name("more.csv");
    std::fs::write(&file, legs).unwrap();
    let imported = tokio::task::spawn_blocking(move || {
        run(&["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()])
    });
    let imported = imported.await.unwrap();
    assert!(imported.status.success(), "{imported:?}");
    let mut ana = world.client().await;
    assert_eq!(legs_on(&mut ana, "2026-12-29").await, 2);

    world.abandon();
    world.hand.advance_ms(a_week());
    world.restart().await;
    let mut ana = world.client().await;
    let total = more_legs_on(&mut ana, "2026-12-29", 2).await;
    assert_eq!(usize::try_from(total).unwrap(), expected.len() + 1);
    let own = ana.ok("legs.get", json!({ "leg": sample.id })).await;
    assert_eq!((&own["capacity"], &own["fare_centavos"]), (&json!(1), &json!(7_700)), "{own}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_filling_that_was_cut_short_is_ended_at_the_next_start() {
    let mut world = world_of_the_sample().await;
    let data = world.config.data_dir.clone();
    let whole = bookings(&data);
    assert!(whole > 100 && !data.join("filling").exists());
    world.abandon();
    world.restart().await;
    assert_eq!(bookings(&data), whole, "what has come to its end is not done again");
    world.abandon();
    forget_bookings_after(&data, whole / 2);
    world.restart().await;
    assert_eq!(bookings(&data), whole);
    assert!(!data.join("filling").exists());
    world.abandon();
    let sound = run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(sound.status.success(), "{sound:?}");
}

fn bookings(data: &Path) -> i64 {
    let ledger = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    ledger.query_row("SELECT count(*) FROM booking", (), |row| row.get(0)).unwrap()
}

/// Leaves the directory as a power cut does while the crowd is buying.
fn forget_bookings_after(data: &Path, last: i64) {
    let ledger = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    ledger.pragma_update(None, "foreign_keys", "OFF").unwrap();
    for table in ["ticket", "claim", "confirmation", "booking"] {
        ledger.execute(&format!("DELETE FROM {table} WHERE booking > ?1"), (last,)).unwrap();
    }
    ledger.execute("UPDATE counters SET next_booking = ?1", (last + 1,)).unwrap();
    let epoch: i64 = ledger.query_row("SELECT epoch FROM counters", (), |row| row.get(0)).unwrap();
    std::fs::write(data.join("filling"), epoch.to_string()).unwrap();
}

#[tokio::test]
async fn a_directory_that_is_filled_says_once_what_it_is_not_given_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let legs = directory.path().join("legs.csv");
    std::fs::write(&legs, crate::common::daemon::two_days_on("1x1").0).unwrap();
    let (data, legs) = (directory.path().join("data"), legs.to_str().unwrap());
    let timetable = |name: &str| Daemon::serve(&data, &["--timetable", name]);
    assert!(!timetable(legs).said().contains("already"));
    let said = timetable(legs).said().to_owned();
    assert_eq!(said.matches("`trechod import").count(), 1, "{said}");
    assert!(said.contains("has legs already") && said.contains(legs), "{said}");
    assert!(timetable("sample").said().contains("has legs already"));
    assert!(!timetable("none").said().contains("already"));
}
