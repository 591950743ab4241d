//! Who gets a place.
//!
//! A quarter of the places is **reserved** for sessions with holds. Once strangers have filled the
//! rest, a newcomer is let in **on trial**: it has a few seconds to resume a session with holds, and
//! is let go otherwise. When too many are on trial at once, the longest is let go first, so that the
//! next one gets in: strangers who fill a server cannot keep a passenger from a cart, however many
//! they are. One who stays is never sent away again.
//!
//! One address has a bound of its own, and a rate at which it is let in, so that it cannot use up the
//! rate of all by hanging up and connecting again; both spare this machine and trusted networks. The
//! table of addresses has an entry only while there is a connection, so it is bounded by the places.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep};

use crate::limits::{Limits, REMEMBERED};
use crate::meters::TurnedAway;
use crate::origin::{Origin, Trusted};
use crate::rate::Rates;

/// Gives places.
#[derive(Debug)]
pub(crate) struct Admission {
    trusted: Trusted,
    places: usize,
    reserved: usize,
    per_address: usize,
    trial: Duration,
    arrivals: Mutex<Rates<Origin>>,
    taken: Mutex<Taken>,
}

/// Who has a place.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Those whose session has no holds.
    strangers: usize,
    by_origin: HashMap<Origin, usize>,
    /// Those on trial, the longest first, and how to let each go.
    on_trial: BTreeMap<u64, oneshot::Sender<()>>,
    trials: u64,
}

/// A connection's place. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
    origin: Option<Origin>,
    holds: bool,
    trial: Option<Box<Trial>>,
}

#[derive(Debug)]
struct Trial {
    number: u64,
    let_go: oneshot::Receiver<()>,
    over: Pin<Box<Sleep>>,
}

impl Admission {
    /// As many places as the limits say.
    pub(crate) fn new(limits: &Limits, trusted: Trusted) -> Self {
        Self {
            trusted: trusted.resolve(),
            places: limits.connections,
            reserved: limits.reserved(),
            per_address: limits.connections_per_address,
            trial: limits.trial,
            arrivals: Mutex::new(Rates::new(limits.accepts_per_address, REMEMBERED)),
            taken: Mutex::default(),
        }
    }

    /// A place for a connection from `address`.
    ///
    /// # Errors
    /// Says why there is none.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, TurnedAway> {
        let origin = self.trusted.stranger(address);
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if origin.is_some_and(|origin| arrivals.permit(&origin, now).is_err()) {
            return Err(TurnedAway::Rate);
        }
        let mut taken = self.taken();
        let here = origin.and_then(|origin| taken.by_origin.get(&origin)).copied().unwrap_or(0);
        if self.per_address > 0 && here >= self.per_address {
            return Err(TurnedAway::Address);
        }
        if taken.all >= self.places {
            // Whoever tries again finds room.
            taken.let_the_longest_go();
            return Err(TurnedAway::Full);
        }
        let trial = if taken.strangers + self.reserved >= self.places {
            Some(Box::new(self.trial(&mut taken)))
        } else {
            None
        };
        taken.all += 1;
        taken.strangers += 1;
        if let Some(origin) = origin {
            *taken.by_origin.entry(origin).or_default() += 1;
            arrivals.charge(origin, now);
        }
        drop(taken);
        Ok(Place { admission: Arc::clone(self), origin, holds: false, trial })
    }

    /// Half of the reserve is for trials; the other half stays free for those who pass.
    fn trial(&self, taken: &mut Taken) -> Trial {
        if taken.on_trial.len() >= (self.reserved / 2).max(1) {
            taken.let_the_longest_go();
        }
        let (sender, let_go) = oneshot::channel();
        taken.trials += 1;
        taken.on_trial.insert(taken.trials, sender);
        Trial { number: taken.trials, let_go, over: Box::pin(sleep(self.trial)) }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing panics while it is locked; and if so, numbers are numbers.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn let_the_longest_go(&mut self) {
        // Dropping its end tells it.
        self.on_trial.pop_first();
    }
}

impl Place {
    /// Whose limits count; `None` if they are spared.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// Whether it has yet to show that it has holds.
    pub(crate) fn is_on_trial(&self) -> bool {
        self.trial.is_some()
    }

    /// The connection's session has holds, or has none. Who has some is on trial no more.
    pub(crate) fn note_holds(&mut self, holds: bool) {
        if holds == self.holds {
            return;
        }
        self.holds = holds;
        if holds {
            self.end_trial();
            self.admission.taken().strangers -= 1;
        } else {
            self.admission.taken().strangers += 1;
        }
    }

    /// Waits until the trial is over, and ends it; for ever without one. Can be cancelled.
    pub(crate) async fn trial_over(&mut self) {
        let Some(trial) = &mut self.trial else { return std::future::pending().await };
        std::future::poll_fn(|cx| {
            let told = Pin::new(&mut trial.let_go).poll(cx).is_ready();
            if told || trial.over.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
        self.end_trial();
    }

    fn end_trial(&mut self) {
        if let Some(trial) = self.trial.take() {
            self.admission.taken().on_trial.remove(&trial.number);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.end_trial();
        let mut taken = self.admission.taken();
        taken.all -= 1;
        if !self.holds {
            taken.strangers -= 1;
        }
        let Some(origin) = self.origin else { return };
        if let Some(here) = taken.by_origin.get_mut(&origin) {
            *here -= 1;
            if *here == 0 {
                taken.by_origin.remove(&origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn admission(adjust: impl FnOnce(&mut Limits)) -> Arc<Admission> {
        let mut limits = Limits { connections: 8, connections_per_address: 3, ..Limits::default() };
        adjust(&mut limits);
        Arc::new(Admission::new(&limits, Trusted::default()))
    }

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_its_bound_and_this_machine_has_not() {
        let admission = admission(|_| {});
        let places: Vec<_> = (0..3).map(|_| admission.admit(address(1)).unwrap()).collect();
        assert_eq!(admission.admit(address(1)).unwrap_err(), TurnedAway::Address);
        let other = admission.admit(address(2)).unwrap();
        let local: Vec<_> =
            (0..4).map(|_| admission.admit([127, 0, 0, 1].into()).unwrap()).collect();
        drop(places);
        admission.admit(address(1)).unwrap();
        drop((other, local));
        let taken = admission.taken();
        assert_eq!((taken.all, taken.strangers, taken.by_origin.len()), (0, 0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_hangs_up_and_comes_again_without_end_is_let_in_so_often() {
        let admission = admission(|_| {});
        for _ in 0..256 {
            drop(admission.admit(address(1)).unwrap());
        }
        assert_eq!(admission.admit(address(1)).unwrap_err(), TurnedAway::Rate);
        admission.admit(address(2)).unwrap();
        tokio::time::advance(Duration::from_millis(20)).await;
        drop(admission.admit(address(1)).unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_leave_the_reserve_to_those_with_holds() {
        let admission = admission(|_| {});
        let strangers: Vec<_> = (1..=6).map(|at| admission.admit(address(at)).unwrap()).collect();
        assert!(strangers.iter().all(|place| !place.is_on_trial()));
        let mut passenger = admission.admit(address(7)).unwrap();
        assert!(passenger.is_on_trial());
        passenger.note_holds(true);
        assert!(!passenger.is_on_trial());
        // One more: it has the last place, and is let go when its time is up.
        let mut late = admission.admit(address(8)).unwrap();
        assert_eq!(late.trial_over().now_or_never(), None);
        late.trial_over().await;
        drop(late);
        // Whoever has bought is a stranger again, and keeps the place.
        passenger.note_holds(false);
        assert!(!passenger.is_on_trial());
        assert!(admission.admit(address(9)).unwrap().is_on_trial());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_later_is_let_in_and_the_longest_on_trial_is_let_go() {
        let admission = admission(|limits| limits.connections = 16);
        let strangers: Vec<_> = (1..=12).map(|at| admission.admit(address(at)).unwrap()).collect();
        let mut first = admission.admit(address(13)).unwrap();
        let mut second = admission.admit(address(14)).unwrap();
        assert_eq!(first.trial_over().now_or_never(), None);
        let mut third = admission.admit(address(15)).unwrap();
        assert_eq!(first.trial_over().now_or_never(), Some(()));
        assert_eq!(second.trial_over().now_or_never(), None);
        third.note_holds(true);
        // The second is the only one left on trial; one more may be.
        let fourth = admission.admit(address(16)).unwrap();
        assert_eq!(second.trial_over().now_or_never(), None);
        assert_eq!(admission.admit(address(17)).unwrap_err(), TurnedAway::Full);
        assert_eq!(second.trial_over().now_or_never(), Some(()));
        drop(second);
        admission.admit(address(17)).unwrap();
        drop((strangers, fourth));
    }
}
