//! What both readers of files see to, for legs that come another way: through the admin socket.

use super::place;
use crate::booking::LegFacts;

/// A leg takes at most this long.
pub(super) const LONGEST_MINUTES: i64 = 24 * 60;

/// The most that a file can say: 999999999.99.
const DEAREST_CENTAVOS: i64 = 99_999_999_999;

/// Whether a leg could have come out of a file; if not, why not.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check(leg: &LegFacts) -> Result<(), String> {
    let LegFacts { id, to, departs_at, arrives_at, aircraft: _, cabin: _, fare } = leg;
    for airport in [id.origin, *to] {
        if place(airport).is_none() {
            return Err(format!("{id}: this server knows no airport {airport}"));
        }
    }
    if id.origin == *to {
        return Err(format!("{id}: it begins and ends at {to}"));
    }
    if departs_at.civil().date() != id.date {
        return Err(format!("{id}: it departs on another date ({departs_at})"));
    }
    let minutes = (arrives_at.unix_seconds() - departs_at.unix_seconds()) / 60;
    if !(1..=LONGEST_MINUTES).contains(&minutes) {
        return Err(format!("{id}: from {departs_at} to {arrives_at} is not 1 minute to 24 hours"));
    }
    if !(0..=DEAREST_CENTAVOS).contains(&fare.0) {
        return Err(format!("{id}: {} centavos are no fare", fare.0));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timetable::{UnservedLines, read, read_legs};

    const TABLE: &str = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n\
                         TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199\n";

    fn leg() -> LegFacts {
        read_legs(TABLE.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn whatever_the_readers_let_pass_is_sound() {
        let table = read_legs(TABLE.as_bytes()).unwrap();
        let ssim = include_bytes!("../../../assets/ssim/example.ssim");
        let ssim = read(ssim, UnservedLines::Refuse).unwrap().legs;
        assert!(ssim.len() > 700);
        for leg in table.iter().chain(&ssim) {
            assert_eq!(check(leg), Ok(()), "{leg:?}");
        }
    }

    #[test]
    fn what_no_reader_would_let_pass_is_refused_in_words() {
        let wrong = |change: fn(&mut LegFacts)| {
            let mut leg = leg();
            change(&mut leg);
            check(&leg).unwrap_err()
        };
        let time = |text: &str| text.parse().unwrap();
        assert!(wrong(|leg| leg.to = "LIS".parse().unwrap()).contains("no airport LIS"));
        assert!(wrong(|leg| leg.to = leg.id.origin).contains("begins and ends at CGH"));
        assert!(wrong(|leg| leg.fare.0 = -1).contains("no fare"));
        let mut late = leg();
        late.arrives_at = time("2026-11-25T06:11:00-03:00");
        assert!(check(&late).unwrap_err().contains("24 hours"));
        let mut moved = leg();
        moved.departs_at = time("2026-11-23T23:59:00-03:00");
        assert!(check(&moved).unwrap_err().contains("another date"));
    }
}
