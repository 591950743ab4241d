//! Who has bought already: what makes some legs of the sample nearly full from the first minute.
//!
//! A list of purchases and no more. The server makes them through the ordinary hold and confirm, so
//! that they pass every check that a passenger's do.

use trecho_shared::ids::LegId;

use super::dice::Dice;
use super::names::passenger;
use crate::booking::{LegFacts, Passenger};

/// A purchase to be made before the first passenger comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededPurchase {
    /// The leg.
    pub leg: LegId,
    /// Who flies: one to nine.
    pub passengers: Vec<Passenger>,
}

/// At most so many legs are filled.
const LEGS: usize = 120;

/// At most so many purchases are made, so that a server is ready at once.
const PURCHASES: usize = 300;

/// A purchase has at most this many passengers.
const PARTY: u32 = 9;

/// Fills some of `legs`, small cabins first, until 0 to 3 seats are left on each. Depends on the
/// seed and the legs alone.
///
/// Give it the legs of the first days that have not departed yet.
pub fn crowd(seed: u64, legs: &[LegFacts]) -> Vec<SeededPurchase> {
    let mut ranked: Vec<_> = legs.iter().map(|leg| (rank(seed, leg), leg)).collect();
    ranked.sort_by_key(|(rank, leg)| (*rank, leg.departs_at, leg.id.flight));
    let mut purchases = Vec::new();
    for (_, leg) in ranked.into_iter().take(LEGS) {
        let sold = fill(seed, leg);
        if purchases.len() + sold.len() > PURCHASES {
            break;
        }
        purchases.extend(sold);
    }
    purchases
}

/// How late a leg's turn comes: by its size and some luck. One leg in 500 comes first whatever its
/// size, so that a few large ones are full too.
fn rank(seed: u64, leg: &LegFacts) -> u32 {
    let mut dice = Dice::of(seed, format!("crowd {}", leg.id).as_bytes());
    match dice.below(500) {
        0 => 0,
        luck => leg.cabin.capacity().saturating_mul(500 + luck),
    }
}

/// The purchases that leave 0 to 3 seats of a leg, at least one of a small one.
fn fill(seed: u64, leg: &LegFacts) -> Vec<SeededPurchase> {
    let mut dice = Dice::of(seed, format!("fill {}", leg.id).as_bytes());
    let capacity = leg.cabin.capacity();
    // Half of the single seats are gone, half are there to be raced for.
    let left = if capacity == 1 { dice.below(2) } else { dice.below(4) };
    let mut unsold = capacity.saturating_sub(left);
    let mut purchases = Vec::new();
    while unsold > 0 {
        let party = unsold.min(PARTY);
        let passengers = (0..party).map(|_| passenger(&mut dice)).collect();
        purchases.push(SeededPurchase { leg: leg.id, passengers });
        unsold -= party;
    }
    purchases
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::civil::date;

    use super::*;
    use crate::timetable::legs_of;

    fn first_days() -> Vec<LegFacts> {
        let days = [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)];
        days.into_iter().flat_map(|day| legs_of(7470, day)).collect()
    }

    #[test]
    fn filled_legs_have_at_most_three_seats_left() {
        let legs = first_days();
        let mut sold = HashMap::<LegId, u32>::new();
        for purchase in crowd(7470, &legs) {
            assert!((1..=9).contains(&purchase.passengers.len()));
            *sold.entry(purchase.leg).or_default() +=
                u32::try_from(purchase.passengers.len()).unwrap();
        }
        assert!((30..=120).contains(&sold.len()), "{} legs", sold.len());
        for (id, sold) in sold {
            let leg = legs.iter().find(|leg| leg.id == id).unwrap();
            let capacity = leg.cabin.capacity();
            assert!(sold <= capacity && capacity - sold <= 3, "{sold} of {capacity} on {id}");
        }
    }

    #[test]
    fn the_crowd_is_small_and_always_the_same() {
        let legs = first_days();
        let purchases = crowd(7470, &legs);
        assert!(purchases.len() <= PURCHASES);
        assert_eq!(purchases, crowd(7470, &legs));
        assert_ne!(purchases, crowd(7471, &legs));
    }

    #[test]
    fn no_legs_draw_no_crowd() {
        assert_eq!(crowd(1, &[]), []);
    }
}
