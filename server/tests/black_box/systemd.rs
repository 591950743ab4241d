//! What systemd hears, on a socket as systemd has it.

use std::os::unix::net::UnixDatagram;
use std::path::Path;

use rustix::process::Signal;

use crate::common::Daemon;
use crate::common::client::PATIENCE;

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
