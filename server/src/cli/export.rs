//! `trechod export`: bookings or legs as CSV or JSON lines, to the standard output stream.

use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, Stdout, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use super::Failure;
use crate::ledger::{BookingRow, Export, LedgerError, LegRow};

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Subject {
    /// A line for each ticket.
    Bookings,
    /// A line for each leg, with how many of its seats are held, sold and blocked.
    Legs,
}

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table with a header, safe to open in a spreadsheet.
    Csv,
    /// An object a line.
    Jsonl,
}

pub(super) fn export(subject: Subject, format: Format, data: &Path) -> Result<(), Failure> {
    let export = Export::open(data)?;
    let mut lines = Lines::new(format);
    let exported = match subject {
        Subject::Bookings => export.bookings(|row| lines.add(&safe(row, format))),
        Subject::Legs => export.legs(|row: LegRow| lines.add(&row)),
    };
    match exported.and_then(|()| lines.finish()) {
        // Whoever reads has enough: `trechod export … | head`.
        Err(Stop::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(stop) => Err(stop.into()),
        Ok(()) => Ok(()),
    }
}

/// What ends an export early.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot write the export: {0}")]
    Write(#[from] io::Error),
}

/// The lines, in one format or the other.
enum Lines {
    Csv(Box<csv::Writer<Stdout>>),
    Jsonl(BufWriter<Stdout>),
}

impl Lines {
    fn new(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(io::stdout()))),
            Format::Jsonl => Self::Jsonl(BufWriter::new(io::stdout())),
        }
    }

    fn add(&mut self, row: &impl Serialize) -> Result<(), Stop> {
        match self {
            Self::Csv(table) => table.serialize(row).map_err(io::Error::from)?,
            Self::Jsonl(lines) => {
                serde_json::to_writer(&mut *lines, row).map_err(io::Error::from)?;
                lines.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Stop> {
        match self {
            Self::Csv(table) => Ok(table.flush()?),
            Self::Jsonl(lines) => Ok(lines.flush()?),
        }
    }
}

/// What passengers have typed, such that no spreadsheet takes it for a formula. JSON has it as typed.
fn safe(row: BookingRow, format: Format) -> BookingRow {
    match format {
        Format::Jsonl => row,
        Format::Csv => BookingRow {
            email: row.email.map(|email| as_text(&email).into_owned()),
            first_name: as_text(&row.first_name).into_owned(),
            last_name: as_text(&row.last_name).into_owned(),
            ..row
        },
    }
}

/// A text that a spreadsheet would calculate, after an apostrophe: it shows it as text then. Their
/// wide forms are taken for the same signs in some.
fn as_text(text: &str) -> Cow<'_, str> {
    const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(BEGINS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for text in ["=1+1", "+5511", "-Ana", "@SUM(A1)", "\t=1", "＝1"] {
            assert_eq!(as_text(text), format!("'{text}"));
        }
        for text in ["Ana", "d'Ávila", "", "'=1", "Jean-Luc"] {
            assert_eq!(as_text(text), text);
        }
    }
}
