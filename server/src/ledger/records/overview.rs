//! What operators look up: a booking without its credential, whose a leg's seats are, the audit log.

use rusqlite::{Connection, OptionalExtension};
use trecho_shared::ids::Locator;
use trecho_shared::message::Ticket;
use trecho_shared::time::Moment;

use super::{Records, RecordsError, tickets};
use crate::booking::{AuditRecord, Claim, LegKey, Operator, SeatIx};
use crate::ledger::LedgerError;
use crate::ledger::lookup::claim;

/// A booking: everything but its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// When it was confirmed.
    pub booked_at: Moment,
    /// Where to write to, if that was said.
    pub email: Option<String>,
    /// Its tickets.
    pub tickets: Vec<Ticket>,
}

impl Records {
    /// The booking with this locator.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sheet(&self, locator: Locator) -> Result<Option<Sheet>, RecordsError> {
        self.ask(move |connection| sheet(connection, locator)).await
    }

    /// Whose the leg's seats are that are not free, in their order: at most so many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claims(
        &self,
        leg: LegKey,
        most: u32,
    ) -> Result<Vec<(SeatIx, Claim)>, RecordsError> {
        self.ask(move |connection| claims(connection, leg, most)).await
    }

    /// The audit log's lines before this number, the newest first: at most so many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(
        &self,
        before: u64,
        most: u32,
    ) -> Result<Vec<(u64, AuditRecord)>, RecordsError> {
        self.ask(move |connection| audit(connection, before, most)).await
    }
}

fn sheet(connection: &Connection, locator: Locator) -> Result<Option<Sheet>, LedgerError> {
    let mut statement = connection
        .prepare_cached("SELECT booking, booked_at, email FROM booking WHERE locator = ?1")?;
    let found = statement
        .query_row((locator.as_str(),), |row| {
            Ok((row.get(0)?, Moment(row.get(1)?), row.get::<_, Option<String>>(2)?))
        })
        .optional()?;
    let Some((booking, booked_at, email)) = found else { return Ok(None) };
    Ok(Some(Sheet { booked_at, email, tickets: tickets(connection, booking)? }))
}

fn claims(
    connection: &Connection,
    leg: LegKey,
    most: u32,
) -> Result<Vec<(SeatIx, Claim)>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT session, hold, NULL, NULL, seat FROM hold WHERE leg = ?1 \
         UNION ALL SELECT NULL, NULL, locator, reason, seat \
         FROM claim LEFT JOIN booking USING (booking) WHERE leg = ?1 \
         ORDER BY 5 LIMIT ?2",
    )?;
    let mut rows = statement.query((leg.0, most))?;
    let mut claims = Vec::new();
    while let Some(row) = rows.next()? {
        claims.push((SeatIx(row.get(4)?), claim(row)?));
    }
    Ok(claims)
}

fn audit(
    connection: &Connection,
    before: u64,
    most: u32,
) -> Result<Vec<(u64, AuditRecord)>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT audit, at, uid, user, action, subject, outcome FROM audit \
         WHERE audit < ?1 ORDER BY audit DESC LIMIT ?2",
    )?;
    // SQLite's numbers are signed, and no line comes near the largest.
    let mut rows = statement.query((i64::try_from(before).unwrap_or(i64::MAX), most))?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let record = AuditRecord {
            at: Moment(row.get(1)?),
            by: Operator { uid: row.get(2)?, user: row.get(3)? },
            action: row.get(4)?,
            subject: row.get(5)?,
            outcome: row.get(6)?,
        };
        lines.push((row.get(0)?, record));
    }
    Ok(lines)
}
