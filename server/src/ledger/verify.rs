//! Every rule that what lasts has to keep, looked at one by one: for an operator who wants to know,
//! and before a backup takes a ledger's place.

mod forms;
mod rules;

use std::fmt;
use std::path::Path;

use rusqlite::Connection;
use trecho_shared::text::scrub_to;

use super::{OpenError, migration, reading};

/// So many breaches of one rule are named; the rest are counted.
pub const NAMED_BREACHES: usize = 20;

/// So many characters say where a rule is broken.
const BREACH_CHARS: usize = 300;

/// A rule that the ledger does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// What should hold.
    pub rule: &'static str,
    /// Where it does not, [`NAMED_BREACHES`] at most. No name, address or credential is told.
    pub found: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

impl fmt::Display for Breach {
    /// One line for each place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, found) in self.found.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {found}", self.rule)?;
        }
        if self.more > 0 {
            write!(f, "\n{}: and {} more", self.rule, self.more)?;
        }
        Ok(())
    }
}

/// Looks whether the ledger in `directory` keeps every rule, and returns those that it breaks. Only
/// reads, and may be used beside a running server: what it sees is one instant.
///
/// # Errors
/// If there is no ledger, or it cannot be read at all.
pub fn verify(directory: &Path) -> Result<Vec<Breach>, OpenError> {
    let connection = reading::open(directory)?;
    let path = super::directory::database_in(directory);
    breaches(&connection).map_err(|error| OpenError::from_sqlite(&path, error))
}

/// The rules that a database breaks. Leaves nothing behind in it.
pub(super) fn breaches(connection: &Connection) -> rusqlite::Result<Vec<Breach>> {
    // Tables of our own, for as long as the connection lives, and never on disk.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let instant = connection.unchecked_transaction()?;
    let mut found = Findings::default();
    // Of a file that is torn there is one thing to say, and not each rule that cannot be looked at.
    found.note("the file is sound", readable(in_file(&instant))?);
    found.note("the schema is this version's", readable(in_schema(&instant))?);
    found.note("cabins are well formed", forms::measure_cabins(&instant));
    found.note(
        "the views of verify can be made",
        instant.execute_batch(rules::VIEWS).map(|()| Found::default()),
    );
    for (rule, sql) in rules::RULES {
        found.note(rule, answers(&instant, sql));
    }
    found.note("legs are well formed", forms::legs(&instant));
    found.note("locators are well formed", forms::locators(&instant));
    found.note("passengers are well formed", forms::passengers(&instant));
    Ok(found.0)
}

/// What was found, unless the file is no database any more.
fn readable(looked: rusqlite::Result<Found>) -> rusqlite::Result<rusqlite::Result<Found>> {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match looked {
        Err(error) if matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) => {
            Err(error)
        }
        looked => Ok(looked),
    }
}

/// The rules that have a query of their own.
#[cfg(test)]
pub(super) fn rule_names() -> impl Iterator<Item = &'static str> {
    rules::RULES.into_iter().map(|(rule, _)| rule)
}

/// What was found against one rule.
#[derive(Debug, Default)]
struct Found {
    named: Vec<String>,
    more: u64,
}

impl Found {
    /// It may quote what somebody else has written into the file.
    fn add(&mut self, what: &str) {
        if self.named.len() < NAMED_BREACHES {
            self.named.push(scrub_to(what, BREACH_CHARS));
        } else {
            self.more += 1;
        }
    }
}

#[derive(Default)]
struct Findings(Vec<Breach>);

impl Findings {
    /// A rule that cannot be looked at is a breach of it: something is not where it should be.
    fn note(&mut self, rule: &'static str, looked: rusqlite::Result<Found>) {
        let Found { named: found, more } = looked.unwrap_or_else(|error| {
            let mut found = Found::default();
            found.add(&format!("this cannot be looked at: {error}"));
            found
        });
        if !found.is_empty() {
            self.0.push(Breach { rule, found, more });
        }
    }
}

/// The one column of every row.
fn answers(connection: &Connection, sql: &str) -> rusqlite::Result<Found> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(())?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        found.add(row.get_ref(0)?.as_str()?);
    }
    Ok(found)
}

/// What SQLite itself has to say of pages, indices and types. A connection that only reads does not
/// know the schema's own checks, so what they say is among the rules.
fn in_file(connection: &Connection) -> rusqlite::Result<Found> {
    let mut found = answers(connection, "PRAGMA integrity_check(1000)")?;
    found.named.retain(|line| line != "ok");
    Ok(found)
}

/// What differs from the schema that this version makes.
fn in_schema(connection: &Connection) -> rusqlite::Result<Found> {
    const SCHEMA: &str = "SELECT type || ' ' || name || char(10) || ifnull(sql, '') \
                          FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let lines = |connection: &Connection| -> rusqlite::Result<Vec<String>> {
        connection.prepare(SCHEMA)?.query_map((), |row| row.get(0))?.collect()
    };
    let (there, expected) = (lines(connection)?, lines(&migration::specimen()?)?);
    let name = |entry: &str| entry.lines().next().unwrap_or_default().to_owned();
    let mut found = Found::default();
    for entry in expected.iter().filter(|entry| !there.contains(entry)) {
        found.add(&format!("{} is missing or different", name(entry)));
    }
    for entry in there.iter().filter(|entry| !expected.contains(entry)) {
        found.add(&format!("{} is not of this version", name(entry)));
    }
    Ok(found)
}
