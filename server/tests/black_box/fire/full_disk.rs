//! A file system that is really full, and has room again later.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm};
use crate::load::{Crowd, timetable};

/// A small file system in memory.
struct Small(PathBuf);

impl Small {
    /// None where one may not be mounted.
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let mut mount = Command::new("mount");
        // More than the log takes before it is carried home, so that it is not what fills it.
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=24m", "trecho"]).arg(at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            Ok(_) | Err(_) => {
                println!("SKIPPED: a small file system cannot be mounted here (that is root's)");
                None
            }
        }
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut ballast = std::fs::File::create(self.0.join("ballast")).unwrap();
        for size in [64 << 10, 4 << 10, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: a server that a failed test has left may still be there.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_sales_wait_reads_go_on_and_nothing_is_lost_when_there_is_room_again() {
    let directory = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(&directory.path().join("small")) else { return };
    let (csv, legs) = timetable(directory.path());
    let (quiet, _) = two_days_on("10x3-3");
    let quiet = quiet.replace("TR7000", "TR7009");
    let mut all = std::fs::read_to_string(&csv).unwrap();
    all.push_str(quiet.split_once('\n').unwrap().1);
    std::fs::write(&csv, all).unwrap();
    // Nobody else wants seats on this one, so that nothing but the disk is in the way.
    let quiet = legs[0].replace("TR7000", "TR7009");
    let data = small.0.join("data");
    let server = Daemon::serve(&data, &["--timetable", csv.to_str().unwrap()]);
    let mut crowd = Crowd::come(server.address, legs.clone(), 11);
    crowd.buys(20).await;
    let before = server.resources();
    let mut ana = server.client().await;
    ana.ok("feed.watch", json!({})).await;
    ana.open().await;
    let ask = json!({ "legs": [{ "leg": quiet }] });
    let mut refused = 0;
    for _ in 0..3 {
        small.fill();
        // The log may have blocks of its own left: it goes on until these are used up.
        loop {
            let reply = ana.call("cart.hold", ask.clone()).await;
            if reply["error"]["data"]["kind"] == "storage_unavailable" {
                assert!(reply["error"]["data"]["retry_after_ms"].is_u64(), "{reply}");
                refused += 1;
                break;
            }
            ana.call("cart.release", json!({})).await;
        }
        let cart = ana.cart().await;
        ana.ok("legs.search", json!({ "include": "all" })).await;
        ana.ok("legs.seats", json!({ "leg": legs[0] })).await;
        server.client().await.ok("session.open", json!({})).await;
        assert_eq!(ana.cart().await["holds"], cart["holds"], "no refusal changed anything");
        small.make_room();
        crowd.buys(10).await;
    }
    ana.ok("session.close", json!({})).await;
    server.comes_back_to(&before).await;
    let history = crowd.go(&server).await;
    println!("full {refused} times: {}", history.told());
    assert_eq!(history.faults(), Vec::<String>::new());
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
    let sound = crate::common::run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(sound.status.success(), "{sound:?}");
}

#[tokio::test]
async fn what_begins_on_a_full_disk_says_so_and_ends_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(&directory.path().join("small")) else { return };
    let (csv, leg) = two_days_on("2x1-1");
    let csv = write_csv(directory.path(), &csv);
    let (data, csv) = (small.0.join("data"), csv.to_str().unwrap());
    let server = Daemon::serve(&data, &["--timetable", csv]);
    let mut ana = server.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    server.kill();
    small.fill();
    let (fresh, copy) = (small.0.join("fresh"), small.0.join("copy.db"));
    let [path, fresh, copy] = [&data, &fresh, &copy].map(|path| path.to_str().unwrap());
    for (words, hint) in [
        (&["serve", "--listen", "127.0.0.1:0", "--data", fresh][..], "free some and start again"),
        (&["import", csv, "--data", fresh], "free some and start again"),
        (&["backup", copy, "--data", path], "no room"),
    ] {
        let output = crate::common::run(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.contains(hint), "{words:?}: {said}");
    }
    assert!(!std::path::Path::new(copy).exists());
    small.make_room();
    let server = Daemon::serve(&data, &[]);
    let mut ana = server.client().await;
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(ana.ok("bookings.get", mine).await, booking);
    assert!(crate::common::run(&["backup", copy, "--data", path]).status.success());
}
