//! Requests in a snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trecho_shared::message::{MethodName, RefusalKind};

use super::Distribution;
use crate::meters::{ReplyKind, Requests, Scale};

/// Requests and what they were answered, since the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RequestStats {
    /// The upper bounds of the buckets of times, in microseconds.
    pub(crate) bounds_us: Vec<u64>,
    /// By method, in the protocol's order; methods that nobody has called are left out.
    pub(crate) methods: Vec<MethodStats>,
    /// Refusals of all methods, by kind; kinds that there were none of are left out.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// Requests that broke the protocol, by any method or none.
    pub(crate) breaches: u64,
    /// Requests that the server failed to answer.
    pub(crate) failures: u64,
}

/// The requests of one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MethodStats {
    /// Its name.
    pub(crate) method: String,
    /// Answered with a result.
    pub(crate) done: u64,
    /// Answered with anything else.
    pub(crate) refused: u64,
    /// Microseconds from a request's line being taken up to its reply.
    pub(crate) time_us: Distribution,
}

impl RequestStats {
    pub(super) fn take(requests: &Requests) -> Self {
        let methods = MethodName::ALL.iter().map(|method| MethodStats::take(requests, *method));
        let refusals = RefusalKind::ALL
            .iter()
            .map(|kind| (kind.as_str().to_owned(), requests.total(ReplyKind::Refusal(*kind))));
        Self {
            bounds_us: Scale::Microseconds.bounds().collect(),
            methods: methods.filter(|stats| stats.done + stats.refused > 0).collect(),
            refusals: refusals.filter(|(_, count)| *count > 0).collect(),
            breaches: requests.total(ReplyKind::Breach),
            failures: requests.total(ReplyKind::Internal),
        }
    }
}

impl MethodStats {
    fn take(requests: &Requests, method: MethodName) -> Self {
        let count = |kind| requests.count(Some(method), kind);
        let all: u64 = ReplyKind::all().map(count).sum();
        let done = count(ReplyKind::Result);
        Self {
            method: method.as_str().to_owned(),
            done,
            // One may have come between.
            refused: all.saturating_sub(done),
            time_us: requests.seconds(method).into(),
        }
    }
}
