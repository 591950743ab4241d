//! What the program has to say: on the screen for a while, and in the log for the run.

use crate::model::{LOG, LogEntry, Model, Severity, TOASTS, Toast};
use crate::notice::Notice;

/// How long a toast that is no error stays.
pub(super) const TOAST_MS: u64 = 5_000;

/// Says `notice`: as a toast, and in the log. The same again is shown once, and stays longer.
pub(super) fn notify(model: &mut Model, notice: Notice) {
    let severity = notice.severity();
    let live = &mut model.live;
    let entry = LogEntry { at: model.now.wall, severity, notice: notice.clone() };
    if live.log.front() != Some(&entry) {
        live.log.push_front(entry);
        live.log.truncate(LOG);
    }

    let is_end = |notice: &Notice| matches!(notice, Notice::CartEnds(_));
    // A nearer end says more than a farther one.
    live.toasts
        .retain(|toast| toast.notice != notice && !(is_end(&notice) && is_end(&toast.notice)));
    if live.toasts.len() >= TOASTS {
        let passing = live.toasts.iter().position(|toast| toast.severity != Severity::Error);
        live.toasts.remove(passing.unwrap_or(0));
    }
    let until_ms = (severity != Severity::Error).then(|| model.now.mono_ms + TOAST_MS);
    live.toasts.push(Toast { severity, notice, until_ms });
}

/// The end of the cart is no longer near: what said so goes.
pub(super) fn forget_end(model: &mut Model) {
    model.live.toasts.retain(|toast| !matches!(toast.notice, Notice::CartEnds(_)));
}

/// Takes the errors off the screen, which nothing else does. Says whether there were any.
pub(super) fn dismiss(model: &mut Model) -> bool {
    let before = model.live.toasts.len();
    model.live.toasts.retain(|toast| toast.severity != Severity::Error);
    model.live.toasts.len() != before
}
