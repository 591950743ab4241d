//! Load, and proof: many passengers at once against a real server, over the real protocol.
//!
//! [`race`] is for an audience: everybody fires at the same instant for the last seats of one leg,
//! and the report says who won and that nothing was oversold. [`rounds`] is for measuring: C
//! passengers in a closed loop of hold, hold, confirm, with N sessions watching. Both read every
//! reply; an unexpected one is counted as an error and shown.

pub mod race;
pub mod rounds;

mod latency;
mod tally;

pub use latency::Latency;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use trecho_shared::message::{OpenSession, method};

use crate::bot::{CallError, Caller, Target};

/// So many connect at the same time, so that the server's backlog is not what is measured.
const CONNECTING: usize = 64;

/// Connects `count` clients, each with a session. In no order.
async fn arrive(server: &Target, count: u32) -> Result<Vec<Caller>, CallError> {
    let turns = Arc::new(Semaphore::new(CONNECTING));
    let mut arriving = JoinSet::new();
    for _ in 0..count {
        let (turns, server) = (Arc::clone(&turns), server.clone());
        arriving.spawn(async move {
            let _turn = turns.acquire().await;
            let mut caller = Caller::to(&server).await?;
            caller.call::<method::SessionOpen>(&OpenSession::default()).await?;
            Ok(caller)
        });
    }
    arriving.join_all().await.into_iter().collect()
}
