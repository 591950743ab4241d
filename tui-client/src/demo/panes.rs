//! Several passengers side by side, with the server's log above them.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};
use trecho_shared::message::{Empty, method};

use super::Options;
use super::grid::Grid;
use super::manners::manners;
use super::tmux::Tmux;
use crate::bot::{Caller, Crowd};
use crate::cli::CliError;
use crate::config::{Charset, Config};
use crate::run::{Told, listen};
use crate::theme::ThemeName;
use crate::words::Lang;

const NAMES: [&str; 6] = ["ANA", "BRUNO", "CARLA", "DAVI", "ELISA", "FÁBIO"];

/// What the audience sees of the server: every change, too.
const SHOWN: &str = "info,trecho_server=debug";

/// A server that has not answered by then has failed; its pane says why.
const SERVER_STARTS: Duration = Duration::from_secs(60);
/// How long between two attempts to reach it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Everything in the demo's own directory and on its own port.
struct Stage<'a> {
    options: &'a Options,
    config: &'a Config,
    program: PathBuf,
    address: SocketAddr,
    /// Ends, with all that runs in it, before its directory goes: fields go in this order.
    tmux: Tmux,
    directory: TempDir,
}

/// Runs the demo until the last passenger has left, or somebody detaches.
pub(super) fn run(
    options: &Options,
    passengers: u8,
    config: &Config,
    directory: TempDir,
) -> Result<(), CliError> {
    let (columns, rows) = crate::terminal::size()?;
    let grid = Grid::of(columns, rows, passengers.into())
        .ok_or_else(|| too_small(columns, rows, passengers))?;
    let flags = match config.charset {
        Charset::Unicode => vec!["-u"],
        Charset::Ascii => vec![],
    };
    let tmux = Tmux::new(directory.path().join("tmux"), flags).map_err(|error| no_tmux(&error))?;
    let stage = Stage {
        options,
        config,
        program: std::env::current_exe()?,
        directory,
        address: free_port()?,
        tmux,
    };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    Ok(runtime.block_on(stage.play(&grid, (columns, rows)))?)
}

fn too_small(columns: u16, rows: u16, passengers: u8) -> CliError {
    let [(wide, low), (narrow, high)] = Grid::least(passengers.into());
    CliError::Usage(format!(
        "this terminal has {columns}x{rows} cells; {passengers} passengers need {wide}x{low} side \
         by side or {narrow}x{high} below each other; enlarge it, or ask for fewer with --panes"
    ))
}

fn no_tmux(error: &io::Error) -> CliError {
    CliError::Usage(format!(
        "trecho demo --panes needs tmux, and it cannot be run ({error}); install it (Debian: apt \
         install tmux, macOS: brew install tmux), or run trecho demo without --panes"
    ))
}

/// A port that nobody uses now.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

impl Stage<'_> {
    async fn play(self, grid: &Grid, size: (u16, u16)) -> Result<(), Report> {
        let mut signals = listen()?;
        let log = self.raise_the_curtain(size)?;
        tokio::select! {
            ready = self.server_answers() => ready?,
            Some(Told::Terminate) = signals.recv() => return Ok(()),
        }
        self.seat_everybody(grid, &log)?;
        let crowd = Crowd::start(self.address, self.options.bots, self.options.seed);
        let mut attach = tokio::process::Command::from(self.tmux.command());
        let mut attached = attach.args(["attach-session"]).spawn()?;
        let mut told_to_end = false;
        let status = loop {
            tokio::select! {
                status = attached.wait() => break status?,
                Some(Told::Terminate) = signals.recv() => {
                    told_to_end = true;
                    // Its end is the end of the attached client.
                    let _ = self.tmux.run(["kill-server"]);
                }
            }
        };
        drop(crowd);
        if !status.success() && !told_to_end {
            return Err(eyre!("tmux: {status}"));
        }
        Ok(crate::terminal::restore_after_another()?)
    }

    /// Starts the server in the first pane and says which pane that is.
    fn raise_the_curtain(&self, (columns, rows): (u16, u16)) -> Result<String, Report> {
        let [columns, rows] = [columns, rows].map(|cells| cells.to_string());
        let mut start: Vec<OsString> = words(&[
            "new-session",
            "-d",
            "-s",
            "trecho",
            "-x",
            &columns,
            "-y",
            &rows,
            "-P",
            "-F",
            "#{pane_id}",
        ]);
        start.extend(self.server());
        let log = self.tmux.run(start).wrap_err("cannot start a tmux for the demo")?;
        for setting in manners(self.config.lang) {
            self.tmux.run(setting)?;
        }
        let title = format!("trechod {}", self.address);
        self.tmux.run(["select-pane", "-t", &log, "-T", &title])?;
        // What it said last stays in sight, and it can be started again.
        self.tmux.run(["set-option", "-p", "-t", &log, "remain-on-exit", "on"])?;
        self.tmux.run(["bind-key", "-n", "M-k", "run-shell", "-t", &log, "kill -9 #{pane_pid}"])?;
        self.tmux.run(["bind-key", "-n", "M-r", "respawn-pane", "-k", "-t", &log])?;
        Ok(log)
    }

    /// Waits until the server answers.
    async fn server_answers(&self) -> Result<(), Report> {
        let late = Instant::now() + SERVER_STARTS;
        loop {
            let answer = async {
                Caller::connect(self.address).await?.call::<method::ServerPing>(&Empty {}).await
            };
            match answer.await {
                Ok(_) => return Ok(()),
                Err(_) if Instant::now() < late => sleep(LOOK_AGAIN).await,
                Err(error) => {
                    let said = self.tmux.run(["capture-pane", "-p"]).unwrap_or_default();
                    return Err(eyre!("the demo's server does not answer ({error}):\n{said}"));
                }
            }
        }
    }

    /// Splits the rest of the screen among the passengers.
    fn seat_everybody(&self, grid: &Grid, log: &str) -> Result<(), Report> {
        let mut names = NAMES.iter();
        let mut below: u16 = grid.rows.iter().map(|(height, _)| height + 1).sum();
        let mut above = log.to_owned();
        let mut seats = Vec::new();
        for (height, count) in &grid.rows {
            // The line of the title is taken from the pane below it.
            let rest = below - 1;
            above = self.split(&above, "-v", rest, names.next())?;
            seats.push(above.clone());
            below -= height + 1;
            let mut left = above.clone();
            for still in (1..*count).rev() {
                let share = format!("{}%", 100 * u32::from(still) / (u32::from(still) + 1));
                left = self.split_share(&left, &share, names.next())?;
                seats.push(left.clone());
            }
        }
        if let Some(first) = seats.first() {
            self.tmux.run(["select-pane", "-t", first])?;
        }
        Ok(())
    }

    fn split(&self, at: &str, way: &str, cells: u16, who: Option<&&str>) -> Result<String, Report> {
        self.seat(&["split-window", way, "-t", at, "-l", &cells.to_string()], who)
    }

    fn split_share(&self, at: &str, share: &str, who: Option<&&str>) -> Result<String, Report> {
        self.seat(&["split-window", "-h", "-t", at, "-l", share], who)
    }

    /// Opens a pane with a passenger in it and says which pane that is.
    fn seat(&self, split: &[&str], who: Option<&&str>) -> Result<String, Report> {
        let who = who.copied().unwrap_or("TRECHO");
        let mut command = words(split);
        command.extend(words(&["-P", "-F", "#{pane_id}"]));
        command.extend(self.passenger(who));
        let pane = self.tmux.run(command)?;
        self.tmux.run(["select-pane", "-t", &pane, "-T", who])?;
        Ok(pane)
    }

    fn server(&self) -> Vec<OsString> {
        let data = self.directory.path().join("server");
        let (hold, seed) = (self.options.hold.to_string(), self.options.seed.to_string());
        let listen = self.address.to_string();
        let mut command = vec![self.program.clone().into_os_string()];
        command.extend(words(&["server", "serve", "--listen", &listen, "--hold", &hold]));
        command.extend(words(&[
            "--seed",
            &seed,
            "--log",
            "pretty",
            "--log-level",
            SHOWN,
            "--data",
        ]));
        command.push(data.into_os_string());
        command
    }

    fn passenger(&self, name: &str) -> Vec<OsString> {
        let Config { lang, theme, charset, mouse, bell, .. } = self.config;
        let lang = match lang {
            Lang::Pt => "pt",
            Lang::En => "en",
        };
        let theme = match theme {
            ThemeName::Auto => "auto",
            ThemeName::Ansi => "ansi",
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::Mono => "mono",
        };
        let ascii = format!("--ascii={}", *charset == Charset::Ascii);
        let no_mouse = format!("--no-mouse={}", !mouse);
        let no_bell = format!("--no-bell={}", !bell);
        let address = self.address.to_string();
        let mut command = vec![self.program.clone().into_os_string()];
        command.extend(words(&[&address, "--name", name, "--lang", lang, "--theme", theme]));
        // All is said here: the user's own file has nothing to add.
        command.extend(words(&[&ascii, &no_mouse, &no_bell, "--tls=false"]));
        command.extend(words(&["--config", "/dev/null", "--data"]));
        command.push(own_data(self.directory.path(), name).into_os_string());
        command
    }
}

fn own_data(directory: &Path, name: &str) -> PathBuf {
    directory.join(name.to_lowercase())
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
