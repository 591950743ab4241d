//! Wakes the desk when time is up for something and nobody asks for anything.
//!
//! Being late is harmless: the desk decides what is due before every command anyway.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use trecho_shared::time::Moment;

use super::Order;
use crate::booking::Command;
use crate::clock::Clock;

/// Two sweeps are at least so far apart: what is due within is swept together.
const APART: Duration = Duration::from_millis(5);

/// Sleeps until the moment that the desk tells, and sends it a sweep; ends with the desk. Does not
/// keep the desk open.
pub(super) async fn sweep(
    orders: mpsc::WeakSender<Order>,
    mut due: watch::Receiver<Option<Moment>>,
    clock: Clock,
) {
    loop {
        let next = *due.borrow_and_update();
        tokio::select! {
            changed = due.changed() => if changed.is_err() { return },
            () = until(next, &clock) => {
                // The desk is closing: whoever had it last needs no sweep.
                let Some(desk) = orders.upgrade() else { return };
                let (reply, swept) = oneshot::channel();
                let order = Order { command: Command::Sweep, attach: None, reply };
                let sent = desk.send(order).await;
                drop(desk);
                // By its answer the desk has told when it is due next.
                if sent.is_err() || swept.await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn until(due: Option<Moment>, clock: &Clock) {
    match due {
        None => std::future::pending().await,
        Some(due) => {
            let ms = u64::try_from(due.ms_since(clock.now())).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(ms).max(APART)).await;
        }
    }
}
