//! `trecho-bench`: the load generator that drives `trechod` and its peers alike, and the bare servers
//! that are their ceiling. `run.py` beside it starts the servers, takes turns and compares.
//!
//! Each command but `serve-…` prints one line of JSON. Every reply is checked; what no sound server
//! answers is an error and counted. Only loopback addresses are driven.

mod carts;
mod dice;
mod fanout;
mod latency;
mod lines;
mod machine;
mod reads;
mod serve;

use std::io::Write as _;

use clap::{Parser, Subcommand};
use color_eyre::eyre::{Report, ensure};

#[derive(Debug, Parser)]
#[command(about, version)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Clients in a closed loop of hold, hold, confirm
    Carts(carts::Options),
    /// One event after the other to everyone who watches; memory of those who only watch
    Fanout(fanout::Options),
    /// Searches and trips against trechod
    Reads(reads::Options),
    /// Serves JSON lines that come back as they are, read and written as a type
    ServeEcho(serve::Options),
    /// Serves events to everyone who watches: a broadcast channel, and what waits in one write
    ServeFanout(serve::Options),
}

fn main() -> Result<(), Report> {
    color_eyre::install()?;
    machine::allow_files()?;
    let report = match Options::parse().command {
        Command::Carts(options) => {
            ensure!(options.addr.ip().is_loopback(), "only loopback is driven");
            runtime()?.block_on(carts::run(&options))?
        }
        Command::Fanout(options) => {
            ensure!(options.addr.ip().is_loopback(), "only loopback is driven");
            fanout::run(&options)?
        }
        Command::Reads(options) => {
            ensure!(options.addr.ip().is_loopback(), "only loopback is driven");
            runtime()?.block_on(reads::run(&options))?
        }
        Command::ServeEcho(options) => return serve::echo::serve(&options),
        Command::ServeFanout(options) => return serve::fanout::serve(&options),
    };
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// One thread: it is quick enough, and leaves the other cores to the server.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
