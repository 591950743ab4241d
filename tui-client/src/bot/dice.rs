//! Chance with a seed: the same seed, the same choices.

use std::time::Duration;

/// A source of chance (`SplitMix64`): small, even, and not for secrets.
#[derive(Debug, Clone)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice that fall the same way for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if that is 0. The bias of the remainder is far below what anybody
    /// could see here.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll().checked_rem(bound).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `these`, if there is any.
    pub fn pick<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        let bound = u64::try_from(these.len()).unwrap_or(u64::MAX);
        these.get(usize::try_from(self.below(bound)).unwrap_or(0))
    }

    /// From `least` to `most` milliseconds.
    pub fn pause(&mut self, least_ms: u64, most_ms: u64) -> Duration {
        Duration::from_millis(least_ms + self.below(most_ms.saturating_sub(least_ms) + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same_and_another_another() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            [dice.roll(), dice.roll(), dice.roll()]
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }

    #[test]
    fn choices_stay_within_their_bounds_and_reach_all_of_them() {
        let mut dice = Dice::new(1);
        let mut seen = [false; 6];
        for _ in 0..200 {
            let side = usize::try_from(dice.below(6)).unwrap();
            seen[side] = true;
            let ms = dice.pause(10, 12).as_millis();
            assert!((10..=12).contains(&ms));
        }
        assert_eq!(seen, [true; 6]);
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
