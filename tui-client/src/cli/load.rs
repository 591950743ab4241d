//! `trecho race` and `trecho load`.

use std::io::{self, Write as _};
use std::time::Duration;

use clap::{Args, value_parser};
use color_eyre::eyre::{Report, eyre};
use serde::Serialize;
use trecho_shared::ids::LegId;

use super::say;
use crate::bot::{CallError, Caller, Target};
use crate::config::{Address, Config};
use crate::load::race;
use crate::load::rounds::{self, Rounds, Settle};
use crate::trust::Trust;
use crate::words;

/// Open files beside the connections: the standard three, the runtime's.
const OTHER_FILES: u64 = 32;

/// Who fires for what.
#[derive(Debug, Clone, Args)]
pub(super) struct RaceOptions {
    /// Where the server is: HOST or HOST:PORT [default: localhost:7470]
    #[arg(value_name = "ADDR")]
    pub(super) addr: Option<Address>,
    /// How many fire at once
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(1..=10_000))]
    clients: u32,
    /// For which leg, such as TR1042-20261124-GRU [default: the next with the fewest seats]
    #[arg(long)]
    leg: Option<LegId>,
    /// Report as one line of JSON
    #[arg(long)]
    json: bool,
}

/// What load, and for how long.
#[derive(Debug, Clone, Args)]
pub(super) struct LoadOptions {
    /// Where the server is: HOST or HOST:PORT [default: localhost:7470]
    #[arg(value_name = "ADDR")]
    pub(super) addr: Option<Address>,
    /// How many passengers book at the same time, each hold, hold, confirm, again and again
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u32).range(1..=10_000))]
    clients: u32,
    /// Over how many legs, the first by departure that are on sale
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = value_parser!(u32).range(1..=1_000_000))]
    legs: u32,
    /// How many more sessions watch everything
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u32).range(..=100_000))]
    watchers: u32,
    /// How many seconds are measured
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// How many seconds it runs before that
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(..=3_600))]
    warm_up: u32,
    /// Give every cart back instead of buying it, so that no leg sells out
    #[arg(long)]
    give_back: bool,
    /// Which legs are chosen when
    #[arg(long, value_name = "N", default_value_t = 2026)]
    seed: u64,
    /// Report as one line of JSON
    #[arg(long)]
    json: bool,
}

/// Runs a race and tells how it went.
///
/// # Errors
/// If there was no race, or it proved the server unsound: the report is told then, too.
pub(super) fn race(options: &RaceOptions, config: &Config) -> Result<(), Report> {
    allow_files(u64::from(options.clients))?;
    let report = runtime()?.block_on(async {
        let server = find(config).await?;
        Ok::<_, Report>(race::run(&server, options.clients, options.leg).await?)
    })?;
    tell(&report, options.json, || words::race(&report, config.lang))?;
    if report.is_sound() { Ok(()) } else { Err(eyre!("the race was not sound, as told above")) }
}

/// Puts load on a server and tells what it did.
///
/// # Errors
/// If there was none to put it on, or an answer was wrong: the report is told then, too.
pub(super) fn load(options: &LoadOptions, config: &Config) -> Result<(), Report> {
    allow_files(u64::from(options.clients) + u64::from(options.watchers))?;
    let seconds = |count: u32| Duration::from_secs(u64::from(count));
    let rounds = Rounds {
        clients: options.clients,
        legs: options.legs,
        watchers: options.watchers,
        lasting: seconds(options.seconds),
        warm_up: seconds(options.warm_up),
        settle: if options.give_back { Settle::GiveBack } else { Settle::Confirm },
        seed: options.seed,
    };
    let report = runtime()?.block_on(async {
        let server = find(config).await?;
        Ok::<_, Report>(rounds::run(&server, rounds).await?)
    })?;
    tell(&report, options.json, || words::load(&report, config.lang))?;
    if report.is_sound() { Ok(()) } else { Err(eyre!("the load was not borne, as told above")) }
}

/// One thread: it is quick enough, and leaves the other cores to the server.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Of the server's addresses the one that answers; it is who it should be.
async fn find(config: &Config) -> Result<Target, Report> {
    let address = &config.address;
    // Nothing else waits for this thread yet: it may read files.
    let mut trust = Trust::of(config)?;
    let channel = trust.channel()?;
    match Caller::open((address.host(), address.port()), &channel).await {
        Ok(caller) => {
            if let Err(error) = trust.remember() {
                say(&format!("trecho: the server's key is not remembered: {error}"));
            }
            Ok(Target { address: caller.peer(), channel })
        }
        Err(CallError::Distrusted(distrust)) => Err(eyre!(words::distrust(&distrust, config.lang))),
        Err(error @ CallError::NoTls) => Err(error.into()),
        Err(error) => Err(Report::new(error)
            .wrap_err(format!("cannot reach a server at {address}; is it running?"))),
    }
}

fn tell(report: &impl Serialize, json: bool, text: impl Fn() -> String) -> Result<(), Report> {
    let text = if json { serde_json::to_string(report)? } else { text() };
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// Raises the limit of open files as far as this process may, and says so if that is not enough.
#[cfg(unix)]
fn allow_files(connections: u64) -> Result<(), Report> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = connections + OTHER_FILES;
    let enough = |limit: Option<u64>| limit.is_none_or(|files| files >= wanted);
    if enough(current) {
        return Ok(());
    }
    if !enough(maximum) {
        let files = maximum.unwrap_or_default();
        return Err(eyre!(
            "{connections} connections need {wanted} open files, and this process may have {files}; \
             ask for fewer, or have the limit raised (ulimit -Hn)"
        ));
    }
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    Ok(())
}

#[cfg(not(unix))]
fn allow_files(_connections: u64) -> Result<(), Report> {
    Ok(())
}
