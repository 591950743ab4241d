//! The rules' refusals in the wire's words.

use trecho_shared::ids::LegId;
use trecho_shared::message::{RefusalData, RefusalKind};

use super::{No, Service};
use crate::booking::{LegKey, Refusal};
use crate::desk::{self, Rejection};

/// What the client is told; `None` if the outcome is not known, so that nothing may be told.
pub(crate) fn rejected(service: &Service, rejection: Rejection) -> Option<No> {
    let wait = |kind, ms| RefusalData { retry_after_ms: Some(ms), ..RefusalData::bare(kind) };
    let data = match rejection {
        Rejection::Refused(refusal) => refused(service, refusal),
        Rejection::LimitExceeded(_, ms) => wait(RefusalKind::LimitExceeded, ms.unsigned_abs()),
        Rejection::StorageUnavailable => {
            wait(RefusalKind::StorageUnavailable, desk::RETRY_MS.unsigned_abs())
        }
        Rejection::Closing => wait(RefusalKind::Closing, closing_retry_ms(service)),
        Rejection::Unknown => return None,
    };
    Some(No::Refused(data))
}

pub(crate) fn closing_retry_ms(service: &Service) -> u64 {
    u64::try_from(service.limits.closing_retry.as_millis()).unwrap_or(u64::MAX)
}

fn refused(service: &Service, refusal: Refusal) -> RefusalData {
    let bare = RefusalData::bare;
    let ids = |keys: Vec<LegKey>| -> Vec<LegId> {
        keys.into_iter().map(|leg| service.facts(leg).id).collect()
    };
    let on = |kind, legs| RefusalData { legs, ..bare(kind) };
    match refusal {
        Refusal::LegTaken(legs) => on(RefusalKind::LegTaken, ids(legs)),
        Refusal::LegDeparted(legs) => on(RefusalKind::LegDeparted, ids(legs)),
        Refusal::Flown(legs) => on(RefusalKind::LegDeparted, legs),
        Refusal::LegClosed(legs) => on(RefusalKind::LegClosed, ids(legs)),
        Refusal::LegUnknown(legs) => on(RefusalKind::LegUnknown, legs),
        Refusal::SeatTaken(leg, seats) => {
            RefusalData { seats, ..on(RefusalKind::SeatTaken, ids(vec![leg])) }
        }
        Refusal::SeatUnknown(leg, seats) => {
            RefusalData { seats, ..on(RefusalKind::SeatUnknown, ids(vec![leg])) }
        }
        // Told to operators only, and on their own socket.
        Refusal::SeatsInTheWay(leg, _) => on(RefusalKind::SeatTaken, ids(vec![leg])),
        Refusal::HoldUnknown(holds) => RefusalData { holds, ..bare(RefusalKind::HoldUnknown) },
        Refusal::CartEmpty => bare(RefusalKind::CartEmpty),
        Refusal::CartExpired => bare(RefusalKind::CartExpired),
        Refusal::CartChanged => bare(RefusalKind::CartChanged),
        Refusal::CartFull(_) => bare(RefusalKind::CartFull),
        Refusal::PassengersMismatch(legs) => on(RefusalKind::PassengersMismatch, ids(legs)),
        Refusal::BookingUnknown => bare(RefusalKind::BookingUnknown),
        Refusal::IdempotencyConflict => bare(RefusalKind::IdempotencyConflict),
        Refusal::SessionUnknown => bare(RefusalKind::SessionUnknown),
        Refusal::SessionReplaced => bare(RefusalKind::SessionReplaced),
    }
}
