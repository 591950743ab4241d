//! One line of the file, one leg.

use std::collections::HashMap;
use std::sync::Arc;

use csv::StringRecord;
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use trecho_shared::ids::{FlightNumber, Iata, LegId};
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, date};

use super::columns::{Cells, Columns};
use crate::booking::{Cabin, LegFacts};
use crate::timetable::check::LONGEST_MINUTES;
use crate::timetable::{Place, airports, clock, fold, place};

/// Reads lines. Remembers the cabins that it has met, so that legs share them.
pub(super) struct Reader {
    columns: Columns,
    cabins: HashMap<String, Arc<Cabin>>,
}

impl Reader {
    pub(super) fn new(columns: Columns) -> Self {
        Self { columns, cabins: HashMap::new() }
    }

    /// The leg of a line, or what is wrong with it.
    pub(super) fn read(&mut self, record: &StringRecord) -> Result<LegFacts, String> {
        let cells = self.columns.cells(record)?;
        let flight: FlightNumber = parse("flight", cells.flight)?;
        let from = airport("from", cells.from)?;
        let to = airport("to", cells.to)?;
        if from.airport.iata == to.airport.iata {
            return Err(format!("from and to are both {}", from.airport.iata));
        }
        let date =
            date::parse(cells.date).map_err(|error| format!("date {:?}: {error}", cells.date))?;
        let (departs_at, arrives_at) = times(&cells, date, [from, to])?;
        Ok(LegFacts {
            id: LegId { flight, date, origin: from.airport.iata },
            to: to.airport.iata,
            departs_at,
            arrives_at,
            aircraft: parse("aircraft", cells.aircraft)?,
            cabin: self.cabin(cells.cabin)?,
            fare: fare(cells.fare_reais)?,
        })
    }

    fn cabin(&mut self, layout: &str) -> Result<Arc<Cabin>, String> {
        if let Some(cabin) = self.cabins.get(layout) {
            return Ok(cabin.clone());
        }
        let cabin: Arc<Cabin> = Arc::new(parse("cabin", layout)?);
        self.cabins.insert(layout.to_owned(), cabin.clone());
        Ok(cabin)
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    column: &str,
    text: &str,
) -> Result<T, String> {
    text.parse().map_err(|error| format!("{column} {text:?}: {error}"))
}

fn airport(column: &str, text: &str) -> Result<&'static Place, String> {
    let code: Option<Iata> = text.parse().ok();
    let known = code.and_then(place);
    known.ok_or_else(|| format!("{column} {text:?}: {}", guess(text)))
}

/// What a text that is no airport's code may have meant.
fn guess(text: &str) -> String {
    let words = fold(text);
    let meant =
        |place: &Place| !words.is_empty() && words.iter().all(|word| place.words.contains(word));
    let near = |code: Iata| {
        let letters = code.as_str().chars().zip(text.chars());
        text.len() == 3 && letters.filter(|(own, typed)| own != typed).count() == 1
    };
    let codes = || airports().airports.iter().map(|airport| airport.iata);
    let mut guesses: Vec<Iata> = codes().filter(|code| place(*code).is_some_and(meant)).collect();
    if guesses.is_empty() {
        guesses = codes().filter(|code| near(*code)).collect();
    }
    let known = "no airport of that code; the 104 known ones are in assets/network/airports.csv";
    if guesses.is_empty() {
        return known.to_owned();
    }
    let guesses: Vec<&str> = guesses.iter().take(5).map(Iata::as_str).collect();
    format!("{known}; did you mean {}?", guesses.join(" or "))
}

/// The departure and the arrival.
fn times(
    cells: &Cells<'_>,
    date: Date,
    [from, to]: [&Place; 2],
) -> Result<(LocalTime, LocalTime), String> {
    let departs = time(cells.departs)
        .ok_or_else(|| format!("departs {:?}: expected a time such as 06:10", cells.departs))?;
    let (arrives, days) = arrival(cells.arrives).ok_or_else(|| {
        format!(
            "arrives {:?}: expected a time such as 08:35, or 00:35+1 on the day after",
            cells.arrives
        )
    })?;
    let departs_at = clock::instant(&from.zone, date.to_datetime(departs)).map_err(|error| {
        format!("departs {:?} on {date} at {}: {error}", cells.departs, cells.from)
    })?;
    let landing = date.checked_add(days.days()).map_err(|_| format!("date {date}: too late"))?;
    let arrives_at = clock::instant(&to.zone, landing.to_datetime(arrives)).map_err(|error| {
        format!("arrives {:?} on {landing} at {}: {error}", cells.arrives, cells.to)
    })?;
    match (arrives_at.unix_seconds() - departs_at.unix_seconds()) / 60 {
        1..=LONGEST_MINUTES => Ok((departs_at, arrives_at)),
        ..1 => Err(format!(
            "it lands ({arrives_at}) before it takes off ({departs_at}); add +1 to arrives if it lands the day after"
        )),
        _ => Err(format!("from {departs_at} to {arrives_at} is more than 24 hours")),
    }
}

/// `06:10`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i8>().ok())
            .flatten()
    };
    Time::new(two_digits(hour)?, two_digits(minute)?, 0, 0).ok()
}

/// `06:10`, `00:35+1` or `00:35 +1`: the time, and how many days after the date of departure.
fn arrival(text: &str) -> Option<(Time, i64)> {
    let (clock, days) = text.split_at_checked(5)?;
    let days = match days.trim_start() {
        "" => 0,
        "+1" => 1,
        "+2" => 2,
        "-1" => -1,
        _ => return None,
    };
    Some((time(clock)?, days))
}

/// `412`, `412.9` or `412,90`.
fn fare(text: &str) -> Result<Centavos, String> {
    let refuse = || {
        format!(
            "fare_reais {text:?}: expected reais such as 412.90, at most 999999999.99 and without a thousands separator"
        )
    };
    let (reais, cents) = text.split_once(['.', ',']).unwrap_or((text, "00"));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !((1..=9).contains(&reais.len()) && (1..=2).contains(&cents.len())) {
        return Err(refuse());
    }
    if !(digits(reais) && digits(cents)) {
        return Err(refuse());
    }
    let whole: i64 = reais.parse().map_err(|_| refuse())?;
    let part: i64 = format!("{cents:0<2}").parse().map_err(|_| refuse())?;
    Ok(Centavos(whole * 100 + part))
}
