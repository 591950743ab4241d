//! `cart.*`: holds and purchases, as commands for the desk.

use sha2::{Digest, Sha256};
use trecho_shared::ids::{ClaimCode, HoldId, Locator, SessionToken};
use trecho_shared::message::{Cart, ConfirmCart, Hold, HoldLegs, LegAsk, ReleaseHolds, SeatAsk};

use super::{Answer, No, Service};
use crate::booking::{Ask, Caller, CartView, Command, HoldRecord, Passenger, Purchase, Seats};

/// The command of `cart.hold`.
pub(crate) fn hold(service: &Service, caller: Caller, params: HoldLegs) -> Answer<Command> {
    let mut asks = Vec::with_capacity(params.legs.len());
    let mut unknown = Vec::new();
    for LegAsk { leg, seats } in params.legs {
        let Some(key) = service.board.key(&leg) else {
            unknown.push(leg);
            continue;
        };
        let seats = match seats {
            SeatAsk::Count(count) => Seats::Count(count),
            SeatAsk::Named(labels) => Seats::Named(labels),
        };
        asks.push(Ask { leg: key, seats });
    }
    if unknown.is_empty() { Ok(Command::Hold(caller, asks)) } else { Err(No::unknown(unknown)) }
}

/// The command of `cart.release`.
pub(crate) fn release(caller: Caller, params: ReleaseHolds) -> Command {
    Command::Release(caller, params.holds)
}

/// The command of `cart.confirm`, and the claim code that the booking will have.
pub(crate) fn confirm(
    service: &Service,
    caller: Caller,
    token: &SessionToken,
    params: ConfirmCart,
) -> Answer<(Command, ClaimCode)> {
    if params.passengers.is_empty() || params.passengers.len() > service.policy.passengers {
        let most = service.policy.passengers;
        return Err(No::params(&format!("`passengers` names 1 to {most} passengers")));
    }
    let body_hash = body_hash(&params);
    let ConfirmCart { passengers, email, holds, idempotency_key } = params;
    let claim = token.claim_code(&idempotency_key);
    let purchase = Purchase {
        passengers: passengers
            .into_iter()
            .map(|passenger| Passenger {
                first_name: passenger.first_name.into(),
                last_name: passenger.last_name.into(),
            })
            .collect(),
        email: email.map(|email| email.to_string()),
        holds,
        key: idempotency_key.to_string(),
        body_hash,
        claim_hash: claim.hash(),
        // The desk draws one that is free.
        locator: Locator::from_index(0),
        recalled: None,
    };
    Ok((Command::Confirm(caller, Box::new(purchase)), claim))
}

/// SHA-256 of everything that a purchase says but its key. Each part comes with its length, so no
/// two purchases say the same bytes; holds are sorted, since their order says nothing.
fn body_hash(params: &ConfirmCart) -> [u8; 32] {
    fn say(hash: &mut Sha256, text: &str) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    let mut hash = Sha256::new();
    hash.update((params.passengers.len() as u64).to_le_bytes());
    for passenger in &params.passengers {
        say(&mut hash, passenger.first_name.as_str());
        say(&mut hash, passenger.last_name.as_str());
    }
    // No address is empty.
    say(&mut hash, params.email.as_ref().map_or("", |email| email.as_str()));
    match &params.holds {
        None => hash.update([0]),
        Some(holds) => {
            let mut holds: Vec<HoldId> = holds.clone();
            holds.sort_unstable();
            hash.update([1]);
            for HoldId(hold) in holds {
                hash.update(hold.to_le_bytes());
            }
        }
    }
    hash.finalize().into()
}

/// A cart as its owner is told.
pub(crate) fn cart(service: &Service, view: &CartView) -> Cart {
    let left_ms = |expires_at: trecho_shared::time::Moment| {
        u64::try_from(expires_at.ms_since(service.clock.now())).unwrap_or(0)
    };
    Cart {
        holds: view.holds.iter().map(|hold| wire_hold(service, hold)).collect(),
        total_centavos: view.total(),
        expires_at: view.expires_at,
        expires_in_ms: view.expires_at.map(left_ms),
    }
}

fn wire_hold(service: &Service, record: &HoldRecord) -> Hold {
    let (leg, seat) = service.seat_name(record.leg, record.seat);
    Hold { hold: record.hold, leg, seat, fare_centavos: record.fare }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(json: &str) -> [u8; 32] {
        body_hash(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_same_purchase_hashes_alike_whatever_its_key_and_the_order_of_its_holds() {
        let one = hash(
            r#"{"passengers":[{"first_name":"Jo\u00e3o","last_name":"B"}],"holds":[1,2],"idempotency_key":"k"}"#,
        );
        let two = hash(
            r#"{"idempotency_key":"l","holds":[2,1],"passengers":[{"last_name":"B","first_name":"Joa\u0303o"}]}"#,
        );
        assert_eq!(one, two);
    }

    #[test]
    fn purchases_that_differ_anywhere_hash_apart() {
        let bodies = [
            r#"{"passengers":[{"first_name":"A","last_name":"B"}],"idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"AB","last_name":"C"}],"idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"A","last_name":"BC"}],"idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"A","last_name":"B"}],"holds":[],"idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"A","last_name":"B"}],"holds":[1],"idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"A","last_name":"B"}],"email":"a@b","idempotency_key":"k"}"#,
            r#"{"passengers":[{"first_name":"A","last_name":"B"},{"first_name":"A","last_name":"B"}],"idempotency_key":"k"}"#,
        ];
        let hashes: std::collections::HashSet<_> = bodies.iter().map(|body| hash(body)).collect();
        assert_eq!(hashes.len(), bodies.len());
    }
}
