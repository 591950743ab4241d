//! Why the desk did not do it, in words for operators.

use trecho_shared::ids::LegId;

use crate::admin::wire::{Kind, Problem, ProblemData, SeatRow, Whose};
use crate::booking::{Claim, LegKey, Refusal, SeatIx};
use crate::desk::{RETRY_MS, Rejection};
use crate::dispatch::{Service, closing_retry_ms};

/// So many seats are named in the sentence; all of them are in its data.
const NAMED: usize = 10;

pub(super) fn rejected(service: &Service, rejection: Rejection) -> Problem {
    let wait = |kind, ms, message: &str| {
        let data = ProblemData { retry_after_ms: Some(ms), ..ProblemData::bare(kind) };
        Problem::refused(data, message)
    };
    match rejection {
        Rejection::Refused(refusal) => refused(service, refusal),
        Rejection::StorageUnavailable => wait(
            Kind::StorageUnavailable,
            RETRY_MS.unsigned_abs(),
            "the data directory's disk has no room, and nothing was changed: make room, then try again",
        ),
        Rejection::Closing => wait(
            Kind::Closing,
            closing_retry_ms(service),
            "the server is about to end, and nothing was changed: try again when it runs again",
        ),
        Rejection::LimitExceeded(_, ms) => {
            wait(Kind::LimitExceeded, ms.unsigned_abs(), "a limit is reached: try again later")
        }
        Rejection::Unknown => Problem::unknown_outcome(),
    }
}

fn refused(service: &Service, refusal: Refusal) -> Problem {
    let on_legs = |kind, keys: &[LegKey], what: &str| {
        let legs: Vec<LegId> = keys.iter().map(|leg| service.facts(*leg).id).collect();
        let names: Vec<String> = legs.iter().map(ToString::to_string).collect();
        let data = ProblemData { legs, ..ProblemData::bare(kind) };
        Problem::refused(data, format!("{} {what}", names.join(", ")))
    };
    match refusal {
        Refusal::LegDeparted(legs) => {
            on_legs(Kind::LegDeparted, &legs, "has departed: there is nothing to steer any more")
        }
        Refusal::SeatsInTheWay(leg, seats) => in_the_way(service, leg, seats),
        Refusal::HoldUnknown(holds) => {
            let data = ProblemData { holds, ..ProblemData::bare(Kind::HoldUnknown) };
            let message = "no cart has that hold: it was released, sold or has expired; \
                           `trechod admin carts` lists what is held";
            Problem::refused(data, message)
        }
        Refusal::SessionUnknown => Problem::bare(
            Kind::SessionUnknown,
            "there is no such session: `trechod admin sessions` lists them",
        ),
        Refusal::CartEmpty => Problem::bare(
            Kind::CartEmpty,
            "that session holds nothing: there is nothing to release",
        ),
        // What only passengers are told.
        other => {
            tracing::error!(?other, "an operator was refused as only passengers are");
            Problem::internal()
        }
    }
}

/// The seats that are not as they must be, and whose each is.
fn in_the_way(service: &Service, leg: LegKey, seats: Vec<(SeatIx, Option<Claim>)>) -> Problem {
    let facts = service.facts(leg);
    let row = |(seat, claim): (SeatIx, Option<Claim>)| SeatRow {
        seat: facts.cabin.label(seat),
        whose: claim.map_or(Whose::Free, whose),
    };
    let seats: Vec<SeatRow> = seats.into_iter().map(row).collect();
    let mut named: Vec<String> = seats.iter().take(NAMED).map(ToString::to_string).collect();
    if seats.len() > NAMED {
        named.push(format!("and {} more", seats.len() - NAMED));
    }
    let message =
        format!("nothing was changed on {}: {}{}", facts.id, named.join(", "), remedy(&seats));
    let data =
        ProblemData { legs: vec![facts.id], seats, ..ProblemData::bare(Kind::SeatsInTheWay) };
    Problem::refused(data, message)
}

/// What an operator can do about seats that are somebody's.
fn remedy(seats: &[SeatRow]) -> String {
    let held = seats.iter().find_map(|seat| match seat.whose {
        Whose::Held { hold, .. } => Some(hold.0),
        _ => None,
    });
    let held = held.map(|hold| format!("; `trechod admin release-hold {hold}` frees a held seat"));
    let sold = if seats.iter().any(|seat| matches!(seat.whose, Whose::Sold { .. })) {
        "; what is sold only its passenger can cancel"
    } else {
        ""
    };
    held.unwrap_or_default() + sold
}

pub(super) fn whose(claim: Claim) -> Whose {
    match claim {
        Claim::Held { session, hold } => Whose::Held { session: session.0, hold },
        Claim::Sold(locator) => Whose::Sold { locator },
        Claim::Blocked(reason) => Whose::Blocked { reason },
    }
}
