//! What a passenger reads on a ticket.

use std::fmt;
use std::str::FromStr;

use super::ParseIdError;
use super::short::Short;
use crate::wire_string::wire_string;

/// A seat in a cabin: its row and its letter, `12A`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatLabel {
    /// The row, from 1.
    pub row: u32,
    /// The letter across the cabin, `b'A'` to `b'Z'`.
    pub letter: u8,
}

impl FromStr for SeatLabel {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a seat such as 12A");
        let (letter, digits) = text.as_bytes().split_last().ok_or(refuse)?;
        let strict = letter.is_ascii_uppercase()
            && (1..=7).contains(&digits.len())
            && digits.iter().all(u8::is_ascii_digit)
            && digits[0] != b'0';
        let row = strict.then(|| text[..digits.len()].parse().ok()).flatten().ok_or(refuse)?;
        Ok(Self { row, letter: *letter })
    }
}

impl fmt::Display for SeatLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Short::<11>::new();
        text.push_number(self.row, 1);
        text.push(&[self.letter]);
        f.write_str(text.as_str())
    }
}

impl fmt::Debug for SeatLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

wire_string!(SeatLabel, "SeatLabel", "^[1-9][0-9]{0,6}[A-Z]$", "a seat, such as 12A");

/// A booking's label for people, `H7KQ3M`: not a credential.
///
/// Six characters without the look-alikes 0/O, 1/I/L, 2/Z, 5/S, 6/G, B/8. Read in either case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator([u8; 6]);

impl Locator {
    /// The characters that a locator is made of.
    pub const ALPHABET: [u8; 22] = *b"ACDEFHJKMNPQRTUVWXY379";

    /// How many locators there are.
    pub const COUNT: u64 = 22u64.pow(6);

    /// The locator number `index`, modulo [`Locator::COUNT`]. With a uniformly random index, a
    /// random locator.
    pub fn from_index(index: u64) -> Self {
        let mut rest = index % Self::COUNT;
        Self([0; 6].map(|_: u8| {
            let digit = usize::try_from(rest % 22).expect("a remainder below 22 fits");
            rest /= 22;
            Self::ALPHABET[digit]
        }))
    }

    /// The locator as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only characters of the alphabet are let in")
    }
}

impl FromStr for Locator {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a locator of six characters, such as H7KQ3M");
        let code: [u8; 6] = text.as_bytes().try_into().map_err(|_| refuse)?;
        let code = code.map(|byte| byte.to_ascii_uppercase());
        code.iter().all(|byte| Self::ALPHABET.contains(byte)).then_some(Self(code)).ok_or(refuse)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

wire_string!(
    Locator,
    "Locator",
    "^[A-Za-z379]{6}$",
    "a booking's locator, six characters without look-alikes"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locator_is_read_in_either_case() {
        assert_eq!("h7kq3m".parse::<Locator>(), "H7KQ3M".parse::<Locator>());
        assert!("O0I1L2".parse::<Locator>().is_err());
    }

    #[test]
    fn every_index_names_a_locator_of_its_own() {
        let some: std::collections::HashSet<_> = (0..5000).map(Locator::from_index).collect();
        assert_eq!(some.len(), 5000);
        assert_eq!(Locator::from_index(Locator::COUNT), Locator::from_index(0));
    }

    #[test]
    fn a_seat_label_has_one_spelling() {
        assert_eq!("12A".parse(), Ok(SeatLabel { row: 12, letter: b'A' }));
        for text in ["012A", "12a", "A12", "12", "A", "", "0A", "12AB", "1é"] {
            assert!(text.parse::<SeatLabel>().is_err(), "{text}");
        }
    }
}
