//! What an empty data directory gets.

use std::path::PathBuf;

use tokio::sync::oneshot;
use trecho_shared::ids::{IdempotencyKey, Locator, SessionToken};

use super::StartError;
use super::extension::{days, generate, schedule};
use crate::booking::{Ask, Caller, Command, LegFacts, Outcome, Purchase, Seats};
use crate::config::{Config, TimetableSource};
use crate::desk::{Order, Rejection, Reply};
use crate::dispatch::Service;
use crate::session::new_token;
use crate::timetable::{self, ImportError, Reading, SeededPurchase, UnservedLines};

/// The crowd buys on so many days from today on.
const CROWDED_DAYS: usize = 3;

/// Brings the timetable in, and for the sample the crowd that has bought already.
pub(super) async fn fill(service: &Service, config: &Config) -> Result<(), StartError> {
    match &config.timetable {
        TimetableSource::None => Ok(()),
        TimetableSource::File(path) => {
            let reading = read(path.clone(), config.unserved).await?;
            tell(&reading);
            schedule(service, reading.legs).await.map(drop).map_err(StartError::Filling)
        }
        TimetableSource::Sample => {
            let legs = generate(config.seed, days(service)).await;
            let crowd = crowd(service, config.seed, &legs);
            schedule(service, legs).await.map_err(StartError::Filling)?;
            buy(service, crowd).await.map_err(StartError::Filling)
        }
    }
}

/// Reads a timetable: all of it, or what is wrong with it.
pub(super) async fn read(path: PathBuf, unserved: UnservedLines) -> Result<Reading, StartError> {
    let reading = tokio::task::spawn_blocking({
        let path = path.clone();
        move || timetable::read(&timetable::load(&path)?, unserved)
    });
    let read = reading.await.map_err(std::io::Error::other)?;
    read.map_err(|source: ImportError| StartError::Timetable { path, source })
}

/// Says in the log what was not taken to the letter, by the number of its line.
fn tell(reading: &Reading) {
    for (lines, what) in [(&reading.left_out, "left out"), (&reading.notes, "taken with a change")]
    {
        for line in &lines.named {
            tracing::warn!(line = line.line, reason = line.reason, "{what}");
        }
        if lines.more > 0 {
            tracing::warn!(lines = lines.more, "{what}: more than are named");
        }
    }
}

/// Who has bought seats on the legs of the first days that have not departed.
fn crowd(service: &Service, seed: u64, legs: &[LegFacts]) -> Vec<SeededPurchase> {
    let first: Vec<_> = days(service).into_iter().take(CROWDED_DAYS).collect();
    let now = service.clock.now();
    let near = legs.iter().filter(|leg| first.contains(&leg.id.date));
    let near: Vec<LegFacts> = near.filter(|leg| leg.departs_at.moment() > now).cloned().collect();
    timetable::crowd(seed, &near)
}

/// Makes the purchases as passengers would: session, hold, confirm, close. Each step for all of
/// them before the next, so that they share a few commits; the order, and so the seats, are the
/// same for the same seed.
async fn buy(service: &Service, crowd: Vec<SeededPurchase>) -> Result<(), Rejection> {
    let tokens: Vec<SessionToken> = crowd.iter().map(|_| new_token()).collect();
    let opening = tokens.iter().map(|token| Command::Open { token_hash: token.hash(), name: None });
    let mut buyers: Vec<(Caller, SeededPurchase, SessionToken)> = Vec::new();
    for ((reply, purchase), token) in all(service, opening).await.into_iter().zip(crowd).zip(tokens)
    {
        if let Outcome::Attached { caller, .. } = reply? {
            buyers.push((caller, purchase, token));
        }
    }
    let holding = buyers.iter().filter_map(|(caller, purchase, _)| {
        let leg = service.board.key(&purchase.leg)?;
        let seats = Seats::Count(u32::try_from(purchase.passengers.len()).ok()?);
        Some(Command::Hold(*caller, vec![Ask { leg, seats }]))
    });
    let held = all(service, holding).await;
    let confirming = buyers.iter().map(|(caller, purchase, token)| {
        Command::Confirm(*caller, Box::new(wanted(purchase, token)))
    });
    let bought = all(service, confirming).await;
    let closing = buyers.iter().map(|(caller, ..)| Command::Close(*caller));
    let closed = all(service, closing).await;
    held.into_iter().chain(bought).chain(closed).try_for_each(|reply| reply.map(drop))
}

fn wanted(purchase: &SeededPurchase, token: &SessionToken) -> Purchase {
    let key: IdempotencyKey = "seeded".parse().expect("a key in the form of keys");
    Purchase {
        passengers: purchase.passengers.clone(),
        email: None,
        holds: None,
        key: key.to_string(),
        body_hash: [0; 32],
        claim_hash: token.claim_code(&key).hash(),
        locator: Locator::from_index(0),
        recalled: None,
    }
}

/// Hands all commands in, one after the other, and collects the answers in the same order.
async fn all(service: &Service, commands: impl Iterator<Item = Command>) -> Vec<Reply> {
    let mut answers = Vec::new();
    for command in commands {
        let (reply, answer) = oneshot::channel();
        service.desk.send(Order { command, attach: None, reply }).await;
        answers.push(answer);
    }
    let mut replies = Vec::with_capacity(answers.len());
    for answer in answers {
        replies.push(answer.await.unwrap_or(Err(Rejection::Unknown)));
    }
    replies
}
