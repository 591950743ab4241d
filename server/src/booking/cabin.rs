//! A cabin: rows of the same blocks of seats, with an aisle between two blocks.

use std::fmt;
use std::str::FromStr;

use trecho_shared::ids::SeatLabel;

/// The index of a seat in its cabin, in row order: 0 is the first row's leftmost seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatIx(pub u32);

/// A cabin layout, written `30x3-3`: 30 rows of three seats, an aisle, and three seats.
///
/// Letters run from `A` across the row without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cabin {
    rows: u32,
    blocks: Vec<u8>,
    width: u32,
}

/// The text is no cabin layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a cabin such as 30x3-3: rows (1 to 1000000), then blocks of seats (26 in a row at most)"
)]
pub struct ParseCabinError;

impl Cabin {
    /// A cabin of `rows` rows; `None` if it has no seat, more than 26 in a row, or more than a
    /// million rows.
    pub fn new(rows: u32, blocks: Vec<u8>) -> Option<Self> {
        let width: u32 = blocks.iter().map(|&seats| u32::from(seats)).sum();
        let formed = (1..=1_000_000).contains(&rows)
            && (1..=26).contains(&width)
            && blocks.iter().all(|&seats| seats > 0);
        formed.then_some(Self { rows, blocks, width })
    }

    /// How many seats there are.
    pub fn capacity(&self) -> u32 {
        self.rows * self.width
    }

    /// How many rows there are.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// How many seats stand in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// How many seats stand in each block of a row, from left to right.
    pub fn blocks(&self) -> &[u8] {
        &self.blocks
    }

    /// The label of seat `seat`, which is below the capacity.
    pub fn label(&self, seat: SeatIx) -> SeatLabel {
        debug_assert!(seat.0 < self.capacity(), "a seat of another cabin");
        let letter = u8::try_from(seat.0 % self.width).expect("a row has at most 26 seats");
        SeatLabel { row: seat.0 / self.width + 1, letter: b'A' + letter }
    }

    /// The seat with this label, if the cabin has it.
    pub fn seat(&self, label: SeatLabel) -> Option<SeatIx> {
        let column = u32::from(label.letter.checked_sub(b'A')?);
        let row = label.row.checked_sub(1)?;
        (row < self.rows && column < self.width).then(|| SeatIx(row * self.width + column))
    }
}

impl FromStr for Cabin {
    type Err = ParseCabinError;
    fn from_str(text: &str) -> Result<Self, ParseCabinError> {
        let (rows, blocks) = text.split_once('x').ok_or(ParseCabinError)?;
        let rows = rows.parse().map_err(|_| ParseCabinError)?;
        let blocks: Result<Vec<u8>, _> = blocks.split('-').map(str::parse).collect();
        Self::new(rows, blocks.map_err(|_| ParseCabinError)?).ok_or(ParseCabinError)
    }
}

impl fmt::Display for Cabin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x", self.rows)?;
        for (at, seats) in self.blocks.iter().enumerate() {
            let dash = if at == 0 { "" } else { "-" };
            write!(f, "{dash}{seats}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_indices_agree_on_every_seat() {
        let cabin: Cabin = "30x3-3".parse().unwrap();
        assert_eq!(cabin.to_string(), "30x3-3");
        for index in 0..cabin.capacity() {
            assert_eq!(cabin.seat(cabin.label(SeatIx(index))), Some(SeatIx(index)));
        }
        assert_eq!(cabin.label(SeatIx(0)).to_string(), "1A");
        assert_eq!(cabin.label(SeatIx(179)).to_string(), "30F");
    }

    #[test]
    fn seats_outside_the_cabin_are_none() {
        let cabin: Cabin = "2x2-2".parse().unwrap();
        for label in ["3A", "1E", "1Z"] {
            assert_eq!(cabin.seat(label.parse().unwrap()), None, "{label}");
        }
    }

    #[test]
    fn a_cabin_without_seats_is_refused() {
        for text in ["", "x", "0x3-3", "10x", "10x0", "10x3-0", "10x20-20", "-1x3", "10x3--3"] {
            assert!(text.parse::<Cabin>().is_err(), "{text}");
        }
    }
}
