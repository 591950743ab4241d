//! Which leg is next: xorshift64*, seeded, so that every peer gets the same.

/// A generator of its own for each client.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Client number `client`'s.
    pub(crate) fn of(client: usize) -> Self {
        Self((client as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high % end as u64).expect("below a usize")
    }
}
