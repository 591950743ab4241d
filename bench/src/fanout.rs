//! One event to everyone who watches: how long until the last of N has it, one at a time, at a steady
//! rate, and as many as go; and the server's memory for a watcher to whom nothing is told.
//!
//! One thread has all watchers' sockets and looks at every event; another publishes. For `trechod` an
//! event is a hold, or its release: decided, on disk, then told. The others pass on a text of the same
//! length and do nothing else.

mod news;
mod peer;
mod publisher;
mod watchers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::{Report, eyre};
use serde_json::{Value, json};

use crate::machine::{Processors, resident_kib};
use news::News;
use publisher::Publisher;

pub(crate) use peer::EVENT_BYTES;

/// A server settles so long before its memory is read without watchers, and with them.
const SETTLE: Duration = Duration::from_millis(500);
const IDLE: Duration = Duration::from_millis(2_500);

/// So many events go ahead of those that count.
const WARM_UP: usize = 5;

/// Between two single events, after the one has reached everyone.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest that anyone waits for an event, and for all that is under way after a phase.
const PATIENCE: Duration = Duration::from_secs(10);
const DRAIN: Duration = Duration::from_secs(25);

/// What is driven, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Who serves there
    #[arg(long, value_enum)]
    peer: peer::Kind,
    /// Where
    #[arg(long)]
    pub(crate) addr: SocketAddr,
    /// The server's process, whose memory and processor time are told
    #[arg(long)]
    server_pid: Option<u32>,
    /// How many watch
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// How many single events; 0 leaves all events out and measures memory alone
    #[arg(long, default_value_t = 50)]
    single: usize,
    /// How many events a second at the steady rate
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// How many seconds of them
    #[arg(long, default_value_t = 5)]
    steady: u32,
    /// How many seconds of as many as go
    #[arg(long, default_value_t = 4)]
    saturated: u32,
    /// How many events may then be under way, not yet with everyone
    #[arg(long, default_value_t = 64)]
    window: usize,
}

/// Runs the phases and reports.
pub(crate) fn run(options: &Options) -> Result<Value, Report> {
    let resident = || options.server_pid.map_or(0, resident_kib);
    let count = options.watchers;
    let news = Arc::new(News::new(count));
    let mut publisher = Publisher::connect(options.peer, options.addr, Arc::clone(&news))?;
    thread::sleep(SETTLE);
    let alone = resident();
    let began = std::time::Instant::now();
    let watchers = (0..count).map(|_| options.peer.watch(options.addr));
    let watchers: Vec<_> = watchers.collect::<Result<_, _>>()?;
    let connecting = began.elapsed();
    thread::sleep(IDLE);
    let idle = resident();
    let kib = |kib: u64| f64::from(u32::try_from(kib).unwrap_or(u32::MAX));
    let people = f64::from(u32::try_from(count.max(1))?);
    let mut report = json!({
        "watchers": count, "connecting_seconds": connecting.as_secs_f64(),
        "resident_kib_alone": alone, "resident_kib_idle": idle,
        "resident_kib_per_watcher": (kib(idle) - kib(alone)) / people,
    });
    let phases = thread::scope(|scope| {
        let (kind, heard) = (options.peer, &*news);
        let watching = scope.spawn(move || watchers::watch(kind, watchers, heard));
        let phases =
            if options.single > 0 { phases(options, &mut publisher) } else { Ok(json!({})) };
        news.end();
        let watched = watching.join().map_err(|_| eyre!("the watchers' thread panicked"));
        watched.and_then(|watched| watched).and(phases)
    })?;
    if let (Some(report), Value::Object(phases)) = (report.as_object_mut(), phases) {
        report.extend(phases);
        let errors = news.strays() + news.lost_connections() + publisher.refused();
        report.insert("lost_connections".to_owned(), news.lost_connections().into());
        report.insert("strays".to_owned(), news.strays().into());
        report.insert("refused".to_owned(), publisher.refused().into());
        report.insert("errors".to_owned(), (errors + news.missing(publisher.published())).into());
        report.insert("resident_kib_after".to_owned(), resident().into());
    }
    Ok(report)
}

fn phases(options: &Options, publisher: &mut Publisher) -> Result<Value, Report> {
    for _ in 0..WARM_UP {
        let event = publisher.publish(None)?;
        publisher.wait(event, PATIENCE);
    }
    let first = publisher.published();
    for _ in 0..options.single {
        thread::sleep(PAUSE);
        let event = publisher.publish(None)?;
        publisher.wait(event, PATIENCE);
    }
    let single = publisher.news().report(first..publisher.published());
    let steady = steady(options, publisher)?;
    let saturated = saturated(options, publisher)?;
    publisher.settle(PATIENCE)?;
    Ok(json!({ "single": single, "steady": steady, "saturated": saturated }))
}

/// At a rate, each timed from when it was due, so that a late publisher hides nothing.
fn steady(options: &Options, publisher: &mut Publisher) -> Result<Value, Report> {
    let news = Arc::clone(publisher.news());
    let first = publisher.published();
    let processors = Processors::watch(options.server_pid);
    let (heard, began) = (news.delivered(), news.now());
    for number in 0..options.rate * options.steady {
        let due = began + Duration::from_secs(1) * number / options.rate;
        while let Some(early) = due.checked_sub(news.now()).filter(|early| !early.is_zero()) {
            thread::sleep(early);
        }
        publisher.publish(Some(due))?;
    }
    let last = news.now();
    let processors = processors.json();
    let heard = news.delivered() - heard;
    publisher.settle(DRAIN)?;
    let mut report = news.report(first..publisher.published());
    report["rate"] = options.rate.into();
    report["delivered_per_second"] = per_second(heard, last.saturating_sub(began)).into();
    report["drained_after_seconds"] = news.now().saturating_sub(last).as_secs_f64().into();
    report["processors"] = processors;
    Ok(report)
}

/// Never more than a window under way.
fn saturated(options: &Options, publisher: &mut Publisher) -> Result<Value, Report> {
    let news = Arc::clone(publisher.news());
    let first = publisher.published();
    // What has been given up before is under way no more.
    let given_up = first - news.complete();
    let processors = Processors::watch(options.server_pid);
    let (heard, began) = (news.delivered(), news.now());
    let until = began + Duration::from_secs(options.saturated.into());
    while news.now() < until && publisher.published() < news::EVENTS {
        let under_way = publisher.published().saturating_sub(news.complete() + given_up);
        if under_way < options.window {
            publisher.publish(None)?;
        } else {
            publisher::pause();
        }
    }
    let heard = news.delivered() - heard;
    let took = news.now().saturating_sub(began);
    let processors = processors.json();
    publisher.settle(PATIENCE)?;
    let mut report = news.report(first..publisher.published());
    report["delivered_per_second"] = per_second(heard, took).into();
    report["published"] = (publisher.published() - first).into();
    report["processors"] = processors;
    Ok(report)
}

fn per_second(count: u64, took: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / took.as_micros().max(1)).unwrap_or(u64::MAX)
}
