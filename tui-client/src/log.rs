//! The log: a file or nothing, never the screen.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;
use std::{fs, io};

use tracing_subscriber::EnvFilter;

/// Sends the log to `file`, appending. Which lines: `TRECHO_LOG_LEVEL` in the syntax of `tracing`,
/// by default `info`. It carries no tokens, codes or names, as none is ever handed to it.
///
/// # Errors
/// If the file cannot be opened.
pub fn to_file(file: &Path) -> io::Result<()> {
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::create_dir_all(directory)?;
    }
    let log = OpenOptions::new().create(true).append(true).open(file)?;
    let level = EnvFilter::try_from_env("TRECHO_LOG_LEVEL").unwrap_or_else(|_| "info".into());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(Mutex::new(log))
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)
}
