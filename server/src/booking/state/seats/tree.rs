//! A set of bits in which the next one is found in steps that grow with the logarithm of its size.

/// Words of 64 bits, and over them levels in which a bit says that the word below is not zero.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(super) struct Tree {
    /// The bits themselves first; the last level is a single word.
    levels: Vec<Vec<u64>>,
}

/// `bits` ones, from the lowest of the first word.
pub(super) fn full(bits: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; bits.div_ceil(64)];
    if let Some(last) = words.last_mut().filter(|_| !bits.is_multiple_of(64)) {
        *last = (1 << (bits % 64)) - 1;
    }
    words
}

/// The first one at or after bit `from`, word by word.
pub(super) fn next(words: &[u64], from: usize) -> Option<usize> {
    let mut shift = from % 64;
    for (at, word) in words.iter().enumerate().skip(from / 64) {
        let rest = (word >> shift) << shift;
        if rest != 0 {
            return Some(at * 64 + rest.trailing_zeros() as usize);
        }
        shift = 0;
    }
    None
}

impl Tree {
    /// A tree of `bits` ones, at least one.
    pub(super) fn full(bits: usize) -> Self {
        let mut levels = vec![full(bits)];
        while let Some(below) = levels.last().map(Vec::len).filter(|&words| words > 1) {
            levels.push(full(below));
        }
        Self { levels }
    }

    /// The bits themselves.
    pub(super) fn words(&self) -> &[u64] {
        &self.levels[0]
    }

    /// Makes the bit `at` zero.
    pub(super) fn clear(&mut self, mut at: usize) {
        for words in &mut self.levels {
            words[at / 64] &= !(1 << (at % 64));
            if words[at / 64] != 0 {
                return;
            }
            at /= 64;
        }
    }

    /// Makes the bit `at` one.
    pub(super) fn set(&mut self, mut at: usize) {
        for words in &mut self.levels {
            let before = words[at / 64];
            words[at / 64] |= 1 << (at % 64);
            if before != 0 {
                return;
            }
            at /= 64;
        }
    }

    /// The first one at or after bit `from`: up until a word has one, then down to it.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from;
        for (level, words) in self.levels.iter().enumerate() {
            let word = words.get(at / 64)?;
            let rest = (word >> (at % 64)) << (at % 64);
            if rest != 0 {
                let found = at / 64 * 64 + rest.trailing_zeros() as usize;
                return Some(self.descend(level, found));
            }
            at = at / 64 + 1;
        }
        None
    }

    /// The first one under the one `at` of `level`.
    fn descend(&self, level: usize, at: usize) -> usize {
        self.levels[..level]
            .iter()
            .rev()
            .fold(at, |at, words| at * 64 + words[at].trailing_zeros() as usize)
    }
}
