//! What a bot does all day: looks around, holds, dithers, decides.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::sleep;
use trecho_shared::ids::IdempotencyKey;
use trecho_shared::message::{
    Booking, CancelBooking, ConfirmCart, HoldLegs, Leg, LegAsk, OpenSession,
    Passenger as Traveller, PersonName, ReleaseHolds, SearchLegs, SeatAsk, method,
};

use super::caller::{CallError, Caller};
use super::dice::Dice;
use super::rush;

/// Bookings that a bot remembers; beyond, it cancels the oldest.
const BOOKINGS: usize = 1;

/// The pages of a board that a bot turns to. The first is what a person sees first.
const PAGE_LEGS: u32 = 60;

/// So many seats or fewer, and a bot likes to take all of them.
const FEW_SEATS: u32 = 4;

/// So often of a hundred times a bot buys for a group, and does not think long.
const GROUPS_PERCENT: u64 = 15;
/// How many are in a group.
const GROUP: u32 = 9;

/// Looking at the board between two carts.
const BROWSE_MS: (u64, u64) = (2_000, 9_000);
/// Thinking about a cart before a decision.
const DITHER_MS: (u64, u64) = (3_000, 20_000);
/// A cart that is let expire is given back after this long at the most.
const EXPIRY_MS: u64 = 120_000;
/// The server tells a deadline somewhat early.
const EXPIRY_SLACK_MS: u64 = 3_000;

const FIRST_NAMES: [&str; 12] = [
    "Ana", "Bruno", "Carla", "Davi", "Elisa", "Fábio", "Gabriela", "Heitor", "Inês", "João",
    "Luísa", "Mateus",
];
const LAST_NAMES: [&str; 12] = [
    "Almeida",
    "Barbosa",
    "Cardoso",
    "Dias",
    "Esteves",
    "Ferreira",
    "Gonçalves",
    "Henriques",
    "Lima",
    "Moraes",
    "Nóbrega",
    "Silva",
];

/// What becomes of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Buy,
    GiveBack,
    LetExpire,
}

fn decide(dice: &mut Dice) -> Decision {
    match dice.below(100) {
        0..30 => Decision::Buy,
        30..70 => Decision::GiveBack,
        _ => Decision::LetExpire,
    }
}

/// One bot, connected.
pub(super) struct Passenger {
    caller: Caller,
    hold_ms: u64,
    bookings: VecDeque<Booking>,
}

impl Passenger {
    /// Connects and opens a session.
    pub(super) async fn arrive(address: SocketAddr, number: u16) -> Result<Self, CallError> {
        let mut caller = Caller::connect(address).await?;
        let first = FIRST_NAMES[usize::from(number) % FIRST_NAMES.len()];
        let open = OpenSession { name: Some(name(first)), resume: None };
        let opened = caller.call::<method::SessionOpen>(&open).await?;
        Ok(Self { caller, hold_ms: opened.hold_ms, bookings: VecDeque::new() })
    }

    /// Takes part in the [rush](rush) before the show, as one of `bots`.
    pub(super) async fn rush(
        &mut self,
        place: (u16, u16),
        dice: &mut Dice,
    ) -> Result<(), CallError> {
        rush::rush(&mut self.caller, place, dice).await
    }

    /// Browses and books until the connection ends, and tells how it did.
    pub(super) async fn stay(&mut self, dice: &mut Dice) -> CallError {
        loop {
            sleep(dice.pause(BROWSE_MS.0, BROWSE_MS.1)).await;
            match self.shop(dice).await {
                // Somebody was faster, or the server has a reason: a bot shrugs and goes on.
                Ok(()) => {}
                Err(CallError::Refused(_)) => {
                    if let Err(error) = give_back(&mut self.caller).await {
                        return error;
                    }
                }
                Err(error) => return error,
            }
        }
    }

    /// From the board to a decision, once.
    async fn shop(&mut self, dice: &mut Dice) -> Result<(), CallError> {
        self.cancel_the_oldest().await?;
        let board = SearchLegs { limit: Some(PAGE_LEGS), ..SearchLegs::default() };
        let legs = self.caller.call::<method::LegsSearch>(&board).await?.legs;
        if dice.chance(GROUPS_PERCENT) {
            return self.bring_a_group(&legs, dice).await;
        }
        let Some(leg) = choose(&legs, dice) else { return Ok(()) };
        let seats = SeatAsk::Count(party(leg, dice));
        let asks = HoldLegs { legs: vec![LegAsk { leg: leg.leg, seats }] };
        let cart = self.caller.call::<method::CartHold>(&asks).await?;
        let dither = dice.pause(DITHER_MS.0, DITHER_MS.1);
        // A decision comes in time; only who means to let it expire waits longer.
        sleep(dither.min(Duration::from_millis(self.hold_ms / 2))).await;
        match decide(dice) {
            Decision::Buy => {
                let passengers = cart.holds.iter().map(|_| traveller(dice)).collect();
                let purchase = ConfirmCart {
                    passengers,
                    email: None,
                    holds: Some(cart.holds.iter().map(|hold| hold.hold).collect()),
                    idempotency_key: key(dice),
                };
                let booking = self.caller.call::<method::CartConfirm>(&purchase).await?;
                self.bookings.push_back(booking);
            }
            Decision::GiveBack => give_back(&mut self.caller).await?,
            Decision::LetExpire => {
                let left = cart.expires_in_ms.unwrap_or(self.hold_ms) + EXPIRY_SLACK_MS;
                sleep(Duration::from_millis(left.min(EXPIRY_MS))).await;
                // Where carts live long, a bot is not as patient.
                give_back(&mut self.caller).await?;
            }
        }
        Ok(())
    }

    /// Buys for a whole group: what becomes nearly full again takes the place of what departs.
    async fn bring_a_group(&mut self, legs: &[Leg], dice: &mut Dice) -> Result<(), CallError> {
        let roomy: Vec<&Leg> = legs.iter().filter(|leg| leg.seats_left > GROUP).collect();
        match dice.pick(&roomy) {
            Some(leg) => rush::buy(&mut self.caller, leg, GROUP, dice).await,
            None => Ok(()),
        }
    }

    async fn cancel_the_oldest(&mut self) -> Result<(), CallError> {
        if self.bookings.len() <= BOOKINGS {
            return Ok(());
        }
        let Some(booking) = self.bookings.pop_front() else { return Ok(()) };
        let cancel = CancelBooking { locator: booking.locator, claim: booking.claim, legs: None };
        self.caller.call::<method::BookingsCancel>(&cancel).await.map(drop)
    }
}

/// A leg to hold. Three times of four the one that is fullest of a few looked at.
fn choose<'a>(legs: &'a [Leg], dice: &mut Dice) -> Option<&'a Leg> {
    let first = dice.pick(legs)?;
    if dice.chance(25) {
        return Some(first);
    }
    let looked_at = std::iter::repeat_with(|| dice.pick(legs)).take(12).flatten();
    looked_at.chain([first]).min_by_key(|leg| leg.seats_left)
}

/// How many seats: the last few all together, else one or two.
fn party(leg: &Leg, dice: &mut Dice) -> u32 {
    match leg.seats_left {
        few @ 1..=FEW_SEATS if dice.chance(70) => few,
        2.. if dice.chance(30) => 2,
        _ => 1,
    }
}

/// Empties the cart, if there is anything in it.
pub(super) async fn give_back(caller: &mut Caller) -> Result<(), CallError> {
    match caller.call::<method::CartRelease>(&ReleaseHolds::default()).await {
        Ok(_) | Err(CallError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Somebody who flies.
pub(super) fn traveller(dice: &mut Dice) -> Traveller {
    let mut any = |names: &[&'static str]| name(dice.pick(names).copied().unwrap_or("Silva"));
    Traveller { first_name: any(&FIRST_NAMES), last_name: any(&LAST_NAMES) }
}

fn name(text: &str) -> PersonName {
    text.parse().expect("the lists hold clean names")
}

/// A key for one purchase.
pub(super) fn key(dice: &mut Dice) -> IdempotencyKey {
    let text = format!("bot-{:016x}{:016x}", dice.roll(), dice.roll());
    text.parse().expect("36 printable characters make a key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(number: u32, seats_left: u32) -> Leg {
        let id = format!("TR{number}-20261124-GRU");
        let json = serde_json::json!({
            "leg": id, "flight": format!("TR{number}"), "from": "GRU", "to": "SSA",
            "departs_at": "2026-11-24T06:10:00-03:00", "arrives_at": "2026-11-24T08:35:00-03:00",
            "aircraft": "320", "capacity": 180, "seats_left": seats_left,
            "fare_centavos": 41_290, "status": "open", "version": 1,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn every_name_is_one_that_the_server_takes() {
        for text in FIRST_NAMES.iter().chain(&LAST_NAMES) {
            assert_eq!(name(text).as_str(), *text);
        }
        assert_ne!(key(&mut Dice::new(1)), key(&mut Dice::new(2)));
    }

    #[test]
    fn a_bot_prefers_what_is_nearly_full_and_likes_the_last_seats_together() {
        let legs: Vec<Leg> = (1..=20).map(|number| leg(number, number)).collect();
        let mut dice = Dice::new(3);
        let chosen: Vec<u32> =
            (0..200).filter_map(|_| choose(&legs, &mut dice)).map(|leg| leg.seats_left).collect();
        let nearly_full = chosen.iter().filter(|&&seats| seats <= 5).count();
        assert!(nearly_full > 120, "{nearly_full} of {}", chosen.len());
        assert!((0..20).any(|_| party(&legs[2], &mut dice) == 3));
        assert!((0..20).all(|_| party(&legs[0], &mut dice) == 1));
        assert!((0..20).all(|_| party(&legs[19], &mut dice) <= 2));
        assert!(choose(&[], &mut dice).is_none());
    }

    #[test]
    fn bots_decide_for_everything_there_is() {
        let mut dice = Dice::new(5);
        let decisions: Vec<Decision> = (0..100).map(|_| decide(&mut dice)).collect();
        for decision in [Decision::Buy, Decision::GiveBack, Decision::LetExpire] {
            assert!(decisions.contains(&decision), "{decision:?}");
        }
    }
}
