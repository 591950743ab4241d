//! Bookings for their owners to see, long after their legs have departed, and what operators
//! [look up](overview): read beside the writer, on a connection and a thread of their own.

mod overview;

use std::path::Path;
use std::thread;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, ToSql};
use tokio::sync::{mpsc, oneshot};
use trecho_shared::ids::{ClaimCode, Locator};
use trecho_shared::message::{Booking, Passenger, Ticket, TicketStatus};
use trecho_shared::money::Centavos;

use super::lookup::parsed;
use super::{LedgerError, OpenError, directory};
use crate::booking::{BookingKey, Cabin, SeatIx};

pub use overview::Sheet;

/// So many look-ups may wait. Overflow: whoever asks waits for a place.
const WAITING: usize = 64;

/// Looks bookings up. Cheap to clone; the thread ends with the last clone.
#[derive(Debug, Clone)]
pub struct Records {
    questions: mpsc::Sender<Question>,
}

/// Why a look-up has no answer.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The thread that looks up has ended.
    #[error("nobody looks bookings up any more")]
    Ended,
}

/// What is to be done on the thread.
type Question = Box<dyn FnOnce(&Connection) + Send>;

/// What a booking is looked up by.
pub(super) enum Name {
    Key(BookingKey),
    Locator(Locator),
}

impl Records {
    /// Opens the ledger in `directory` for reading. A [`Ledger`](super::Ledger) must have it open.
    ///
    /// # Errors
    /// If it cannot be read, or no thread can be started.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let path = directory::database_in(directory);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|error| OpenError::from_sqlite(&path, error))?;
        let (questions, asked) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("records".to_owned())
            .spawn(move || answer_all(&connection, asked))
            .map_err(|source| OpenError::Unusable { path, source })?;
        Ok(Self { questions })
    }

    /// The booking with this key, if this is its claim code: for replies to `cart.confirm` and
    /// `bookings.cancel`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_key(
        &self,
        booking: BookingKey,
        claim: ClaimCode,
    ) -> Result<Option<Booking>, RecordsError> {
        self.by_name(Name::Key(booking), claim).await
    }

    /// The booking with this locator, if this is its claim code.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_locator(
        &self,
        locator: Locator,
        claim: ClaimCode,
    ) -> Result<Option<Booking>, RecordsError> {
        self.by_name(Name::Locator(locator), claim).await
    }

    async fn by_name(&self, name: Name, claim: ClaimCode) -> Result<Option<Booking>, RecordsError> {
        self.ask(move |connection| look_up(connection, &name, claim)).await
    }

    /// Has the thread look something up.
    async fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, RecordsError> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |connection: &Connection| {
            // Whoever asked may be gone.
            let _gone = answer.send(look(connection));
        });
        self.questions.send(question).await.map_err(|_| RecordsError::Ended)?;
        Ok(answered.await.map_err(|_| RecordsError::Ended)??)
    }
}

fn answer_all(connection: &Connection, mut asked: mpsc::Receiver<Question>) {
    while let Some(question) = asked.blocking_recv() {
        question(connection);
    }
}

/// Every statement is finished before the next begins, so that no read stays open and keeps the
/// write-ahead log from starting anew. A booking's tickets are written together with it; only
/// `cancelled` changes later, and a look-up sees it once.
pub(super) fn look_up(
    connection: &Connection,
    name: &Name,
    claim: ClaimCode,
) -> Result<Option<Booking>, LedgerError> {
    let (sql, key): (_, &dyn ToSql) = match name {
        Name::Key(booking) => (
            "SELECT booking, locator FROM booking WHERE booking = ?1 AND claim_hash = ?2",
            &booking.0,
        ),
        Name::Locator(locator) => (
            "SELECT booking, locator FROM booking WHERE locator = ?1 AND claim_hash = ?2",
            &locator.as_str(),
        ),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement
        .query_row((key, claim.hash()), |row| Ok((row.get(0)?, parsed::<Locator>(row, 1))))
        .optional()?;
    let Some((booking, locator)) = found else { return Ok(None) };
    let tickets = tickets(connection, booking)?;
    let good = tickets.iter().filter(|ticket| ticket.status == TicketStatus::Sold);
    let total_centavos = good.map(|ticket| ticket.fare_centavos).sum();
    Ok(Some(Booking { locator: locator?, claim, tickets, total_centavos }))
}

fn tickets(connection: &Connection, booking: i64) -> Result<Vec<Ticket>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT leg.id, cabin.layout, ticket.seat, first_name, last_name, ticket.fare_centavos, \
         cancelled FROM ticket JOIN leg USING (leg) JOIN cabin ON cabin.cabin = ticket.cabin \
         WHERE booking = ?1 ORDER BY ticket",
    )?;
    let mut rows = statement.query((booking,))?;
    let mut tickets = Vec::new();
    while let Some(row) = rows.next()? {
        tickets.push(ticket(row)?);
    }
    Ok(tickets)
}

fn ticket(row: &Row<'_>) -> Result<Ticket, LedgerError> {
    let cabin: Cabin = parsed(row, 1)?;
    let seat = SeatIx(row.get(2)?);
    if seat.0 >= cabin.capacity() {
        return Err(LedgerError::Damaged(format!("a cabin {cabin} has no seat {}", seat.0)));
    }
    let cancelled = row.get(6)?;
    Ok(Ticket {
        leg: parsed(row, 0)?,
        seat: cabin.label(seat),
        passenger: Passenger { first_name: parsed(row, 3)?, last_name: parsed(row, 4)? },
        fare_centavos: Centavos(row.get(5)?),
        status: if cancelled { TicketStatus::Cancelled } else { TicketStatus::Sold },
    })
}
