//! Locators for new bookings: random, and yet close together in the ledger's index.
//!
//! Were each drawn from all of them, each booking would write a page of the index of its own. So a
//! family is drawn, which is all locators that begin with the same three characters, and from it the
//! next few hundred: they lie on the same page or two, and take so small a part of the family that
//! one who misspells his locator hardly ever finds another's.

use trecho_shared::ids::Locator;

use super::Random;

/// How many families there are, and how many locators each has.
const FAMILIES: u64 = 22u64.pow(3);

/// So many are drawn from a family: about as many as one page of the index has room for.
const FROM_ONE: u32 = 256;

/// Draws locators. Which of them are free the ledger knows.
pub(super) struct Locators {
    random: Random,
    family: u64,
    /// So many more come from this family.
    left: u32,
}

impl Locators {
    pub(super) fn new(random: Random) -> Self {
        Self { random, family: 0, left: 0 }
    }

    /// Another locator; it may have been drawn before.
    pub(super) fn draw(&mut self) -> Locator {
        if self.left == 0 {
            self.family = (self.random)() % FAMILIES;
            self.left = FROM_ONE;
        }
        self.left -= 1;
        Locator::from_index(self.family + FAMILIES * ((self.random)() % FAMILIES))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_few_hundred_begin_alike_and_then_another_family_has_its_turn() {
        let mut number = 0_u64;
        let mut locators = Locators::new(Box::new(move || {
            number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
            number >> 7
        }));
        let drawn: Vec<String> = (0..4 * FROM_ONE).map(|_| locators.draw().to_string()).collect();
        let families: HashSet<&str> = drawn.iter().map(|locator| &locator[..3]).collect();
        assert_eq!(families.len(), 4);
        for few in drawn.chunks(FROM_ONE as usize) {
            assert!(few.iter().all(|locator| locator[..3] == few[0][..3]));
        }
        let different: HashSet<&String> = drawn.iter().collect();
        assert!(different.len() > drawn.len() * 9 / 10, "{}", different.len());
    }

    #[test]
    fn every_locator_is_in_a_family() {
        assert_eq!(FAMILIES * FAMILIES, Locator::COUNT);
    }
}
