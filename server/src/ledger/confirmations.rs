//! Which booking a session has confirmed under which key: found in memory, so that on disk the
//! confirmations can lie in the order of the bookings (see `migrations/0004.sql`).
//!
//! A confirmation takes some 30 bytes here: its key is kept as a hash. It is gone with its session,
//! so there are as many as the remembered sessions have made.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::Connection;

use super::LedgerError;
use crate::booking::{BookingKey, SessionKey};

/// The index. It follows the open transaction.
#[derive(Debug, Default)]
pub(super) struct Confirmations {
    bookings: BTreeMap<Place, BookingKey>,
    hasher: RandomState,
    /// What the open transaction has changed, and what was there before.
    changed: Vec<(Place, Option<BookingKey>)>,
}

/// A session, and the hash of a key. Keys of a session with equal hashes follow one another, each a
/// number higher.
type Place = (SessionKey, u64);

impl Confirmations {
    /// Those that the ledger has.
    pub(super) fn read(connection: &Connection) -> Result<Self, LedgerError> {
        let mut confirmations = Self::default();
        let mut statement = connection.prepare("SELECT session, key, booking FROM confirmation")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let key = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            confirmations.add(SessionKey(row.get(0)?), key, BookingKey(row.get(2)?));
        }
        confirmations.keep();
        Ok(confirmations)
    }

    /// What the session may have confirmed under this key: mostly nothing, or one booking. Whether
    /// it was that key the ledger knows.
    pub(super) fn of(&self, session: SessionKey, key: &str) -> impl Iterator<Item = BookingKey> {
        (self.hash(key)..=u64::MAX)
            .map_while(move |hash| self.bookings.get(&(session, hash)).copied())
    }

    /// How many purchases the session has confirmed.
    pub(super) fn count(&self, session: SessionKey) -> u32 {
        let count = self.bookings.range((session, 0)..=(session, u64::MAX)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The session has confirmed this booking under this key.
    pub(super) fn add(&mut self, session: SessionKey, key: &str, booking: BookingKey) {
        let place = (self.hash(key)..=u64::MAX)
            .map(|hash| (session, hash))
            .find(|place| !self.bookings.contains_key(place))
            .expect("no session has 2^63 of them");
        self.bookings.insert(place, booking);
        self.changed.push((place, None));
    }

    /// Forgets what the session has confirmed, and says what that was.
    pub(super) fn forget(&mut self, session: SessionKey) -> Vec<BookingKey> {
        let all = self.bookings.range((session, 0)..=(session, u64::MAX));
        let gone: Vec<_> = all.map(|(place, booking)| (*place, *booking)).collect();
        for (place, booking) in &gone {
            self.bookings.remove(place);
            self.changed.push((*place, Some(*booking)));
        }
        gone.into_iter().map(|(_, booking)| booking).collect()
    }

    /// The transaction is committed.
    pub(super) fn keep(&mut self) {
        self.changed.clear();
    }

    /// The transaction is undone.
    pub(super) fn undo(&mut self) {
        for (place, before) in self.changed.drain(..).rev() {
            match before {
                Some(booking) => self.bookings.insert(place, booking),
                None => self.bookings.remove(&place),
            };
        }
    }

    /// Below 2^63, so that there is always a next number.
    fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key) >> 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: SessionKey = SessionKey(1);
    const RUI: SessionKey = SessionKey(2);

    fn found(confirmations: &Confirmations, session: SessionKey, key: &str) -> Vec<u64> {
        confirmations.of(session, key).map(|booking| booking.0).collect()
    }

    #[test]
    fn a_key_is_its_session_s_own_and_is_forgotten_with_it() {
        let mut confirmations = Confirmations::default();
        confirmations.add(ANA, "a", BookingKey(1));
        confirmations.add(ANA, "b", BookingKey(2));
        confirmations.add(RUI, "a", BookingKey(3));
        assert_eq!(found(&confirmations, ANA, "b"), [2]);
        assert_eq!(found(&confirmations, RUI, "a"), [3]);
        assert!(found(&confirmations, RUI, "b").is_empty());
        let mut gone = confirmations.forget(ANA);
        gone.sort_unstable();
        assert_eq!(gone, [BookingKey(1), BookingKey(2)]);
        assert!(found(&confirmations, ANA, "a").is_empty());
        assert_eq!(found(&confirmations, RUI, "a"), [3]);
    }

    #[test]
    fn keys_whose_hashes_are_equal_are_all_told() {
        let mut confirmations = Confirmations::default();
        for booking in 1..=3 {
            confirmations.add(ANA, "the same", BookingKey(booking));
        }
        assert_eq!(found(&confirmations, ANA, "the same"), [1, 2, 3]);
    }

    #[test]
    fn what_is_undone_is_as_before_and_what_is_kept_stays() {
        let mut confirmations = Confirmations::default();
        confirmations.add(ANA, "a", BookingKey(1));
        confirmations.keep();
        confirmations.add(ANA, "b", BookingKey(2));
        confirmations.forget(ANA);
        confirmations.add(ANA, "a", BookingKey(3));
        confirmations.undo();
        assert_eq!(found(&confirmations, ANA, "a"), [1]);
        assert!(found(&confirmations, ANA, "b").is_empty());
    }
}
