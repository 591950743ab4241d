//! Connections: how many, who was turned away, and what went over them.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{Each, Ended, enrol, label};

label! {
    /// Why a connection was not served.
    pub enum TurnedAway: "reason" {
        /// There are as many as the limit allows.
        Full = "full",
        /// Its address has as many as one may have.
        Address = "address",
        /// Its address connects too often.
        Rate = "rate",
        /// Strangers have filled what is theirs, and it has not resumed a session with holds in time.
        Trial = "trial",
        /// There was no open file to be had for it.
        Files = "files",
        /// Its socket had failed before it was served.
        Gone = "gone",
    }
}

/// What is counted of connections.
#[derive(Debug, Clone)]
pub struct Connections {
    /// Those being served now.
    pub open: Gauge,
    /// Those that were accepted, served or not.
    pub accepted: Counter,
    /// Those that were turned away, by why.
    pub turned_away: Each<TurnedAway, Counter>,
    /// Those that were served and have ended, by why.
    pub ended: Each<Ended, Counter>,
    /// Accepts that failed, mostly for want of open files.
    pub accept_errors: Counter,
    /// Bytes that clients sent.
    pub bytes_in: Counter,
    /// Bytes that clients were sent.
    pub bytes_out: Counter,
}

impl Connections {
    pub(super) fn new(of: &mut Registry) -> Self {
        let (gauge, counter) = (Gauge::default, Counter::default);
        Self {
            open: enrol(of, ("connections", "Connections being served now"), gauge()),
            accepted: enrol(
                of,
                ("connections_accepted", "Connections accepted, served or not"),
                counter(),
            ),
            turned_away: enrol(
                of,
                ("connections_refused", "Connections turned away, by reason"),
                Each::default(),
            ),
            ended: enrol(
                of,
                ("connections_ended", "Connections that were served and have ended, by reason"),
                Each::default(),
            ),
            accept_errors: enrol(
                of,
                ("accept_errors", "Accepts that failed, mostly for want of open files"),
                counter(),
            ),
            bytes_in: enrol(of, ("received_bytes", "Bytes read from clients"), counter()),
            bytes_out: enrol(of, ("sent_bytes", "Bytes written to clients"), counter()),
        }
    }
}
