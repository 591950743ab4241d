//! What is in the ledger, for other programs: bookings and legs, row by row. No token, claim code
//! or hash of one is ever part of it.
//!
//! Rows are read some at a time, so that an export that somebody pages through neither keeps the
//! write-ahead log from starting anew nor needs memory. Each booking and each leg is as it was at one
//! instant; two of them may not be of the same.

use std::path::Path;

use rusqlite::{Connection, Row};
use serde::Serialize;
use trecho_shared::ids::{Iata, LegId, Locator, SeatLabel};
use trecho_shared::time::{LocalTime, Moment};

use super::lookup::parsed;
use super::{LedgerError, OpenError, reading};
use crate::booking::{Cabin, SeatIx};

/// So many bookings or legs are read at a time.
const AT_ONCE: i64 = 500;

/// A ticket and the booking that it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookingRow {
    /// The booking's label: no credential.
    pub locator: Locator,
    /// When it was confirmed: RFC 3339, in UTC.
    pub booked_at: String,
    /// Where to write to, if that was said.
    pub email: Option<String>,
    /// The ticket's place in the booking, from 1.
    pub ticket: u32,
    /// What it is for.
    pub leg: LegId,
    /// The seat.
    pub seat: SeatLabel,
    /// The passenger's first name.
    pub first_name: String,
    /// The passenger's last name.
    pub last_name: String,
    /// What it cost.
    pub fare_centavos: i64,
    /// `sold` or `cancelled`.
    pub status: &'static str,
}

/// A leg, and how many of its seats are whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegRow {
    /// Its id.
    pub leg: LegId,
    /// Where it begins.
    pub from: Iata,
    /// Where it ends.
    pub to: Iata,
    /// Its departure: RFC 3339, with the offset at the origin.
    pub departs_at: String,
    /// Its arrival: RFC 3339, with the offset at the destination.
    pub arrives_at: String,
    /// The aircraft's IATA type.
    pub aircraft: String,
    /// How its seats stand.
    pub cabin: String,
    /// How many there are.
    pub capacity: u32,
    /// Those in carts.
    pub held: u32,
    /// Those with a ticket.
    pub sold: u32,
    /// Those that an operator keeps.
    pub blocked: u32,
    /// What a new hold costs.
    pub fare_centavos: i64,
    /// Whether an operator has taken it off sale.
    pub closed: bool,
}

/// A ledger that is read for other programs. A server may go on beside it.
#[derive(Debug)]
pub struct Export {
    connection: Connection,
}

impl Export {
    /// The ledger in `directory`.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Ok(Self { connection: reading::open(directory)? })
    }

    /// Every ticket ever sold, in the order of bookings, until `take` says no.
    ///
    /// # Errors
    /// If the database fails or makes no sense; or what `take` fails with.
    pub fn bookings<E: From<LedgerError>>(
        &self,
        take: impl FnMut(BookingRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT booking, locator, booked_at, email, ticket, leg.id, cabin.layout, \
                   ticket.seat, first_name, last_name, ticket.fare_centavos, cancelled \
                   FROM (SELECT * FROM booking WHERE booking > ?1 ORDER BY booking LIMIT ?2) \
                   JOIN ticket USING (booking) JOIN leg USING (leg) \
                   JOIN cabin ON cabin.cabin = ticket.cabin ORDER BY booking, ticket";
        self.rows(sql, booking_row, take)
    }

    /// Every leg that there ever was, in the order in which they were added, until `take` says no.
    ///
    /// # Errors
    /// As [`Export::bookings`].
    pub fn legs<E: From<LedgerError>>(
        &self,
        take: impl FnMut(LegRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT leg, id, destination, departs_s, departs_offset, arrives_s, \
                   arrives_offset, aircraft, layout, leg.fare_centavos, closed, \
                   (SELECT count(*) FROM hold WHERE hold.leg = leg.leg), \
                   count(booking), count(reason) \
                   FROM (SELECT * FROM leg WHERE leg > ?1 ORDER BY leg LIMIT ?2) AS leg \
                   JOIN cabin USING (cabin) LEFT JOIN claim USING (leg) GROUP BY leg ORDER BY leg";
        self.rows(sql, leg_row, take)
    }

    /// The rows of a query whose first column is the key after which to go on.
    fn rows<T, E: From<LedgerError>>(
        &self,
        sql: &str,
        read: impl Fn(&Row<'_>) -> Result<T, LedgerError>,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after = 0;
        loop {
            let (rows, last) = self.some_rows(sql, after, &read)?;
            let Some(last) = last else { return Ok(()) };
            after = last;
            rows.into_iter().try_for_each(&mut take)?;
        }
    }

    /// The rows after a key, and the last key among them; the statement is over when they are there.
    fn some_rows<T>(
        &self,
        sql: &str,
        after: i64,
        read: &impl Fn(&Row<'_>) -> Result<T, LedgerError>,
    ) -> Result<(Vec<T>, Option<i64>), LedgerError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((after, AT_ONCE))?;
        let (mut found, mut last) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            last = Some(row.get(0)?);
            found.push(read(row)?);
        }
        Ok((found, last))
    }
}

fn booking_row(row: &Row<'_>) -> Result<BookingRow, LedgerError> {
    let (cabin, seat): (Cabin, _) = (parsed(row, 6)?, SeatIx(row.get(7)?));
    if seat.0 >= cabin.capacity() {
        return Err(LedgerError::Damaged(format!("a cabin {cabin} has no seat {}", seat.0)));
    }
    let place: u32 = row.get(4)?;
    let cancelled = row.get(11)?;
    Ok(BookingRow {
        locator: parsed(row, 1)?,
        booked_at: Moment(row.get(2)?).to_string(),
        email: row.get(3)?,
        ticket: place.saturating_add(1),
        leg: parsed(row, 5)?,
        seat: cabin.label(seat),
        first_name: row.get(8)?,
        last_name: row.get(9)?,
        fare_centavos: row.get(10)?,
        status: if cancelled { "cancelled" } else { "sold" },
    })
}

fn leg_row(row: &Row<'_>) -> Result<LegRow, LedgerError> {
    let time = |at: usize| {
        LocalTime::new(row.get(at)?, row.get(at + 1)?)
            .map(|time| time.to_string())
            .ok_or_else(|| LedgerError::Damaged("a leg has a time that cannot be".to_owned()))
    };
    let (id, cabin): (LegId, Cabin) = (parsed(row, 1)?, parsed(row, 8)?);
    Ok(LegRow {
        leg: id,
        from: id.origin,
        to: parsed(row, 2)?,
        departs_at: time(3)?,
        arrives_at: time(5)?,
        aircraft: row.get(7)?,
        cabin: cabin.to_string(),
        capacity: cabin.capacity(),
        held: row.get(11)?,
        sold: row.get(12)?,
        blocked: row.get(13)?,
        fare_centavos: row.get(9)?,
        closed: row.get(10)?,
    })
}
