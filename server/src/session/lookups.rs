//! How often a connection may ask for bookings that do not exist.

use tokio::time::Instant;
use trecho_shared::message::{RefusalData, RefusalKind};

use crate::limits::Limits;

/// Counts wrong look-ups in a row.
#[derive(Debug, Default)]
pub(super) struct LookUps {
    wrong: u32,
    paused_until: Option<Instant>,
}

impl LookUps {
    /// A look-up was right or wrong.
    pub(super) fn note(&mut self, wrong: bool, limits: &Limits) {
        if !wrong {
            self.wrong = 0;
            return;
        }
        self.wrong += 1;
        if self.wrong >= limits.wrong_lookups {
            self.wrong = 0;
            self.paused_until = Some(Instant::now() + limits.lookup_pause);
        }
    }

    /// Whether one more may be made.
    pub(super) fn permit(&mut self) -> Result<(), RefusalData> {
        let Some(until) = self.paused_until else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.paused_until = None;
            return Ok(());
        }
        let retry_after_ms = u64::try_from(left.as_millis()).ok();
        Err(RefusalData { retry_after_ms, ..RefusalData::bare(RefusalKind::LimitExceeded) })
    }
}
