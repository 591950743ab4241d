//! What changes of a leg: one word, and the seats behind a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use trecho_shared::ids::Version;
use trecho_shared::message::SeatStatus;

use crate::booking::SeatIx;

/// What is left of a leg at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegState {
    /// How many seats are free.
    pub seats_left: u32,
    /// The number of the leg's last change.
    pub version: Version,
    /// Whether an operator has taken it off sale.
    pub closed: bool,
}

impl LegState {
    /// Whether a seat can be held, as long as the leg has not departed.
    pub(super) fn is_available(self) -> bool {
        !self.closed && self.seats_left > 0
    }
}

/// A [`LegState`] in 64 bits, so that one load reads all of it:
///
/// | bits | |
/// |---|---|
/// | 63 | closed |
/// | 38 to 62 | free seats: 33,554,431 at most, and the largest cabin (a million rows of 26) has 26 million |
/// | 0 to 37 | the version, counted from its segment's base: 274 billion changes |
///
/// The base is the last change before the start (or before the segment came), so what is bounded is
/// the changes of one run: at 10,000 a second, ten months. Then the segment gets a new base, and
/// its legs the version of that moment, exactly as at a restart.
const SEATS_BITS: u32 = 25;
const VERSION_BITS: u32 = 38;
const SEATS_MAX: u64 = (1 << SEATS_BITS) - 1;
const VERSION_MAX: u64 = (1 << VERSION_BITS) - 1;
const CLOSED: u64 = 1 << 63;

/// Whether a word counted from `base` can carry `version`.
pub(super) fn fits(version: Version, base: Version) -> bool {
    version.0.saturating_sub(base.0) <= VERSION_MAX
}

fn pack(state: LegState, base: Version) -> u64 {
    let LegState { seats_left, version, closed } = state;
    debug_assert!(u64::from(seats_left) <= SEATS_MAX, "no cabin is so large");
    debug_assert!(fits(version, base), "the segment was to be renewed before");
    let seats = u64::from(seats_left).min(SEATS_MAX) << VERSION_BITS;
    let version = version.0.saturating_sub(base.0).min(VERSION_MAX);
    seats | version | if closed { CLOSED } else { 0 }
}

fn unpack(word: u64, base: Version) -> LegState {
    let seats_left = u32::try_from((word & !CLOSED) >> VERSION_BITS).expect("25 bits fit in 32");
    let version = Version(base.0.saturating_add(word & VERSION_MAX));
    LegState { seats_left, version, closed: word & CLOSED != 0 }
}

/// What changes of one leg.
#[derive(Debug, Default)]
pub(super) struct Cell {
    word: AtomicU64,
    /// Two bits a seat. Nothing is allocated while all are free.
    seats: Mutex<Option<Box<[u8]>>>,
}

impl Cell {
    /// What is left of the leg.
    pub(super) fn state(&self, base: Version) -> LegState {
        unpack(self.word.load(Ordering::Acquire), base)
    }

    /// Puts the state; says what it was. For the one writer.
    pub(super) fn set_state(&self, state: LegState, base: Version) -> LegState {
        unpack(self.word.swap(pack(state, base), Ordering::AcqRel), base)
    }

    /// Puts seat `seat` of `capacity`, which it is below; says what it was.
    pub(super) fn set_seat(&self, seat: SeatIx, status: SeatStatus, capacity: u32) -> SeatStatus {
        debug_assert!(seat.0 < capacity, "a seat of another cabin");
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = seats.get_or_insert_with(|| vec![0; capacity.div_ceil(4) as usize].into());
        let (at, shift) = place(seat);
        let before = decode(seats[at] >> shift);
        seats[at] = seats[at] & !(0b11 << shift) | encode(status) << shift;
        before
    }

    /// The seats as they are.
    pub(super) fn seats(&self) -> Seats {
        Seats(self.seats.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// A cell of its own with the same seats, which says `state`.
    pub(super) fn renewed(&self, state: LegState, base: Version) -> Self {
        let Seats(seats) = self.seats();
        Self { word: AtomicU64::new(pack(state, base)), seats: Mutex::new(seats) }
    }
}

/// The seats of a leg as they were at one instant.
#[derive(Debug)]
pub(super) struct Seats(Option<Box<[u8]>>);

impl Seats {
    /// What a seat is.
    pub(super) fn status(&self, seat: SeatIx) -> SeatStatus {
        let (at, shift) = place(seat);
        let byte = self.0.as_ref().and_then(|seats| seats.get(at));
        byte.map_or(SeatStatus::Free, |byte| decode(byte >> shift))
    }
}

/// How many seats of a leg are in each state. What is left is free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// In carts.
    pub held: u32,
    /// Sold.
    pub sold: u32,
    /// Not for sale.
    pub blocked: u32,
}

impl Seats {
    /// How many of the first `capacity` seats are in each state.
    pub(super) fn counts(&self, capacity: u32) -> SeatCounts {
        let mut counts = SeatCounts::default();
        if self.0.is_some() {
            for seat in (0..capacity).map(SeatIx) {
                match self.status(seat) {
                    SeatStatus::Free => {}
                    SeatStatus::Held => counts.held += 1,
                    SeatStatus::Sold => counts.sold += 1,
                    SeatStatus::Blocked => counts.blocked += 1,
                }
            }
        }
        counts
    }
}

/// The byte of a seat, and how far up its bits are.
fn place(seat: SeatIx) -> (usize, u32) {
    ((seat.0 / 4) as usize, seat.0 % 4 * 2)
}

fn encode(status: SeatStatus) -> u8 {
    match status {
        SeatStatus::Free => 0,
        SeatStatus::Held => 1,
        SeatStatus::Sold => 2,
        SeatStatus::Blocked => 3,
    }
}

fn decode(bits: u8) -> SeatStatus {
    match bits & 0b11 {
        0 => SeatStatus::Free,
        1 => SeatStatus::Held,
        2 => SeatStatus::Sold,
        _ => SeatStatus::Blocked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_back_as_it_was_packed() {
        let base = Version(1 << 60);
        for seats_left in [0, 1, 180, 26_000_000] {
            for changes in [0, 1, VERSION_MAX] {
                for closed in [false, true] {
                    let version = Version(base.0 + changes);
                    let state = LegState { seats_left, version, closed };
                    assert_eq!(unpack(pack(state, base), base), state);
                }
            }
        }
    }

    #[test]
    fn a_version_beyond_the_word_is_seen_before() {
        assert!(fits(Version(7 + VERSION_MAX), Version(7)));
        assert!(!fits(Version(8 + VERSION_MAX), Version(7)));
    }

    #[test]
    fn a_seat_changes_alone() {
        let cell = Cell::default();
        assert_eq!(cell.seats().status(SeatIx(5)), SeatStatus::Free);
        for (seat, status) in
            [(4, SeatStatus::Held), (5, SeatStatus::Sold), (6, SeatStatus::Blocked)]
        {
            assert_eq!(cell.set_seat(SeatIx(seat), status, 7), SeatStatus::Free);
        }
        assert_eq!(cell.set_seat(SeatIx(5), SeatStatus::Free, 7), SeatStatus::Sold);
        let seats = cell.seats();
        let found: Vec<SeatStatus> = (3..7).map(|seat| seats.status(SeatIx(seat))).collect();
        let (free, held, blocked) = (SeatStatus::Free, SeatStatus::Held, SeatStatus::Blocked);
        assert_eq!(found, [free, held, free, blocked]);
    }
}
