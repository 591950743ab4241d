//! The rush before the show: groups that buy, so that the next departures are nearly full when
//! somebody looks.

use trecho_shared::message::{
    ConfirmCart, HoldLegs, Leg, LegAsk, Passenger, SearchLegs, SeatAsk, method,
};

use super::caller::{CallError, Caller};
use super::dice::Dice;
use super::habits::{give_back, key, traveller};

/// The legs that the rush is for: those that depart next.
const LEGS: u32 = 120;

/// So many of a hundred legs are rushed for.
const LIKED_PERCENT: u64 = 35;

/// A group has at most this many people, the most that a purchase takes.
const GROUP: u32 = 9;

/// Buys out one bot's share of the next departures, down to one to four seats a leg. The bots have
/// numbers from 0 to `bots` - 1, and each leg is the share of one of them.
pub(super) async fn rush(
    caller: &mut Caller,
    (number, bots): (u16, u16),
    dice: &mut Dice,
) -> Result<(), CallError> {
    let board = SearchLegs { limit: Some(LEGS), ..SearchLegs::default() };
    let legs = caller.call::<method::LegsSearch>(&board).await?.legs;
    let share = legs.iter().skip(number.into()).step_by(usize::from(bots).max(1));
    for leg in share {
        let leave = 1 + dice.below(4);
        if dice.chance(LIKED_PERCENT) {
            match fill(caller, leg, u32::try_from(leave).unwrap_or(1), dice).await {
                Ok(()) => {}
                // Somebody else was there: so much the better.
                Err(CallError::Refused(_)) => give_back(caller).await?,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Buys seats of `leg` in groups until `leave` are left.
async fn fill(
    caller: &mut Caller,
    leg: &Leg,
    leave: u32,
    dice: &mut Dice,
) -> Result<(), CallError> {
    let mut unsold = leg.seats_left.saturating_sub(leave);
    while unsold > 0 {
        let group = unsold.min(GROUP);
        buy(caller, leg, group, dice).await?;
        unsold -= group;
    }
    Ok(())
}

/// A group buys at once.
pub(super) async fn buy(
    caller: &mut Caller,
    leg: &Leg,
    group: u32,
    dice: &mut Dice,
) -> Result<(), CallError> {
    let ask = LegAsk { leg: leg.leg, seats: SeatAsk::Count(group) };
    let cart = caller.call::<method::CartHold>(&HoldLegs { legs: vec![ask] }).await?;
    let passengers: Vec<Passenger> = cart.holds.iter().map(|_| traveller(dice)).collect();
    let holds = Some(cart.holds.iter().map(|hold| hold.hold).collect());
    let purchase = ConfirmCart { passengers, email: None, holds, idempotency_key: key(dice) };
    caller.call::<method::CartConfirm>(&purchase).await.map(drop)
}
