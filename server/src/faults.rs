//! Deliberate defects, for the one build that proves that the tests bite.
//!
//! Only the feature `faults` compiles this module, and no build that serves anyone has it. The
//! places are marked by `defect!`, which is `false` in every other build. `TRECHO_FAULT` names the
//! defect that is on; `.ci/faults.py` runs the tests with each.

use std::sync::OnceLock;

/// What a build with this module has in it, and no other: CI looks for it.
const MARKER: &str = "trecho-deliberate-faults";

macro_rules! table {
    ($($fault:ident $name:literal,)*) => {
        /// A defect that can be switched on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Fault {
            $(#[doc = $name] $fault,)*
        }

        fn named(name: &str) -> Option<Fault> {
            match name {
                $($name => Some(Fault::$fault),)*
                _ => None,
            }
        }
    };
}

// Each line is read by `.ci/faults.py`, too.
table! {
    AckBeforeCommit "ack-before-commit",
    CommitWithoutSync "commit-without-sync",
    EventBeforeCommit "event-before-commit",
    GoesOnAfterFailedSync "goes-on-after-failed-sync",
    HalfUndone "half-undone",
    ExpiryRace "expiry-race",
    LateDeadline "late-deadline",
    WallClock "wall-clock",
    PartialCart "partial-cart",
    SeatTwice "seat-twice",
    LostIdempotency "lost-idempotency",
    RetryReads "retry-reads",
    NoOwnerCheck "no-owner-check",
    NoClaimCheck "no-claim-check",
    ForgottenDetach "forgotten-detach",
    SkippedEvent "skipped-event",
    StaleBoard "stale-board",
    VersionGoesBack "version-goes-back",
    ReorderedReplies "reordered-replies",
    LostCancel "lost-cancel",
    PromisesMore "promises-more",
    HalfTime "half-time",
    ForgottenPanic "forgotten-panic",
    UnnoticedPanic "unnoticed-panic",
}

/// By these words a test asks for a panic where they are read.
const PANIC: &str = "trecho-deliberate-panic";

/// Panics if it is asked for.
pub(crate) fn panic_if_asked(words: &str) {
    assert!(words != PANIC, "a test has asked for it");
}

/// Whether this defect is the one that is on.
pub(crate) fn is(fault: Fault) -> bool {
    static ON: OnceLock<Option<Fault>> = OnceLock::new();
    let on = ON.get_or_init(|| {
        let name = std::env::var("TRECHO_FAULT").ok().filter(|name| !name.is_empty())?;
        tracing::warn!("{MARKER}: {name} is on; nobody may be served by this build");
        Some(named(&name).expect("TRECHO_FAULT names a fault of the table"))
    });
    *on == Some(fault)
}
