//! What an empty data directory gets, and what one with legs is not given.

use std::path::PathBuf;

use tokio::sync::oneshot;
use trecho_shared::ids::{IdempotencyKey, Locator, SessionToken};

use super::StartError;
use super::extension::{days, generate, schedule};
use super::opening::Found;
use crate::booking::{Ask, Command, LegFacts, Outcome, Purchase, Seats};
use crate::config::{Config, DEFAULT_SEED, TimetableSource};
use crate::desk::{Order, Rejection, Reply};
use crate::dispatch::Service;
use crate::ledger::{self, filling};
use crate::session::new_token;
use crate::timetable::{self, ImportError, Reading, SeededPurchase, UnservedLines};

/// The crowd buys on so many days from today on.
const CROWDED_DAYS: usize = 3;

/// The file that is to fill the data directory, read before that is made: who has misspelt its name
/// finds nothing begun. `None` if there is none to be read, or a ledger that has to be asked first.
pub(super) async fn read_ahead(config: &Config) -> Result<Option<Reading>, StartError> {
    match &config.timetable {
        TimetableSource::File(path) if !ledger::has_ledger(&config.data_dir) => {
            read(path.clone(), config.unserved).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// Brings the timetable in, and for the sample the crowd that has bought already; goes on with a
/// filling that was cut short. Of a directory that has legs it says what is left as it is.
pub(super) async fn fill(
    service: &Service,
    config: &Config,
    found: Found,
    reading: Option<Reading>,
) -> Result<(), StartError> {
    match &config.timetable {
        TimetableSource::File(path) if found.vacant => {
            let reading = match reading {
                Some(reading) => reading,
                None => read(path.clone(), config.unserved).await?,
            };
            tell(&reading);
            schedule(service, reading.legs).await.map(drop).map_err(StartError::Filling)
        }
        TimetableSource::Sample
            if found.vacant || filling::is_under_way(&config.data_dir, service.epoch) =>
        {
            // What was noted before the first filling was cut short goes on.
            let seed = found.sample_seed.unwrap_or(config.seed);
            filling::begin(&config.data_dir, service.epoch)?;
            sample(service, seed, found.bookings).await.map_err(StartError::Filling)?;
            Ok(filling::end(&config.data_dir)?)
        }
        source => {
            if let Some(remark) = remark(source, config.seed, found) {
                tracing::info!("{remark}");
            }
            Ok(())
        }
    }
}

/// The seed of the sample that is to be extended day by day: where it is in the data directory, and
/// nothing else is asked for.
pub(super) fn extended(timetable: &TimetableSource, found: Found) -> Option<u64> {
    found.sample_seed.filter(|_| *timetable == TimetableSource::Sample)
}

/// What becomes of a setting that is for an empty data directory, and meets one with legs.
fn remark(timetable: &TimetableSource, seed: u64, found: Found) -> Option<String> {
    if found.vacant {
        return None;
    }
    let not_extended = match found.sample_seed {
        Some(_) => "; the sample timetable in it is not extended any more",
        None => "",
    };
    match (timetable, found.sample_seed) {
        (TimetableSource::File(path), _) => Some(format!(
            "the data directory has legs already, and {path} is for an empty one: `trechod import \
             {path}` adds what it has{not_extended}",
            path = path.display()
        )),
        (TimetableSource::None, Some(_)) => {
            Some("the sample timetable in the data directory is not extended any more".to_owned())
        }
        (TimetableSource::None, None) => None,
        (TimetableSource::Sample, None) => Some(
            "the data directory has legs already, and the sample is for an empty one: `trechod \
             import FILE` adds to them"
                .to_owned(),
        ),
        (TimetableSource::Sample, Some(kept)) => (seed != kept && seed != DEFAULT_SEED).then(|| {
            format!(
                "the data directory has the sample of the seed {kept} already, and goes on with it: \
                 the seed {seed} is for an empty one"
            )
        }),
    }
}

/// The sample and its crowd. What there is of both already, `bookings` of the crowd's, is passed over.
async fn sample(service: &Service, seed: u64, bookings: u64) -> Result<(), Rejection> {
    let legs = generate(seed, days(service), |_| true).await;
    let bought = usize::try_from(bookings).unwrap_or(usize::MAX);
    let crowd = crowd(service, seed, &legs).into_iter().skip(bought).collect();
    schedule(service, legs).await?;
    buy(service, crowd).await
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

/// Makes the purchases as passengers would: session, hold, confirm, close. All are handed in at
/// once, so that they share a few commits, and each hold right before its confirm, so that no cart
/// has the time to end; the order, and so the seats, are the same for the same seed.
async fn buy(service: &Service, crowd: Vec<SeededPurchase>) -> Result<(), Rejection> {
    let tokens: Vec<SessionToken> = crowd.iter().map(|_| new_token()).collect();
    let opening = tokens.iter().map(|token| Command::Open { token_hash: token.hash(), name: None });
    let opened = all(service, opening).await;
    let mut buying = Vec::new();
    for ((reply, purchase), token) in opened.into_iter().zip(&crowd).zip(&tokens) {
        let (Outcome::Attached { caller, .. }, Some(hold)) = (reply?, asked(service, purchase))
        else {
            continue;
        };
        buying.push(Command::Hold(caller, vec![hold]));
        buying.push(Command::Confirm(caller, Box::new(wanted(purchase, token))));
        buying.push(Command::Close(caller));
    }
    let replies = all(service, buying.into_iter()).await;
    // A seat that is somebody else's by now is no reason not to serve.
    let refused = |reply: &Reply| matches!(reply, Err(Rejection::Refused(_)));
    let in_vain = replies.chunks(3).filter(|of_one| of_one.iter().any(refused)).count();
    if in_vain > 0 {
        tracing::warn!(purchases = in_vain, "not all of the sample's crowd could buy");
    }
    replies.into_iter().filter(|reply| !refused(reply)).try_for_each(|reply| reply.map(drop))
}

/// What a purchase holds first; nothing if there is no such leg.
fn asked(service: &Service, purchase: &SeededPurchase) -> Option<Ask> {
    let leg = service.board.key(&purchase.leg)?;
    let seats = Seats::Count(u32::try_from(purchase.passengers.len()).ok()?);
    Some(Ask { leg, seats })
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

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Found = Found { vacant: true, sample_seed: None, bookings: 0 };
    const SAMPLE: Found = Found { vacant: false, sample_seed: Some(7), bookings: 9 };
    const OWN: Found = Found { sample_seed: None, ..SAMPLE };

    fn file() -> TimetableSource {
        TimetableSource::File("legs.csv".into())
    }

    #[test]
    fn the_sample_is_extended_as_long_as_it_is_asked_for() {
        assert_eq!(extended(&TimetableSource::Sample, SAMPLE), Some(7));
        assert_eq!(extended(&TimetableSource::Sample, OWN), None);
        assert_eq!(extended(&TimetableSource::None, SAMPLE), None);
        assert_eq!(extended(&file(), SAMPLE), None);
    }

    #[test]
    fn a_setting_that_a_filled_directory_does_not_heed_is_told_with_what_adds_legs() {
        let said = |timetable, seed, found| remark(&timetable, seed, found).unwrap_or_default();
        let none = TimetableSource::None;
        for quiet in [
            said(file(), 7, EMPTY),
            said(TimetableSource::Sample, 7, SAMPLE),
            said(TimetableSource::Sample, DEFAULT_SEED, SAMPLE),
            said(none.clone(), 7, OWN),
        ] {
            assert_eq!(quiet, "");
        }
        for (told, words) in [
            (said(file(), 7, OWN), "`trechod import legs.csv` adds"),
            (said(file(), 7, SAMPLE), "not extended any more"),
            (said(none, 7, SAMPLE), "not extended any more"),
            (said(TimetableSource::Sample, 7, OWN), "`trechod import FILE`"),
            (said(TimetableSource::Sample, 8, SAMPLE), "the seed 8 is for an empty one"),
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}
