//! A server that is given nothing but an empty directory.

use std::time::Duration;

use serde_json::json;
use trecho_server::TimetableSource;

use crate::common::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_directory_gets_thirty_days_of_the_sample_and_a_crowd_and_one_more_day_a_day() {
    let mut world = World::with(|config| {
        config.timetable = TimetableSource::Sample;
        config.seed = 7;
    })
    .await;
    let mut ana = world.client().await;
    let on = |date: &str| json!({ "date": date, "include": "all", "limit": 1 });
    for (date, there) in
        [("2026-11-22", false), ("2026-11-23", true), ("2026-12-22", true), ("2026-12-23", false)]
    {
        let total = ana.ok("legs.search", on(date)).await["total"].as_u64().unwrap();
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
    world.crash();
    world.hand.advance_ms(u32::try_from(Duration::from_secs(7 * 24 * 3600).as_millis()).unwrap());
    world.config.seed = 8;
    world.restart().await;
    let mut ana = world.client().await;
    let search = on("2026-12-29");
    let total = loop {
        // The server extends its timetable while it serves.
        let total = ana.ok("legs.search", search.clone()).await["total"].as_u64().unwrap();
        if total > 0 {
            break total;
        }
    };
    let expected = trecho_server::timetable::legs_of(7, "2026-12-29".parse().unwrap());
    assert_eq!(usize::try_from(total).unwrap(), expected.len());
}
