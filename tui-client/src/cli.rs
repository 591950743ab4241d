//! The command line of `trecho`.

mod load;
mod picture;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use color_eyre::eyre::Report;
use trecho_shared::text::{scrub, scrub_lines};

use crate::config::{Address, Config, Locale, Settings, SettingsError};
use crate::run::{Elsewhere, open};
use crate::terminal::install_panic_hook;
use crate::trust::{Trust, TrustError};

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{} (protocol {})", env!("CARGO_PKG_VERSION"), trecho_shared::PROTOCOL_VERSION)
});

const EXAMPLES: &str = "\
Examples:
  trecho                            fly from the server on this machine
  trecho booking.example.com        fly from another, port 7470
  trecho '[2001:db8::7]:9000'       IPv6 in brackets, a port of its own
  trecho --lang en --theme light    in English, on a light background
  trecho --tls booking.example.com  the same, encrypted
  trecho demo                       a server, a crowd and you, in one command
  trecho race --clients 200         200 fire at once for the last seats of a leg

Each option has a variable (--no-mouse: TRECHO_NO_MOUSE) and a line in the configuration file
(no_mouse = true). The option wins over the variable, the variable over the file.
Exit codes: 0 done, 1 failed, 2 wrong use.";

/// Find flights and book seats with Trecho, in the terminal
#[derive(Debug, Parser)]
#[command(name = "trecho", version = VERSION.as_str(), after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Cli {
    /// Where the server is: HOST or HOST:PORT [default: localhost:7470]
    #[arg(env = "TRECHO_ADDR", value_name = "ADDR")]
    addr: Option<Address>,
    #[command(flatten)]
    settings: Settings,
    /// Read settings from this file [default: ~/.config/trecho/config.toml, if there is one]
    #[arg(long, global = true, env = "TRECHO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a server with a crowd in it, and fly: all in one command
    #[cfg(feature = "demo")]
    Demo(crate::demo::Options),
    /// Not in this build
    #[cfg(not(feature = "demo"))]
    #[command(hide = true)]
    Demo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        _rest: Vec<String>,
    },
    /// Many fire at once for the last seats of one leg: a proof that none is sold twice
    Race(load::RaceOptions),
    /// Many book as fast as the server answers: how many, and how long each step takes
    Load(load::LoadOptions),
    /// Draw the program's own screen as an SVG picture on the standard output
    #[command(hide = true)]
    Picture(picture::Options),
}

/// Why the program ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Whom to believe cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The standard input or output is no terminal.
    #[error(
        "trecho fills the screen of a terminal, and its {0} is none; \
         run it in a terminal, without a pipe"
    )]
    NoTerminal(&'static str),
    /// The command is not in this build.
    #[error(
        "this build of trecho has no server in it, so no demo; \
         build it with its default features: cargo install --path tui-client"
    )]
    NoDemo,
    /// The command asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// Something failed.
    #[error("{}", chain(.0))]
    Failed(Report),
}

/// An error and its causes, each that says something new.
fn chain(report: &Report) -> String {
    let mut text = report.to_string();
    for cause in report.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

impl From<Report> for CliError {
    fn from(report: Report) -> Self {
        Self::Failed(report)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl CliError {
    /// 2 where the user can mend the command, else 1.
    fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_)
            | Self::Trust(_)
            | Self::NoTerminal(_)
            | Self::NoDemo
            | Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

/// Runs `trecho` with the arguments of the process and says how it ended: 0 done, 1 failed, 2 wrong
/// use.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // The whole command line of the server, word for word: `trecho server …` is `trechod …`.
    #[cfg(feature = "demo")]
    if args.get(1).is_some_and(|word| word == "server") {
        return trecho_server::cli::main(args.into_iter().skip(1));
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("trecho: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// A line, or several, on the standard error stream. They may quote a file, a variable or a server:
/// whatever does not print is left out.
fn say(lines: &str) {
    // A closed standard error is nobody to complain to.
    let _ = writeln!(io::stderr(), "{}", scrub_lines(lines));
}

/// The arguments. What is wrong with them, the help and the version are told here, and end the
/// process with 2 or 0.
fn parse(args: Vec<OsString>) -> Cli {
    Cli::try_parse_from(&args).unwrap_or_else(|error| {
        // Without colours, and so without whatever else looks like an escape sequence.
        let mut text = error.to_string();
        if error.kind() == ErrorKind::InvalidUtf8 {
            // It does not say which.
            text.push_str(&not_utf8());
        } else if all_print(args.into_iter().chain(ours().map(|(_, value)| value))) {
            // With its colours, and quoting nothing but these.
            error.exit();
        }
        say(text.trim_end());
        std::process::exit(error.exit_code())
    })
}

/// Whether each of these can be shown as it is.
fn all_print(mut typed: impl Iterator<Item = OsString>) -> bool {
    typed.all(|text| {
        let text = text.to_string_lossy();
        scrub(&text) == text
    })
}

/// The variables that are ours.
fn ours() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"TRECHO_"))
}

/// A line for each variable of ours that is no text.
fn not_utf8() -> String {
    let lines: Vec<String> = ours()
        .filter(|(_, value)| value.to_str().is_none())
        .map(|(name, _)| format!("\n{} is not UTF-8: set it anew, or unset it.\n", name.display()))
        .collect();
    lines.concat()
}

fn run(args: Vec<OsString>) -> Result<(), CliError> {
    let Cli { addr, settings, config, command } = parse(args);
    let locale = Locale::of(|name| std::env::var(name).ok());
    let settings = settings.at(addr).or(Settings::of_file(config.as_deref())?);
    match command {
        None => {
            let config = settings.config(locale)?;
            let host = Elsewhere(config.address.clone(), Trust::of(&config)?);
            prepare(&config)?;
            Ok(open(&config, host)?)
        }
        #[cfg(feature = "demo")]
        Some(Command::Demo(options)) => crate::demo::run(&options, settings, locale),
        #[cfg(not(feature = "demo"))]
        Some(Command::Demo { .. }) => Err(CliError::NoDemo),
        Some(Command::Race(options)) => {
            let config = settings.at(options.addr.clone()).config(printed())?;
            Ok(load::race(&options, &config)?)
        }
        Some(Command::Load(options)) => {
            let config = settings.at(options.addr.clone()).config(printed())?;
            Ok(load::load(&options, &config)?)
        }
        Some(Command::Picture(options)) => Ok(picture::run(&options, &settings)?),
    }
}

/// The language of what is printed.
fn printed() -> Locale {
    Locale::of_reports(|name| std::env::var(name).ok())
}

/// What comes before the screen is taken: is there one, and where do errors go.
pub(crate) fn prepare(config: &Config) -> Result<(), CliError> {
    if !io::stdout().is_terminal() {
        return Err(CliError::NoTerminal("standard output"));
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::NoTerminal("standard input"));
    }
    if let Some(file) = &config.log_file {
        crate::log::to_file(file).map_err(|error| {
            CliError::Usage(format!("cannot write the log to {}: {error}", file.display()))
        })?;
    }
    // The report first: our hook gives the screen back and then lets the report's speak.
    color_eyre::install()?;
    install_panic_hook();
    Ok(())
}
