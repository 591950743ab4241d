//! From a data directory to a desk and a board.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use trecho_shared::ids::{Epoch, Version};
use trecho_shared::message::SeatStatus;

use super::StartError;
use super::public::Public;
use crate::board::Board;
use crate::booking::{LegFacts, LegKey, SeatIx, State};
use crate::config::{Config, TimetableSource};
use crate::desk::{Desk, Fittings, Running, system_random};
use crate::dispatch::Service;
use crate::feed::Feed;
use crate::ledger::{Claimed, Ledger, LedgerError, Records, Restored, Standing};
use crate::meters::{Meters, SeatState};
use crate::session::Guesses;
use crate::tls::Tls;

/// What a server goes on with.
pub(super) struct Opened {
    pub(super) service: Service,
    pub(super) running: Running,
    pub(super) found: Found,
}

/// What the data directory has of a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// There has never been a leg in it.
    pub(super) vacant: bool,
    /// It has the sample of this seed.
    pub(super) sample_seed: Option<u64>,
    /// So many bookings were ever made.
    pub(super) bookings: u64,
}

/// What the data directory held.
struct Restoration {
    ledger: Ledger,
    state: State,
    board: Board,
    epoch: Epoch,
    version: Version,
    found: Found,
}

/// Opens the data directory and everything that works on it, except the listener.
pub(super) async fn open(config: &Config) -> Result<Opened, StartError> {
    // Reading a large ledger takes a while, and waits for the disk.
    let meters = Arc::new(Meters::new(&config.data_dir));
    let tls = config.tls.as_ref().map(Tls::open).transpose()?.map(Arc::new);
    let restoring = tokio::task::spawn_blocking({
        let (config, meters) = (config.clone(), Arc::clone(&meters));
        move || -> Result<_, StartError> {
            let ledger = Ledger::open(&config.data_dir)?;
            let records = Records::open(&config.data_dir)?;
            Ok((restore(ledger, &config, &meters)?, records))
        }
    });
    let (restored, records) = restoring.await.map_err(std::io::Error::other)??;
    let Restoration { ledger, state, board, epoch, version, found } = restored;
    let clock = config.clock.clone();
    let board = Arc::new(board);
    let feed =
        Arc::new(Feed::new(Arc::clone(&board), version, &config.limits, meters.feed.clone()));
    let outward = Public::new(Arc::clone(&board), Arc::clone(&feed), meters.standing.clone());
    let (desk, running) = Desk::open(Fittings {
        state,
        ledger,
        clock: clock.clone(),
        outward: Box::new(outward),
        random: system_random(),
        meters: meters.desk.clone(),
    })?;
    let (policy, limits) = (config.policy(), config.limits);
    let guesses = Guesses::new(&limits);
    let service = Service {
        board,
        feed,
        desk,
        records,
        clock,
        epoch,
        policy,
        limits,
        meters,
        tls,
        guesses,
        unsent: AtomicUsize::new(0),
    };
    Ok(Opened { service, running, found })
}

fn restore(
    mut ledger: Ledger,
    config: &Config,
    meters: &Meters,
) -> Result<Restoration, LedgerError> {
    let mut legs: Vec<(LegKey, Arc<LegFacts>, bool)> = Vec::new();
    let mut claims: Vec<(LegKey, SeatIx, SeatStatus)> = Vec::new();
    let restored =
        ledger.restore(config.policy(), config.clock.now(), &mut |standing| match standing {
            Standing::Leg { leg, facts, closed } => {
                meters.standing.add_leg(facts.cabin.capacity());
                legs.push((leg, Arc::clone(facts), closed));
            }
            Standing::Claim { leg, seat, claimed } => {
                let status = match claimed {
                    Claimed::Held => SeatStatus::Held,
                    Claimed::Sold => SeatStatus::Sold,
                    Claimed::Blocked => SeatStatus::Blocked,
                };
                meters.standing.move_seats(SeatState::Free, status.into(), 1);
                claims.push((leg, seat, status));
            }
        })?;
    let Restored { state, first_leg: _ } = restored;
    meters.standing.begin_with(state.census());
    let vacant = ledger.is_vacant()?;
    if vacant && config.timetable == TimetableSource::Sample && ledger.sample_seed()?.is_none() {
        ledger.keep_sample_seed(config.seed)?;
    }
    let version = state.counters().version;
    let board = Board::new(legs.into_iter(), version);
    for (leg, seat, status) in claims {
        board
            .restore_seat(leg, seat, status)
            .map_err(|error| LedgerError::Damaged(error.to_string()))?;
    }
    let (epoch, sample_seed) = (ledger.epoch(), ledger.sample_seed()?);
    // They are numbered from 1.
    let bookings = ledger.counters().booking.0.saturating_sub(1);
    let found = Found { vacant, sample_seed, bookings };
    Ok(Restoration { ledger, state, board, epoch, version, found })
}
