//! What happens to others: the ticker, the log, and the toasts.

use std::collections::VecDeque;

use trecho_shared::ids::LegId;
use trecho_shared::message::{ChangeReason, LegEvent};
use trecho_shared::time::Moment;

use crate::notice::Notice;

/// How many ticker entries are kept.
pub const TICKER: usize = 200;
/// How many log entries are kept.
pub const LOG: usize = 500;
/// How many toasts are on the screen at once.
pub const TOASTS: usize = 3;

/// What a ticker entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickerKind {
    /// The last free seat went.
    Taken,
    /// A taken leg has a seat again.
    Reopened,
}

/// One line of the ticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickerEntry {
    /// When we heard.
    pub at: Moment,
    /// What.
    pub kind: TickerKind,
    /// Of which leg.
    pub leg: LegEvent,
    /// It was our own doing.
    pub ours: bool,
}

/// A change that we made and that will come back as an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnChange {
    /// Of which leg.
    pub leg: LegId,
    /// What the event will call it.
    pub reason: ChangeReason,
    /// Later than this, on the monotonic clock, it is somebody else's.
    pub until_ms: u64,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something went well.
    Success,
    /// Look at it.
    Warning,
    /// Something was lost or refused: stays until dismissed.
    Error,
}

/// One entry of the notification log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Moment,
    /// How much it matters.
    pub severity: Severity,
    /// What it says: words are chosen when drawn, so a change of language changes the log.
    pub notice: Notice,
}

/// A notice on the screen for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How much it matters.
    pub severity: Severity,
    /// What it says.
    pub notice: Notice,
    /// Until when, on the monotonic clock; `None` until dismissed.
    pub until_ms: Option<u64>,
}

/// What happens to others, and what the program has to say.
#[derive(Debug, Default)]
pub struct Live {
    /// Newest first, at most [`TICKER`].
    pub ticker: VecDeque<TickerEntry>,
    /// Newest first, at most [`LOG`].
    pub log: VecDeque<LogEntry>,
    /// Newest last, at most [`TOASTS`].
    pub toasts: Vec<Toast>,
    /// How many legs were heard of since the start: taken, reopened.
    pub counts: (u64, u64),
    /// Changes of ours whose events are still to come.
    pub own: Vec<OwnChange>,
}
