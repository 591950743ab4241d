//! What seats cost where nobody has said it: in the sample, and in SSIM files, which have no fares.

use jiff::civil::{Date, Weekday};

use trecho_shared::ids::{FlightNumber, Iata};
use trecho_shared::money::Centavos;

use crate::timetable::dice::Dice;
use crate::timetable::distance_km;

/// What a fare depends on, besides the seed.
#[derive(Debug, Clone, Copy)]
pub(in crate::timetable) struct Priced {
    pub(in crate::timetable) flight: FlightNumber,
    /// How long the leg is, along the great circle.
    pub(in crate::timetable) km: u32,
    /// The departure, in minutes after midnight on the origin's clock.
    pub(in crate::timetable) departs_minute: u32,
    /// Its date there.
    pub(in crate::timetable) date: Date,
}

/// How far it is from one airport to the other, in whole kilometres.
pub(in crate::timetable) fn whole_km(from: Iata, to: Iata) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, reason = "at most half the earth's girth")]
    #[expect(clippy::cast_sign_loss, reason = "a distance is not negative")]
    distance_km(from, to).map(|km| km.round() as u32)
}

/// A fare: from the distance, the hour, the day of the week, the season and a little luck. It ends
/// in 90 centavos, as low-cost fares do.
pub(in crate::timetable) fn fare(seed: u64, leg: &Priced) -> Centavos {
    let Priced { flight, km, departs_minute, date } = *leg;
    let mut dice = Dice::of(seed, format!("fare {flight} {date}").as_bytes());
    let luck = 85 + dice.below(41);
    let percents = [hour(departs_minute), weekday(date.weekday()), season(date), luck];
    let base = 11_000 + i64::from(km) * 21;
    let fare = percents.into_iter().fold(base, |fare, percent| fare * i64::from(percent) / 100);
    Centavos(fare / 100 * 100 + 90)
}

/// Working hours begin and end with the dearer flights.
fn hour(minute: u32) -> u32 {
    match minute / 60 {
        6..=8 | 17..=19 => 118,
        9..=11 | 15..=16 => 100,
        12..=14 | 20..=21 => 92,
        _ => 80,
    }
}

fn weekday(day: Weekday) -> u32 {
    match day {
        Weekday::Friday | Weekday::Sunday => 120,
        Weekday::Monday => 108,
        Weekday::Thursday => 102,
        Weekday::Tuesday | Weekday::Wednesday => 90,
        Weekday::Saturday => 94,
    }
}

/// Summer holidays, the winter break in July, and the quiet months between.
fn season(date: Date) -> u32 {
    match (date.month(), date.day()) {
        (12, 15..) | (1, _) => 135,
        (2, 1..=20) | (7, _) => 120,
        (3 | 5 | 8, _) => 92,
        _ => 100,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::timetable::sample::schedule::{Flight, flights};

    fn of(flight: &Flight, date: Date) -> Centavos {
        fare(1, &flight.priced(date))
    }

    #[test]
    fn fares_are_believable_and_end_in_ninety() {
        let flights = flights(1);
        for flight in &flights {
            for day in [date(2026, 3, 10), date(2026, 12, 20)] {
                let Centavos(fare) = of(flight, day);
                assert_eq!(fare % 100, 90, "{flight:?}");
                assert!((5_000..300_000).contains(&fare), "{fare} for {flight:?}");
            }
        }
    }

    #[test]
    fn a_friday_in_summer_costs_more_than_a_wednesday_in_autumn() {
        let (friday, wednesday) = (date(2027, 1, 8), date(2027, 3, 10));
        for flight in flights(1) {
            assert!(of(&flight, friday) > of(&flight, wednesday), "{flight:?}");
        }
    }
}
