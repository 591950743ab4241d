//! Locators for new bookings: random, and yet close together in the ledger's index.
//!
//! Were each drawn from all of them, each booking would write a page of the index of its own. So a
//! family is drawn, which is all locators that begin with the same three characters, and from it the
//! next few hundred: they lie on the same page or two, and take so small a part of the family that
//! one who misspells his locator hardly ever finds another's.
//!
//! Which of a family are taken the ledger is asked once, when the family is drawn: from then on
//! nobody else takes any.

use std::collections::HashSet;

use trecho_shared::ids::Locator;

use super::Random;

/// How many families there are, and how many locators each has.
const FAMILIES: u64 = 22u64.pow(3);

/// So many are drawn from a family: about as many as one page of the index has room for.
const FROM_ONE: u32 = 256;

/// A locator that is free is found within so many draws unless nearly all are taken.
const DRAWS: usize = 1_000;

/// Draws locators that no booking has.
pub(super) struct Locators {
    random: Random,
    family: u64,
    /// Those of the family that a booking has, or that were drawn.
    taken: HashSet<Locator>,
    /// So many more are drawn from this family.
    left: u32,
}

impl Locators {
    pub(super) fn new(random: Random) -> Self {
        Self { random, family: 0, taken: HashSet::new(), left: 0 }
    }

    /// Another locator that is free, if one was found. `taken` is asked which locators with some
    /// beginning are taken.
    pub(super) fn draw<E>(
        &mut self,
        mut taken: impl FnMut(&str) -> Result<Vec<Locator>, E>,
    ) -> Result<Option<Locator>, E> {
        for _ in 0..DRAWS {
            if self.left == 0 {
                let family = (self.random)() % FAMILIES;
                let first = Locator::from_index(family);
                self.taken = taken(&first.as_str()[..3])?.into_iter().collect();
                (self.family, self.left) = (family, FROM_ONE);
            }
            self.left -= 1;
            let place = (self.random)() % FAMILIES;
            let locator = Locator::from_index(self.family + FAMILIES * place);
            if self.taken.insert(locator) {
                return Ok(Some(locator));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn locators() -> Locators {
        let mut number = 0_u64;
        Locators::new(Box::new(move || {
            number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
            number >> 7
        }))
    }

    #[test]
    fn a_few_hundred_begin_alike_and_then_another_family_has_its_turn() {
        let mut locators = locators();
        let mut draw = || locators.draw(|_| Ok::<_, Infallible>(Vec::new())).unwrap().unwrap();
        let drawn: Vec<String> = (0..3 * FROM_ONE).map(|_| draw().to_string()).collect();
        let families: HashSet<&str> = drawn.iter().map(|locator| &locator[..3]).collect();
        assert!((3..=4).contains(&families.len()), "{}", families.len());
        let changes = drawn.windows(2).filter(|pair| pair[0][..3] != pair[1][..3]).count();
        assert_eq!(changes, families.len() - 1);
        let different: HashSet<&String> = drawn.iter().collect();
        assert_eq!(different.len(), drawn.len());
    }

    #[test]
    fn what_is_taken_is_not_drawn_and_is_asked_for_once_a_family() {
        // The same numbers draw the same locators, but for those that are taken by now.
        let first = locators().draw(|_| Ok::<_, Infallible>(Vec::new())).unwrap().unwrap();
        let asked = std::cell::RefCell::new(Vec::new());
        let mut locators = locators();
        for _ in 0..FROM_ONE / 2 {
            let drawn = locators.draw(|family| {
                asked.borrow_mut().push(family.to_owned());
                Ok::<_, Infallible>(vec![first])
            });
            assert_ne!(drawn.unwrap().unwrap(), first);
        }
        assert_eq!(*asked.borrow(), [&first.as_str()[..3]]);
    }

    #[test]
    fn when_all_are_taken_that_is_said_and_a_failure_is_passed_on() {
        let all = |family: &str| {
            let first = (0..FAMILIES)
                .find(|index| Locator::from_index(*index).as_str().starts_with(family));
            let of_family = |place| Locator::from_index(first.unwrap() + FAMILIES * place);
            Ok::<Vec<Locator>, &str>((0..FAMILIES).map(of_family).collect())
        };
        assert_eq!(locators().draw(all), Ok(None));
        assert_eq!(locators().draw(|_| Err("the ledger failed")), Err("the ledger failed"));
    }

    #[test]
    fn every_locator_is_in_a_family() {
        assert_eq!(FAMILIES * FAMILIES, Locator::COUNT);
    }
}
