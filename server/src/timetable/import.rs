//! `trechod import legs.csv`: a timetable of one's own.
//!
//! The file is UTF-8 (a byte order mark is welcome), its first line names the columns, in any order
//! and either case, divided by `,` or `;` (whichever the first line has more of). All nine are
//! needed, and no others are taken:
//!
//! | column | for example | says |
//! |---|---|---|
//! | `flight` | `TR1042` | the flight's number: the carrier's two characters and 1 to 9999 |
//! | `date` | `2026-11-24` | the date of departure on the origin's calendar |
//! | `from`, `to` | `GRU`, `MAO` | the airports' IATA codes |
//! | `departs` | `06:10` | on the origin's clock |
//! | `arrives` | `00:35+1` | on the destination's clock; `+1` is the day after `date`; `-1` to `+2` |
//! | `aircraft` | `320` | its IATA type |
//! | `cabin` | `30x3-3` | 30 rows of three seats, an aisle, three seats |
//! | `fare_reais` | `412.90` | with `.` or `,` and no thousands separator |
//!
//! Clocks follow the time zones of the airports: a time that daylight saving skips is an error, and
//! of a time that comes twice the first counts. A leg takes one minute to 24 hours. All lines are
//! read, and the result is every leg or every error: nothing is ever half imported.
//!
//! The other format is SSIM; what is in a file is told by its first line, never by its name.

mod columns;
mod error;
mod line;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;

use trecho_shared::ids::LegId;

use self::columns::Columns;
pub use self::error::{IMPORT_ERRORS, ImportError, LineError};
use self::line::Reader;
use super::{UnservedLines, read};
use crate::booking::LegFacts;

/// A file has at most this many bytes: about four million legs.
pub const IMPORT_BYTES: u64 = 256 * 1024 * 1024;

/// The bytes of a file, for [`read`].
///
/// # Errors
/// If it cannot be read or has more than [`IMPORT_BYTES`].
pub fn load(path: &Path) -> Result<Vec<u8>, ImportError> {
    read_bounded(File::open(path)?, IMPORT_BYTES)
}

/// Reads legs from `source`, in the order of its lines. Of SSIM, [`UnservedLines::Refuse`] is in
/// force.
///
/// # Errors
/// If it cannot be read, is too large or is in neither format; or every line that is wrong, with
/// its number and the reason.
pub fn read_legs(source: impl Read) -> Result<Vec<LegFacts>, ImportError> {
    let bytes = read_bounded(source, IMPORT_BYTES)?;
    Ok(read(&bytes, UnservedLines::Refuse)?.legs)
}

/// The legs of a table.
pub(super) fn read_table(bytes: &[u8]) -> Result<Vec<LegFacts>, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
        ImportError::NotUtf8 { line: sound.split(|byte| *byte == b'\n').count() }
    })?;
    read_text(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn read_bounded(source: impl Read, most: u64) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(ImportError::TooLarge { most });
    }
    Ok(bytes)
}

fn read_text(text: &str) -> Result<Vec<LegFacts>, ImportError> {
    let mut table = csv::ReaderBuilder::new()
        .delimiter(columns::delimiter(text))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns = Columns::find(table.headers()?)?;
    let mut reader = Reader::new(columns);
    let mut found = Found::default();
    let mut record = StringRecord::new();
    while table.read_record(&mut record)? {
        // A spreadsheet leaves lines of empty cells at its end.
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = record.position().map_or(0, |start| line_number(text, start));
        match reader.read(&record) {
            Ok(leg) => found.add(line, leg),
            Err(reason) => found.refuse(line, reason),
        }
    }
    found.finish()
}

/// The number of the line on which a record begins. The table's reader counts blank lines before a
/// record as part of it.
fn line_number(text: &str, start: &csv::Position) -> u64 {
    let rest = usize::try_from(start.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let blank = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// What the lines so far come to.
#[derive(Default)]
struct Found {
    legs: Vec<LegFacts>,
    /// The line of each leg.
    lines: HashMap<LegId, u64>,
    /// The first [`IMPORT_ERRORS`].
    errors: Vec<LineError>,
    /// How many more there were.
    more: u64,
}

impl Found {
    fn add(&mut self, line: u64, leg: LegFacts) {
        match self.lines.entry(leg.id) {
            Entry::Vacant(free) => {
                free.insert(line);
                self.legs.push(leg);
            }
            Entry::Occupied(taken) => {
                let first = *taken.get();
                let reason = format!(
                    "{} is already on line {first}: one flight leaves one airport once a day",
                    leg.id
                );
                self.refuse(line, reason);
            }
        }
    }

    fn refuse(&mut self, line: u64, reason: String) {
        if self.errors.len() < IMPORT_ERRORS {
            self.errors.push(LineError { line, reason });
        } else {
            self.more += 1;
        }
    }

    fn finish(self) -> Result<Vec<LegFacts>, ImportError> {
        if self.errors.is_empty() {
            Ok(self.legs)
        } else {
            Err(ImportError::Lines { errors: self.errors, more: self.more })
        }
    }
}

#[cfg(test)]
mod tests;
