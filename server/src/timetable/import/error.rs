//! What can be wrong with a file of legs.

use std::fmt;

/// At most so many wrong lines are named; the rest are counted.
pub const IMPORT_ERRORS: usize = 100;

/// A line that is no leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// Its number; the header is line 1.
    pub line: u64,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why a file was not imported. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("cannot read the file ({0}); name one that is there, and that this user can read")]
    Io(#[from] std::io::Error),
    /// It has more bytes than are read.
    #[error("the file has more than {most} bytes; import it in parts")]
    TooLarge {
        /// How many are.
        most: u64,
    },
    /// It is in another encoding.
    #[error("line {line} is not UTF-8; save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    NotUtf8 {
        /// The first such line.
        line: usize,
    },
    /// It is no table.
    #[error("the file is neither SSIM nor a CSV table: {0}")]
    Table(#[from] csv::Error),
    /// Its first line does not name the columns.
    #[error("line 1: {0}")]
    Header(String),
    /// It has more lines than are read.
    #[error("the file has more than {most} lines; import it in parts")]
    TooManyLines {
        /// How many are.
        most: u64,
    },
    /// Its periods come to more legs than are made at once.
    #[error(
        "the periods up to line {line} come to more than {most} legs; import the file in parts, or with shorter periods"
    )]
    TooManyLegs {
        /// The line that went too far.
        line: u64,
        /// How many legs are made.
        most: usize,
    },
    /// Some lines are no legs.
    #[error("{}", listed(errors, *more))]
    Lines {
        /// The first of them, [`IMPORT_ERRORS`] at most.
        errors: Vec<LineError>,
        /// How many more there are.
        more: u64,
    },
    /// All lines are sound, but some tell of legs that this server cannot sell; with
    /// [`UnservedLines::Skip`](crate::timetable::UnservedLines::Skip) the rest is taken.
    #[error(
        "{}\nthese lines are sound, but tell of legs that this server cannot sell; leave them out with --skip-unserved, or take them out of the file",
        listed(errors, *more)
    )]
    Unserved {
        /// The first of them, [`IMPORT_ERRORS`] at most.
        errors: Vec<LineError>,
        /// How many more there are.
        more: u64,
    },
}

fn listed(errors: &[LineError], more: u64) -> String {
    let mut text: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.push("nothing was imported".into());
    text.join("\n")
}
