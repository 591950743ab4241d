//! The sample timetable: filled to thirty days ahead, and extended by a day at each midnight.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::booking::{Command, LegFacts, Outcome};
use crate::desk::Rejection;
use crate::dispatch::Service;
use crate::timetable::Sample;

/// So many days are on sale, today included.
const DAYS: i32 = 30;

/// Whose midnight it is.
const ZONE: &str = "America/Sao_Paulo";

/// A failed extension is tried again after so long.
const RETRY: Duration = Duration::from_secs(600);

fn zone() -> TimeZone {
    TimeZone::get(ZONE).expect("the zones are built in")
}

fn now(service: &Service) -> Timestamp {
    Timestamp::from_millisecond(service.clock.now().0).unwrap_or(Timestamp::MAX)
}

/// The date at the airline's head office.
fn today(service: &Service) -> Date {
    let now = now(service);
    zone().to_offset(now).to_datetime(now).date()
}

/// The days that are to be on sale now.
pub(super) fn days(service: &Service) -> Vec<Date> {
    let today = today(service);
    (0..DAYS).filter_map(|day| today.checked_add(day.days()).ok()).collect()
}

/// Adds the legs that are missing, now and at each midnight.
pub(super) async fn extend_daily(service: Arc<Service>, seed: u64) {
    loop {
        let pause = match extend(&service, seed).await {
            Ok(()) => until_midnight(&service),
            Err(error) => {
                tracing::warn!(%error, "the timetable could not be extended");
                RETRY
            }
        };
        tokio::time::sleep(pause).await;
    }
}

fn until_midnight(service: &Service) -> Duration {
    let tomorrow = today(service).tomorrow().ok();
    let midnight = tomorrow.and_then(|date| date.to_zoned_datetime(zone()).ok());
    let left = midnight.and_then(|midnight| {
        Duration::try_from(midnight.timestamp().duration_since(now(service))).ok()
    });
    // Just after, so that it is the next day for sure.
    left.unwrap_or(RETRY) + Duration::from_secs(1)
}

async fn extend(service: &Arc<Service>, seed: u64) -> Result<(), Rejection> {
    let missing = missing(service, seed).await;
    if missing.is_empty() {
        return Ok(());
    }
    schedule(service, missing).await.map(drop)
}

/// The sample's legs that nobody knows of and that have not departed: leg by leg, since a day on
/// which there are legs may have got them from an import.
async fn missing(service: &Arc<Service>, seed: u64) -> Vec<LegFacts> {
    let (now, board) = (service.clock.now(), Arc::clone(&service.board));
    let wanted =
        move |leg: &LegFacts| leg.departs_at.moment() > now && board.key(&leg.id).is_none();
    generate(seed, days(service), wanted).await
}

/// The sample's legs on these days, those of them that are wanted.
pub(super) async fn generate(
    seed: u64,
    days: Vec<Date>,
    wanted: impl Fn(&LegFacts) -> bool + Send + 'static,
) -> Vec<LegFacts> {
    let generating = tokio::task::spawn_blocking(move || {
        let sample = Sample::new(seed);
        days.into_iter().flat_map(|day| sample.legs_of(day)).filter(wanted).collect()
    });
    generating.await.unwrap_or_default()
}

/// Puts legs into the timetable, all in one commit.
pub(super) async fn schedule(
    service: &Service,
    legs: Vec<LegFacts>,
) -> Result<crate::booking::Scheduled, Rejection> {
    let legs = legs.into_iter().map(Arc::new).collect();
    let scheduled = match service.desk.ask(Command::Schedule(legs), None).await? {
        Outcome::Scheduled(scheduled) => scheduled,
        outcome => unreachable!("legs are scheduled, and not {outcome:?}"),
    };
    tracing::info!(legs.added = scheduled.added, "timetable");
    Ok(scheduled)
}
