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
    #[error("cannot read the file: {0}")]
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
    #[error("the file is no CSV table: {0}")]
    Table(#[from] csv::Error),
    /// Its first line does not name the columns.
    #[error("line 1: {0}")]
    Header(String),
    /// Some lines are no legs.
    #[error("{}", listed(errors, *more))]
    Lines {
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
