//! The words of a search: flights, cities and airports by their beginnings.

use std::cmp::Ordering;

use trecho_shared::ids::{FlightNumber, Iata};

use crate::timetable::{fold, place};

/// A flight number as its six letters, the first one highest: a comparison of beginnings is a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FlightCode(u64);

impl FlightCode {
    pub(super) fn of(flight: FlightNumber) -> Self {
        Self(left_aligned(flight.to_string().as_bytes()))
    }

    /// The number alone in the same form.
    pub(super) fn number(self) -> Self {
        Self(self.0 << 16)
    }
}

/// The beginning of a flight number, or of the number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) of: FlightPart,
    mask: u64,
    value: u64,
}

/// What of a flight number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlightPart {
    /// All of it: `TR1042`.
    Whole,
    /// What follows the carrier: `1042`.
    Number,
}

impl FlightPart {
    /// The part of a flight that this is.
    pub(super) fn of(self, flight: FlightCode) -> FlightCode {
        match self {
            Self::Whole => flight,
            Self::Number => flight.number(),
        }
    }
}

impl Beginning {
    /// Where a part that is `code` stands to this beginning: before all that begin so, among them,
    /// or after them.
    pub(super) fn order(&self, code: FlightCode) -> Ordering {
        (code.0 & self.mask).cmp(&self.value)
    }
}

fn left_aligned(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(bytes)
}

/// The words of one search. A leg matches if each of them begins its flight (`tr10`), the number of
/// its flight (`10`), or a word of the city, the name or the code of one of its airports.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    folded: String,
    /// What beginnings of flights the word stands for.
    flights: Vec<Beginning>,
}

/// Some of the words, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordSet(u64);

impl WordSet {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Words {
    /// The words of `text`; `None` if it has none, so that nothing matches.
    ///
    /// A search text has at most 64 characters, so at most 32 words.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words = fold(text).into_iter().take(64).map(|folded| {
            let flights = flights(&folded);
            Word { folded, flights }
        });
        let words = Self { words: words.collect() };
        (!words.words.is_empty()).then_some(words)
    }

    /// All of them.
    pub(super) fn all(&self) -> WordSet {
        self.set(|_| true)
    }

    /// Those that some flight may begin with.
    pub(super) fn of_flights(&self) -> WordSet {
        self.set(|word| !word.flights.is_empty())
    }

    /// Those that match this airport.
    pub(super) fn at(&self, airport: Iata) -> WordSet {
        if let Some(place) = place(airport) {
            self.set(|word| place.words.iter().any(|known| known.starts_with(&word.folded)))
        } else {
            let code = airport.as_str().to_ascii_lowercase();
            self.set(|word| code.starts_with(&word.folded))
        }
    }

    /// Whether the flight begins with every one of `set`.
    pub(super) fn match_flight(&self, set: WordSet, flight: FlightCode) -> bool {
        let mut words = (0..).zip(&self.words).filter(|(at, _)| set.0 >> at & 1 == 1);
        words.all(|(_, word)| {
            let begins = |begin: &Beginning| begin.order(begin.of.of(flight)) == Ordering::Equal;
            word.flights.iter().any(begins)
        })
    }

    /// The beginnings of flights that the longest word of `set` stands for.
    pub(super) fn longest(&self, set: WordSet) -> Option<&[Beginning]> {
        let words = (0..).zip(&self.words).filter(|(at, _)| set.0 >> at & 1 == 1);
        words.map(|(_, word)| word).max_by_key(|word| word.folded.len()).map(|word| &*word.flights)
    }

    fn set(&self, of: impl Fn(&Word) -> bool) -> WordSet {
        WordSet((0..).zip(&self.words).fold(0, |set, (at, word)| set | u64::from(of(word)) << at))
    }
}

/// The beginnings of flights that a word stands for: `tr10` of the flight, `10` also of its number.
fn flights(word: &str) -> Vec<Beginning> {
    let is_code = word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_code {
        return Vec::new();
    }
    let capitals = word.to_ascii_uppercase();
    let value = left_aligned(capitals.as_bytes());
    let mask = !(u64::MAX >> (8 * capitals.len()));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut beginnings = Vec::new();
    if capitals.get(2..).is_none_or(digits) {
        beginnings.push(Beginning { of: FlightPart::Whole, mask, value });
    }
    if digits(&capitals) && capitals.len() <= 4 {
        beginnings.push(Beginning { of: FlightPart::Number, mask, value });
    }
    beginnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str, flight: &str) -> bool {
        let words = Words::of(text).unwrap();
        words.match_flight(words.all(), FlightCode::of(flight.parse().unwrap()))
    }

    #[test]
    fn a_flight_is_found_by_its_beginning_or_its_number_s() {
        for text in ["t", "TR", "tr1", "TR1042", "1", "1042", "tr 10", "TR-1042"] {
            assert!(matches(text, "TR1042"), "{text}");
        }
        for text in ["tr2", "042", "r1042", "TR10420", "10420", "tr1 2", "x"] {
            assert!(!matches(text, "TR1042"), "{text}");
        }
        assert!(matches("3a7", "3A77") && matches("3", "3A77"));
    }

    #[test]
    fn an_airport_is_found_by_the_beginnings_of_its_words() {
        let gru = "GRU".parse().unwrap();
        for text in ["gr", "sao", "São Paulo", "PAULO", "guarul", "montoro gru"] {
            let words = Words::of(text).unwrap();
            assert_eq!(words.at(gru), words.all(), "{text}");
        }
        let words = Words::of("ru paulo").unwrap();
        assert_eq!(words.at(gru), WordSet(0b10));
    }

    #[test]
    fn a_text_without_letters_has_no_words() {
        assert!(Words::of(" -·- ").is_none());
    }
}
