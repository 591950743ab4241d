//! Confirms at the very millisecond at which their carts end, one before it, and one after.

use super::*;
use crate::booking::rehearsal::purchase;
use crate::booking::{Ask, LegKey, Refusal, Seats};

/// So many confirms race the end of their carts. Exactly; no dice are thrown.
const RACES: u32 = 10_000;

/// What comes in one batch with the confirm.
const COMPANY: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

/// One order, and where its answer comes.
fn order(command: Command) -> (Order, oneshot::Receiver<Reply>) {
    let (reply, answer) = oneshot::channel();
    (Order { command, attach: None, reply }, answer)
}

impl Episode<'_> {
    /// Commands that come together, and their answers.
    fn turn(&mut self, commands: Vec<Command>) -> Vec<Reply> {
        let (mut queue, answers): (Vec<_>, Vec<_>) = commands.into_iter().map(order).unzip();
        self.writer.as_mut().unwrap().turn(&mut queue).unwrap();
        self.vfs.take();
        answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect()
    }
}

#[test]
fn ten_thousand_confirms_at_the_end_of_their_carts_are_sold_before_it_and_never_after() {
    let mut shapes = Shapes::new();
    let mut episode = Episode::begin(1, &mut shapes);
    let open = Command::Open { token_hash: [1; 32], name: None };
    let Ok(Outcome::Attached { caller, .. }) = episode.turn(vec![open]).remove(0) else {
        panic!("not attached")
    };
    // One that departs long after all of it.
    let far = facts(9, "3x1-1", 10_000_000);
    episode.turn(vec![Command::Schedule(vec![Arc::new(far)])]).remove(0).unwrap();
    let leg = LegKey(u32::try_from(LEGS.len()).unwrap() + 1);
    let left = |episode: &Episode<'_>| episode.writer.as_ref().unwrap().state().seats_left(leg);
    let all = left(&episode);
    let mut sold = 0;
    for race in 0..RACES {
        let ask = vec![Ask { leg, seats: Seats::Count(1) }];
        let held = episode.turn(vec![Command::Hold(caller, ask)]).remove(0);
        let Ok(Outcome::Cart(cart)) = held else { panic!("{held:?}") };
        let ends = cart.expires_at.unwrap().plus_ms(POLICY.slack_ms());
        let after_ms = i64::from(race % 3) - 1;
        let wait = ends.plus_ms(after_ms).ms_since(episode.clock.now());
        episode.hand.advance_ms(u32::try_from(wait).unwrap());
        let (before, behind) = COMPANY[race as usize / 3 % 4];
        let mut commands =
            vec![Command::Confirm(caller, Box::new(purchase(1, &format!("key {race}"), 1)))];
        if before {
            commands.insert(0, Command::Sweep);
        }
        if behind {
            commands.push(Command::Sweep);
        }
        let answer = episode.turn(commands).remove(usize::from(before));
        match answer {
            Ok(Outcome::Booked(booking)) => {
                assert!(after_ms < 0, "sold {after_ms} ms after the cart's end");
                assert_eq!(left(&episode), all - 1, "sold once");
                sold += 1;
                let cancel = Command::Cancel(crate::booking::Cancellation {
                    locator: booking.locator,
                    claim_hash: booking.claim_hash,
                    booking: None,
                    legs: None,
                });
                episode.turn(vec![cancel]).remove(0).unwrap();
            }
            Err(Rejection::Refused(Refusal::CartExpired)) => {
                assert!(after_ms >= 0, "refused {after_ms} ms after the cart's end");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(left(&episode), all, "and free again");
    }
    assert_eq!(sold, RACES.div_ceil(3));
}
