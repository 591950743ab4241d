//! C passengers in a closed loop of hold, hold, confirm; N sessions watch.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;
use trecho_shared::ids::LegId;
use trecho_shared::message::{
    Cart, ConfirmCart, HoldLegs, LegAsk, Passenger, RefusalKind, ReleaseHolds, SearchLegs,
    WatchFeed, method,
};

use super::tally::{Tally, Went};
use super::{Latency, arrive};
use crate::bot::{CallError, Caller, Dice, Target};
use crate::words::{self, Lang};

/// How many legs are asked for at a time.
const PAGE: usize = 500;

/// A passenger with so many unexpected answers is out.
const MOST_ERRORS: u32 = 100;

/// What becomes of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It is bought.
    Confirm,
    /// It is given back, so that legs never run out.
    GiveBack,
}

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// How many passengers book at the same time.
    pub clients: u32,
    /// Over how many legs, the first by departure that are on sale.
    pub legs: u32,
    /// How many sessions watch everything.
    pub watchers: u32,
    /// How long is measured.
    pub lasting: Duration,
    /// How long it runs before that.
    pub warm_up: Duration,
    /// What becomes of each cart.
    pub settle: Settle,
    /// Which legs are chosen when.
    pub seed: u64,
}

/// What came of it. Only carts that ended within the measured time count; errors always do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundsReport {
    /// How many passengers booked at the same time.
    pub clients: u32,
    /// Over how many legs.
    pub legs: u32,
    /// How many sessions watched.
    pub watchers: u32,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// Carts that were confirmed (or given back).
    pub carts: u32,
    /// The same a second.
    pub carts_per_second: f64,
    /// Holds refused because the leg was taken.
    pub taken: u64,
    /// Answers that no sound server gives here.
    pub errors: u64,
    /// The first of them, in its own words.
    pub first_error: Option<String>,
    /// Events that reached watchers.
    pub events: u64,
    /// How long `cart.hold` took.
    pub hold: Latency,
    /// How long `cart.confirm` (or `cart.release`) took.
    pub settle: Latency,
    /// How long a whole cart took.
    pub cart: Latency,
}

/// Runs the rounds.
///
/// # Errors
/// If the server cannot be reached, or has no leg on sale.
pub async fn run(server: &Target, rounds: Rounds) -> Result<RoundsReport, CallError> {
    let legs: Arc<[LegId]> = find_legs(server, rounds.legs).await?.into();
    let events = Arc::new(AtomicU64::new(0));
    // Ends with this function, and the watchers with it.
    let mut watchers = JoinSet::new();
    for caller in arrive(server, rounds.watchers).await? {
        watch(caller, Arc::clone(&events), &mut watchers).await?;
    }
    let callers = arrive(server, rounds.clients).await?;
    let tally = Arc::new(Mutex::new(Tally::new()));
    let mut passengers = JoinSet::new();
    let began = Instant::now();
    for (number, caller) in (0u32..).zip(callers) {
        let (legs, tally) = (Arc::clone(&legs), Arc::clone(&tally));
        let dice = Dice::new(rounds.seed ^ (u64::from(number) << 32));
        let booker = Booker { caller, dice, legs, rounds, number };
        passengers.spawn(booker.book(began, tally));
    }
    tokio::time::sleep(rounds.warm_up).await;
    let heard_before = events.load(Ordering::Relaxed);
    tokio::time::sleep(rounds.lasting).await;
    let heard = events.load(Ordering::Relaxed) - heard_before;
    passengers.join_all().await;
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = rounds.lasting.as_secs_f64();
    Ok(RoundsReport {
        clients: rounds.clients,
        legs: u32::try_from(legs.len()).unwrap_or(u32::MAX),
        watchers: rounds.watchers,
        seconds,
        carts: tally.carts,
        carts_per_second: f64::from(tally.carts) / seconds,
        taken: tally.taken,
        errors: tally.errors,
        first_error: tally.first_error.clone(),
        events: heard,
        hold: tally.hold.summary(),
        settle: tally.settle.summary(),
        cart: tally.cart.summary(),
    })
}

async fn find_legs(server: &Target, count: u32) -> Result<Vec<LegId>, CallError> {
    let mut scout = Caller::to(server).await?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut legs = Vec::new();
    let mut cursor = None;
    while legs.len() < count {
        let limit = u32::try_from((count - legs.len()).min(PAGE)).ok();
        let query = SearchLegs { limit, cursor, ..SearchLegs::default() };
        let page = scout.call::<method::LegsSearch>(&query).await?;
        legs.extend(page.legs.iter().map(|leg| leg.leg));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    if legs.is_empty() {
        return Err(std::io::Error::other("no leg is on sale there").into());
    }
    Ok(legs)
}

async fn watch(
    mut caller: Caller,
    events: Arc<AtomicU64>,
    watchers: &mut JoinSet<()>,
) -> Result<(), CallError> {
    caller.call::<method::FeedWatch>(&WatchFeed::default()).await?;
    watchers.spawn(async move {
        while let Ok(lines) = caller.count_lines().await {
            events.fetch_add(lines, Ordering::Relaxed);
        }
    });
    Ok(())
}

/// One passenger.
struct Booker {
    caller: Caller,
    dice: Dice,
    legs: Arc<[LegId]>,
    rounds: Rounds,
    number: u32,
}

impl Booker {
    /// Books until the measured time is over, or nothing makes sense any more.
    async fn book(mut self, began: Instant, tally: Arc<Mutex<Tally>>) {
        let Rounds { warm_up, lasting, .. } = self.rounds;
        let measured = warm_up..warm_up + lasting;
        let mut errors = 0;
        for round in 0u64.. {
            if began.elapsed() >= measured.end || errors >= MOST_ERRORS {
                break;
            }
            let mut went = Went::default();
            let outcome = self.cart(round, &mut went).await;
            let mut gone = false;
            if let Err(error) = outcome {
                gone = !matches!(error, CallError::Refused(_));
                went.error = Some(error.to_string());
                errors += 1;
            }
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            if measured.contains(&began.elapsed()) {
                tally.add(went);
            } else {
                tally.blame(went.error);
            }
            if gone {
                break;
            }
        }
    }

    /// Hold, hold, confirm. A taken leg is no error: the cart is given back.
    async fn cart(&mut self, round: u64, went: &mut Went) -> Result<(), CallError> {
        let began = Instant::now();
        let legs = [self.any_leg(), self.any_leg()];
        for (place, leg) in legs.into_iter().enumerate() {
            let wish = HoldLegs { legs: vec![LegAsk::one(leg)] };
            let asked = Instant::now();
            match self.caller.call::<method::CartHold>(&wish).await {
                Ok(cart) => {
                    went.holds[place] = Some(asked.elapsed());
                    check(&cart, &legs[..=place])?;
                }
                Err(error) if error.kind() == Some(RefusalKind::LegTaken) => {
                    went.taken = true;
                    return self.give_back().await;
                }
                Err(error @ CallError::Refused(_)) => {
                    self.give_back().await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        let asked = Instant::now();
        match self.rounds.settle {
            Settle::GiveBack => self.give_back().await?,
            Settle::Confirm => {
                // Two seats of one leg are for two passengers.
                let passengers = if legs[0] == legs[1] { 2 } else { 1 };
                let purchase = self.purchase(round, passengers);
                let booking = self.caller.call::<method::CartConfirm>(&purchase).await?;
                if booking.tickets.len() != legs.len() {
                    return Err(unexpected("a booking without a ticket for each hold"));
                }
            }
        }
        went.settle = Some(asked.elapsed());
        went.cart = Some(began.elapsed());
        Ok(())
    }

    async fn give_back(&mut self) -> Result<(), CallError> {
        let cart = self.caller.call::<method::CartRelease>(&ReleaseHolds::default()).await?;
        check(&cart, &[])
    }

    fn any_leg(&mut self) -> LegId {
        *self.dice.pick(&self.legs).expect("the search found at least one leg")
    }

    fn purchase(&self, round: u64, passengers: usize) -> ConfirmCart {
        let name = |text: &str| text.parse().expect("a clean name");
        let passenger = Passenger { first_name: name("Ana"), last_name: name("Conceição") };
        let key = format!("load-{}-{}-{round}", self.rounds.seed, self.number);
        ConfirmCart {
            passengers: vec![passenger; passengers],
            email: None,
            holds: None,
            idempotency_key: key.parse().expect("printable characters make a key"),
        }
    }
}

/// A cart has what was asked for, in the order asked.
fn check(cart: &Cart, legs: &[LegId]) -> Result<(), CallError> {
    if cart.holds.iter().map(|hold| hold.leg).eq(legs.iter().copied()) {
        Ok(())
    } else {
        Err(unexpected("a cart that is not what was asked for"))
    }
}

fn unexpected(what: &str) -> CallError {
    std::io::Error::other(format!("the server answered with {what}")).into()
}

impl RoundsReport {
    /// Every answer was one that a sound server gives, and there was one.
    pub fn is_sound(&self) -> bool {
        self.errors == 0 && self.carts > 0
    }
}

impl fmt::Display for RoundsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::load(self, Lang::En))
    }
}
