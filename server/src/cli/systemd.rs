//! What systemd is told: ready, reloading, stopping, and, while the desk answers, alive.
//!
//! Everything here does nothing where no `NOTIFY_SOCKET` is set, which is where systemd does not run
//! this process.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{Instant, interval_at, timeout};

use crate::server::Pulse;

/// It serves.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// It reads files again; [`ready`] says when it has.
pub(super) fn reloading() {
    // systemd wants to know since when, so that it can tell this reload from another.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "cannot tell systemd of the reload"),
    }
}

/// Whether this file is one that systemd has copied for the service when it started
/// (`LoadCredential=`): it stays as it was, whatever becomes of the original.
pub(super) fn has_copied(file: &Path) -> bool {
    let directory = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|value| !value.is_empty());
    directory.is_some_and(|directory| file.starts_with(directory))
}

/// It sees its connections off.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Tells the watchdog, for ever, that the server is alive: twice in the time that systemd allows,
/// and only when the desk has answered within the half of it. A process whose writer hangs serves
/// nobody, whatever its sockets say. Waits for ever where there is no watchdog.
pub(super) async fn keep_watchdog(pulse: Pulse) -> Infallible {
    let Some(allowed) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    keep(allowed, || pulse.beat(), || tell(&[NotifyState::Watchdog])).await
}

async fn keep<B: Future<Output = ()>>(
    allowed: Duration,
    beat: impl Fn() -> B,
    tell: impl Fn(),
) -> Infallible {
    let half = (allowed / 2).max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now(), half);
    loop {
        ticks.tick().await;
        if timeout(half, beat()).await.is_ok() {
            tell();
        } else {
            tracing::error!(
                waited.ms = half.as_millis(),
                "the desk does not answer: systemd is not told that this server is alive"
            );
        }
    }
}

fn tell(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot tell systemd how this server is");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};

    use super::*;

    const ALLOWED: Duration = Duration::from_secs(30);

    /// How often a watchdog is told within ten times what it allows, of a desk that answers in time
    /// only until then.
    async fn told(answers_for: Duration) -> u32 {
        let (began, told) = (Instant::now(), Cell::new(0));
        let beat = || async move {
            if began.elapsed() < answers_for { ready(()).await } else { pending().await }
        };
        let kept = keep(ALLOWED, beat, || told.set(told.get() + 1));
        assert!(timeout(10 * ALLOWED, kept).await.is_err());
        told.get()
    }

    #[tokio::test(start_paused = true)]
    async fn a_watchdog_hears_of_a_desk_that_answers_and_no_more_once_it_hangs() {
        assert!(told(Duration::MAX).await >= 20);
        assert!((6..=8).contains(&told(4 * ALLOWED).await));
        assert_eq!(told(Duration::ZERO).await, 0);
    }
}
