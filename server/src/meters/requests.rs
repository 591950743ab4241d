//! Requests: how many of which method, what they were answered, and how long that took.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use trecho_shared::message::{MethodName, RefusalKind};
use trecho_shared::rpc::{ErrorObject, ProtocolError};

use super::{Each, Histogram, Label, Scale, enrol};

/// The label of a line that names no method of ours.
const NO_METHOD: &str = "none";

/// What kind of answer a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// A result.
    Result,
    /// A refusal.
    Refusal(RefusalKind),
    /// The request broke the protocol.
    Breach,
    /// The server failed to answer.
    Internal,
}

impl ReplyKind {
    const COUNT: usize = RefusalKind::ALL.len() + 3;

    pub(super) fn all() -> impl Iterator<Item = Self> {
        let refusals = RefusalKind::ALL.iter().copied().map(Self::Refusal);
        [Self::Result].into_iter().chain(refusals).chain([Self::Breach, Self::Internal])
    }

    fn index(self) -> usize {
        match self {
            Self::Result => 0,
            Self::Refusal(kind) => 1 + kind as usize,
            Self::Breach => Self::COUNT - 2,
            Self::Internal => Self::COUNT - 1,
        }
    }

    fn value(self) -> &'static str {
        match self {
            Self::Result => "ok",
            Self::Refusal(kind) => kind.as_str(),
            Self::Breach => "protocol_error",
            Self::Internal => "internal_error",
        }
    }
}

impl From<&ErrorObject> for ReplyKind {
    fn from(error: &ErrorObject) -> Self {
        match &error.data {
            Some(refusal) => Self::Refusal(refusal.kind),
            None if error.code == ProtocolError::Internal.code() => Self::Internal,
            None => Self::Breach,
        }
    }
}

/// A request that waits for its reply: which method, and since when.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    method: Option<MethodName>,
    at: Instant,
}

impl Begun {
    /// A request whose line has just been taken up; `None` if it names no method of ours.
    pub fn now(method: Option<MethodName>) -> Self {
        Self { method, at: Instant::now() }
    }

    /// The same request, now that its method is known.
    #[must_use]
    pub fn of(self, method: Option<MethodName>) -> Self {
        Self { method, ..self }
    }
}

impl Label for MethodName {
    const NAME: &'static str = "method";
    const ALL: &'static [Self] = Self::ALL;

    fn index(self) -> usize {
        self as usize
    }

    fn value(self) -> &'static str {
        self.as_str()
    }
}

/// What is counted of requests.
#[derive(Debug, Clone)]
pub struct Requests {
    replies: Replies,
    seconds: Each<MethodName, Histogram>,
}

impl Requests {
    pub(super) fn new(of: &mut Registry) -> Self {
        Self {
            replies: enrol(
                of,
                ("requests", "Requests answered, by method and what was answered"),
                Replies::new(),
            ),
            seconds: enrol(
                of,
                (
                    "request_seconds",
                    "Time from a request's line being taken up to its reply being handed to the \
                     connection, in its turn",
                ),
                Each::made_by(|| Histogram::new(Scale::Microseconds)),
            ),
        }
    }

    /// Counts a reply.
    pub fn answered(&self, begun: Begun, kind: ReplyKind) {
        self.replies.of(begun.method, kind).inc();
        if let Some(method) = begun.method {
            self.seconds.of(method).observe_time(begun.at.elapsed());
        }
    }

    /// How many requests of a method got this answer.
    pub fn count(&self, method: Option<MethodName>, kind: ReplyKind) -> u64 {
        self.replies.of(method, kind).get()
    }

    /// How many requests got this answer.
    pub fn total(&self, kind: ReplyKind) -> u64 {
        methods().map(|method| self.count(method, kind)).sum()
    }

    /// How long requests of a method took.
    pub fn seconds(&self, method: MethodName) -> &Histogram {
        self.seconds.of(method)
    }
}

fn methods() -> impl Iterator<Item = Option<MethodName>> {
    MethodName::ALL.iter().copied().map(Some).chain([None])
}

/// A counter for each method and kind of reply.
#[derive(Debug, Clone)]
struct Replies(Arc<[[Counter; ReplyKind::COUNT]]>);

impl Replies {
    fn new() -> Self {
        Self(methods().map(|_| std::array::from_fn(|_| Counter::default())).collect())
    }

    fn of(&self, method: Option<MethodName>, kind: ReplyKind) -> &Counter {
        let method = method.map_or(MethodName::ALL.len(), |method| method as usize);
        &self.0[method][kind.index()]
    }
}

impl EncodeMetric for Replies {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for method in methods() {
            let name = method.map_or(NO_METHOD, MethodName::as_str);
            for kind in ReplyKind::all() {
                let labels = [("method", name), ("outcome", kind.value())];
                self.of(method, kind).encode(encoder.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_of_reply_has_a_place_and_a_name_of_its_own() {
        let places: Vec<_> = ReplyKind::all().map(ReplyKind::index).collect();
        assert_eq!(places, (0..ReplyKind::COUNT).collect::<Vec<_>>());
        let names: HashSet<_> = ReplyKind::all().map(ReplyKind::value).collect();
        assert_eq!(names.len(), ReplyKind::COUNT);
        for (place, method) in MethodName::ALL.iter().enumerate() {
            assert_eq!(*method as usize, place);
            assert_eq!(MethodName::find(method.as_str()), Some(*method));
        }
    }
}
