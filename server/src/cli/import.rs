//! `trechod import`: into the data directory, or through the admin socket of the server that has it.

mod running;

use std::path::{Path, PathBuf};

use color_eyre::eyre::eyre;

use super::{DataDir, Failure, runtime, say};
use crate::admin::AdminSocket;
use crate::booking::{LegFacts, Scheduled};
use crate::ledger::OpenError;
use crate::server::{AtRest, StartError};
use crate::timetable::{self, Lines, Reading, UnservedLines};

/// So many legs that were left as they were are named.
const NAMED: usize = 20;

/// Whose timetable is meant.
#[derive(Debug)]
pub(super) struct Target {
    /// The data directory of a server, whether it runs or not.
    pub(super) data: DataDir,
    /// The admin socket of a server that runs.
    pub(super) socket: Option<PathBuf>,
}

pub(super) fn import(file: &Path, unserved: UnservedLines, target: &Target) -> Result<(), Failure> {
    // All of it before anything is touched: a wrong line refuses the whole file.
    let Reading { format: _, legs, left_out, notes } = read(file, unserved)?;
    let scheduled = schedule(file, legs, target)?;
    name("left out", &left_out);
    name("taken with a change", &notes);
    let Scheduled { added, revised, unchanged, departed, refused } = scheduled;
    // Whoever has named no server is told which it was.
    let whose = match (&target.data.data, &target.socket) {
        (None, None) => format!(", in {}", target.data.path()?.display()),
        _ => String::new(),
    };
    super::tell(&format!(
        "{added} legs added, {revised} revised, {unchanged} unchanged, {departed} departed and \
         left out{whose}"
    ));
    if refused.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = refused.iter().take(NAMED).map(ToString::to_string).collect();
    let more = refused.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let report = eyre!(
        "{} legs were left as they were, since seats on them are held or sold and the file has \
         other times or another cabin: {}{more}",
        refused.len(),
        named.join(", ")
    );
    Err(Failure::Failed(report))
}

fn read(file: &Path, unserved: UnservedLines) -> Result<Reading, Failure> {
    let read = timetable::load(file).and_then(|bytes| timetable::read(&bytes, unserved));
    read.map_err(|error| {
        Failure::Failed(eyre!("cannot take the timetable from {}: {error}", file.display()))
    })
}

/// Puts the legs where they belong: into a directory that no server has, else through the socket of the
/// server that has it. A socket that is named, and no directory, is the server's.
fn schedule(file: &Path, legs: Vec<LegFacts>, target: &Target) -> Result<Scheduled, Failure> {
    let socket = target.socket.as_ref().filter(|path| path.as_os_str() != "none");
    if let (None, Some(socket)) = (&target.data.data, socket) {
        return Ok(running::schedule(socket, file, legs)?);
    }
    let data = target.data.path()?;
    let runtime = runtime()?;
    match runtime.block_on(AtRest::open(&data)) {
        Ok(at_rest) => Ok(runtime.block_on(at_rest.import(legs))?),
        Err(StartError::Open(OpenError::InUse(_))) => {
            let own = || AdminSocket::InData.path(&data).expect("that one has a path");
            let socket = socket.cloned().unwrap_or_else(own);
            running::schedule(&socket, file, legs).map_err(|error| match error {
                running::ImportError::Unreached(_) => Failure::Failed(eyre!(
                    "the data directory {} is in use, and no server listens on the admin socket {}: \
                     if the server has its socket elsewhere, name it with --socket PATH; if it has \
                     none, stop it first; if it is just starting, or another import is at work, try \
                     again",
                    data.display(),
                    socket.display()
                )),
                error => error.into(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Names lines of the file on the standard error stream, each with what became of it.
fn name(what: &str, lines: &Lines) {
    for line in &lines.named {
        say(&format!("{what}: {line}"));
    }
    if lines.more > 0 {
        say(&format!("{what}: {} lines more", lines.more));
    }
}
