//! `trechod admin`: steers a running server through its admin socket.

mod act;
mod show;
mod table;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use color_eyre::eyre::eyre;
use serde::Serialize;
use trecho_shared::ids::{Iata, LegId};
use trecho_shared::message::{Empty, SearchText};
use trecho_shared::time::{Date, date};

use super::settings::default_data_dir;
use super::{Failure, say};
use crate::admin::AdminSocket;
use crate::admin::client::Admin;
use crate::admin::wire::{ListLegs, SayNotice, ShowLeg, method};
use crate::meters::Snapshot;

/// A page is asked for until all there is has been told.
const PAGE: u32 = 500;

/// Which server, and how to tell.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// The data directory of the server [default: that of `trechod serve`]
    #[arg(long, env = "TRECHO_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// The server's admin socket [default: admin/admin.sock in the data directory]
    #[arg(long, env = "TRECHO_ADMIN_SOCKET", value_name = "PATH", global = true)]
    socket: Option<PathBuf>,
    /// One JSON object a line, for scripts
    #[arg(long, global = true)]
    json: bool,
}

/// What operators can do.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List legs, with their seats by state
    Legs(Narrow),
    /// Show one leg
    Leg {
        /// Its id, such as TR1042-20261124-GRU
        leg: LegId,
    },
    #[command(flatten)]
    Act(act::Act),
    /// Tell the server's numbers as JSON; people may prefer `trechod top`
    Stats {
        /// Again every second, until the server ends
        #[arg(long)]
        watch: bool,
    },
    /// Tell every passenger who is connected
    Notice {
        /// What to tell: one line
        text: String,
    },
    /// See every connection off and end the server, as SIGTERM does
    Drain,
}

/// Which legs.
#[derive(Debug, Args)]
pub(super) struct Narrow {
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
    /// No more than so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
}

fn parse_date(text: &str) -> Result<Date, String> {
    date::parse(text).map_err(|error| error.to_string())
}

impl Target {
    /// Connects to the server that is meant.
    fn connect(&self) -> Result<Admin, Failure> {
        let path = match &self.socket {
            Some(path) if path.as_os_str() == "none" => {
                return Err(Failure::Misused(eyre!(
                    "TRECHO_ADMIN_SOCKET says none: name the server's socket with --socket PATH"
                )));
            }
            Some(path) => path.clone(),
            None => {
                let data = self.data.clone().or_else(default_data_dir).ok_or_else(|| {
                    Failure::Misused(eyre!("name the server's data directory with --data DIR"))
                })?;
                AdminSocket::InData.path(&data).expect("that one has a path")
            }
        };
        Ok(Admin::connect(&path)?)
    }

    /// One result: an object for scripts, else a sentence or a table.
    fn tell<T: Serialize>(&self, result: &T, human: impl FnOnce(&T) -> String) {
        let text = if self.json {
            serde_json::to_string(result).expect("our results always serialize")
        } else {
            human(result)
        };
        // A closed stream is nothing to fail over: what was done is done.
        let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    }

    /// Many results: an object a line for scripts, else a table.
    fn tell_all<T: Serialize>(&self, results: &[T], human: impl FnOnce(&[T]) -> String) {
        if self.json {
            for result in results {
                self.tell(result, |_| String::new());
            }
        } else {
            let _ = write!(std::io::stdout(), "{}", human(results));
        }
    }
}

pub(super) fn admin(target: &Target, action: Action) -> Result<(), Failure> {
    let mut admin = target.connect()?;
    match action {
        Action::Legs(narrow) => legs(target, &mut admin, narrow)?,
        Action::Leg { leg } => {
            let row = admin.ask(method::LegsGet, &ShowLeg { leg })?;
            target.tell(&row, show::leg);
        }
        Action::Act(action) => act::act(target, &mut admin, action)?,
        Action::Stats { watch } => stats(&mut admin, watch)?,
        Action::Notice { text } => {
            let done = admin.ask(method::Notice, &SayNotice { text })?;
            target
                .tell(&done, |done| show::noted(*done, "every passenger who is connected is told"));
        }
        Action::Drain => {
            let done = admin.ask(method::Drain, &Empty {})?;
            target.tell(&done, |done| {
                let said =
                    "the server sees its connections off and ends; carts wait for the next start";
                show::noted(*done, said)
            });
        }
    }
    Ok(())
}

/// Totals since the start, an object a line.
fn stats(admin: &mut Admin, watch: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let mut tell = |snapshot: &Snapshot| {
        let text = serde_json::to_string(snapshot).expect("our results always serialize");
        writeln!(out, "{text}").and_then(|()| out.flush())
    };
    if !watch {
        let _ = tell(&admin.ask(method::Stats, &Empty {})?);
        return Ok(());
    }
    let mut snapshot = admin.ask(method::StatsWatch, &Empty {})?;
    // Nobody reads any more: nothing is left to do.
    while tell(&snapshot).is_ok() {
        snapshot = admin.hear(method::Stats)?;
    }
    Ok(())
}

/// Page after page, up to the limit.
fn legs(target: &Target, admin: &mut Admin, narrow: Narrow) -> Result<(), Failure> {
    let Narrow { from, to, date, text, limit } = narrow;
    let text: Option<SearchText> = text
        .map(|text| text.parse().map_err(|error| Failure::Misused(eyre!("{text:?}: {error}"))))
        .transpose()?;
    let (mut rows, mut cursor, mut total) = (Vec::new(), None, 0);
    loop {
        let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let ask =
            ListLegs { from, to, date, text: text.clone(), limit: Some(left.min(PAGE)), cursor };
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
