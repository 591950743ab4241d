//! When the screen must change by time alone. Nothing else makes an idle program wake.

use super::{Connection, Model};

/// How long after the shown end of the cart the server is asked, in case its word got lost: more
/// than the slack between the time it tells and the time it keeps.
pub(crate) const ASK_AFTER_END_MS: u64 = 4_000;

impl Model {
    /// The earliest moment on the monotonic clock, in milliseconds, at which something shown
    /// changes without anything happening: at most a minute away, for the clock in the title.
    pub fn next_wake_ms(&self) -> Option<u64> {
        let now = self.now.mono_ms;
        let to_minute = 60_000 - u64::try_from(self.now.wall.0.rem_euclid(60_000)).unwrap_or(0);
        let candidates = [
            Some(now.saturating_add(to_minute)),
            self.cart.ends_ms.and_then(|ends| self.cart_wake(ends)),
            self.live.toasts.iter().filter_map(|toast| toast.until_ms).min(),
            self.departures.flashes.values().map(|flash| flash.until_ms).min(),
            self.next_try_wake(),
        ];
        candidates.into_iter().flatten().min()
    }

    fn cart_wake(&self, ends: u64) -> Option<u64> {
        let now = self.now.mono_ms;
        if ends > now {
            return next_second(now, ends);
        }
        // Shown as over; the server is asked if it says nothing.
        let ask = ends.saturating_add(ASK_AFTER_END_MS);
        (self.is_online() && !self.cart.asked_after_end && ask > now).then_some(ask)
    }

    fn next_try_wake(&self) -> Option<u64> {
        match self.link.connection {
            Connection::Offline { next_try_ms, .. } => next_second(self.now.mono_ms, next_try_ms),
            Connection::Connecting { .. }
            | Connection::Online
            | Connection::Replaced
            | Connection::Distrusted(_) => None,
        }
    }
}

/// When the whole seconds (rounded up) that are left until `end` become one less.
fn next_second(now: u64, end: u64) -> Option<u64> {
    let left = end.checked_sub(now).filter(|left| *left > 0)?;
    Some(end - (left.div_ceil(1000) - 1) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_wakes_when_its_shown_second_changes() {
        assert_eq!(next_second(0, 5_000), Some(1_000));
        assert_eq!(next_second(1, 5_000), Some(1_000));
        assert_eq!(next_second(999, 5_000), Some(1_000));
        assert_eq!(next_second(4_500, 5_000), Some(5_000));
        assert_eq!(next_second(5_000, 5_000), None);
        assert_eq!(next_second(6_000, 5_000), None);
    }
}
