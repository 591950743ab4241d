//! How many seats a leg has, and how they stand.
//!
//! SSIM tells how many seats an aircraft has, never where they stand: `W18Y112` is 130 of them. The
//! cabin is made up from the type: rows as wide as its cabin is in economy class, as many as it
//! takes. Where that does not come out even, the number matters more than the map, so the widest
//! narrower row is taken that does, down to two thirds of the usual one (130 seats in a Boeing 737
//! are 26 rows of 2-3). If none does, the seats of an unfinished last row are not sold, and a note
//! says so. A seat too many, which somebody could buy, is never made.

use std::collections::HashMap;
use std::sync::Arc;

use crate::booking::{Aircraft, Cabin};

use super::field::digits;

/// More seats than in any aircraft.
pub(super) const MOST_SEATS: u32 = 1_000;

/// Adds up the seats of a configuration, `W18Y112VVCGO`; `Ok(None)` if it does not tell numbers.
///
/// It is letters of classes, each or several together followed by a number of seats; `LL` and `PP`
/// count containers and pallets; after `VV` comes the airline's name of the version.
pub(super) fn count(text: &str) -> Result<Option<u32>, String> {
    let mut rest = text.trim();
    let (mut seats, mut numbers, mut unnumbered) = (0_u32, false, false);
    while !rest.is_empty() && !rest.starts_with("VV") {
        let cargo = rest.starts_with("LL") || rest.starts_with("PP");
        let letters = if cargo { 2 } else { 1 };
        if !rest.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            return Err("expected classes and their seats, such as C12Y150".into());
        }
        let after = rest.get(letters..).unwrap_or_default();
        let length = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, next) = after.split_at(length);
        if !cargo {
            unnumbered = number.is_empty();
        }
        if !cargo && length > 0 {
            let more: u32 = (length <= 4).then(|| digits(number)).flatten().ok_or_else(tall)?;
            seats = seats.saturating_add(more);
            numbers = true;
        }
        rest = next;
    }
    match (numbers, unnumbered) {
        (false, _) => Ok(None),
        (true, true) => Err("the last class has no number of seats".into()),
        (true, false) if seats > MOST_SEATS => Err(tall()),
        (true, false) => Ok(Some(seats)),
    }
}

fn tall() -> String {
    format!("more than {MOST_SEATS} seats")
}

/// The cabins that were made so far, so that legs share them.
#[derive(Default)]
pub(super) struct Cabins(HashMap<(Aircraft, u32), Arc<Cabin>>);

/// A cabin, new or met before.
pub(super) enum Made {
    New(Arc<Cabin>),
    Known(Arc<Cabin>),
}

impl Cabins {
    /// The cabin of an aircraft with this number of seats, 1 to [`MOST_SEATS`].
    pub(super) fn of(&mut self, aircraft: Aircraft, seats: u32) -> Made {
        if let Some(cabin) = self.0.get(&(aircraft, seats)) {
            return Made::Known(cabin.clone());
        }
        let cabin = Arc::new(cabin(aircraft, seats));
        self.0.insert((aircraft, seats), cabin.clone());
        Made::New(cabin)
    }
}

fn cabin(aircraft: Aircraft, seats: u32) -> Cabin {
    let usual = abreast(aircraft, seats);
    let narrowest = (usual * 2).div_ceil(3);
    let even = (narrowest..=usual).rev().find(|width| seats.is_multiple_of(*width));
    let width = even.unwrap_or(usual).min(seats);
    Cabin::new(seats / width, blocks(width)).expect("there is a row, of 1 to 10 seats")
}

/// How many seats stand in a row of economy class.
fn abreast(aircraft: Aircraft, seats: u32) -> u32 {
    match aircraft.as_str() {
        "CNA" | "CNC" | "CN1" | "CN2" | "CNJ" | "PL2" | "BE1" | "BEH" | "BE9" | "J31" | "EM2"
        | "D28" | "DHT" | "L4T" | "ER3" | "ER4" | "ERD" | "ERJ" | "J41" | "SF3" | "S20" => 3,
        "AT3" | "AT4" | "AT5" | "AT7" | "ATD" | "ATR" | "DH1" | "DH2" | "DH3" | "DH4" | "DH8"
        | "E70" | "E75" | "E7W" | "E90" | "E95" | "EMJ" | "290" | "295" | "CR1" | "CR2" | "CR7"
        | "CR9" | "CRK" | "CRJ" | "F50" | "142" | "143" => 4,
        "100" | "F70" | "F21" | "221" | "223" | "CS1" | "CS3" | "717" | "M80" | "M81" | "M82"
        | "M83" | "M87" | "M88" | "M90" | "SU9" | "SU1" => 5,
        "762" | "763" | "764" | "767" | "76W" => 7,
        "310" | "313" | "330" | "332" | "333" | "338" | "339" | "340" | "342" | "343" | "345"
        | "346" => 8,
        "350" | "351" | "359" | "781" | "787" | "788" | "789" | "M11" | "D10" => 9,
        "388" | "380" | "741" | "742" | "743" | "744" | "747" | "748" | "74H" | "772" | "773"
        | "777" | "77L" | "77W" => 10,
        _ => abreast_by_size(seats),
    }
}

/// For types that are not in the list, among them all narrow-bodies of Airbus and Boeing.
fn abreast_by_size(seats: u32) -> u32 {
    match seats {
        ..=19 => 3,
        20..=99 => 4,
        100..=249 => 6,
        _ => 9,
    }
}

/// The blocks of a row: aisles are where they are in aircraft of this width.
fn blocks(width: u32) -> Vec<u8> {
    match width {
        2 => vec![1, 1],
        3 => vec![1, 2],
        4 => vec![2, 2],
        5 => vec![2, 3],
        6 => vec![3, 3],
        7 => vec![2, 3, 2],
        8 => vec![2, 4, 2],
        9 => vec![3, 3, 3],
        10 => vec![3, 4, 3],
        _ => vec![1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timetable::Sample;

    #[test]
    fn a_configuration_is_added_up() {
        for (text, seats) in [
            ("W18Y112VVCGO        ", 130),
            ("J14W34Y316VV364     ", 364),
            ("Y174", 174),
            ("F014Y119VVT3M33", 133),
            ("F32Y200K93PP20", 325),
            ("F008C038BQV145", 191),
            ("LL3PP2Y100", 100),
            ("Y100LLPP", 100),
            ("Y0", 0),
        ] {
            assert_eq!(count(text), Ok(Some(seats)), "{text}");
        }
    }

    #[test]
    fn a_configuration_without_numbers_tells_none() {
        for text in ["", "        ", "FY", "PP10", "VV738", "XX"] {
            assert_eq!(count(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn a_configuration_that_cannot_be_added_up_is_an_error() {
        for text in ["18Y", "y100", "Y100-", "C8Y", "Y1001", "Y99999", "Y9999Y9999", "Yé"] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    fn layout(aircraft: &str, seats: u32) -> String {
        cabin(aircraft.parse().unwrap(), seats).to_string()
    }

    #[test]
    fn rows_are_as_wide_as_the_aircraft_is() {
        for (aircraft, seats, expected) in [
            ("738", 186, "31x3-3"),
            ("320", 174, "29x3-3"),
            ("295", 136, "34x2-2"),
            ("AT7", 68, "17x2-2"),
            ("77W", 410, "41x3-4-3"),
            ("L4T", 18, "6x1-2"),
            ("733", 130, "26x2-3"),
            ("332", 266, "38x2-3-2"),
        ] {
            assert_eq!(layout(aircraft, seats), expected, "{aircraft} with {seats}");
        }
    }

    #[test]
    fn where_no_row_comes_out_even_the_rest_is_not_sold() {
        assert_eq!(layout("E95", 118), "29x2-2");
        assert_eq!(layout("320", 179), "29x3-3");
        assert_eq!(layout("320", 2), "1x1-1");
        assert_eq!(layout("320", 1), "1x1");
    }

    #[test]
    fn no_cabin_has_a_seat_too_many_or_lacks_a_whole_row() {
        for aircraft in ["L4T", "AT7", "100", "738", "767", "332", "789", "77W", "ZZZ"] {
            let aircraft = aircraft.parse().unwrap();
            for seats in 1..=MOST_SEATS {
                let cabin = cabin(aircraft, seats);
                assert!(cabin.capacity() <= seats, "{aircraft} with {seats}: {cabin}");
                assert!(seats - cabin.capacity() < cabin.width(), "{aircraft} with {seats}");
            }
        }
    }

    #[test]
    fn the_cabins_of_the_sample_come_out_the_same() {
        for leg in Sample::new(1).legs_of("2026-11-24".parse().unwrap()) {
            assert_eq!(cabin(leg.aircraft, leg.cabin.capacity()), *leg.cabin, "{leg:?}");
        }
    }
}
