//! The last sales: which legs sell fastest, and the latest bookings, for whoever watches.
//!
//! Noted by the desk once a booking, and never looked at by it: a sale is an entry in a ring, and
//! adding up is done by whoever asks. The bound is a number of entries. Under a load that fills the
//! ring in less than [`SALES_LOOK_BACK`], what is told covers less time, and says so.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trecho_shared::ids::{LegId, Locator};
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

use crate::booking::{BookingRecord, LegKey};
use crate::limits::{BOOKINGS_REMEMBERED, SALES_LOOK_BACK, SALES_REMEMBERED};

/// The last sales. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Sales(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    /// The oldest first.
    sales: VecDeque<Sale>,
    bookings: VecDeque<Sold>,
}

/// Seats of one leg in one booking.
#[derive(Debug, Clone, Copy)]
struct Sale {
    leg: LegKey,
    seats: u32,
    at: Moment,
}

/// A booking, without its passengers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// Its label.
    pub locator: Locator,
    /// When it was made.
    pub at: Moment,
    /// How many tickets it has.
    pub tickets: usize,
    /// Its legs, in the order held.
    pub legs: Vec<LegId>,
    /// What it cost.
    pub total: Centavos,
}

/// What legs sold lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// The sales of so long are counted, in milliseconds.
    pub over_ms: i64,
    /// Legs with how many of their seats were sold in that time; the most first.
    pub legs: Vec<(LegKey, u32)>,
}

impl Sales {
    /// Notes a booking.
    pub fn note(&self, booking: &BookingRecord, at: Moment) {
        let mut legs: Vec<(LegKey, LegId, u32)> = Vec::new();
        for ticket in &booking.tickets {
            match legs.last_mut() {
                Some((key, _, seats)) if *key == ticket.leg => *seats += 1,
                _ => legs.push((ticket.leg, ticket.id, 1)),
            }
        }
        let sold = Sold {
            locator: booking.locator,
            at,
            tickets: booking.tickets.len(),
            legs: legs.iter().map(|(_, id, _)| *id).collect(),
            total: booking.tickets.iter().map(|ticket| ticket.fare).sum(),
        };
        let mut remembered = self.lock();
        let Remembered { sales, bookings } = &mut *remembered;
        for (leg, _, seats) in legs {
            push(sales, Sale { leg, seats, at }, SALES_REMEMBERED);
        }
        push(bookings, sold, BOOKINGS_REMEMBERED);
    }

    /// The last bookings, the newest first.
    pub fn bookings(&self) -> Vec<Sold> {
        self.lock().bookings.iter().rev().cloned().collect()
    }

    /// The `most` legs that sold most seats lately.
    pub fn pace(&self, now: Moment, most: usize) -> Pace {
        let look_back = i64::try_from(SALES_LOOK_BACK.as_millis()).unwrap_or(i64::MAX);
        let (sales, full) = {
            let remembered = self.lock();
            let full = remembered.sales.len() == SALES_REMEMBERED;
            (remembered.sales.clone(), full)
        };
        let oldest = sales.front().map_or(now, |sale| sale.at);
        let over_ms = if full { now.ms_since(oldest).min(look_back) } else { look_back };
        let mut legs: HashMap<LegKey, u32> = HashMap::new();
        for sale in sales.iter().rev().take_while(|sale| now.ms_since(sale.at) <= look_back) {
            *legs.entry(sale.leg).or_default() += sale.seats;
        }
        let mut legs: Vec<_> = legs.into_iter().collect();
        legs.sort_unstable_by_key(|(leg, seats)| (std::cmp::Reverse(*seats), *leg));
        legs.truncate(most);
        Pace { over_ms, legs }
    }

    /// What a panicked holder left is whole: entries are only pushed and popped.
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds an entry; the oldest makes room.
fn push<T>(ring: &mut VecDeque<T>, entry: T, most: usize) {
    if ring.len() == most {
        ring.pop_front();
    }
    ring.push_back(entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::{BookingKey, Passenger, SeatIx, TicketRecord};

    /// A booking of so many seats on each leg.
    fn booking(number: u64, legs: &[(u32, u32)]) -> BookingRecord {
        let ticket = |leg: u32, seat: u32| TicketRecord {
            leg: LegKey(leg),
            id: format!("TR{}-20301224-GRU", leg + 1).parse().unwrap(),
            seat: SeatIx(seat),
            passenger: Passenger { first_name: "Ana".to_owned(), last_name: "Lima".to_owned() },
            fare: Centavos(100),
            cancelled: false,
        };
        let seats = |(leg, seats): &(u32, u32)| {
            let leg = *leg;
            (0..*seats).map(move |seat| ticket(leg, seat)).collect::<Vec<_>>()
        };
        BookingRecord {
            booking: BookingKey(number),
            locator: Locator::from_index(number),
            claim_hash: [0; 32],
            tickets: legs.iter().flat_map(seats).collect(),
        }
    }

    #[test]
    fn the_leg_that_sells_most_seats_comes_first_and_old_sales_do_not_count() {
        let sales = Sales::default();
        sales.note(&booking(1, &[(7, 9)]), Moment(0));
        let later = Moment(i64::try_from(SALES_LOOK_BACK.as_millis()).unwrap() + 1);
        sales.note(&booking(2, &[(3, 2), (4, 2)]), later);
        sales.note(&booking(3, &[(4, 1)]), later);
        let Pace { over_ms, legs } = sales.pace(later, 10);
        assert_eq!(legs, [(LegKey(4), 3), (LegKey(3), 2)]);
        assert_eq!(u128::try_from(over_ms).unwrap(), SALES_LOOK_BACK.as_millis());
        assert_eq!(sales.pace(later, 1).legs, [(LegKey(4), 3)]);
    }

    #[test]
    fn bookings_are_told_newest_first_with_their_legs_and_without_names() {
        let sales = Sales::default();
        sales.note(&booking(1, &[(1, 1)]), Moment(1));
        sales.note(&booking(2, &[(3, 2), (4, 2)]), Moment(2));
        let told = sales.bookings();
        assert_eq!(
            (told[0].locator, told[0].tickets, told[0].total.0),
            (Locator::from_index(2), 4, 400)
        );
        assert_eq!(told[0].legs.len(), 2);
        assert_eq!(told[1].locator, Locator::from_index(1));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_tells_how_far_it_looks_back() {
        let sales = Sales::default();
        for number in 0..=u64::try_from(SALES_REMEMBERED).unwrap() {
            sales.note(&booking(number, &[(1, 1)]), Moment(i64::try_from(number).unwrap()));
        }
        let last = i64::try_from(SALES_REMEMBERED).unwrap();
        let Pace { over_ms, legs } = sales.pace(Moment(last), 10);
        assert_eq!(legs, [(LegKey(1), u32::try_from(SALES_REMEMBERED).unwrap())]);
        assert_eq!(over_ms, last - 1, "as far back as the oldest that is left");
        assert_eq!(sales.bookings().len(), BOOKINGS_REMEMBERED);
    }
}
