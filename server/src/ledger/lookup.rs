//! What the rules do not keep in memory: bookings, and what was confirmed under which key.

use std::str::FromStr;

use rusqlite::{OptionalExtension, Row};
use trecho_shared::ids::{HoldId, LegId, Locator};
use trecho_shared::money::Centavos;

use super::{Ledger, LedgerError};
use crate::booking::{
    BookingKey, BookingRecord, Claim, LegKey, Passenger, Recalled, SeatIx, SessionKey, TicketRecord,
};

impl Ledger {
    /// What the session confirmed under this key, if anything.
    ///
    /// # Errors
    /// If the database fails: the process has to end.
    pub fn recall(&self, session: SessionKey, key: &str) -> Result<Option<Recalled>, LedgerError> {
        for booking in self.confirmations.of(session, key) {
            let sql = "SELECT body_hash FROM confirmation WHERE booking = ?1 AND key = ?2";
            let recalled = self.prepare(sql)?.query_row((booking.0, key), |row| {
                Ok(Recalled { booking, body_hash: row.get(0)? })
            });
            if let Some(recalled) = recalled.optional()? {
                return Ok(Some(recalled));
            }
        }
        Ok(None)
    }

    /// The locators with this beginning that bookings have.
    ///
    /// # Errors
    /// As [`Ledger::recall`].
    pub fn locators(&self, beginning: &str) -> Result<Vec<Locator>, LedgerError> {
        // '~' comes after every character that a locator has.
        let sql = "SELECT locator FROM booking WHERE locator BETWEEN ?1 AND ?1 || '~'";
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query((beginning,))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(parsed(row, 0)?);
        }
        Ok(found)
    }

    /// Whose these seats of a leg are; those that are free are left out.
    ///
    /// # Errors
    /// As [`Ledger::recall`].
    pub fn claims(
        &self,
        leg: LegKey,
        seats: &[SeatIx],
    ) -> Result<Vec<(SeatIx, Claim)>, LedgerError> {
        let mut statement = self.prepare(
            "SELECT session, hold, NULL, NULL FROM hold WHERE leg = ?1 AND seat = ?2 \
             UNION ALL SELECT NULL, NULL, locator, reason \
             FROM claim LEFT JOIN booking USING (booking) WHERE leg = ?1 AND seat = ?2",
        )?;
        let mut claims = Vec::new();
        for seat in seats {
            let mut rows = statement.query((leg.0, seat.0))?;
            if let Some(row) = rows.next()? {
                claims.push((*seat, claim(row)?));
            }
        }
        Ok(claims)
    }

    /// The booking with this locator and this claim code, as it is now.
    ///
    /// # Errors
    /// As [`Ledger::recall`].
    pub fn booking(
        &self,
        locator: Locator,
        claim_hash: &[u8; 32],
    ) -> Result<Option<BookingRecord>, LedgerError> {
        let claimed = if defect!(NoClaimCheck) {
            "SELECT booking FROM booking WHERE locator = ?1 AND ?2 IS NOT NULL"
        } else {
            "SELECT booking FROM booking WHERE locator = ?1 AND claim_hash = ?2"
        };
        let found = self
            .prepare(claimed)?
            .query_row((locator.as_str(), claim_hash), |row| row.get(0).map(BookingKey))
            .optional()?;
        let Some(booking) = found else { return Ok(None) };
        let mut statement = self.prepare(
            "SELECT leg, leg.id, seat, first_name, last_name, ticket.fare_centavos, cancelled \
             FROM ticket JOIN leg USING (leg) WHERE booking = ?1 ORDER BY ticket",
        )?;
        let mut rows = statement.query((booking.0,))?;
        let mut tickets = Vec::new();
        while let Some(row) = rows.next()? {
            tickets.push(ticket(row)?);
        }
        Ok(Some(BookingRecord { booking, locator, claim_hash: *claim_hash, tickets }))
    }
}

/// Whose a seat is: the columns are session, hold, locator, reason.
pub(super) fn claim(row: &Row<'_>) -> Result<Claim, LedgerError> {
    if let Some(reason) = row.get(3)? {
        return Ok(Claim::Blocked(reason));
    }
    Ok(match row.get(0)? {
        Some(session) => Claim::Held { session: SessionKey(session), hold: HoldId(row.get(1)?) },
        None => Claim::Sold(parsed(row, 2)?),
    })
}

fn ticket(row: &Row<'_>) -> Result<TicketRecord, LedgerError> {
    Ok(TicketRecord {
        leg: LegKey(row.get(0)?),
        id: parsed::<LegId>(row, 1)?,
        seat: SeatIx(row.get(2)?),
        passenger: Passenger { first_name: row.get(3)?, last_name: row.get(4)? },
        fare: Centavos(row.get(5)?),
        cancelled: row.get(6)?,
    })
}

/// So much of a text that makes no sense is quoted.
const QUOTED_CHARS: usize = 64;

/// A column that was written by the type's own `Display`.
pub(super) fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> Result<T, LedgerError> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    text.parse().map_err(|_| {
        let name = row.as_ref().column_name(column).unwrap_or("a column");
        let shown: String = text.chars().take(QUOTED_CHARS).collect();
        LedgerError::Damaged(format!("{name} cannot be {shown:?}"))
    })
}
