//! The schema's history: numbered steps, forward only. The database says how many it has had.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// Step `n` is at `n - 1`. A released step is never edited.
const STEPS: [&str; 4] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
];

/// Marks the file as ours: `TRCH`.
const APPLICATION: i32 = 0x5452_4348;

/// Checks that the database is empty or ours, and not of a later version; changes nothing.
pub(super) fn recognise(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    steps_had(connection, path, STEPS.len()).map(drop)
}

/// Checks that the database is ours, and of this version; changes nothing.
pub(super) fn must_be_current(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    if steps_had(connection, path, STEPS.len())? == i64::try_from(STEPS.len()).unwrap_or(0) {
        Ok(())
    } else {
        Err(OpenError::Older(path.to_owned()))
    }
}

/// Checks that the database is ours and not empty, and not of a later version; changes nothing.
pub(super) fn must_be_ours(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match steps_had(connection, path, STEPS.len())? {
        0 => Err(OpenError::Foreign(path.to_owned())),
        _ => Ok(()),
    }
}

/// An empty database as this version makes it, in memory.
pub(super) fn specimen() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    for (number, step) in (1..).zip(STEPS) {
        take(&mut connection, number, step)?;
    }
    Ok(connection)
}

/// Takes the steps that the database has not had, each in a transaction of its own.
pub(super) fn carry_forward(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    carry_through(connection, path, &STEPS)
}

fn carry_through(
    connection: &mut Connection,
    path: &Path,
    steps: &[&str],
) -> Result<(), OpenError> {
    let had = steps_had(connection, path, steps.len())?;
    for (number, step) in (1..).zip(steps).skip_while(|(number, _)| *number <= had) {
        take(connection, number, step).map_err(|error| OpenError::from_sqlite(path, error))?;
    }
    Ok(())
}

/// How many steps the database has had, out of `known`.
fn steps_had(connection: &Connection, path: &Path, known: usize) -> Result<i64, OpenError> {
    let in_file = |error| OpenError::from_sqlite(path, error);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = pragma("user_version").map_err(in_file)?;
    let application = pragma("application_id").map_err(in_file)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(in_file)?;
    let empty = tables == 0 && found == 0 && application == 0;
    if !empty && application != i64::from(APPLICATION) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let known = i64::try_from(known).expect("a handful of steps");
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

fn take(connection: &mut Connection, number: i64, step: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(step)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7)";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1";

    fn carry(connection: &mut Connection, steps: &[&str]) -> Result<(), OpenError> {
        carry_through(connection, Path::new("test.db"), steps)
    }

    #[test]
    fn an_older_database_takes_only_the_steps_it_has_not_had() {
        let mut connection = Connection::open_in_memory().unwrap();
        carry(&mut connection, &[FIRST]).unwrap();
        carry(&mut connection, &[FIRST, SECOND]).unwrap();
        carry(&mut connection, &[FIRST, SECOND]).unwrap();
        let rows: Vec<i64> = connection
            .prepare("SELECT y FROM a")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(rows, [8]);
    }

    #[test]
    fn a_newer_database_is_left_alone_with_a_word() {
        let mut connection = Connection::open_in_memory().unwrap();
        carry(&mut connection, &[FIRST, SECOND]).unwrap();
        let refused = carry(&mut connection, &[FIRST]).unwrap_err();
        assert!(matches!(refused, OpenError::Newer { found: 2, known: 1, .. }), "{refused}");
    }

    #[test]
    fn a_step_that_fails_leaves_no_trace() {
        let mut connection = Connection::open_in_memory().unwrap();
        carry(&mut connection, &[FIRST]).unwrap();
        carry(&mut connection, &[FIRST, "UPDATE a SET x = 9; SELECT nonsense"]).unwrap_err();
        let x: i64 = connection.query_row("SELECT x FROM a", [], |row| row.get(0)).unwrap();
        assert_eq!(x, 7);
        carry(&mut connection, &[FIRST, SECOND]).unwrap();
    }

    #[test]
    fn somebody_else_s_database_is_not_touched() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        let refused = carry(&mut connection, &[FIRST]).unwrap_err();
        assert!(matches!(refused, OpenError::Foreign(_)), "{refused}");
    }

    #[test]
    fn holds_leave_the_claims_that_stay() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
        carry(&mut connection, &STEPS[..1]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO claim (leg, seat, session, hold, fare_centavos) VALUES (1, 0, 7, 9, 500); \
                 INSERT INTO claim (leg, seat, booking, ticket) VALUES (1, 1, 3, 0); \
                 INSERT INTO claim (leg, seat, reason) VALUES (2, 5, 'crew')",
            )
            .unwrap();
        carry(&mut connection, &STEPS[..2]).unwrap();
        let rows = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let held = "SELECT concat_ws(' ', leg, seat, session, hold, fare_centavos) FROM hold";
        assert_eq!(rows(held), ["1 0 7 9 500"]);
        let claimed = "SELECT concat_ws(' ', leg, seat, booking, ticket, reason) FROM claim";
        assert_eq!(rows(claimed), ["1 1 3 0", "2 5 crew"]);
    }
}
