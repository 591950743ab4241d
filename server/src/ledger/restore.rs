//! The way back: what the ledger holds, into the state that the rules decide by, and past whoever
//! else keeps a picture of it.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};
use trecho_shared::ids::HoldId;
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, Moment};

use super::lookup::parsed;
use super::{Ledger, LedgerError};
use crate::booking::{
    Cabin, CartClock, HoldRecord, LegFacts, LegKey, Policy, RestoreError, SeatIx, SessionKey,
    SessionRecord, State,
};

/// Legs are kept in memory for so long after they have departed.
const DEPARTED_KEPT_MS: i64 = 2 * 24 * 3_600_000;

/// Whose a claimed seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// In a cart.
    Held,
    /// Sold.
    Sold,
    /// Not for sale.
    Blocked,
}

/// One thing that stands in the ledger. All legs come first, by key without a gap; then the claims
/// on them, by leg and seat.
#[derive(Debug)]
pub enum Standing<'a> {
    /// A leg.
    Leg {
        /// Its key.
        leg: LegKey,
        /// What it is: the same allocation that the state has.
        facts: &'a Arc<LegFacts>,
        /// Whether an operator has closed it.
        closed: bool,
    },
    /// A seat that is not free.
    Claim {
        /// Its leg.
        leg: LegKey,
        /// The seat.
        seat: SeatIx,
        /// Whose it is.
        claimed: Claimed,
    },
}

/// What comes back after a start.
pub struct Restored {
    /// What the rules go on with. Every leg has the version that the counters have.
    pub state: State,
    /// The key of the first leg in it, or of the first to come.
    pub first_leg: LegKey,
}

impl Ledger {
    /// Reads everything that still matters at `now` into a new state, and tells `tell` of each leg
    /// and claim on the way. Legs that departed more than two days ago stay where they are.
    ///
    /// # Errors
    /// If the database fails or contradicts itself: no seat may be sold from it.
    pub fn restore(
        &self,
        policy: Policy,
        now: Moment,
        tell: &mut dyn FnMut(Standing<'_>),
    ) -> Result<Restored, LedgerError> {
        let first_leg = self.first_leg(now)?;
        let mut state = State::new(policy, first_leg, self.counters());
        self.restore_legs(first_leg, &mut state, tell)?;
        self.restore_sessions(&mut state)?;
        self.restore_claims(first_leg, &mut state, tell)?;
        state.restore_detached(now);
        Ok(Restored { state, first_leg })
    }

    /// The first leg that matters. Counted from the last commit if that is longer ago: what was
    /// held then is on no leg that had departed by then, however long the server was down.
    fn first_leg(&self, now: Moment) -> Result<LegKey, LedgerError> {
        let written_at: i64 =
            self.prepare("SELECT written_at FROM counters")?.query_row((), |row| row.get(0))?;
        let departed = now.min(Moment(written_at)).plus_ms(-DEPARTED_KEPT_MS);
        let first = self
            .prepare("SELECT leg FROM leg WHERE departs_s > ?1 ORDER BY leg LIMIT 1")?
            .query_row((departed.0.div_euclid(1_000),), |row| row.get(0).map(LegKey))
            .optional()?;
        match first {
            Some(leg) => Ok(leg),
            None => Ok(self
                .prepare("SELECT ifnull(max(leg) + 1, 1) FROM leg")?
                .query_row((), |row| row.get(0).map(LegKey))?),
        }
    }

    fn restore_legs(
        &self,
        first: LegKey,
        state: &mut State,
        tell: &mut dyn FnMut(Standing<'_>),
    ) -> Result<(), LedgerError> {
        let cabins = read_cabins(&self.connection)?;
        let mut statement = self.prepare(
            "SELECT leg, id, destination, departs_s, departs_offset, arrives_s, arrives_offset, \
             aircraft, cabin, fare_centavos, closed FROM leg WHERE leg >= ?1 ORDER BY leg",
        )?;
        let mut rows = statement.query((first.0,))?;
        while let Some(row) = rows.next()? {
            let (leg, closed) = (LegKey(row.get(0)?), row.get(10)?);
            let facts = Arc::new(leg_facts(row, &cabins)?);
            state.restore_leg(leg, &facts, closed)?;
            tell(Standing::Leg { leg, facts: &facts, closed });
        }
        Ok(())
    }

    fn restore_sessions(&self, state: &mut State) -> Result<(), LedgerError> {
        let mut statement = self.prepare(
            "SELECT session, token_hash, name, last_contact, deadline, cap, expired FROM session",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let session = SessionKey(row.get(0)?);
            state.restore_session(SessionRecord {
                session,
                purchases: self.confirmations.count(session),
                token_hash: row.get(1)?,
                name: row.get(2)?,
                last_contact: Moment(row.get(3)?),
                clock: CartClock {
                    deadline: row.get::<_, Option<i64>>(4)?.map(Moment),
                    cap: row.get::<_, Option<i64>>(5)?.map(Moment),
                    expired: row.get(6)?,
                },
            })?;
        }
        Ok(())
    }

    fn restore_claims(
        &self,
        first: LegKey,
        state: &mut State,
        tell: &mut dyn FnMut(Standing<'_>),
    ) -> Result<(), LedgerError> {
        let mut carts: Vec<(SessionKey, HoldRecord)> = Vec::new();
        let mut statement = self.prepare(
            "SELECT leg, seat, session, hold, fare_centavos, NULL AS booking FROM hold \
             WHERE leg >= ?1 \
             UNION ALL SELECT leg, seat, NULL, NULL, NULL, booking FROM claim WHERE leg >= ?1 \
             ORDER BY leg, seat",
        )?;
        let mut rows = statement.query((first.0,))?;
        while let Some(row) = rows.next()? {
            let (leg, seat) = (LegKey(row.get(0)?), SeatIx(row.get(1)?));
            let claimed = if let Some(session) = row.get(2)? {
                let (hold, fare) = (HoldId(row.get(3)?), Centavos(row.get(4)?));
                carts.push((SessionKey(session), HoldRecord { hold, leg, seat, fare }));
                Claimed::Held
            } else {
                if !defect!(SeatTwice) {
                    state.restore_claim(leg, seat)?;
                }
                let sold = row.get::<_, Option<i64>>(5)?.is_some();
                if sold { Claimed::Sold } else { Claimed::Blocked }
            };
            tell(Standing::Claim { leg, seat, claimed });
        }
        // A cart's order is the order in which its holds were taken.
        carts.sort_unstable_by_key(|(_, hold)| hold.hold);
        carts.into_iter().try_for_each(|(session, hold)| Ok(state.restore_hold(session, hold)?))
    }
}

impl From<RestoreError> for LedgerError {
    fn from(error: RestoreError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Every cabin once, however many legs have it.
pub(super) fn read_cabins(
    connection: &Connection,
) -> Result<HashMap<i64, Arc<Cabin>>, LedgerError> {
    let mut statement = connection.prepare("SELECT cabin, layout FROM cabin")?;
    let mut rows = statement.query(())?;
    let mut cabins = HashMap::new();
    while let Some(row) = rows.next()? {
        cabins.insert(row.get(0)?, Arc::new(parsed(row, 1)?));
    }
    Ok(cabins)
}

fn leg_facts(row: &Row<'_>, cabins: &HashMap<i64, Arc<Cabin>>) -> Result<LegFacts, LedgerError> {
    let cabin = cabins
        .get(&row.get(8)?)
        .ok_or_else(|| LedgerError::Damaged("a leg has a cabin that is not there".to_owned()))?;
    Ok(LegFacts {
        id: parsed(row, 1)?,
        to: parsed(row, 2)?,
        departs_at: local_time(row, 3)?,
        arrives_at: local_time(row, 5)?,
        aircraft: parsed(row, 7)?,
        cabin: Arc::clone(cabin),
        fare: Centavos(row.get(9)?),
    })
}

/// A time in two columns: seconds, then the offset.
fn local_time(row: &Row<'_>, column: usize) -> Result<LocalTime, LedgerError> {
    LocalTime::new(row.get(column)?, row.get(column + 1)?)
        .ok_or_else(|| LedgerError::Damaged("a leg has a time that cannot be".to_owned()))
}
