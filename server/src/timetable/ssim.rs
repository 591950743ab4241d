//! IATA SSIM chapter 7: the format in which airlines exchange timetables.
//!
//! A file has lines of 200 columns (`\n` or `\r\n`), each of them a record, or padding (zeros or
//! blanks). Columns count from 1. Those that matter here:
//!
//! | record | columns | say |
//! |---|---|---|
//! | 1 header | 1-35 | `1AIRLINE STANDARD SCHEDULE DATA SET` |
//! | 2 carrier | 2 | the time mode: `L` times and dates are local, `U` they are UTC |
//! | | 15-21, 22-28 | its period, `DDMMMYY` or `00XXX00`: bounds the open periods of its legs |
//! | 3 leg | 2 | operational suffix |
//! | | 3-5 | the carrier's designator |
//! | | 6-9 | flight number, to the right |
//! | | 10-11, 128 | itinerary variation, its overflow |
//! | | 12-13 | leg sequence number: 01 is the first leg of the flight |
//! | | 14 | service type |
//! | | 15-21, 22-28 | period of operation, `DDMMMYY` or `00XXX00` (open) |
//! | | 29-35 | days of operation, 1 (Monday) to 7 |
//! | | 36 | frequency rate: `2` is every other week |
//! | | 37-39, 55-57 | departure station, arrival station |
//! | | 40-43, 44-47 | departure of the passenger, of the aircraft, `HHMM` |
//! | | 58-61, 62-65 | arrival of the aircraft, of the passenger, `HHMM`, up to 2400 |
//! | | 48-52, 66-70 | UTC variation at the departure, at the arrival: `-0300` |
//! | | 73-75 | aircraft type |
//! | | 76-95 | booking designators, for their seats if the configuration tells none |
//! | | 149 | operating airline disclosure: `L` and `Z` are code shares |
//! | | 150-160 | traffic restrictions, a column for each airport that the flight comes to |
//! | | 173-192 | aircraft configuration, `W18Y112VVCGO` |
//! | | 193, 194 | date variation of the departure, of the arrival: 0 to 7, `A` or `J` the day before |
//! | 4 segment | 2-13, 31-33, 40-194 | the leg that it is about (as in record 3), data element, data |
//! | 5 trailer | 194 | `E`, or `C` if another file continues this one |
//!
//! # How it is read
//! - **Dates** are those of the aircraft's departure. The date variation counts from the departure at
//!   the *flight's* first airport. The period and days of a later leg are its own (the standard has
//!   them moved along), so it departs on them and lands the difference of the two variations later.
//!   Some writers leave them as the first leg's; a later leg whose period and days are the same as
//!   the first's departs its variation later. A first leg departs its variation after its period's
//!   dates (it has none as a rule). No arrival variation: the leg lands within 24 hours.
//! - **Instants** follow from the times and the file's UTC variations, not from our time zones: the
//!   file may be newer than those. One that is more than an hour off the zone is taken for an error.
//! - **An open end** is the end of the carrier's period; if that is open too, a year is made of it,
//!   and a note says so.
//! - **The operational suffix** is no part of the number that passengers know (the standard says so),
//!   so it is dropped; should two flights be the same then, the lines clash.
//! - **Seats** come from the aircraft configuration (DEI 108 if it was too long), else from the booking
//!   designators; how they stand is made up, see `seats`.
//! - **Fares** are in no such file: they are made from distance and date, as the sample's are.
//! - One number may fly several legs a day, but from one airport once a day. Lines that make another
//!   leg of one that is there already *clash*, and both are named. A line that says the same again is
//!   left out and named.
//! - What this server cannot sell is *unserved*: legs at airports that it does not know, by carriers
//!   with a code of three letters, without passengers (service types other than J, S, Q, G, B, R), of
//!   another carrier (code shares, of which the seats would be sold twice: column 149, DEI 50), or with
//!   a traffic restriction. Such a line refuses the file or is left out, as [`UnservedLines`] says. A
//!   line that is wrong always refuses the file. Nothing is ever half read.
//! - Serial numbers (195-200, and the trailer's check, 188-193) are not compared: files that were cut to
//!   one carrier, our sample among them, keep the old ones. A file without a trailer is taken for cut
//!   short, and refused.

mod carrier;
mod field;
mod found;
mod leg;
mod legs;
mod period;
mod record;
mod seats;
mod segment;
mod times;

use self::carrier::Carrier;
use self::field::Field;
use self::found::Found;
use self::leg::Leg;
use self::legs::{Entry, Maker};
use self::record::{COLUMNS, Record};
use self::segment::Addition;
use super::read::{Reading, UnservedLines};
use crate::timetable::ImportError;

/// A file has at most this many lines.
pub const SSIM_LINES: u64 = 1_000_000;

/// A file makes at most this many legs: 2,700 a day for a year.
pub const SSIM_LEGS: usize = 1_000_000;

const TITLE: &[u8] = b"1AIRLINE STANDARD SCHEDULE DATA SET";
const CONTINUATION: Field = Field::new("continuation code", 194, 194);

/// Whether this is such a file: its first line has the title, or is a record or padding.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let first = lines(bytes).next().unwrap_or_default();
    first.starts_with(TITLE)
        || (first.len() == COLUMNS && matches!(first.first(), Some(b'0'..=b'5')))
}

/// Reads a file.
pub(super) fn read(bytes: &[u8], unserved: UnservedLines) -> Result<Reading, ImportError> {
    read_within(bytes, unserved, Bounds { lines: SSIM_LINES, legs: SSIM_LEGS })
}

/// How much is read at most.
#[derive(Clone, Copy)]
struct Bounds {
    lines: u64,
    legs: usize,
}

fn read_within(
    bytes: &[u8],
    unserved: UnservedLines,
    most: Bounds,
) -> Result<Reading, ImportError> {
    let mut reader = Reader::new(most.legs);
    let mut number = 0;
    for line in lines(bytes) {
        number += 1;
        if number > most.lines {
            return Err(ImportError::TooManyLines { most: most.lines });
        }
        reader.line(number, line)?;
    }
    reader.finish(number, unserved)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Where in the file we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the header.
    Start,
    /// After the header, before any carrier.
    Header,
    /// Among the legs of a carrier.
    Carrier(Carrier),
    /// Among the legs of a carrier whose record is wrong. That is said once, not of each leg.
    WrongCarrier,
    /// After a trailer.
    Trailer,
}

/// Reads a file line by line.
struct Reader<'a> {
    stage: Stage,
    /// A leg waits here for its segment records.
    waiting: Option<Entry<'a>>,
    maker: Maker<'a>,
    found: Found,
    /// The trailer that says that another file continues this one, if nothing came after it.
    continued: Option<u64>,
}

impl<'a> Reader<'a> {
    fn new(legs: usize) -> Self {
        Self {
            stage: Stage::Start,
            waiting: None,
            maker: Maker::default(),
            found: Found::new(legs),
            continued: None,
        }
    }

    fn line(&mut self, number: u64, line: &'a [u8]) -> Result<(), ImportError> {
        let record = match Record::of(line) {
            Ok(Record::Padding) => return Ok(()),
            Ok(record) => record,
            Err(reason) => {
                self.found.refuse(number, reason);
                // Whatever it was, a segment record after it may be about it.
                return self.make();
            }
        };
        if record == Record::Segment {
            self.segment(number, line);
            return Ok(());
        }
        self.make()?;
        let read = match record {
            Record::Header => self.header(line),
            Record::Carrier => self.carrier(line),
            Record::Leg => self.leg(number, line),
            Record::Trailer => self.trailer(number, line),
            Record::Segment | Record::Padding => Ok(()),
        };
        if let Err(reason) = read {
            self.found.refuse(number, reason);
        }
        Ok(())
    }

    fn header(&mut self, line: &[u8]) -> Result<(), String> {
        let inside = matches!(self.stage, Stage::Carrier(_) | Stage::WrongCarrier);
        self.stage = Stage::Header;
        if !line.starts_with(TITLE) {
            return Err("no header: expected AIRLINE STANDARD SCHEDULE DATA SET".into());
        }
        if inside {
            return Err("a header before the trailer (5) of the carrier before it".into());
        }
        Ok(())
    }

    fn carrier(&mut self, line: &[u8]) -> Result<(), String> {
        let before = self.stage;
        self.continued = None;
        let carrier = Carrier::read(line);
        self.stage = match &carrier {
            Ok(carrier) => Stage::Carrier(*carrier),
            Err(_) => Stage::WrongCarrier,
        };
        carrier?;
        match before {
            Stage::Start => Err("a carrier record (2) before the header (1)".into()),
            Stage::Header | Stage::Carrier(_) | Stage::WrongCarrier | Stage::Trailer => Ok(()),
        }
    }

    fn leg(&mut self, number: u64, line: &'a [u8]) -> Result<(), String> {
        match self.stage {
            Stage::Carrier(carrier) => {
                let leg = Leg::read(line)?;
                self.waiting = Some(Entry::new(number, leg, carrier));
                Ok(())
            }
            Stage::WrongCarrier => Ok(()),
            Stage::Start | Stage::Header | Stage::Trailer => Err(
                "a leg (3) without a carrier record (2) before it, which says whether its times are local"
                    .into(),
            ),
        }
    }

    /// A segment record is about the leg before it. After a leg that is wrong it is about nothing,
    /// and the file is refused anyway.
    fn segment(&mut self, number: u64, line: &'a [u8]) {
        let (Some((key, addition)), Some(entry)) = (segment::read(line), &mut self.waiting) else {
            return;
        };
        if key != entry.leg.key() {
            let reason = format!("a segment (4) of {key:?} after the leg {:?}", entry.leg.key());
            return self.found.refuse(number, reason);
        }
        match addition {
            Addition::Duplicate { of } => entry.duplicate_of = Some(of),
            Addition::Configuration(text) => entry.configuration = Some(text),
        }
    }

    fn trailer(&mut self, number: u64, line: &[u8]) -> Result<(), String> {
        let before = std::mem::replace(&mut self.stage, Stage::Trailer);
        self.continued = (CONTINUATION.letter(line) == 'C').then_some(number);
        match before {
            Stage::Carrier(_) | Stage::WrongCarrier => Ok(()),
            Stage::Start | Stage::Header | Stage::Trailer => {
                Err("a trailer (5) without a carrier record (2) before it".into())
            }
        }
    }

    /// Makes the legs of the entry that waits: no more segment records come for it.
    fn make(&mut self) -> Result<(), ImportError> {
        match self.waiting.take() {
            Some(entry) => self.maker.make(&entry, &mut self.found),
            None => Ok(()),
        }
    }

    fn finish(mut self, last: u64, unserved: UnservedLines) -> Result<Reading, ImportError> {
        self.make()?;
        if let Some(line) = self.continued {
            self.found.note(line, "another file continues this one (C in column 194)".into());
        }
        match self.stage {
            Stage::Trailer => {}
            Stage::Start => self.found.refuse(last, "the file has no header (1)".into()),
            Stage::Header | Stage::Carrier(_) | Stage::WrongCarrier => {
                let reason = "the file ends without a trailer (5): it may be cut short";
                self.found.refuse(last, reason.into());
            }
        }
        self.found.finish(unserved)
    }
}

#[cfg(test)]
mod tests;
