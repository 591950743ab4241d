//! What operators do lasts, and so does the line that says who did it.

use super::*;
use crate::booking::{Claim, Operated, Refusal};
use crate::ledger::verify;

/// The action and the outcome of each line of the audit log.
fn audit(bench: &Bench) -> Vec<(String, String)> {
    let reader = beside(bench.directory.path());
    let mut lines = reader.prepare("SELECT subject, outcome FROM audit ORDER BY audit").unwrap();
    let lines = lines.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    lines.collect::<Result<_, _>>().unwrap()
}

#[test]
fn blocked_seats_and_closed_legs_survive_a_kill() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    bench.act(hold(caller, &[3], 1)).unwrap();
    bench.block(1, 0).unwrap();
    let closed = bench.act(operation(Action::Close(LegKey(3))));
    let Ok(Outcome::Operated(Operated { changed: true, released })) = closed else {
        panic!("{closed:?}")
    };
    assert_eq!(released.len(), 1);
    bench.commit();
    assert_eq!(verify(bench.directory.path()).unwrap(), []);

    let after = restored_as_killed(bench.directory.path(), NOON);
    assert!(!after.is_free(LegKey(1), SeatIx(0)));
    let refused = after.decide(&hold(caller, &[3], 1), NOON).answer;
    assert_eq!(refused, Err(Refusal::SessionReplaced), "it is detached after a restart");
    let unblocked = Action::Unblock { leg: LegKey(1), seats: vec![SeatIx(0)], claims: Vec::new() };
    bench.act(operation(unblocked)).unwrap();
    bench.act(operation(Action::Open(LegKey(3)))).unwrap();
    bench.commit();
    let after = restored_as_killed(bench.directory.path(), NOON);
    assert_eq!((after.seats_left(LegKey(1)), after.seats_left(LegKey(3))), (8, 1));
}

#[test]
fn a_seat_that_is_in_the_way_is_told_with_whose_it_is() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[1], "k");
    bench.act(hold(caller, &[1], 1)).unwrap();
    bench.block(1, 7).unwrap();
    let seats: Vec<SeatIx> = [0, 2, 3, 7].map(SeatIx).into();
    let reason = "crew".to_owned();
    let refused =
        bench.act(operation(Action::Block { leg: LegKey(1), seats, reason, claims: Vec::new() }));
    let Err(Refusal::SeatsInTheWay(LegKey(1), claims)) = refused else { panic!("{refused:?}") };
    let claims: Vec<_> = claims.into_iter().map(|(seat, claim)| (seat.0, claim.unwrap())).collect();
    let held = Claim::Held { session: caller.session, hold: trecho_shared::ids::HoldId(3) };
    assert_eq!(
        claims,
        [
            (0, Claim::Sold(booking.locator)),
            (2, held),
            (7, Claim::Blocked("broken belt".to_owned()))
        ]
    );
    assert!(bench.state.is_free(LegKey(1), SeatIx(3)), "all or none");
}

#[test]
fn the_audit_line_is_in_the_transaction_of_its_action_refused_or_not() {
    let mut bench = Bench::new();
    bench.commit();
    bench.block(1, 0).unwrap();
    bench.undo();
    assert_eq!(audit(&bench), []);
    bench.block(1, 0).unwrap();
    bench.block(1, 0).unwrap_err();
    bench.act(operation(Action::Note)).unwrap();
    bench.act(operation(Action::Open(LegKey(1)))).unwrap();
    bench.act(operation(Action::Refused("leg_unknown"))).unwrap();
    bench.commit();
    let outcomes: Vec<String> = audit(&bench).into_iter().map(|(_, outcome)| outcome).collect();
    let expected =
        ["done", "refused: seats_in_the_way", "done", "nothing to do", "refused: leg_unknown"];
    assert_eq!(outcomes, expected);
}
