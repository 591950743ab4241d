//! What all passengers of a load came to, together.

use std::time::Duration;

use super::latency::Stopwatch;

/// How one passenger's cart went, step by step.
#[derive(Debug, Default)]
pub(super) struct Went {
    /// How long each `cart.hold` took that was answered with a cart.
    pub(super) holds: [Option<Duration>; 2],
    /// How long it took to confirm it, or to give it back.
    pub(super) settle: Option<Duration>,
    /// How long all of it took, if it was settled.
    pub(super) cart: Option<Duration>,
    /// A leg was taken.
    pub(super) taken: bool,
    /// An answer that no sound server gives here.
    pub(super) error: Option<String>,
}

/// The sum over all passengers.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) carts: u32,
    pub(super) taken: u64,
    pub(super) errors: u64,
    pub(super) first_error: Option<String>,
    pub(super) hold: Stopwatch,
    pub(super) settle: Stopwatch,
    pub(super) cart: Stopwatch,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            carts: 0,
            taken: 0,
            errors: 0,
            first_error: None,
            hold: Stopwatch::new(),
            settle: Stopwatch::new(),
            cart: Stopwatch::new(),
        }
    }

    /// Adds a cart that ended within the measured time.
    pub(super) fn add(&mut self, went: Went) {
        for took in went.holds.into_iter().flatten() {
            self.hold.record(took);
        }
        if let Some(took) = went.settle {
            self.settle.record(took);
        }
        if let Some(took) = went.cart {
            self.cart.record(took);
            self.carts += 1;
        }
        self.taken += u64::from(went.taken);
        self.blame(went.error);
    }

    /// Adds an error, whenever it was: none is overlooked.
    pub(super) fn blame(&mut self, error: Option<String>) {
        if let Some(why) = error {
            self.errors += 1;
            self.first_error.get_or_insert(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_counts_once_and_each_of_its_holds() {
        let mut tally = Tally::new();
        let ms = |ms| Some(Duration::from_millis(ms));
        tally.add(Went { holds: [ms(1), ms(2)], settle: ms(3), cart: ms(6), ..Went::default() });
        tally.add(Went { holds: [ms(1), None], taken: true, ..Went::default() });
        tally.blame(Some("first".to_owned()));
        tally.blame(Some("second".to_owned()));
        assert_eq!((tally.carts, tally.taken, tally.errors), (1, 1, 2));
        assert_eq!(tally.hold.summary().count, 3);
        assert_eq!((tally.settle.summary().count, tally.cart.summary().count), (1, 1));
        assert_eq!(tally.first_error.as_deref(), Some("first"));
    }
}
