//! Who has bought already: what makes some legs of the sample nearly full from the first minute, and
//! the departures that a passenger sees first as unequally full as on a real day.
//!
//! A list of purchases and no more. The server makes them through the ordinary hold and confirm, so
//! that they pass every check that a passenger's do.

use std::collections::HashSet;

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

/// At most so many legs are filled until hardly a seat is left.
const FULL_LEGS: usize = 120;

/// At most so many purchases fill them, so that a server is ready at once.
const FULL_PURCHASES: usize = 300;

/// So many legs are what stands on the first page: those that depart next are sold in part.
const NEXT_LEGS: usize = 60;

/// At most so many purchases are made on them.
const NEXT_PURCHASES: usize = 500;

/// A purchase has at most this many passengers.
const PARTY: u32 = 9;

/// Fills some of `legs`, small cabins first, until 0 to 3 seats are left on each, and sells some
/// seats of those of the others that depart next. Depends on the seed and the legs alone.
///
/// Give it the legs of the first days that have not departed yet.
pub fn crowd(seed: u64, legs: &[LegFacts]) -> Vec<SeededPurchase> {
    let mut ranked: Vec<_> = legs.iter().map(|leg| (rank(seed, leg), leg)).collect();
    ranked.sort_by_key(|(rank, leg)| (*rank, leg.departs_at, leg.id.flight));
    let full = ranked.into_iter().take(FULL_LEGS).map(|(_, leg)| fill(seed, leg));
    let mut purchases = within(FULL_PURCHASES, full);
    let full: HashSet<LegId> = purchases.iter().map(|purchase| purchase.leg).collect();
    let mut next: Vec<_> = legs.iter().filter(|leg| !full.contains(&leg.id)).collect();
    next.sort_by_key(|leg| (leg.departs_at, leg.id.flight));
    let next = next.into_iter().take(NEXT_LEGS).map(|leg| sell_some(seed, leg));
    purchases.extend(within(NEXT_PURCHASES, next));
    purchases
}

/// The purchases of leg after leg, as long as they are at most `most`.
fn within(most: usize, legs: impl Iterator<Item = Vec<SeededPurchase>>) -> Vec<SeededPurchase> {
    let mut purchases = Vec::new();
    for sold in legs {
        if purchases.len() + sold.len() > most {
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
    sell(leg, capacity.saturating_sub(left), &mut dice)
}

/// The purchases of a leg that nobody hurries for: none to most of its seats.
fn sell_some(seed: u64, leg: &LegFacts) -> Vec<SeededPurchase> {
    let mut dice = Dice::of(seed, format!("some {}", leg.id).as_bytes());
    let percent = dice.below(95);
    sell(leg, leg.cabin.capacity().saturating_mul(percent) / 100, &mut dice)
}

/// Sells so many seats of a leg to as few parties as can be.
fn sell(leg: &LegFacts, mut unsold: u32, dice: &mut Dice) -> Vec<SeededPurchase> {
    let mut purchases = Vec::new();
    while unsold > 0 {
        let party = unsold.min(PARTY);
        let passengers = (0..party).map(|_| passenger(dice)).collect();
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

    /// How many seats the crowd leaves of each leg that it buys on, by the leg.
    fn left(legs: &[LegFacts]) -> HashMap<LegId, (u32, u32)> {
        let mut left = HashMap::new();
        for purchase in crowd(7470, legs) {
            assert!((1..=9).contains(&purchase.passengers.len()));
            let leg = legs.iter().find(|leg| leg.id == purchase.leg).unwrap();
            let capacity = leg.cabin.capacity();
            let (seats, _) = left.entry(purchase.leg).or_insert((capacity, capacity));
            let party = u32::try_from(purchase.passengers.len()).unwrap();
            *seats = seats.checked_sub(party).expect("no leg is oversold");
        }
        left
    }

    #[test]
    fn some_legs_have_at_most_three_seats_left() {
        let full = left(&first_days()).values().filter(|(seats, _)| *seats <= 3).count();
        assert!((30..=180).contains(&full), "{full} legs");
    }

    #[test]
    fn the_next_departures_are_unequally_full() {
        let legs = first_days();
        let left = left(&legs);
        let mut next: Vec<_> = legs.iter().collect();
        next.sort_by_key(|leg| leg.departs_at);
        let mut tenths = [0; 11];
        for leg in next.into_iter().take(40) {
            let capacity = leg.cabin.capacity();
            let (seats, _) = left.get(&leg.id).copied().unwrap_or((capacity, capacity));
            tenths[usize::try_from(seats * 10 / capacity).unwrap()] += 1;
        }
        let kinds = tenths.iter().filter(|&&legs| legs > 0).count();
        assert!(kinds >= 7, "{tenths:?}");
        assert!(tenths.iter().all(|&legs| legs <= 16), "{tenths:?}");
    }

    #[test]
    fn the_crowd_is_small_and_always_the_same() {
        let legs = first_days();
        let purchases = crowd(7470, &legs);
        assert!(purchases.len() <= FULL_PURCHASES + NEXT_PURCHASES);
        assert_eq!(purchases, crowd(7470, &legs));
        assert_ne!(purchases, crowd(7471, &legs));
    }

    #[test]
    fn no_legs_draw_no_crowd() {
        assert_eq!(crowd(1, &[]), []);
    }
}
