//! From a request to its reply.

mod import;
mod legs;
mod look;
mod operate;
mod refusal;
mod words;

use serde::Serialize;
use trecho_shared::message::Empty;
use trecho_shared::rpc::{Id, reply_result};

use super::Steering;
use super::wire::{Audited, Problem, Request, SayNotice, reply_problem};
use crate::booking::Operator;
use operate::Act;

/// A result, or why there is none.
type Answer<T> = Result<T, Problem>;

/// What follows when the reply is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next request.
    GoOn,
    /// The numbers, again and again.
    Watch,
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
    let act = Act { steering, by: operator, name: request.name() };
    let line = match request {
        Request::LegsList(ask) => line(id, legs::list(service, ask)),
        Request::LegsGet(ask) => line(id, legs::get(service, ask)),
        Request::SeatsList(ask) => line(id, look::seats(service, ask).await),
        Request::SessionsList(ask) => line(id, look::sessions(service, ask).await),
        Request::BookingsGet(ask) => line(id, look::booking(service, ask).await),
        Request::AuditList(ask) => line(id, look::audit(service, ask).await),
        Request::SeatsBlock(ask) => line(id, act.block(ask).await),
        Request::SeatsUnblock(ask) => line(id, act.unblock(ask).await),
        Request::LegsClose(ask) => line(id, act.close(ask).await),
        Request::LegsOpen(ask) => line(id, act.open(ask).await),
        Request::HoldsRelease(ask) => line(id, act.release_hold(ask).await),
        Request::CartsRelease(ask) => line(id, act.release_cart(ask).await),
        Request::LegsImport(ask) => line(id, act.import(ask).await),
        Request::Stats(Empty {}) => line(id, Ok(steering.snapshot())),
        Request::StatsWatch(Empty {}) => {
            return (line(id, Ok(steering.snapshot())), Next::Watch);
        }
        Request::Notice(SayNotice { text }) => line(id, notice(act, &text).await),
        Request::Drain(Empty {}) => {
            let audited = act.note("the whole server").await;
            return (line(id, Ok(Audited { audited })), Next::Drain);
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

async fn notice(act: Act<'_>, text: &str) -> Answer<Audited> {
    let text = act.or_note(text, words::notice(text)).await?;
    act.steering.announcer.notice(&text);
    Ok(Audited { audited: act.note(&text).await })
}
