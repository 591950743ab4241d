//! The actions that change what is sold.

use clap::{Args, Subcommand};
use trecho_shared::ids::{HoldId, LegId, SeatLabel};

use super::super::Failure;
use super::{Target, show};
use crate::admin::client::Admin;
use crate::admin::wire::{BlockSeats, ReleaseCart, ReleaseHold, ShowLeg, UnblockSeats, method};

/// What changes what is sold. Each is in the audit log.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Act {
    /// Take free seats off sale, all or none
    Block {
        /// Which.
        #[command(flatten)]
        seats: Seats,
        /// Why: one line for whoever looks later
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put blocked seats on sale again, all or none
    Unblock {
        /// Which.
        #[command(flatten)]
        seats: Seats,
    },
    /// Take a leg off sale: its holds leave their carts, what is sold stays sold
    Close {
        /// Its id, such as TR1042-20261124-GRU
        leg: LegId,
    },
    /// Put a closed leg on sale again
    Open {
        /// Its id, such as TR1042-20261124-GRU
        leg: LegId,
    },
    /// Take one hold out of whatever cart has it
    ReleaseHold {
        /// Its number, as `trechod admin carts` and `seats` tell it
        hold: u64,
    },
    /// Take all holds out of a session's cart
    ReleaseCart {
        /// The session's number, as `trechod admin carts` tells it
        session: u64,
    },
}

/// Seats of a leg.
#[derive(Debug, Args)]
pub(in crate::cli) struct Seats {
    /// The leg, such as TR1042-20261124-GRU
    leg: LegId,
    /// Its seats, such as 12A 12B 12C
    #[arg(required = true, value_name = "SEAT")]
    seats: Vec<SeatLabel>,
}

pub(super) fn act(target: &Target, admin: &mut Admin, act: Act) -> Result<(), Failure> {
    match act {
        Act::Block { seats: Seats { leg, seats }, reason } => {
            let done = admin.ask(method::SeatsBlock, &BlockSeats { leg, seats, reason })?;
            target.tell(&done, |done| show::steered(done, "blocked", "nothing to do"));
        }
        Act::Unblock { seats: Seats { leg, seats } } => {
            let done = admin.ask(method::SeatsUnblock, &UnblockSeats { leg, seats })?;
            target.tell(&done, |done| show::steered(done, "unblocked", "nothing to do"));
        }
        Act::Close { leg } => {
            let done = admin.ask(method::LegsClose, &ShowLeg { leg })?;
            target.tell(&done, |done| {
                show::steered(done, "closed for sale", "was closed for sale already")
            });
        }
        Act::Open { leg } => {
            let done = admin.ask(method::LegsOpen, &ShowLeg { leg })?;
            target.tell(&done, |done| show::steered(done, "on sale again", "was on sale already"));
        }
        Act::ReleaseHold { hold } => {
            let done = admin.ask(method::HoldsRelease, &ReleaseHold { hold: HoldId(hold) })?;
            target.tell(&done, |done| show::released(&done.released));
        }
        Act::ReleaseCart { session } => {
            let done = admin.ask(method::CartsRelease, &ReleaseCart { session })?;
            target.tell(&done, |done| show::released(&done.released));
        }
    }
    Ok(())
}
