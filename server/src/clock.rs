//! The server's clock: the wall clock's time at the start, carried on by the monotonic clock.
//!
//! So a wall clock that is set, or steps, moves no deadline while the server runs; after a restart
//! the wall clock counts again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use trecho_shared::time::Moment;

/// What time it is, for everyone in one server. It never goes back.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Machine { start: Moment, started: Instant },
    Hand(Arc<AtomicI64>),
}

/// Looked at so often whether the wall clock was set: a system tells nobody.
const WATCHED: Duration = Duration::from_secs(60);

/// Between two looks the wall clock may wander by so much, as one that is slowed down or hurried to
/// the right time does.
const WANDERS_MS: i64 = 1_000;

/// Says in the log when the wall clock was set while the server runs: until it starts again, its
/// own goes on as it was.
pub(crate) async fn watch_wall(clock: Clock) {
    if matches!(clock.0, Source::Hand(_)) {
        return;
    }
    let ahead = || Clock::wall().ms_since(clock.now());
    let mut before = ahead();
    loop {
        tokio::time::sleep(WATCHED).await;
        let now = ahead();
        if let Some(by_ms) = was_set(before, now) {
            tracing::warn!(
                by_ms,
                ahead_ms = now,
                "the wall clock was set; carts end as before, and only a restart goes by the new time"
            );
        }
        before = now;
    }
}

/// By how much a wall clock was set that was ahead of ours by this much, and now is by that.
fn was_set(before_ms: i64, now_ms: i64) -> Option<i64> {
    let by_ms = now_ms - before_ms;
    (by_ms.abs() > WANDERS_MS).then_some(by_ms)
}

/// What moves a clock that [`Clock::by_hand`] made.
#[derive(Debug, Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Clock {
    /// A clock that shows the wall clock's time now and goes on from there.
    pub fn start() -> Self {
        Self(Source::Machine { start: Self::wall(), started: Instant::now() })
    }

    fn wall() -> Moment {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    /// A clock that stands at `moment` until its hand is moved.
    pub fn by_hand(moment: Moment) -> (Self, Hand) {
        let shown = Arc::new(AtomicI64::new(moment.0));
        (Self(Source::Hand(Arc::clone(&shown))), Hand(shown))
    }

    /// The time.
    pub fn now(&self) -> Moment {
        match &self.0 {
            Source::Machine { .. } if defect!(WallClock) => Self::wall(),
            Source::Machine { start, started } => {
                start.plus_ms(i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX))
            }
            Source::Hand(shown) => Moment(shown.load(Ordering::SeqCst)),
        }
    }
}

impl Hand {
    /// Moves the clock on by `ms` milliseconds.
    pub fn advance_ms(&self, ms: u32) {
        self.0.fetch_add(i64::from(ms), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_s_clock_starts_at_the_wall_clock_and_never_goes_back() {
        let wall = || {
            let ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
            Moment(i64::try_from(ms).unwrap())
        };
        let before = wall();
        let clock = Clock::start();
        assert!(clock.now() >= before && clock.now() <= wall().plus_ms(1_000));
        let mut last = clock.now();
        for _ in 0..1_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }

    #[test]
    fn a_wall_clock_that_is_set_is_told_from_one_that_wanders() {
        assert_eq!(was_set(0, 30), None);
        assert_eq!(was_set(-5_000, -5_900), None);
        assert_eq!(was_set(0, 3_600_000), Some(3_600_000));
        assert_eq!(was_set(3_600_000, 0), Some(-3_600_000));
    }

    #[test]
    fn a_clock_by_hand_stands_until_it_is_moved() {
        let (clock, hand) = Clock::by_hand(Moment(5));
        let copy = clock.clone();
        hand.advance_ms(10);
        assert_eq!((clock.now(), copy.now()), (Moment(15), Moment(15)));
    }
}
