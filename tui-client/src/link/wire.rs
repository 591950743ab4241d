//! Asks as request lines, and results as answers.

use serde_json::value::RawValue;
use trecho_shared::message::{Empty, LegRef, Method, OpenSession, ReleaseHolds, Watching, method};
use trecho_shared::rpc::{ErrorObject, Id, request};

use super::scrub;
use crate::effect::Ask;
use crate::message::{Answer, Failure};

/// One request line. The type parameter ties the params to the method.
pub(super) fn call<M: Method>(id: i64, params: &M::Params) -> Vec<u8> {
    request(&Id::Number(id), M::NAME, params)
}

/// The request that opens or resumes the session.
pub(super) fn open(id: i64, params: &OpenSession) -> Vec<u8> {
    call::<method::SessionOpen>(id, params)
}

/// The request line of an ask.
pub(super) fn line(id: i64, ask: &Ask) -> Vec<u8> {
    match ask {
        Ask::Airports => call::<method::AirportsList>(id, &Empty {}),
        Ask::Search(search) => call::<method::LegsSearch>(id, search),
        Ask::Leg(leg) => call::<method::LegsGet>(id, &LegRef { leg: *leg }),
        Ask::Seats(leg) => call::<method::LegsSeats>(id, &LegRef { leg: *leg }),
        Ask::Trips(search) => call::<method::TripsSearch>(id, search),
        Ask::Hold(hold) => call::<method::CartHold>(id, hold),
        Ask::Release(holds) => {
            call::<method::CartRelease>(id, &ReleaseHolds { holds: holds.clone() })
        }
        Ask::Cart => call::<method::CartGet>(id, &Empty {}),
        Ask::Confirm(confirm) => call::<method::CartConfirm>(id, confirm),
        Ask::Booking(booking) => call::<method::BookingsGet>(id, booking),
        Ask::Cancel(cancel) => call::<method::BookingsCancel>(id, cancel),
        Ask::Watch(watch) => call::<method::FeedWatch>(id, watch),
    }
}

/// The answer to `ask`, scrubbed.
#[expect(clippy::result_large_err, reason = "one of them at a time, and it goes into a message")]
pub(super) fn outcome(
    ask: &Ask,
    outcome: Result<&RawValue, ErrorObject>,
) -> Result<Answer, Failure> {
    match outcome {
        Ok(result) => {
            let mut answer = answer(ask, result.get()).map_err(|error| garbled(&error))?;
            scrub::answer(&mut answer);
            Ok(answer)
        }
        Err(mut error) => {
            scrub::error(&mut error);
            Err(Failure::Refused(error))
        }
    }
}

fn answer(ask: &Ask, result: &str) -> Result<Answer, serde_json::Error> {
    fn read<M: Method>(result: &str) -> Result<M::Result, serde_json::Error> {
        serde_json::from_str(result)
    }
    Ok(match ask {
        Ask::Airports => Answer::Airports(Box::new(read::<method::AirportsList>(result)?)),
        Ask::Search(_) => Answer::Legs(Box::new(read::<method::LegsSearch>(result)?)),
        Ask::Leg(_) => Answer::Leg(Box::new(read::<method::LegsGet>(result)?)),
        Ask::Seats(_) => Answer::Seats(Box::new(read::<method::LegsSeats>(result)?)),
        Ask::Trips(_) => Answer::Trips(Box::new(read::<method::TripsSearch>(result)?)),
        Ask::Hold(_) => Answer::Cart(Box::new(read::<method::CartHold>(result)?)),
        Ask::Release(_) => Answer::Cart(Box::new(read::<method::CartRelease>(result)?)),
        Ask::Cart => Answer::Cart(Box::new(read::<method::CartGet>(result)?)),
        Ask::Confirm(_) => Answer::Booking(Box::new(read::<method::CartConfirm>(result)?)),
        Ask::Booking(_) => Answer::Booking(Box::new(read::<method::BookingsGet>(result)?)),
        Ask::Cancel(_) => Answer::Booking(Box::new(read::<method::BookingsCancel>(result)?)),
        Ask::Watch(_) => {
            // The epoch was told when the session opened, and a restore needs a new connection.
            let Watching { epoch: _ } = read::<method::FeedWatch>(result)?;
            Answer::Done
        }
    })
}

/// A result that is not what the method promises: as if the server had failed.
fn garbled(error: &serde_json::Error) -> Failure {
    let mut message = format!("the server's answer makes no sense: {error}");
    scrub::text(&mut message);
    Failure::Refused(ErrorObject { code: -32603, message, data: None })
}
