//! Changes into rows: each change writes just what a restart needs of it.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Params};
use trecho_shared::time::Moment;

use super::confirmations::Confirmations;
use super::{Ledger, LedgerError};
use crate::booking::{
    AuditRecord, BookingKey, BookingRecord, Cabin, CartClock, Change, HoldRecord, LegFacts, LegKey,
    Operator, SeatIx, SessionKey, TicketRecord,
};

type Written = Result<(), LedgerError>;

impl Ledger {
    /// Whether a change is only true once it is on disk. The others are of this run alone: who is
    /// connected, what others see of a leg. That a session was heard of is written too, yet a
    /// server without room for that goes on: after a crash the session is remembered a little
    /// shorter, no more.
    pub fn lasts(change: &Change) -> bool {
        match change {
            Change::SessionOpened { .. }
            | Change::SessionAttached { .. }
            | Change::SessionDetached { .. }
            | Change::SessionSeen { .. }
            | Change::Leg(_) => false,
            Change::SessionForgotten { kept, .. } => *kept,
            Change::SessionKept { .. }
            | Change::CartClock { .. }
            | Change::Held { .. }
            | Change::Freed { .. }
            | Change::Booked { .. }
            | Change::TicketCancelled { .. }
            | Change::LegAdded { .. }
            | Change::LegRevised { .. }
            | Change::Blocked { .. }
            | Change::Unblocked { .. }
            | Change::LegSale { .. }
            | Change::Audited(_) => true,
        }
    }

    /// Writes changes, decided at `at`, into the open transaction; the first one that has a row
    /// to write begins it.
    ///
    /// # Errors
    /// [`LedgerError::NoRoom`] asks for [`Ledger::undo`]; after any other the process has to end.
    pub fn write(&mut self, changes: &[Change], at: Moment) -> Result<(), LedgerError> {
        let Self { connection, open, cabins, fresh_cabins, confirmations, .. } = self;
        let statements = Vec::new();
        let mut pen = Pen { connection, statements, open, cabins, fresh_cabins, confirmations };
        let written = changes.iter().try_for_each(|change| pen.write_one(change, at));
        drop(pen);
        written.map_err(|error| self.judge(error))
    }

    pub(super) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }
}

/// Writes many changes, and looks each statement up once for all of them.
struct Pen<'ledger> {
    connection: &'ledger Connection,
    /// A handful, each with the text that it was prepared from.
    statements: Vec<(&'static str, CachedStatement<'ledger>)>,
    open: &'ledger mut bool,
    cabins: &'ledger mut HashMap<Arc<Cabin>, i64>,
    fresh_cabins: &'ledger mut Vec<Arc<Cabin>>,
    confirmations: &'ledger mut Confirmations,
}

impl<'ledger> Pen<'ledger> {
    fn write_one(&mut self, change: &Change, at: Moment) -> Written {
        match change {
            Change::SessionOpened { .. }
            | Change::SessionAttached { .. }
            | Change::SessionDetached { .. }
            | Change::Leg(_) => Ok(()),
            Change::SessionKept { session, token_hash, name } => {
                self.keep_session(*session, token_hash, name.as_deref(), at)
            }
            Change::SessionSeen { session, at, .. } => self.see_session(*session, *at),
            Change::SessionForgotten { session, kept, .. } => {
                if *kept {
                    self.forget_session(*session)
                } else {
                    Ok(())
                }
            }
            Change::CartClock { session, after, .. } => self.set_clock(*session, *after),
            Change::Held { session, hold } => self.hold(*session, hold),
            Change::Freed { session, hold, .. } => self.free(*session, hold),
            Change::Booked { session, booking, email, key, body_hash, at, .. } => {
                self.book(booking, email.as_deref(), *at)?;
                self.sell(*session, booking)?;
                self.remember(*session, key, (booking.booking, body_hash))
            }
            Change::TicketCancelled { booking, ticket, leg, seat } => {
                self.cancel(*booking, *ticket, (*leg, *seat))
            }
            Change::LegAdded { leg, facts } => self.add_leg(*leg, facts),
            Change::LegRevised { leg, after, .. } => self.revise_leg(*leg, after),
            Change::Blocked { leg, seat, reason } => self.execute_one(
                "INSERT INTO claim (leg, seat, reason) VALUES (?1, ?2, ?3)",
                (leg.0, seat.0, reason),
            ),
            Change::Unblocked { leg, seat } => self.execute_one(
                "DELETE FROM claim WHERE leg = ?1 AND seat = ?2 AND reason IS NOT NULL",
                (leg.0, seat.0),
            ),
            Change::LegSale { leg, closed } => self.execute_one(
                "UPDATE leg SET closed = ?2 WHERE leg = ?1 AND closed <> ?2",
                (leg.0, closed),
            ),
            Change::Audited(record) => self.audit(record),
        }
    }

    fn keep_session(
        &mut self,
        session: SessionKey,
        token_hash: &[u8; 32],
        name: Option<&str>,
        at: Moment,
    ) -> Written {
        self.execute_one(
            "INSERT INTO session (session, token_hash, name, last_contact) VALUES (?1, ?2, ?3, ?4)",
            (session.0, token_hash, name, at.0),
        )
    }

    /// Sessions that are not kept have no row, and need none.
    fn see_session(&mut self, session: SessionKey, at: Moment) -> Written {
        self.execute("UPDATE session SET last_contact = ?2 WHERE session = ?1", (session.0, at.0))
            .map(drop)
    }

    fn forget_session(&mut self, session: SessionKey) -> Written {
        for booking in self.confirmations.forget(session) {
            self.execute_one("DELETE FROM confirmation WHERE booking = ?1", (booking.0,))?;
        }
        self.execute_one("DELETE FROM session WHERE session = ?1", (session.0,))
    }

    fn set_clock(&mut self, session: SessionKey, clock: CartClock) -> Written {
        let CartClock { deadline, cap, expired } = clock;
        self.execute_one(
            "UPDATE session SET deadline = ?2, cap = ?3, expired = ?4 WHERE session = ?1",
            (session.0, deadline.map(|at| at.0), cap.map(|at| at.0), expired),
        )
    }

    fn hold(&mut self, session: SessionKey, hold: &HoldRecord) -> Written {
        let HoldRecord { hold, leg, seat, fare } = *hold;
        let insert = if defect!(SeatTwice) {
            "REPLACE INTO hold (leg, seat, session, hold, fare_centavos) VALUES (?1, ?2, ?3, ?4, ?5)"
        } else {
            "INSERT INTO hold (leg, seat, session, hold, fare_centavos) VALUES (?1, ?2, ?3, ?4, ?5)"
        };
        self.execute_one(insert, (leg.0, seat.0, session.0, hold.0, fare.0))
    }

    fn free(&mut self, session: SessionKey, hold: &HoldRecord) -> Written {
        let HoldRecord { hold, leg, seat, fare: _ } = *hold;
        self.execute_one(
            "DELETE FROM hold WHERE leg = ?1 AND seat = ?2 AND session = ?3 AND hold = ?4",
            (leg.0, seat.0, session.0, hold.0),
        )
    }

    fn book(&mut self, booking: &BookingRecord, email: Option<&str>, at: Moment) -> Written {
        let BookingRecord { booking: key, locator, claim_hash, tickets } = booking;
        self.execute_one(
            "INSERT INTO booking (booking, locator, claim_hash, email, booked_at) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (key.0, locator.as_str(), claim_hash, email, at.0),
        )?;
        (0u32..).zip(tickets).try_for_each(|(place, ticket)| {
            let TicketRecord { leg, id: _, seat, passenger, fare, cancelled } = ticket;
            self.execute_one(
                "INSERT INTO ticket (booking, ticket, leg, cabin, seat, first_name, last_name, \
                 fare_centavos, cancelled) \
                 VALUES (?1, ?2, ?3, (SELECT cabin FROM leg WHERE leg = ?3), ?4, ?5, ?6, ?7, ?8)",
                (
                    key.0,
                    place,
                    leg.0,
                    seat.0,
                    &passenger.first_name,
                    &passenger.last_name,
                    fare.0,
                    cancelled,
                ),
            )
        })
    }

    /// Each seat goes from the cart to its ticket, and only from this cart.
    fn sell(&mut self, session: SessionKey, booking: &BookingRecord) -> Written {
        (0u32..).zip(&booking.tickets).try_for_each(|(place, ticket)| {
            let TicketRecord { leg, seat, .. } = ticket;
            self.execute_one(
                "DELETE FROM hold WHERE leg = ?1 AND seat = ?2 AND session = ?3",
                (leg.0, seat.0, session.0),
            )?;
            self.execute_one(
                "INSERT INTO claim (leg, seat, booking, ticket) VALUES (?1, ?2, ?3, ?4)",
                (leg.0, seat.0, booking.booking.0, place),
            )
        })
    }

    fn remember(
        &mut self,
        session: SessionKey,
        key: &str,
        (booking, body_hash): (BookingKey, &[u8; 32]),
    ) -> Written {
        if defect!(LostIdempotency) {
            return Ok(());
        }
        self.confirmations.add(session, key, booking);
        self.execute_one(
            "INSERT INTO confirmation (booking, session, key, body_hash) VALUES (?1, ?2, ?3, ?4)",
            (booking.0, session.0, key, body_hash),
        )
    }

    fn cancel(&mut self, booking: BookingKey, ticket: u32, claim: (LegKey, SeatIx)) -> Written {
        let (leg, seat) = claim;
        self.execute_one(
            "UPDATE ticket SET cancelled = 1 WHERE booking = ?1 AND ticket = ?2 AND cancelled = 0",
            (booking.0, ticket),
        )?;
        self.execute_one(
            "DELETE FROM claim WHERE leg = ?1 AND seat = ?2 AND booking = ?3 AND ticket = ?4",
            (leg.0, seat.0, booking.0, ticket),
        )
    }

    fn audit(&mut self, record: &AuditRecord) -> Written {
        let AuditRecord { at, by: Operator { uid, user }, action, subject, outcome } = record;
        self.execute_one(
            "INSERT INTO audit (at, uid, user, action, subject, outcome) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (at.0, uid, user, action, subject, outcome),
        )
    }

    fn add_leg(&mut self, leg: LegKey, facts: &LegFacts) -> Written {
        let cabin = self.cabin(&facts.cabin)?;
        let LegFacts { id, to, departs_at, arrives_at, aircraft, cabin: _, fare } = facts;
        self.execute_one(
            "INSERT INTO leg (leg, id, destination, departs_s, departs_offset, arrives_s, \
             arrives_offset, aircraft, cabin, fare_centavos) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            (
                leg.0,
                id.to_string(),
                to.as_str(),
                departs_at.unix_seconds(),
                departs_at.offset_minutes(),
                arrives_at.unix_seconds(),
                arrives_at.offset_minutes(),
                aircraft.as_str(),
                cabin,
                fare.0,
            ),
        )
    }

    fn revise_leg(&mut self, leg: LegKey, facts: &LegFacts) -> Written {
        let cabin = self.cabin(&facts.cabin)?;
        let LegFacts { id, to, departs_at, arrives_at, aircraft, cabin: _, fare } = facts;
        self.execute_one(
            "UPDATE leg SET destination = ?3, departs_s = ?4, departs_offset = ?5, \
             arrives_s = ?6, arrives_offset = ?7, aircraft = ?8, cabin = ?9, fare_centavos = ?10 \
             WHERE leg = ?1 AND id = ?2",
            (
                leg.0,
                id.to_string(),
                to.as_str(),
                departs_at.unix_seconds(),
                departs_at.offset_minutes(),
                arrives_at.unix_seconds(),
                arrives_at.offset_minutes(),
                aircraft.as_str(),
                cabin,
                fare.0,
            ),
        )
    }

    /// The key of a cabin, which is written with the first leg that has it.
    fn cabin(&mut self, cabin: &Arc<Cabin>) -> Result<i64, LedgerError> {
        if let Some(&key) = self.cabins.get(cabin) {
            return Ok(key);
        }
        self.execute_one("INSERT INTO cabin (layout) VALUES (?1)", (cabin.to_string(),))?;
        let key = self.connection.last_insert_rowid();
        self.cabins.insert(Arc::clone(cabin), key);
        self.fresh_cabins.push(Arc::clone(cabin));
        Ok(key)
    }

    /// Every change that the rules make is about exactly one row. If it is not there, the two
    /// have parted ways, and going on could sell a seat twice.
    fn execute_one(&mut self, sql: &'static str, params: impl Params) -> Written {
        match self.execute(sql, params)? {
            1 => Ok(()),
            _ => Err(LedgerError::Differs("a change found no row to be about")),
        }
    }

    fn execute(&mut self, sql: &'static str, params: impl Params) -> Result<usize, LedgerError> {
        if !*self.open {
            // At once, not at the first write: so that a failure to begin is told from the rest.
            self.statement("BEGIN IMMEDIATE")?.execute(())?;
            *self.open = true;
        }
        Ok(self.statement(sql)?.execute(params)?)
    }

    fn statement(&mut self, sql: &'static str) -> rusqlite::Result<&mut CachedStatement<'ledger>> {
        let known = self.statements.iter().position(|(text, _)| *text == sql);
        let at = known.unwrap_or(self.statements.len());
        if known.is_none() {
            self.statements.push((sql, self.connection.prepare_cached(sql)?));
        }
        Ok(&mut self.statements[at].1)
    }
}
