//! What operators do, and what is said of it.

use serde::{Deserialize, Serialize};

/// Params of `notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SayNotice {
    /// What to tell.
    pub(crate) text: String,
}

/// Result of what changes nothing that is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Audited {
    /// Whether the audit log has it: a full disk keeps neither a notice nor a drain from happening.
    pub(crate) audited: bool,
}
