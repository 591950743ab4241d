//! `trecho demo`: the whole product in one command. A server with a sample timetable, a crowd of
//! [bots](crate::bot) and the full client, with nothing else installed; with `--panes`, several
//! passengers side by side in a tmux of its own, for an audience.
//!
//! Everything is kept in a directory of its own that is removed at the end.

mod company;
mod grid;
mod manners;
mod panes;
mod tmux;

use std::io;

use clap::Args;
use color_eyre::eyre::{Report, WrapErr as _};
use tempfile::TempDir;
use trecho_server::cli::HoldPeriod;

use crate::bot::MOST_BOTS;
use crate::cli::{CliError, prepare};
use crate::config::{Locale, Settings};
use crate::run::open;

use company::Company;

/// So many passengers side by side, at most: each has a name.
const MOST_PANES: i64 = 6;

/// What a demo can be told.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Several passengers side by side in a tmux of its own, with the server's log above
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=MOST_PANES))]
    panes: Option<u8>,
    /// How many bots book along
    #[arg(long, value_name = "N", default_value_t = 24,
        value_parser = clap::value_parser!(u16).range(..=i64::from(MOST_BOTS)))]
    bots: u16,
    /// How long a cart is held after its last successful hold
    #[arg(long, env = "TRECHO_HOLD", value_name = "DURATION", default_value = "60s")]
    hold: HoldPeriod,
    /// What the timetable and the bots' habits are generated from
    #[arg(long, env = "TRECHO_SEED", value_name = "N", default_value_t = 2026)]
    seed: u64,
}

/// Runs a demo until its user leaves.
///
/// # Errors
/// If the settings cannot be used, there is no terminal or it is too small, or something fails.
pub(crate) fn run(options: &Options, settings: Settings, locale: Locale) -> Result<(), CliError> {
    let directory = directory()?;
    let config = settings.keep_in(&directory.path().join("passenger")).config(locale)?;
    prepare(&config)?;
    match options.panes {
        Some(passengers) => panes::run(options, passengers, &config, directory),
        None => Ok(open(&config, Company::new(options.clone(), directory))?),
    }
}

fn directory() -> Result<TempDir, Report> {
    let made: io::Result<TempDir> = tempfile::Builder::new().prefix("trecho-demo-").tempdir();
    made.wrap_err("cannot make a directory for the demo")
}
