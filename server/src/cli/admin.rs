//! `trechod admin`: steers a running server through its admin socket.

mod act;
mod look;
mod show;
mod table;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use color_eyre::eyre::eyre;
use serde::Serialize;
use trecho_shared::message::Empty;

use super::{DataDir, Failure, json_line, tell};
use crate::admin::AdminSocket;
use crate::admin::client::Admin;
use crate::admin::wire::{SayNotice, method};
use crate::meters::Snapshot;

/// Which server.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The data directory of the server [default: that of `trechod serve`]
    #[arg(long, env = "TRECHO_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// The server's admin socket [default: admin/admin.sock in the data directory]
    #[arg(long, env = "TRECHO_ADMIN_SOCKET", value_name = "PATH", global = true)]
    socket: Option<PathBuf>,
}

/// Which server, and how to tell.
#[derive(Debug, Args)]
pub(super) struct Target {
    #[command(flatten)]
    place: Place,
    /// One JSON object a line, for scripts
    #[arg(long, global = true)]
    json: bool,
}

/// What operators can do.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    #[command(flatten)]
    Look(look::Look),
    #[command(flatten)]
    Act(act::Act),
    /// Tell the server's numbers as JSON; `trechod top` shows them to people
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

impl Place {
    /// Where the server's socket is.
    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        match &self.socket {
            Some(path) if path.as_os_str() == "none" => Err(Failure::Misused(eyre!(
                "TRECHO_ADMIN_SOCKET says none: name the server's socket with --socket PATH"
            ))),
            Some(path) => Ok(path.clone()),
            None => {
                let data = DataDir { data: self.data.clone() }.path()?;
                Ok(AdminSocket::InData.path(&data).expect("that one has a path"))
            }
        }
    }
}

impl Target {
    /// Connects to the server that is meant.
    fn connect(&self) -> Result<Admin, Failure> {
        Ok(Admin::connect(&self.place.path()?)?)
    }

    /// One result: an object for scripts, else a sentence or a table.
    fn tell<T: Serialize>(&self, result: &T, human: impl FnOnce(&T) -> String) {
        let text = if self.json { json_line(result) } else { human(result) };
        tell(text.trim_end());
    }

    /// Many results: an object a line for scripts, else a table.
    fn tell_all<T: Serialize>(&self, results: &[T], human: impl FnOnce(&[T]) -> String) {
        if self.json {
            for result in results {
                self.tell(result, |_| String::new());
            }
        } else {
            tell(human(results).trim_end());
        }
    }
}

pub(super) fn admin(target: &Target, action: Action) -> Result<(), Failure> {
    let mut admin = target.connect()?;
    match action {
        Action::Look(action) => look::look(target, &mut admin, action)?,
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
    let mut tell =
        |snapshot: &Snapshot| writeln!(out, "{}", json_line(snapshot)).and_then(|()| out.flush());
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
