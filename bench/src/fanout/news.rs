//! What is known of each event: when it was sent, who does not have it yet, when the last got it.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::latency::Latency;

/// So many events a run has at most.
pub(super) const EVENTS: usize = 1 << 20;

/// Written by the publisher and by the watchers' one thread, each its own part.
#[derive(Debug)]
pub(super) struct News {
    base: Instant,
    events: Vec<Event>,
    complete: AtomicUsize,
    delivered: AtomicU64,
    strays: AtomicU64,
    lost_connections: AtomicU64,
    ended: AtomicBool,
    /// Who is woken when an event is complete.
    publisher: OnceLock<Thread>,
}

#[derive(Debug)]
struct Event {
    /// Nanoseconds since the base.
    sent: AtomicU64,
    /// Nanoseconds since the base; 0: somebody does not have it yet.
    complete: AtomicU64,
    missing: AtomicU32,
}

impl News {
    pub(super) fn new(watchers: usize) -> Self {
        let missing = u32::try_from(watchers).expect("as many as there are ports");
        let event = || Event {
            sent: AtomicU64::new(0),
            complete: AtomicU64::new(0),
            missing: AtomicU32::new(missing),
        };
        Self {
            base: Instant::now(),
            events: std::iter::repeat_with(event).take(EVENTS).collect(),
            complete: AtomicUsize::new(0),
            delivered: AtomicU64::new(0),
            strays: AtomicU64::new(0),
            lost_connections: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            publisher: OnceLock::new(),
        }
    }

    /// The time since the base.
    pub(super) fn now(&self) -> Duration {
        self.base.elapsed()
    }

    /// The calling thread is woken by complete events from now on.
    pub(super) fn wake_me(&self) {
        let _ = self.publisher.set(std::thread::current());
    }

    /// Event number `event` is about to be sent, or was due.
    pub(super) fn send(&self, event: usize, at: Duration) {
        self.events[event].sent.store(nanoseconds(at), Ordering::Release);
    }

    /// A watcher has event number `event`. For one thread alone, which is told `now` once for all
    /// that a read gave.
    pub(super) fn hear(&self, event: usize, now: Duration) {
        let Some(Event { complete, missing, .. }) = self.events.get(event) else {
            self.stray();
            return;
        };
        // Nobody else writes these.
        match missing.load(Ordering::Relaxed) {
            0 => self.stray(),
            1 => {
                missing.store(0, Ordering::Relaxed);
                complete.store(nanoseconds(now), Ordering::Release);
                self.complete.fetch_add(1, Ordering::Release);
                if let Some(publisher) = self.publisher.get() {
                    publisher.unpark();
                }
            }
            left => missing.store(left - 1, Ordering::Relaxed),
        }
    }

    /// So many more were heard in all.
    pub(super) fn count(&self, events: u64) {
        self.delivered.fetch_add(events, Ordering::Release);
    }

    /// Something came that is no event that was sent, or came twice.
    pub(super) fn stray(&self) {
        self.strays.fetch_add(1, Ordering::Relaxed);
    }

    /// A watcher's connection ended.
    pub(super) fn lose_connection(&self) {
        self.lost_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// The run is over.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(super) fn is_complete(&self, event: usize) -> bool {
        self.events[event].complete.load(Ordering::Acquire) > 0
    }

    /// How many events everyone has.
    pub(super) fn complete(&self) -> usize {
        self.complete.load(Ordering::Acquire)
    }

    /// How many events were heard, each by one watcher.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Acquire)
    }

    pub(super) fn strays(&self) -> u64 {
        self.strays.load(Ordering::Relaxed)
    }

    pub(super) fn lost_connections(&self) -> u64 {
        self.lost_connections.load(Ordering::Relaxed)
    }

    /// How many deliveries of the first `events` events never came.
    pub(super) fn missing(&self, events: usize) -> u64 {
        self.missing_of(0..events)
    }

    fn missing_of(&self, events: Range<usize>) -> u64 {
        let missing = |event: &Event| u64::from(event.missing.load(Ordering::Relaxed));
        self.events[events].iter().map(missing).sum()
    }

    /// How long these took to the last watcher.
    pub(super) fn report(&self, events: Range<usize>) -> Value {
        let mut latency = Latency::new();
        for Event { sent, complete, .. } in &self.events[events.clone()] {
            let complete = complete.load(Ordering::Acquire);
            if complete > 0 {
                let took = complete.saturating_sub(sent.load(Ordering::Acquire));
                latency.record(Duration::from_nanos(took));
            }
        }
        json!({ "last": latency.json(), "undelivered": self.missing_of(events) })
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
