//! Which column says what.

use csv::StringRecord;

use super::ImportError;

/// The columns, by name.
const NAMES: [&str; 9] =
    ["flight", "date", "from", "to", "departs", "arrives", "aircraft", "cabin", "fare_reais"];

/// What divides the columns: whichever of `,` and `;` the first line has more of.
pub(super) fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |divider| header.matches(divider).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// Where each of the columns is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns([usize; NAMES.len()]);

/// The cells of one line, by column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) flight: &'a str,
    pub(super) date: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) departs: &'a str,
    pub(super) arrives: &'a str,
    pub(super) aircraft: &'a str,
    pub(super) cabin: &'a str,
    pub(super) fare_reais: &'a str,
}

impl Columns {
    /// Finds the columns in the first line.
    pub(super) fn find(header: &StringRecord) -> Result<Self, ImportError> {
        let all = NAMES.join(", ");
        let refuse =
            |reason: String| Err(ImportError::Header(format!("{reason} (expected: {all})")));
        let mut places = [None; NAMES.len()];
        for (at, title) in header.iter().enumerate() {
            let known = NAMES.iter().position(|name| name.eq_ignore_ascii_case(title));
            match known.map(|known| &mut places[known]) {
                None => return refuse(format!("there is no column {title:?}")),
                Some(Some(_)) => return refuse(format!("the column {title:?} is there twice")),
                Some(place) => *place = Some(at),
            }
        }
        let mut columns = [0; NAMES.len()];
        for (column, (place, name)) in columns.iter_mut().zip(places.into_iter().zip(NAMES)) {
            match place {
                Some(place) => *column = place,
                None => return refuse(format!("the column {name:?} is missing")),
            }
        }
        Ok(Self(columns))
    }

    /// The cells of a line, which must have as many as the header.
    pub(super) fn cells<'a>(&self, record: &'a StringRecord) -> Result<Cells<'a>, String> {
        if record.len() != NAMES.len() {
            return Err(format!("{} columns instead of {}", record.len(), NAMES.len()));
        }
        let [flight, date, from, to, departs, arrives, aircraft, cabin, fare_reais] =
            self.0.map(|column| record.get(column).unwrap_or_default());
        Ok(Cells { flight, date, from, to, departs, arrives, aircraft, cabin, fare_reais })
    }
}
