//! Everybody fires at once for the last seats of one leg.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use trecho_shared::ids::{LegId, SeatLabel};
use trecho_shared::message::{
    Empty, HoldLegs, Leg, LegAsk, LegRef, RefusalKind, SearchLegs, method,
};

use super::latency::Stopwatch;
use super::{Latency, arrive};
use crate::bot::{CallError, Caller, Target};

/// So many of the next departures are looked at for the scarcest.
const LOOKED_AT: u32 = 500;

/// What one client got.
enum Finish {
    Won(SeatLabel),
    Refused(RefusalKind),
    Failed(String),
}

/// How a race went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RaceReport {
    /// What everybody wanted.
    pub leg: LegId,
    /// How many seats were free before.
    pub seats_left: u32,
    /// How many seats the leg has.
    pub capacity: u32,
    /// How many clients fired.
    pub clients: u32,
    /// The seats won, one a winner.
    pub won: Vec<SeatLabel>,
    /// How many were refused, by the protocol's kind.
    pub refused: BTreeMap<String, u32>,
    /// Answers that are neither: each in its own words.
    pub failed: Vec<String>,
    /// Seats that two winners hold, and winners beyond the capacity. Anything but zero is a fault
    /// of the server.
    pub oversold: u32,
    /// How long the answers took.
    pub latency: Latency,
}

impl RaceReport {
    /// The race is a proof: everybody was answered, and no seat has two owners.
    pub fn is_sound(&self) -> bool {
        self.oversold == 0 && self.failed.is_empty()
    }
}

/// Runs a race of `clients` for one seat each on `leg`; without one, on the leg with the fewest
/// seats among the next departures. What was won is given back at the end.
///
/// # Errors
/// If the server cannot be reached, or knows no such leg, or it has no seat to race for.
pub async fn run(
    server: &Target,
    clients: u32,
    leg: Option<LegId>,
) -> Result<RaceReport, CallError> {
    let leg = choose(server, leg).await?;
    let callers = arrive(server, clients).await?;
    let mut report = RaceReport {
        leg: leg.leg,
        seats_left: leg.seats_left,
        capacity: leg.capacity,
        clients,
        won: Vec::new(),
        refused: BTreeMap::new(),
        failed: Vec::new(),
        oversold: 0,
        latency: Latency::default(),
    };
    let mut watch = Stopwatch::new();
    for (finish, took) in fire(callers, leg.leg).await {
        watch.record(took);
        match finish {
            Finish::Won(seat) => report.won.push(seat),
            Finish::Refused(kind) => *report.refused.entry(wire_name(kind)).or_default() += 1,
            Finish::Failed(why) => report.failed.push(why),
        }
    }
    report.won.sort_unstable();
    report.oversold = oversold(&report.won, leg.capacity);
    report.latency = watch.summary();
    Ok(report)
}

async fn choose(server: &Target, leg: Option<LegId>) -> Result<Leg, CallError> {
    let mut scout = Caller::to(server).await?;
    if let Some(leg) = leg {
        let leg = scout.call::<method::LegsGet>(&LegRef { leg }).await?;
        if leg.seats_left == 0 {
            let why = format!("{} has no seat left to race for; name another leg", leg.leg);
            return Err(std::io::Error::other(why).into());
        }
        return Ok(leg);
    }
    let query = SearchLegs { limit: Some(LOOKED_AT), ..SearchLegs::default() };
    let found = scout.call::<method::LegsSearch>(&query).await?;
    let scarce = found.legs.into_iter().min_by_key(|leg| leg.seats_left);
    scarce.ok_or_else(|| std::io::Error::other("no leg is on sale there").into())
}

/// Lets all go at the same instant, and waits until the last has its answer before any gives back
/// what it won: a seat won twice would otherwise pass for two winners in turn.
async fn fire(callers: Vec<Caller>, leg: LegId) -> Vec<(Finish, Duration)> {
    let start = Arc::new(Barrier::new(callers.len()));
    let end = Arc::new(Barrier::new(callers.len()));
    let mut runners = JoinSet::new();
    for mut caller in callers {
        let (start, end) = (Arc::clone(&start), Arc::clone(&end));
        runners.spawn(async move {
            start.wait().await;
            let fired = Instant::now();
            let finish = hold(&mut caller, leg).await;
            let took = fired.elapsed();
            end.wait().await;
            // If this fails the server frees the seat itself, once we have hung up.
            let _closed = caller.call::<method::SessionClose>(&Empty {}).await;
            (finish, took)
        });
    }
    runners.join_all().await
}

async fn hold(caller: &mut Caller, leg: LegId) -> Finish {
    let wish = HoldLegs { legs: vec![LegAsk::one(leg)] };
    match caller.call::<method::CartHold>(&wish).await {
        Ok(cart) => match cart.holds.as_slice() {
            [hold] if hold.leg == leg => Finish::Won(hold.seat),
            holds => Finish::Failed(format!("a cart of {} holds for one asked", holds.len())),
        },
        Err(error) => match error.kind() {
            Some(kind) => Finish::Refused(kind),
            None => Finish::Failed(error.to_string()),
        },
    }
}

/// A refusal's name in the protocol: `leg_taken`.
fn wire_name(kind: RefusalKind) -> String {
    let name = serde_json::to_value(kind).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// How many winners there are too many: those who share a seat, or those beyond the capacity.
fn oversold(won: &[SeatLabel], capacity: u32) -> u32 {
    let distinct = won.iter().collect::<HashSet<_>>().len();
    let shared = won.len() - distinct;
    let beyond = won.len().saturating_sub(usize::try_from(capacity).unwrap_or(usize::MAX));
    u32::try_from(shared.max(beyond)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(labels: &[&str]) -> Vec<SeatLabel> {
        labels.iter().map(|label| label.parse().unwrap()).collect()
    }

    #[test]
    fn a_seat_with_two_winners_is_oversold() {
        assert_eq!(oversold(&seats(&["1A", "1B", "1A"]), 10), 1);
        assert_eq!(oversold(&seats(&["1A", "1B"]), 10), 0);
    }

    #[test]
    fn more_winners_than_seats_are_oversold() {
        assert_eq!(oversold(&seats(&["1A", "1B", "1C"]), 1), 2);
    }

    #[test]
    fn a_refusal_is_named_as_on_the_wire() {
        assert_eq!(wire_name(RefusalKind::LegTaken), "leg_taken");
    }
}
