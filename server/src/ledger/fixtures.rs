//! What tests of the ledger and of the desk start from.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use trecho_shared::ids::Locator;
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, Moment};

use crate::booking::{
    Ask, Caller, Command, LegFacts, LegKey, Passenger, Purchase, Seats, SessionKey,
};

/// 2026-11-24T12:00:00Z: when tests begin.
pub(crate) const NOON: Moment = Moment(1_795_521_600_000);

const HOUR_S: i64 = 3_600;

/// Leg number `number`, so many hours after noon, with a cabin of this layout.
pub(crate) fn leg(number: u16, hours: i64, cabin: &str) -> Arc<LegFacts> {
    let departs_s = NOON.0 / 1_000 + hours * HOUR_S;
    let departs_at = LocalTime::new(departs_s, -180).unwrap();
    let date = departs_at.civil().date();
    let id = format!("TR{number}-{:04}{:02}{:02}-GRU", date.year(), date.month(), date.day());
    Arc::new(LegFacts {
        id: id.parse().unwrap(),
        to: "MAO".parse().unwrap(),
        departs_at,
        arrives_at: LocalTime::new(departs_s + 4 * HOUR_S, -240).unwrap(),
        aircraft: "320".parse().unwrap(),
        cabin: Arc::new(cabin.parse().unwrap()),
        fare: Centavos(41_290),
    })
}

/// A new session whose token hash is all `token`.
pub(crate) fn open(token: u8) -> Command {
    Command::Open { token_hash: [token; 32], name: Some(format!("passenger {token}")) }
}

/// So many seats on each of these legs.
pub(crate) fn hold(caller: Caller, legs: &[u32], count: u32) -> Command {
    let ask = |leg: &u32| Ask { leg: LegKey(*leg), seats: Seats::Count(count) };
    Command::Hold(caller, legs.iter().map(ask).collect())
}

/// The whole cart for so many passengers, under this key.
pub(crate) fn confirm(caller: Caller, passengers: u8, key: &str) -> Command {
    let passenger = |number| Passenger {
        first_name: format!("Conceição {}", char::from(b'A' + number)),
        last_name: "d'Ávila".to_owned(),
    };
    Command::Confirm(
        caller,
        Box::new(Purchase {
            passengers: (0..passengers).map(passenger).collect(),
            email: Some("ana@example.com".to_owned()),
            holds: None,
            key: key.to_owned(),
            body_hash: [passengers; 32],
            claim_hash: claim(caller.session, key).hash(),
            locator: Locator::from_index(0),
            recalled: None,
        }),
    )
}

/// The claim code of what this session confirms under this key.
pub(crate) fn claim(session: SessionKey, key: &str) -> trecho_shared::ids::ClaimCode {
    let mut token = [0; 32];
    token[..8].copy_from_slice(&session.0.to_be_bytes());
    trecho_shared::ids::SessionToken::from_random(token).claim_code(&key.parse().unwrap())
}

/// The database in `directory` by a second connection that may do anything, as only a test has it.
pub(crate) fn beside(directory: &Path) -> Connection {
    let connection = Connection::open(directory.join("trecho.db")).unwrap();
    connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
    connection
}

/// What a kill leaves in a copy of the directory: the database and its log, as they are on disk.
pub(crate) fn copy_as_killed(from: &Path, to: &Path) {
    for file in ["trecho.db", "trecho.db-wal"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
}
