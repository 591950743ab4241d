//! Where the log goes: the standard error stream, for people or for machines.
//!
//! The library only emits `tracing` events; this is called by the command line alone. What is
//! logged never includes tokens, claim codes, names or locators. Whatever came from outside is
//! escaped on its way out: an event is one line, of characters that print.

use std::io::{self, IsTerminal as _};
use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use trecho_shared::text::{escape, escape_json};

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
    let coloured = format == Format::Pretty
        && io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(coloured)
        .with_writer(move || Wall { format, coloured });
    // A second subscriber is refused; the first one then goes on, which serves as well.
    let _ = match format {
        Format::Pretty => builder.with_target(false).try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// What stands between the formatter, which lets bidirectional, zero-width and other characters
/// through, and whoever reads the stream. Each write is one event.
struct Wall {
    format: Format,
    coloured: bool,
}

impl io::Write for Wall {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let line = match self.format {
            Format::Pretty if self.coloured => escape_but_colours(text).into(),
            Format::Pretty => escape(text),
            Format::Json => escape_json(text),
        };
        io::stderr().write_all(format!("{line}\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// `text` escaped, except for the colours and weights that the formatter has put between the words.
/// An escape character within a word it has escaped itself.
fn escape_but_colours(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut line = escape(pieces.next().unwrap_or_default()).into_owned();
    for piece in pieces {
        let parameters = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b';'));
        let colour = piece.strip_prefix('[').and_then(|piece| piece.split_once('m'));
        match colour.filter(|(colour, _)| parameters(colour)) {
            Some((colour, words)) => {
                line.push_str("\u{1b}[");
                line.push_str(colour);
                line.push('m');
                line.push_str(&escape(words));
            }
            None => line.push_str(&escape(&format!("\u{1b}{piece}"))),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_pass_and_nothing_else_that_does_not_print() {
        let line =
            "\u{1b}[2m12:00\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m a\u{202e}b\nc\u{1b}[2J\u{1b}]52;c;x";
        let expected = "\u{1b}[2m12:00\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m \
                        a\\u{202e}b\\u{a}c\\u{1b}[2J\\u{1b}]52;c;x";
        assert_eq!(escape_but_colours(line), expected);
    }

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
