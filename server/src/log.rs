//! Where the log goes: the standard error stream, for people or for machines.
//!
//! The library only emits `tracing` events; this is called by the command line alone. What is
//! logged never includes tokens, claim codes, names or locators, and whatever came from outside is
//! escaped by the formatter.

use std::io::IsTerminal as _;
use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Which log lines are written: a level, or `tracing` directives such as
/// `warn,trecho_server=debug`. A word that is no level is refused: `tracing` would take it for the
/// name of a module, and write nothing at all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Level(String);

impl Default for Level {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

/// The text says nothing of what is to be logged.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected error, warn, info, debug, trace or off, or directives such as \
     warn,trecho_server=debug: {0}"
)]
pub struct ParseLevelError(String);

impl FromStr for Level {
    type Err = ParseLevelError;
    fn from_str(text: &str) -> Result<Self, ParseLevelError> {
        let no_level = text.split(',').map(str::trim).find(|word| {
            let is_level = !word.is_empty() && word.parse::<LevelFilter>().is_ok();
            !is_level && !word.contains(['=', '['])
        });
        if let Some(word) = no_level {
            return Err(ParseLevelError(format!("{word:?} is none of these")));
        }
        match EnvFilter::builder().parse(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(ParseLevelError(error.to_string())),
        }
    }
}

impl TryFrom<String> for Level {
    type Error = ParseLevelError;
    fn try_from(text: String) -> Result<Self, ParseLevelError> {
        text.parse()
    }
}

/// Sends the log to the standard error stream for the rest of the process's life. A subscriber that
/// was there before stays.
pub fn install(format: Format, level: &Level) {
    let filter = EnvFilter::new(&level.0);
    // In a file or a journal colours would be escape sequences among the words.
    let coloured = std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(coloured)
        .with_writer(std::io::stderr);
    // A second subscriber is refused; the first one then goes on, which serves as well.
    let _ = match format {
        Format::Pretty => builder.with_target(false).try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_word_or_directives() {
        for text in ["info", "debug", "warn,trecho_server=debug"] {
            assert!(text.parse::<Level>().is_ok(), "{text}");
        }
        for text in ["trecho_server=loud", "loud", "inof", "", "info,", "warn,trecho_server"] {
            assert!(text.parse::<Level>().is_err(), "{text:?}");
        }
    }
}
