//! A server in this process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use trecho_server::clock::{Clock, Hand};
use trecho_server::ledger::OpenError;
use trecho_server::{Config, Server, ServerHandle, StartError, TimetableSource};
use trecho_shared::time::Moment;

use super::Client;

/// The timetable of `PROTOCOL.md`, and two more legs with few seats.
pub(crate) const TIMETABLE: &str = "\
flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais
TR900,2026-11-23,GRU,REC,08:00,11:05,320,30x3-3,412.90
TR1042,2026-11-24,GRU,REC,06:10,09:15,320,30x3-3,412.90
TR2210,2026-11-24,REC,FOR,10:30,11:45,AT7,18x2-2,239.00
TR7000,2026-11-24,CGH,SDU,18:00,19:05,CNC,1x1,199.00
";

/// More legs for tests that need them, after those of `PROTOCOL.md`.
pub(crate) const MORE: &str = "\
TR7002,2026-11-24,SDU,CGH,20:00,21:05,CNC,1x1,199.00
TR7004,2026-11-24,CGH,SDU,21:00,22:05,CNC,1x3,199.00
";

/// Short names for the legs: the flight's number.
pub(crate) fn leg(number: u32) -> String {
    match number {
        900 => "TR900-20261123-GRU".to_owned(),
        1042 => "TR1042-20261124-GRU".to_owned(),
        2210 => "TR2210-20261124-REC".to_owned(),
        7002 => "TR7002-20261124-SDU".to_owned(),
        7000 | 7004 => format!("TR{number}-20261124-CGH"),
        _ => panic!("no such leg: {number}"),
    }
}

/// Noon UTC on 23 November 2026, when every test's server starts.
pub(crate) fn noon() -> Moment {
    "2026-11-23T12:00:00.000Z".parse().unwrap()
}

/// A server, its data and its clock.
pub(crate) struct World {
    pub(crate) server: Option<ServerHandle>,
    pub(crate) config: Config,
    pub(crate) hand: Hand,
    _directory: TempDir,
}

impl World {
    /// A server with the usual timetable, at noon.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with a configuration of one's own.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::of(&format!("{TIMETABLE}{MORE}"), adjust).await
    }

    /// A server with a timetable of one's own.
    pub(crate) async fn of(timetable: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let csv = write_csv(directory.path(), timetable);
        let (clock, hand) = Clock::by_hand(noon());
        let mut config = Config::new(directory.path().join("data"));
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.timetable = TimetableSource::File(csv);
        config.clock = clock;
        adjust(&mut config);
        let server = Some(Server::start(config.clone()).await.unwrap());
        Self { server, config, hand, _directory: directory }
    }

    pub(crate) fn server(&self) -> &ServerHandle {
        self.server.as_ref().expect("the server runs")
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.server().local_addr()).await
    }

    pub(crate) async fn client_from(&self, source: &str) -> Client {
        Client::from(source, self.server().local_addr()).await
    }

    /// Lets time pass, and has the server notice.
    pub(crate) async fn pass(&self, time: Duration) {
        self.hand.advance_ms(u32::try_from(time.as_millis()).unwrap());
        // Whatever is due is decided before the next command.
        self.client().await.ok("cart.get", serde_json::json!({})).await;
    }

    /// Drops the server, in this process: its tasks end without a word and its desk puts the ledger
    /// away. No crash: for those there is [`super::Daemon::kill`].
    pub(crate) fn abandon(&mut self) {
        drop(self.server.take());
    }

    /// Starts it again on the same data.
    pub(crate) async fn restart(&mut self) {
        // The desk that was abandoned may still be putting its ledger away.
        let patience = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            match Server::start(self.config.clone()).await {
                Ok(server) => {
                    self.server = Some(server);
                    return;
                }
                Err(StartError::Open(OpenError::InUse(_)))
                    if tokio::time::Instant::now() < patience =>
                {
                    tokio::task::yield_now().await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

pub(crate) fn write_csv(directory: &Path, timetable: &str) -> PathBuf {
    let path = directory.join("legs.csv");
    std::fs::write(&path, timetable).unwrap();
    path
}
