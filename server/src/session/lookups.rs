//! How often bookings may be looked up that do not exist: on one connection, from one address, and
//! by one locator.
//!
//! A claim code has 128 bits and is not to be guessed; this keeps the guessing from costing the
//! server anything, and locators from being tried one after the other. A look-up counts as wrong
//! from its beginning, until it turns out to be right: so that many at once are no way around.
//! Whether the locator exists makes no difference to anything here.
//!
//! A locator that is guessed at too often rests: nobody hears any more that a claim code for it is
//! wrong, only that it is to be tried later. The right code is answered all the same, or whoever
//! knows a locator could keep its owner out.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use trecho_shared::ids::Locator;
use trecho_shared::message::{RefusalData, RefusalKind};

use crate::limits::{Limits, REMEMBERED};
use crate::meters::Refuser;
use crate::origin::Origin;
use crate::rate::Rates;

/// Wrong look-ups of all connections, by whom and of what. Spares those who are trusted.
#[derive(Debug)]
pub(crate) struct Guesses {
    by_origin: Mutex<Rates<Origin>>,
    by_locator: Mutex<Rates<Locator>>,
}

impl Guesses {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            by_origin: Mutex::new(Rates::new(limits.wrong_lookups_per_address, REMEMBERED)),
            by_locator: Mutex::new(Rates::new(limits.wrong_lookups_per_locator, REMEMBERED)),
        }
    }

    /// One more look-up, which counts as wrong for now; or which limit is reached, and after how long
    /// it may be made.
    fn begin(&self, origin: Origin, locator: Locator) -> Result<Guess, (Refuser, Duration)> {
        let now = Instant::now();
        // Nothing panics while they are locked. Always in this order.
        let mut by_origin = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_locator = self.by_locator.lock().unwrap_or_else(PoisonError::into_inner);
        by_origin.permit(&origin, now).map_err(|left| (Refuser::LookUpsPerAddress, left))?;
        by_origin.charge(origin, now);
        let rests = by_locator.permit(&locator, now).err();
        if rests.is_none() {
            by_locator.charge(locator, now);
        }
        Ok(Guess { locator, rests })
    }

    /// It was right.
    fn right(&self, origin: Origin, Guess { locator, rests }: Guess) {
        self.by_origin.lock().unwrap_or_else(PoisonError::into_inner).give_back(&origin);
        if rests.is_none() {
            self.by_locator.lock().unwrap_or_else(PoisonError::into_inner).give_back(&locator);
        }
    }
}

/// A look-up that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guess {
    locator: Locator,
    /// It was guessed at too often: for so long nobody is told that a code is wrong.
    rests: Option<Duration>,
}

impl Guess {
    /// What is said if it is wrong and its locator rests; and which limit that is.
    pub(super) fn held_back(self) -> Option<(Refuser, RefusalData)> {
        self.rests.map(|left| (Refuser::LookUpsPerLocator, refusal(left)))
    }
}

/// What a reply says of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There is such a booking.
    Right(Guess),
    /// There is none.
    Wrong,
    /// Nothing: it answers something else.
    None,
}

/// Counts one connection's wrong look-ups in a row.
#[derive(Debug, Default)]
pub(super) struct LookUps {
    wrong: u32,
    paused_until: Option<Instant>,
}

impl LookUps {
    /// Whether a look-up may be made, or by which limit it may not. It counts from now on.
    pub(super) fn begin(
        &mut self,
        guesses: &Guesses,
        origin: Option<Origin>,
        locator: Locator,
    ) -> Result<Guess, (Refuser, RefusalData)> {
        let trusted = Guess { locator, rests: None };
        self.permit()
            .map_err(|left| (Refuser::LookUps, left))
            .and_then(|()| origin.map_or(Ok(trusted), |origin| guesses.begin(origin, locator)))
            .map_err(|(limit, left)| (limit, refusal(left)))
    }

    /// A look-up has come to this.
    pub(super) fn note(
        &mut self,
        verdict: Verdict,
        limits: &Limits,
        guesses: &Guesses,
        origin: Option<Origin>,
    ) {
        match verdict {
            Verdict::None => {}
            Verdict::Right(guess) => {
                self.wrong = 0;
                if let Some(origin) = origin {
                    guesses.right(origin, guess);
                }
            }
            Verdict::Wrong => {
                self.wrong += 1;
                if self.wrong >= limits.wrong_lookups {
                    self.wrong = 0;
                    self.paused_until = Some(Instant::now() + limits.lookup_pause);
                }
            }
        }
    }

    fn permit(&mut self) -> Result<(), Duration> {
        let Some(until) = self.paused_until else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.paused_until = None;
            return Ok(());
        }
        Err(left)
    }
}

fn refusal(left: Duration) -> RefusalData {
    // A millisecond more than nothing, so that nobody asks again at once.
    let retry_after_ms = u64::try_from(left.as_millis()).ok().map(|left| left + 1);
    RefusalData { retry_after_ms, ..RefusalData::bare(RefusalKind::LimitExceeded) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(number: u8) -> Origin {
        Origin::V4([192, 0, 2, number])
    }

    fn guesses() -> Guesses {
        Guesses::new(&Limits::default())
    }

    fn fresh(locator: Locator) -> Guess {
        Guess { locator, rests: None }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_guesses_waits_whatever_the_locator_and_others_do_not() {
        let guesses = guesses();
        for index in 0..60 {
            let locator = Locator::from_index(index);
            assert_eq!(guesses.begin(origin(1), locator), Ok(fresh(locator)));
        }
        let next = Locator::from_index(60);
        let (limit, left) = guesses.begin(origin(1), next).unwrap_err();
        assert_eq!(limit, Refuser::LookUpsPerAddress);
        assert!(left <= Duration::from_secs(60), "{left:?}");
        assert_eq!(guesses.begin(origin(2), next), Ok(fresh(next)));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(guesses.begin(origin(1), next), Ok(fresh(next)));
        assert!(guesses.begin(origin(1), next).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_locator_that_is_guessed_at_from_everywhere_rests_a_minute() {
        let (guesses, locator) = (guesses(), Locator::from_index(7));
        for number in 0..10 {
            assert_eq!(guesses.begin(origin(number), locator), Ok(fresh(locator)));
        }
        let guess = guesses.begin(origin(99), locator).unwrap();
        let (limit, said) = guess.held_back().unwrap();
        assert_eq!(limit, Refuser::LookUpsPerLocator);
        let left = said.retry_after_ms;
        assert_eq!((said.kind, left), (RefusalKind::LimitExceeded, Some(60_001)));
        guesses.right(origin(99), guess);
        assert!(
            guesses.begin(origin(98), locator).unwrap().held_back().is_some(),
            "it still rests"
        );
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(guesses.begin(origin(99), locator), Ok(fresh(locator)));
    }

    #[tokio::test(start_paused = true)]
    async fn look_ups_that_are_right_use_up_nothing() {
        let (guesses, locator) = (guesses(), Locator::from_index(7));
        for _ in 0..1_000 {
            let guess = guesses.begin(origin(1), locator).unwrap();
            assert_eq!(guess.held_back(), None);
            guesses.right(origin(1), guess);
        }
    }
}
