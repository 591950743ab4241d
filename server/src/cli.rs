//! The command line of `trechod`; `trecho server …` is the same.
//!
//! Exit codes: 0 done, 1 failed, 2 misused.

mod admin;
mod backup;
mod cert;
mod export;
mod healthcheck;
mod import;
mod period;
mod serve;
mod settings;
mod systemd;
mod verify;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches as _, Parser, Subcommand};
use color_eyre::eyre::{self, WrapErr};
use serde::Serialize;
use trecho_shared::text::{escape_json, scrub, scrub_lines};

use crate::ledger::Occupied;
use crate::timetable::UnservedLines;
use crate::top::TopError;
pub use period::{HoldPeriod, ParseHoldPeriodError, ParsePeriodError, Period};
use settings::{Settings, SettingsError};

/// The booking server of Trecho: who reserves first has the seat, and no seat is ever sold twice.
#[derive(Debug, Parser)]
#[command(name = "trechod", version = VERSION, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const IMPORT_HELP: &str = "A CSV file with the columns flight, date, from, to, departs, arrives, aircraft, cabin, fare_reais; or IATA SSIM chapter 7";
const IMPORT_SOCKET_HELP: &str =
    "The admin socket of a server that runs [default: admin/admin.sock in the data directory]";
const HEALTHCHECK_CERT_HELP: &str =
    "The certificate that it must have; speaks TLS [default: TRECHO_TLS_CERT]";
const HEALTHCHECK_HELP: &str = "Its address [default: 127.0.0.1:7470]";
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (protocol 1)");

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or Ctrl-C
    Serve {
        /// The settings.
        #[command(flatten)]
        settings: Box<Settings>,
        /// A TOML file with settings: what flags and variables leave open
        #[arg(long, env = "TRECHO_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Add legs to the timetable of a server, whether it runs or not
    Import {
        /// A CSV file with a line for each leg, or an SSIM file.
        #[arg(help = IMPORT_HELP)]
        file: PathBuf,
        /// Leave out lines of an SSIM file that tell of legs that this server cannot sell
        #[arg(long)]
        skip_unserved: bool,
        /// The data directory of the server.
        #[command(flatten)]
        data: DataDir,
        /// The admin socket of a server that runs.
        #[arg(long, env = "TRECHO_ADMIN_SOCKET", value_name = "PATH", help = IMPORT_SOCKET_HELP)]
        socket: Option<PathBuf>,
    },
    /// Look whether a data directory keeps every rule; only reads, also beside a running server
    Verify {
        /// The data directory of the server.
        #[command(flatten)]
        data: DataDir,
    },
    /// Copy a data directory's ledger to a file; beside a running server, too
    Backup {
        /// The file to make; none is overwritten
        file: PathBuf,
        /// The data directory of the server.
        #[command(flatten)]
        data: DataDir,
    },
    /// Put a backup in the place of the ledger of a server that does not run
    Restore {
        /// A file that `trechod backup` made
        file: PathBuf,
        /// Put the ledger that is there aside
        #[arg(long)]
        replace: bool,
        /// The data directory of the server.
        #[command(flatten)]
        data: DataDir,
    },
    /// Write bookings or legs to the standard output stream; beside a running server, too
    Export {
        /// What to export
        subject: export::Subject,
        /// How lines look
        #[arg(long, default_value = "csv")]
        format: export::Format,
        /// The data directory of the server.
        #[command(flatten)]
        data: DataDir,
    },
    /// Steer a running server through its admin socket
    Admin {
        /// What to do.
        #[command(subcommand)]
        action: admin::Action,
        /// Which server.
        #[command(flatten)]
        target: admin::Target,
    },
    /// Watch a running server, full screen: load, latency, what sells, who is connected
    Top {
        /// Which server.
        #[command(flatten)]
        place: admin::Place,
    },
    /// Ask a running server for a sign of life
    Healthcheck {
        /// Its address.
        #[arg(env = "TRECHO_LISTEN", value_name = "ADDR:PORT", help = HEALTHCHECK_HELP, value_parser = settings::address)]
        address: Option<SocketAddr>,
        /// The certificate that it must have.
        #[arg(long, env = "TRECHO_TLS_CERT", value_name = "FILE", help = HEALTHCHECK_CERT_HELP)]
        tls_cert: Option<PathBuf>,
    },
    /// Make a self-signed certificate and its key, for --tls-cert and --tls-key
    Cert(cert::Options),
}

/// The data directory of the server that a command is about.
#[derive(Debug, Args)]
struct DataDir {
    /// The data directory of the server [default: that of `trechod serve`]
    #[arg(long, env = "TRECHO_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

impl DataDir {
    /// The directory that was named, else where a server keeps its data unless it is told.
    fn path(&self) -> Result<PathBuf, Failure> {
        let path = self.data.clone().or_else(settings::default_data_dir);
        path.ok_or_else(|| Failure::misused(SettingsError::NoHome))
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failure {
    /// It was asked in a way that it cannot be: exit code 2.
    Misused(eyre::Report),
    /// It went wrong: exit code 1.
    Failed(eyre::Report),
}

impl<E: Into<eyre::Report>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure {
    fn misused(error: SettingsError) -> Self {
        Self::Misused(error.into())
    }
}

/// Runs a command line, its program's name first, and says how the process should end. Writes to
/// the standard streams; `serve` sends the log to the standard error stream.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            complain(&error, arguments);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    // It is set already where `trecho server` runs in a process that has set it.
    let _ = color_eyre::config::HookBuilder::default().display_env_section(false).install();
    let done = match cli.command {
        Command::Serve { settings, config } => serve::serve(*settings, config),
        Command::Import { file, skip_unserved, data, socket } => {
            let unserved = if skip_unserved { UnservedLines::Skip } else { UnservedLines::Refuse };
            import::import(&file, unserved, &import::Target { data, socket })
        }
        Command::Verify { data } => data.path().and_then(|data| verify::verify(&data)),
        Command::Backup { file, data } => {
            data.path().and_then(|data| backup::back_up(&file, &data))
        }
        Command::Restore { file, replace, data } => {
            let occupied = if replace { Occupied::PutAside } else { Occupied::Refuse };
            data.path().and_then(|data| backup::restore(&file, &data, occupied))
        }
        Command::Export { subject, format, data } => {
            data.path().and_then(|data| export::export(subject, format, &data))
        }
        Command::Admin { action, target } => admin::admin(&target, action),
        Command::Top { place } => top(&place),
        Command::Healthcheck { address, tls_cert } => {
            healthcheck::healthcheck(address, tls_cert.as_deref())
        }
        Command::Cert(options) => cert::cert(&options),
    };
    let (code, report) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Failed(report)) => (1, report),
        Err(Failure::Misused(report)) => (2, report),
    };
    say(&format!("trechod: {}", chain(&report)));
    ExitCode::from(code)
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = without_empty_variables(Cli::command());
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// A variable that is set to nothing says nothing: that is what Compose makes of one that is not set.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let heard = command.mut_args(|argument| match argument.get_env() {
        Some(name) if empty(name) => argument.env(None::<&'static str>),
        _ => argument,
    });
    heard.mut_subcommands(without_empty_variables)
}

/// An error and its causes, each that says something new.
fn chain(report: &eyre::Report) -> String {
    let mut text = report.to_string();
    for cause in report.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// A line, or several, on the standard error stream. They may quote a file or a variable that
/// somebody else wrote: whatever does not print is left out.
fn say(lines: &str) {
    // A closed stream is nothing to fail over.
    let _ = writeln!(std::io::stderr(), "{}", scrub_lines(lines));
}

/// What was asked for, on the standard output stream: as [`say`] says it.
fn tell(lines: &str) {
    // A closed stream is nothing to fail over: what was done is done, and the exit code says so.
    let _ = writeln!(std::io::stdout(), "{}", scrub_lines(lines));
}

/// A line of JSON with nothing in it that does not print.
fn json_line(result: &impl Serialize) -> String {
    let line = serde_json::to_string(result).expect("our results always serialize");
    escape_json(&line).into_owned()
}

/// What is wrong with the arguments; or the help or version, which were asked for.
fn complain(error: &clap::Error, arguments: Vec<OsString>) {
    // Without colours, and so without whatever else looks like an escape sequence.
    let text = error.to_string();
    if error.kind() == ErrorKind::InvalidUtf8 {
        // It does not say which.
        say(format!("{text}{}", not_utf8()).trim_end());
    } else if all_print(arguments.into_iter().chain(ours().map(|(_, value)| value))) {
        // With its colours, and quoting nothing but these. The streams may be closed; the exit code
        // says the same.
        let _ = error.print();
    } else {
        say(text.trim_end());
    }
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

/// Shows a running server until somebody leaves.
fn top(place: &admin::Place) -> Result<(), Failure> {
    match runtime()?.block_on(crate::top::top(&place.path()?)) {
        Err(error @ TopError::NoTerminal) => Err(Failure::Misused(error.into())),
        ended => Ok(ended?),
    }
}

/// The runtime of a command.
fn runtime() -> eyre::Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.wrap_err("cannot start the runtime")
}
