//! The clocks: the only place where the program learns the time.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::{Duration, Instant};
use trecho_shared::time::Moment;

use crate::model::Now;

/// Tells the time since the program started, and the time of day.
#[derive(Debug, Clone)]
pub struct Clock {
    start: Instant,
    zone: TimeZone,
}

impl Clock {
    /// A clock that starts now, in the zone of this machine's user (`TZ`, else the system's; UTC
    /// where neither is known).
    pub fn start() -> Self {
        Self { start: Instant::now(), zone: TimeZone::system() }
    }

    /// When it was started: zero on its monotonic scale.
    pub fn started(&self) -> std::time::Instant {
        self.start.into_std()
    }

    /// The time.
    pub fn now(&self) -> Now {
        let wall = Timestamp::now();
        let offset_seconds = self.zone.to_offset(wall).seconds();
        Now {
            mono_ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            wall: Moment(wall.as_millisecond()),
            offset_minutes: i16::try_from(offset_seconds / 60).unwrap_or(0),
        }
    }

    /// The instant `mono_ms` after the start.
    pub fn instant(&self, mono_ms: u64) -> Instant {
        // Centuries away is as good as never, and does not overflow.
        self.start + Duration::from_millis(mono_ms.min(u64::from(u32::MAX) * 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_clock_counts_from_its_start() {
        let clock = Clock::start();
        assert_eq!(clock.now().mono_ms, 0);
        tokio::time::sleep_until(clock.instant(1_500)).await;
        assert_eq!(clock.now().mono_ms, 1_500);
        assert!(clock.instant(u64::MAX) > clock.instant(0));
    }
}
