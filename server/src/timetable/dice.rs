//! Numbers that look random and depend on the seed alone.
//!
//! Our own few lines (`SplitMix64` by Sebastiano Vigna, public domain) and no library: the sample
//! timetable of a seed must be the same whatever version of anything is built in.

/// A stream of numbers, the same for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of `seed` for the thing named by `name`: streams of other names are unrelated, so
    /// that adding one thing does not change another.
    pub(crate) fn of(seed: u64, name: &[u8]) -> Self {
        // FNV-1a.
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut dice = Self(seed ^ hash);
        Self(dice.next())
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above 0. Bounds here are small: the bias is below 2^-32.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        debug_assert!(bound > 0, "there is no number below 0");
        let high = (u128::from(self.next()) * u128::from(bound)) >> 64;
        u32::try_from(high).expect("the product's high half is below the bound")
    }

    /// One of `choices`, which is not empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let count = u32::try_from(choices.len()).expect("choices are few");
        &choices[self.below(count) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        // The reference implementation's first outputs for the seed 0.
        let mut dice = Dice(0);
        assert_eq!(dice.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(dice.next(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn other_names_make_other_streams() {
        let first = |name: &[u8]| Dice::of(7, name).next();
        assert_ne!(first(b"a"), first(b"b"));
        assert_eq!(first(b"a"), first(b"a"));
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut dice = Dice::of(1, b"");
        let mut seen = [false; 6];
        for _ in 0..1000 {
            seen[dice.below(6) as usize] = true;
        }
        assert_eq!(seen, [true; 6]);
    }
}
