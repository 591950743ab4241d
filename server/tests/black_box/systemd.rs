//! What systemd hears, on a socket as systemd has it.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::common::Daemon;
use crate::common::client::PATIENCE;
use crate::common::daemon::{run, two_days_on};
use crate::common::strace::disturb_syncs;
use crate::common::world::write_csv;

/// Five times as long as the watchdog waits.
const SILENCE: Duration = Duration::from_secs(1);

/// What stands in for systemd.
struct Manager(UnixDatagram);

impl Manager {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    /// The next word that is not about the watchdog, or is.
    fn hears(&self) -> String {
        let mut bytes = [0; 512];
        let count = self.0.recv(&mut bytes).expect("a word in time");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    /// The next word that comes in this time.
    fn hears_within(&self, time: Duration) -> Option<String> {
        self.0.set_read_timeout(Some(time)).unwrap();
        let mut bytes = [0; 512];
        let heard = self.0.recv(&mut bytes).ok();
        self.0.set_read_timeout(Some(PATIENCE)).unwrap();
        heard.map(|count| String::from_utf8_lossy(&bytes[..count]).into_owned())
    }

    fn hears_until(&self, word: &str) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            heard.push(self.hears());
            if heard.last().is_some_and(|last| last.starts_with(word)) {
                return heard;
            }
        }
    }
}

#[tokio::test]
async fn systemd_hears_ready_reloading_alive_and_stopping() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let manager = Manager::at(&path);
    let data = directory.path().join("data");
    let mut server = Daemon::serve_with(&data, &["--timetable", "none"], |command| {
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    });
    assert_eq!(manager.hears(), "READY=1\n");
    for _ in 0..3 {
        assert_eq!(manager.hears(), "WATCHDOG=1\n");
    }
    server.signal(Signal::HUP);
    let heard = manager.hears_until("RELOADING=1");
    assert!(heard.last().unwrap().contains("MONOTONIC_USEC="), "{heard:?}");
    manager.hears_until("READY=1");
    server.signal(Signal::TERM);
    manager.hears_until("STOPPING=1");
    assert_eq!(server.wait().0.code(), Some(0));
}

#[tokio::test]
async fn systemd_hears_of_a_stop_that_an_operator_has_asked_for_before_it_ends() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let manager = Manager::at(&path);
    let data = directory.path().join("data");
    let mut server = Daemon::serve_with(&data, &["--timetable", "none"], |command| {
        command.env("NOTIFY_SOCKET", &path);
    });
    assert_eq!(manager.hears(), "READY=1\n");
    let drain = run(&["admin", "drain", "--data", data.to_str().unwrap()]);
    assert!(drain.status.success(), "{drain:?}");
    assert_eq!(server.wait().0.code(), Some(0));
    // All that it has said lies in the socket.
    assert_eq!(manager.hears_within(Duration::from_millis(1)).as_deref(), Some("STOPPING=1\n"));
    assert_eq!(manager.hears_within(Duration::from_millis(1)), None, "it is said once");
}

#[tokio::test]
async fn systemd_hears_nothing_more_from_a_server_whose_desk_hangs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let manager = Manager::at(&path);
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let data = directory.path().join("data");
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let mut server = Daemon::serve_with(&data, &arguments, |command| {
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    });
    let mut ana = server.client().await;
    ana.open().await;
    manager.hears_until("WATCHDOG=1");
    // From now on a commit takes a minute, and everything but the desk goes on.
    let Some(mut tracer) = disturb_syncs(server.pid(), "delay_enter=60000000") else { return };
    ana.request("cart.hold", json!({ "legs": [{ "leg": leg }] })).await;
    server.says("the desk does not answer");
    // What was said before.
    while manager.hears_within(Duration::from_millis(1)).is_some() {}
    server.client().await.ok("server.ping", json!({})).await;
    assert_eq!(manager.hears_within(SILENCE), None, "a desk that hangs is told to be alive");
    tracer.kill().unwrap();
    tracer.wait().unwrap();
}
