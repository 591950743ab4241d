//! The rules about texts, each read as the server itself reads it.

use std::str::FromStr;

use rusqlite::{Connection, Row};
use trecho_shared::ids::{Iata, LegId, Locator};
use trecho_shared::message::{Email, PersonName};
use trecho_shared::time::LocalTime;

use super::Found;
use crate::booking::{Aircraft, Cabin};

/// Reads every cabin, and makes the table `capacity` of those that are well formed.
pub(super) fn measure_cabins(connection: &Connection) -> rusqlite::Result<Found> {
    connection.execute_batch("CREATE TEMP TABLE capacity (cabin INTEGER PRIMARY KEY, seats)")?;
    let mut measured = connection.prepare("INSERT INTO capacity VALUES (?1, ?2)")?;
    each(connection, "SELECT cabin, layout FROM cabin", |row| {
        let (cabin, layout): (i64, String) = (row.get(0)?, row.get(1)?);
        match layout.parse::<Cabin>() {
            Ok(formed) if formed.to_string() == layout => {
                measured.execute((cabin, formed.capacity()))?;
                Ok(None)
            }
            Ok(_) | Err(_) => Ok(Some(format!("cabin {cabin} is {layout:?}"))),
        }
    })
}

/// Ids, times and fares of legs.
pub(super) fn legs(connection: &Connection) -> rusqlite::Result<Found> {
    let sql = "SELECT leg, id, destination, aircraft, departs_s, departs_offset, arrives_s, \
               arrives_offset, fare_centavos FROM leg ORDER BY leg";
    each(connection, sql, |row| {
        let leg: i64 = row.get(0)?;
        let time = |at: usize| Ok(LocalTime::new(row.get(at)?, row.get(at + 1)?));
        let (departs, arrives): (_, rusqlite::Result<_>) = (time(4)?, time(6));
        let in_order = match (departs, arrives?) {
            (Some(departs), Some(arrives)) => departs.moment() < arrives.moment(),
            _ => false,
        };
        let wrong = [
            (reads::<LegId>(row, 1)?, "its id"),
            (reads::<Iata>(row, 2)?, "its destination"),
            (reads::<Aircraft>(row, 3)?, "its aircraft"),
            (in_order, "its times"),
            (row.get::<_, i64>(8)? >= 0, "its fare"),
        ];
        let wrong: Vec<&str> =
            wrong.into_iter().filter(|(right, _)| !right).map(|(_, what)| what).collect();
        Ok((!wrong.is_empty()).then(|| format!("leg {leg}: {} cannot be", wrong.join(", "))))
    })
}

/// Locators, as they are written.
pub(super) fn locators(connection: &Connection) -> rusqlite::Result<Found> {
    each(connection, "SELECT booking, locator FROM booking ORDER BY booking", |row| {
        let text: String = row.get(1)?;
        let right = text.parse::<Locator>().is_ok_and(|locator| locator.as_str() == text);
        Ok((!right).then(|| format!("booking {} has {text:?}", row.get::<_, i64>(0).unwrap_or(0))))
    })
}

/// Names on tickets and addresses of bookings; what they are is not told.
pub(super) fn passengers(connection: &Connection) -> rusqlite::Result<Found> {
    let sql = "SELECT booking, ticket, first_name, last_name, email FROM ticket \
               LEFT JOIN booking USING (booking) ORDER BY booking, ticket";
    each(connection, sql, |row| {
        let named = reads::<PersonName>(row, 2)? && reads::<PersonName>(row, 3)?;
        let address: Option<String> = row.get(4)?;
        let right = named && address.is_none_or(|address| address.parse::<Email>().is_ok());
        let (booking, ticket): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((!right).then(|| {
            format!("ticket {ticket} of booking {booking} has a name or an address that is none")
        }))
    })
}

fn reads<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<bool> {
    Ok(row.get_ref(column)?.as_str().is_ok_and(|text| text.parse::<T>().is_ok()))
}

/// What `look` says of each row.
fn each(
    connection: &Connection,
    sql: &str,
    mut look: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<String>>,
) -> rusqlite::Result<Found> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(())?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        if let Some(what) = look(row)? {
            found.add(&what);
        }
    }
    Ok(found)
}
