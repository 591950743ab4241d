//! A wall clock that is set while the server runs: by libfaketime, which moves the wall clock of a
//! process and leaves its monotonic clock alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm};

/// Where Debian and others put the library.
fn library() -> Option<PathBuf> {
    let places =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"];
    let library = places.map(|place| Path::new(place).join("faketime/libfaketime.so.1"));
    library.into_iter().find(|path| path.exists())
}

/// A wall clock for processes that are told of it.
struct Wall {
    library: PathBuf,
    told: PathBuf,
}

impl Wall {
    /// None where there is no such library, or it does not do what it should.
    fn new(directory: &Path) -> Option<Self> {
        let Some(library) = library() else {
            println!("SKIPPED: there is no libfaketime here (package faketime)");
            return None;
        };
        let wall = Self { library, told: directory.join("wall") };
        wall.set("-3600s");
        let seconds = |command: &mut Command| {
            let output = command.arg("+%s").output().unwrap();
            String::from_utf8_lossy(&output.stdout).trim().parse::<i64>().unwrap()
        };
        let mut there = Command::new("date");
        wall.hang(&mut there);
        let (there, here) = (seconds(&mut there), seconds(&mut Command::new("date")));
        if (here - there - 3_600).abs() > 60 {
            println!("SKIPPED: libfaketime does not move the clock here");
            return None;
        }
        wall.set("+0s");
        Some(wall)
    }

    /// Whoever this command starts looks at this wall clock.
    fn hang(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.told)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    /// Sets it, at once, for everyone who looks.
    fn set(&self, by: &str) {
        let new = self.told.with_extension("new");
        std::fs::write(&new, format!("{by}\n")).unwrap();
        std::fs::rename(new, &self.told).unwrap();
    }
}

#[tokio::test]
async fn a_wall_clock_that_is_set_ends_no_cart_and_keeps_none() {
    let directory = tempfile::tempdir().unwrap();
    let Some(wall) = Wall::new(directory.path()) else { return };
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", "2s"];
    let data = directory.path().join("data");
    let server = Daemon::serve_with(&data, &arguments, |command| wall.hang(command));
    let mut ana = server.client().await;
    ana.ok("feed.watch", json!({})).await;
    ana.open().await;
    for (round, by) in ["+3600s", "-3600s"].into_iter().enumerate() {
        ana.hold(std::slice::from_ref(&leg)).await;
        wall.set(by);
        // A moment later the cart is still there, and can be bought.
        assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 1, "set by {by}");
        ana.ok("cart.confirm", confirm(&format!("k{round}"))).await;
        ana.events_so_far().await;
        // And one that nobody buys ends in its time, whatever the wall says.
        ana.hold(std::slice::from_ref(&leg)).await;
        loop {
            let event = ana.event().await;
            if event["method"] == "cart.expired" {
                break;
            }
        }
    }
}
