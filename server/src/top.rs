//! `trechod top`: a running server's numbers, live and full screen.
//!
//! It reads what [`stats.watch`](crate::admin::watch) tells on the admin socket once a second, and
//! changes nothing. Built as the passengers' program is: everything that happens is a message,
//! [`update`](model::update) alone changes the [model](model), the [view](view) draws it, and one
//! [loop](run) waits. Nothing polls, and nothing is drawn that has not changed.
//!
//! This is the one part of the server that knows terminals, and nothing else in the server knows it
//! but the command line.

mod format;
mod history;
mod keys;
mod link;
mod look;
mod model;
mod record;
mod run;
#[cfg(test)]
mod scenes;
mod signals;
mod spread;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use trecho_shared::text::scrub;

use crate::admin::client::AdminError;
use look::Look;
use model::Model;
use run::Ends;
use terminal::FullScreen;

/// Why there is nothing to be seen. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TopError {
    /// There is no screen to draw on.
    #[error(
        "trechod top draws on a terminal, and this is none: `trechod admin stats --watch` tells the \
         same numbers as JSON"
    )]
    NoTerminal,
    /// There is no server to be seen, or it lets this user not in.
    #[error(transparent)]
    Server(#[from] AdminError),
    /// The terminal or the system failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

/// Shows the server whose admin socket is at `path`, until somebody leaves. Call it within a runtime.
pub(crate) async fn top(path: &Path) -> Result<(), TopError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(TopError::NoTerminal);
    }
    // Before the screen is taken: whoever mistyped a path reads why, on a screen that stays.
    let link = link::Link::open(path).await?;
    let signals = signals::listen()?;
    terminal::install_panic_hook();
    let look = Look::of(|name| std::env::var(name).ok());
    let screen = FullScreen::enter()?;
    let ends = Ends { inputs: terminal::inputs(), link, signals };
    let model = Model::new(&scrub(&path.to_string_lossy()));
    Ok(run::run(model, &look, screen, ends).await?)
}
