//! From a request to its reply.

mod legs;
mod words;

use serde::Serialize;
use trecho_shared::message::Empty;
use trecho_shared::rpc::{Id, reply_result};

use super::Steering;
use super::wire::{Audited, Problem, Request, SayNotice, reply_problem};
use crate::booking::Operator;

/// A result, or why there is none.
type Answer<T> = Result<T, Problem>;

/// What follows when the reply is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next request.
    GoOn,
    /// The end of the server.
    Drain,
}

/// Carries a request out: the line that answers it, and what follows.
pub(super) async fn answer(
    steering: &Steering,
    operator: &Operator,
    id: &Id,
    request: Request,
) -> (Vec<u8>, Next) {
    let service = &steering.service;
    let line = match request {
        Request::LegsList(ask) => line(id, legs::list(service, ask)),
        Request::LegsGet(ask) => line(id, legs::get(service, ask)),
        Request::Notice(SayNotice { text }) => line(id, notice(steering, operator, &text)),
        Request::Drain(Empty {}) => {
            tracing::info!(uid = operator.uid, "an operator drains the server");
            return (line(id, Ok(Audited { audited: false })), Next::Drain);
        }
    };
    (line, Next::GoOn)
}

fn line<T: Serialize>(id: &Id, answer: Answer<T>) -> Vec<u8> {
    match answer {
        Ok(result) => reply_result(id, &result),
        Err(problem) => reply_problem(Some(id), &problem),
    }
}

fn notice(steering: &Steering, operator: &Operator, text: &str) -> Answer<Audited> {
    let text = words::notice(text)?;
    steering.announcer.notice(&text);
    tracing::info!(uid = operator.uid, text, "notice to all passengers");
    Ok(Audited { audited: false })
}
