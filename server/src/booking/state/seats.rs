//! Which seats of a leg are free: a bit a seat, in row order.

mod tree;

use tree::Tree;

use crate::booking::SeatIx;

/// Cabins of at most this many seats keep their bits in the leg itself: no airliner in service
/// there costs an allocation or a second cache miss.
const IN_PLACE: u32 = 256;

/// The search for neighbours looks at so many rows that have a free seat at all, from the front.
///
/// A cabin of so many rows or fewer is searched whole, which is every aircraft there is. In a
/// synthetic leg of a million seats the search gives up here and the first free seats are taken,
/// so that one hold on a fragmented leg costs microseconds and not a walk through the cabin.
const ROWS_LOOKED_AT: u32 = 256;

/// The free seats of one leg.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct FreeSeats {
    left: u32,
    bits: Bits,
}

#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
enum Bits {
    InPlace([u64; 4]),
    Tree(Box<Tree>),
}

impl FreeSeats {
    /// A cabin in which every seat is free.
    pub(in crate::booking) fn all(capacity: u32) -> Self {
        let bits = if capacity <= IN_PLACE {
            let mut words = [0; 4];
            for (word, full) in words.iter_mut().zip(tree::full(capacity as usize)) {
                *word = full;
            }
            Bits::InPlace(words)
        } else {
            Bits::Tree(Box::new(Tree::full(capacity as usize)))
        };
        Self { left: capacity, bits }
    }

    /// How many seats are free.
    pub(in crate::booking) fn left(&self) -> u32 {
        self.left
    }

    /// Whether this seat is free; no seat outside the cabin is.
    pub(in crate::booking) fn is_free(&self, seat: SeatIx) -> bool {
        self.word(seat.0 as usize / 64) & (1 << (seat.0 % 64)) != 0
    }

    /// Takes a seat; false, and nothing happens, if it is not free.
    pub(in crate::booking) fn take(&mut self, seat: SeatIx) -> bool {
        if !self.is_free(seat) {
            return false;
        }
        match &mut self.bits {
            Bits::InPlace(words) => words[seat.0 as usize / 64] &= !(1 << (seat.0 % 64)),
            Bits::Tree(tree) => tree.clear(seat.0 as usize),
        }
        self.left -= 1;
        true
    }

    /// Gives a seat of this cabin back; false, and nothing happens, if it is free already.
    pub(in crate::booking) fn give_back(&mut self, seat: SeatIx) -> bool {
        if self.is_free(seat) {
            return false;
        }
        match &mut self.bits {
            Bits::InPlace(words) => words[seat.0 as usize / 64] |= 1 << (seat.0 % 64),
            Bits::Tree(tree) => tree.set(seat.0 as usize),
        }
        self.left += 1;
        true
    }

    /// The best `count` free seats in a cabin of rows of `width`: neighbours in the first row that
    /// has so many (the aisle does not part them), else the first free in row order.
    ///
    /// Fewer only if fewer are free.
    pub(in crate::booking) fn pick(&self, count: u32, width: u32) -> impl Iterator<Item = SeatIx> {
        let together = if count > 1 { self.neighbours(count, width) } else { None };
        let mut from = together.unwrap_or(0);
        (0..count).map_while(move |_| {
            let seat = self.next(from)?;
            from = seat + 1;
            Some(SeatIx(seat))
        })
    }

    /// The first of `count` neighbours. All that follow it in the row are free, so that they are
    /// also the next free seats.
    fn neighbours(&self, count: u32, width: u32) -> Option<u32> {
        if count > width {
            return None;
        }
        let mut from = 0;
        for _ in 0..ROWS_LOOKED_AT {
            let first_free = self.next(from)?;
            let row_start = first_free - first_free % width;
            let row = self.row(row_start, width);
            let runs = (1..count).fold(row, |runs, shift| runs & (row >> shift));
            if runs != 0 {
                return Some(row_start + runs.trailing_zeros());
            }
            from = row_start + width;
        }
        None
    }

    /// The bits of the row of `width` (at most 26) seats that starts at `start`.
    fn row(&self, start: u32, width: u32) -> u64 {
        let (word, shift) = (start as usize / 64, start % 64);
        let low = self.word(word) >> shift;
        let high = if shift == 0 { 0 } else { self.word(word + 1) << (64 - shift) };
        (low | high) & ((1 << width) - 1)
    }

    /// The first free seat at or after `from`.
    fn next(&self, from: u32) -> Option<u32> {
        let at = from as usize;
        let next = match &self.bits {
            Bits::InPlace(words) => tree::next(words, at),
            Bits::Tree(tree) => tree.next(at),
        };
        next.map(|seat| u32::try_from(seat).expect("a cabin has fewer than 2^32 seats"))
    }

    fn word(&self, at: usize) -> u64 {
        let words = match &self.bits {
            Bits::InPlace(words) => words.as_slice(),
            Bits::Tree(tree) => tree.words(),
        };
        words.get(at).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule as DESIGN has it, seat by seat.
    fn naive(free: &[bool], count: u32, width: u32) -> Vec<u32> {
        let free_at = |seat: u32| free.get(seat as usize).copied().unwrap_or(false);
        let rows = u32::try_from(free.len()).unwrap() / width;
        for row in 0..rows {
            for column in 0..=width.saturating_sub(count) {
                let run: Vec<u32> = (0..count).map(|n| row * width + column + n).collect();
                if column + count <= width && run.iter().all(|&seat| free_at(seat)) {
                    return run;
                }
            }
        }
        (0..rows * width).filter(|&seat| free_at(seat)).take(count as usize).collect()
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config {
            failure_persistence: None,
            ..proptest::test_runner::Config::default()
        })]

        #[test]
        fn the_pick_is_the_rule_read_literally(
            rows in 1_u32..120,
            width in 1_u32..=26,
            taken in proptest::collection::vec(0_u32..3000, 0..400),
            count in 1_u32..10,
        ) {
            let capacity = rows * width;
            let mut seats = FreeSeats::all(capacity);
            let mut free = vec![true; capacity as usize];
            for seat in taken.into_iter().map(|seat| seat % capacity) {
                // Every other hit gives the seat back.
                if free[seat as usize] {
                    assert!(seats.take(SeatIx(seat)));
                } else {
                    assert!(seats.give_back(SeatIx(seat)));
                }
                free[seat as usize] = !free[seat as usize];
            }
            let picked: Vec<u32> = seats.pick(count, width).map(|seat| seat.0).collect();
            assert_eq!(picked, naive(&free, count, width));
            assert_eq!(seats.left() as usize, free.iter().filter(|&&free| free).count());
        }
    }

    #[test]
    fn a_million_seats_go_one_by_one_in_row_order() {
        let mut seats = FreeSeats::all(1_000_000);
        for expected in 0..1_000_000 {
            let seat = seats.pick(1, 10).next().unwrap();
            assert_eq!(seat.0, expected);
            seats.take(seat);
        }
        assert_eq!((seats.left(), seats.pick(1, 10).next()), (0, None));
        seats.give_back(SeatIx(777_777));
        assert_eq!(seats.pick(2, 10).collect::<Vec<_>>(), [SeatIx(777_777)]);
    }

    #[test]
    fn the_search_for_neighbours_ends_in_a_huge_fragmented_cabin() {
        let mut seats = FreeSeats::all(1_000_000);
        for row in 0..1000 {
            seats.take(SeatIx(row * 2));
        }
        let first: Vec<_> = seats.pick(2, 2).collect();
        assert_eq!(first, [SeatIx(1), SeatIx(3)], "the bound was passed, so the first free");
    }

    #[test]
    fn a_seat_is_taken_once_and_given_back_once() {
        for capacity in [1, 64, 256, 257] {
            let mut seats = FreeSeats::all(capacity);
            let last = SeatIx(capacity - 1);
            assert!(seats.take(last) && !seats.take(last));
            assert_eq!(seats.left(), capacity - 1);
            assert!(seats.give_back(last) && !seats.give_back(last));
            assert!(!seats.take(SeatIx(capacity)), "there is no such seat");
        }
    }

    #[test]
    fn an_airliner_costs_no_allocation() {
        assert!(size_of::<FreeSeats>() <= 48);
    }
}
