//! The actions that only look.

use clap::{Args, Subcommand, value_parser};
use color_eyre::eyre::eyre;
use trecho_shared::ids::{Iata, LegId, Locator};
use trecho_shared::message::SearchText;
use trecho_shared::time::{Date, date};

use super::super::{Failure, say};
use super::{Target, show};
use crate::admin::client::Admin;
use crate::admin::wire::{ListAudit, ListLegs, ListSessions, ShowBooking, ShowLeg, method};

/// A page is asked for until all there is has been told.
const PAGE: u32 = 500;

/// What only looks.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Look {
    /// List legs, with their seats by state
    Legs(Narrow),
    /// Show one leg
    Leg {
        /// Its id, such as TR1042-20261124-GRU
        leg: LegId,
    },
    /// List a leg's seats that are not free, and whose they are
    Seats {
        /// Its id, such as TR1042-20261124-GRU
        leg: LegId,
    },
    /// List sessions, the oldest first
    Sessions(Most),
    /// List carts: who holds what, for how long, and until when
    Carts(Most),
    /// Show one booking, without its claim code
    Booking {
        /// Its locator
        locator: Locator,
    },
    /// List what operators did, the newest first
    Audit(Most),
}

/// Which legs.
#[derive(Debug, Args)]
pub(in crate::cli) struct Narrow {
    /// Only from this airport
    #[arg(long, value_name = "IATA")]
    from: Option<Iata>,
    /// Only to this airport
    #[arg(long, value_name = "IATA")]
    to: Option<Iata>,
    /// Only on this date of the origin's calendar
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    date: Option<Date>,
    /// Only legs that this matches: a flight, a city, an airport
    text: Option<String>,
    #[command(flatten)]
    most: Most,
}

/// How many.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Most {
    /// No more than so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = value_parser!(u32).range(1..))]
    limit: u32,
}

impl Most {
    /// How many the next page is to have, after so many rows; none if that is all.
    fn page(self, rows: usize) -> Option<u32> {
        let left = self.limit.saturating_sub(u32::try_from(rows).unwrap_or(u32::MAX));
        (left > 0).then_some(left.min(PAGE))
    }

    /// Says that there are more, where a person reads.
    fn tell_more(self, target: &Target, more: bool) {
        if more && !target.json {
            say(&format!("there are more than {}: --limit shows more", self.limit));
        }
    }
}

fn parse_date(text: &str) -> Result<Date, String> {
    date::parse(text).map_err(|error| error.to_string())
}

pub(super) fn look(target: &Target, admin: &mut Admin, look: Look) -> Result<(), Failure> {
    match look {
        Look::Legs(narrow) => legs(target, admin, narrow)?,
        Look::Leg { leg } => {
            let row = admin.ask(method::LegsGet, &ShowLeg { leg })?;
            target.tell(&row, show::leg);
        }
        Look::Seats { leg } => {
            let listed = admin.ask(method::SeatsList, &ShowLeg { leg })?;
            target.tell_all(&listed.seats, show::seats);
            if listed.more && !target.json {
                say("there are more: these are the first by row");
            }
        }
        Look::Sessions(most) => sessions(target, admin, most, Held::OrNot)?,
        Look::Carts(most) => sessions(target, admin, most, Held::Something)?,
        Look::Booking { locator } => {
            let sheet = admin.ask(method::BookingsGet, &ShowBooking { locator })?;
            target.tell(&sheet, show::booking);
        }
        Look::Audit(most) => audit(target, admin, most)?,
    }
    Ok(())
}

/// Page after page, up to the limit.
fn legs(target: &Target, admin: &mut Admin, narrow: Narrow) -> Result<(), Failure> {
    let Narrow { from, to, date, text, most } = narrow;
    let text: Option<SearchText> = text
        .map(|text| text.parse().map_err(|error| Failure::Misused(eyre!("{text:?}: {error}"))))
        .transpose()?;
    let (mut rows, mut cursor, mut total) = (Vec::new(), None, 0);
    while let Some(limit) = most.page(rows.len()) {
        let ask = ListLegs { from, to, date, text: text.clone(), limit: Some(limit), cursor };
        let page = admin.ask(method::LegsList, &ask)?;
        rows.extend(page.legs);
        total = page.total;
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    target.tell_all(&rows, show::legs);
    if !target.json && rows.len() < total as usize {
        say(&format!("{} of {total} legs; --limit shows more", rows.len()));
    }
    Ok(())
}

/// Which sessions are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    OrNot,
    Something,
}

fn sessions(target: &Target, admin: &mut Admin, most: Most, held: Held) -> Result<(), Failure> {
    let holding = held == Held::Something;
    let (mut rows, mut after) = (Vec::new(), None);
    while let Some(limit) = most.page(rows.len()) {
        let ask = ListSessions { holding, after, limit: Some(limit) };
        let page = admin.ask(method::SessionsList, &ask)?;
        rows.extend(page.sessions);
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    target.tell_all(&rows, if holding { show::carts } else { show::sessions });
    most.tell_more(target, after.is_some());
    Ok(())
}

fn audit(target: &Target, admin: &mut Admin, most: Most) -> Result<(), Failure> {
    let (mut rows, mut before) = (Vec::new(), None);
    while let Some(limit) = most.page(rows.len()) {
        let page = admin.ask(method::AuditList, &ListAudit { before, limit: Some(limit) })?;
        rows.extend(page.lines);
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    target.tell_all(&rows, show::audit);
    most.tell_more(target, before.is_some());
    Ok(())
}
