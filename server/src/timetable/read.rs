//! A timetable from a file, in whichever of the two formats it is.

use std::fmt;

use super::import::{LineError, read_table};
use super::{ImportError, ssim};
use crate::booking::LegFacts;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A CSV table with a line a leg.
    Table,
    /// IATA SSIM chapter 7.
    Ssim,
}

impl Format {
    /// The format of a file, told by its first line.
    pub fn of(bytes: &[u8]) -> Self {
        if ssim::begins(bytes) { Self::Ssim } else { Self::Table }
    }
}

/// What becomes of an SSIM file with lines that are sound, but tell of legs that this server cannot
/// sell: at an airport that it does not know, without passengers, another carrier's.
///
/// An airline's file tells of all that it flies, so most have such lines; the lines of a table are
/// written for this server, and one that it cannot sell is always an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnservedLines {
    /// The file is refused, and each such line is named: nothing is missing unnoticed.
    #[default]
    Refuse,
    /// They are left out and named; the rest is taken.
    Skip,
}

/// A timetable that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the file was.
    pub format: Format,
    /// Its legs, in the order of its lines. No two have the same id.
    pub legs: Vec<LegFacts>,
    /// The lines that were left out, and why.
    pub left_out: Lines,
    /// The lines that were taken, but not to the letter, and how.
    pub notes: Lines,
}

/// At most so many lines are named in each list of a [`Reading`]; the rest are counted.
pub const NAMED_LINES: usize = 10_000;

/// Lines of a file, each with what there is to say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// The first of them, [`NAMED_LINES`] at most.
    pub named: Vec<LineError>,
    /// How many more there are.
    pub more: u64,
}

impl Lines {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.named.len() as u64 + self.more
    }

    pub(super) fn add(&mut self, line: u64, reason: String) {
        if self.named.len() < NAMED_LINES {
            self.named.push(LineError { line, reason });
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Lines {
    /// One line each; nothing if there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.named.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{line}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

/// Reads a timetable, SSIM or a table.
///
/// # Errors
/// If it is no such file; or the lines that are wrong, each with its number and the reason. Nothing
/// of the file is returned then.
pub fn read(bytes: &[u8], unserved: UnservedLines) -> Result<Reading, ImportError> {
    let format = Format::of(bytes);
    match format {
        Format::Ssim => ssim::read(bytes, unserved),
        Format::Table => {
            let (left_out, notes) = Default::default();
            Ok(Reading { format, legs: read_table(bytes)?, left_out, notes })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_format() {
        let ssim = include_bytes!("../../../assets/ssim/sample.ssim");
        assert_eq!(Format::of(ssim), Format::Ssim);
        assert_eq!(Format::of(&[b"\xef\xbb\xbf", &ssim[..]].concat()), Format::Ssim);
        assert_eq!(Format::of(&ssim[202..]), Format::Ssim, "padding first");
        assert_eq!(Format::of(b"flight,date,from,to"), Format::Table);
        assert_eq!(Format::of(b""), Format::Table);
        assert_eq!(Format::of(b"1,2,3"), Format::Table);
    }

    #[test]
    fn a_table_is_read_as_before() {
        let text = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n\
                    TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199\n";
        let reading = read(text.as_bytes(), UnservedLines::Skip).unwrap();
        assert_eq!((reading.format, reading.legs.len()), (Format::Table, 1));
        assert_eq!((reading.left_out.count(), reading.notes.count()), (0, 0));
        let unknown = text.replace("SDU", "LIS");
        let error = read(unknown.as_bytes(), UnservedLines::Skip).unwrap_err();
        assert!(matches!(error, ImportError::Lines { .. }), "{error:?}");
    }

    #[test]
    fn lines_are_told_one_below_the_other() {
        let mut lines = Lines::default();
        assert_eq!(lines.to_string(), "");
        lines.add(3, "one".into());
        lines.add(5, "two".into());
        lines.more = 7;
        assert_eq!(lines.to_string(), "line 3: one\nline 5: two\nand 7 more");
        assert_eq!(lines.count(), 9);
    }
}
