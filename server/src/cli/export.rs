//! `trechod export`: bookings or legs as CSV or JSON lines, to the standard output stream.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;
use trecho_shared::text::scrub;

use super::{Failure, json_line};
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
        Subject::Bookings => export.bookings(|row| lines.add(&booking(row, format))),
        Subject::Legs => export.legs(|row| lines.add(&leg(row, format))),
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
    #[error(
        "cannot write the export ({0}); what is written of it is not all: write it where there is room"
    )]
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
            Self::Csv(table) => table.serialize(row).map_err(unwritten)?,
            Self::Jsonl(lines) => {
                writeln!(lines, "{}", json_line(row))?;
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

/// What the stream said. The table's own conversion would hide which kind of error it is.
fn unwritten(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// What passengers have typed, such that no spreadsheet takes it for a formula. JSON has it as typed.
fn booking(row: BookingRow, format: Format) -> BookingRow {
    match format {
        Format::Jsonl => row,
        Format::Csv => BookingRow {
            email: row.email.map(|email| as_text(&email)),
            first_name: as_text(&row.first_name),
            last_name: as_text(&row.last_name),
            ..row
        },
    }
}

/// The same for a leg: what its operator has typed was read strictly, but it is text.
fn leg(row: LegRow, format: Format) -> LegRow {
    match format {
        Format::Jsonl => row,
        Format::Csv => LegRow { aircraft: as_text(&row.aircraft), ..row },
    }
}

/// A text that a spreadsheet would calculate, after an apostrophe: it shows it as text then. Their
/// wide forms are taken for the same signs in some. A table has no way to escape what does not
/// print, and people read tables: it is left out. No server has let such a text in.
fn as_text(text: &str) -> String {
    const BEGINS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let calculated = text.starts_with(['\t', '\r', '\n']) || text.starts_with(BEGINS);
    let text = scrub(text);
    if calculated || text.starts_with(BEGINS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for text in ["=1+1", "+5511", "-Ana", "@SUM(A1)", "＝1"] {
            assert_eq!(as_text(text), format!("'{text}"));
        }
        for text in ["\t=1", "\u{200b}=1", "\u{1b}=1"] {
            assert_eq!(as_text(text).trim_start_matches(['\'', ' ']), "=1");
            assert!(as_text(text).starts_with('\''), "{text:?}");
        }
        for text in ["Ana", "d'Ávila", "", "'=1", "Jean-Luc"] {
            assert_eq!(as_text(text), text);
        }
    }
}
