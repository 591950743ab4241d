//! From a configuration to a program on the screen, and back to the shell.

use std::io::{self, Write as _};
use std::pin::pin;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _};
use tokio::runtime;
use tokio::sync::mpsc::{Receiver, channel};

use super::ends::Ends;
use super::signals::{Told, listen};
use super::{Clock, Farewell, Run};
use crate::clipboard::Way;
use crate::config::{Address, Charset, Config};
use crate::glyphs::Glyphs;
use crate::model::{Model, Preferences};
use crate::terminal::{FullScreen, Pointer, inputs};
use crate::theme::{TermEnv, Theme};
use crate::trust::Trust;
use crate::view::Look;
use crate::{link, store};

/// What is left of a runtime is given this long: it may be looking up a name.
const WIND_DOWN: Duration = Duration::from_millis(100);

/// Where the server is, and what lives and ends with the program.
pub(crate) trait Host {
    /// Where the server is, and what it must prove. May take a while: the first frame is on the
    /// screen.
    async fn server(&mut self) -> Result<(Address, Trust), Report>;
    /// Waits for ever, unless what the program stands on breaks.
    async fn fault(&mut self) -> Report;
    /// Ends what lives with the program. The screen has been given back.
    async fn close(self);
}

/// A server somewhere else, which is none of our business.
pub(crate) struct Elsewhere(pub(crate) Address, pub(crate) Trust);

impl Host for Elsewhere {
    async fn server(&mut self) -> Result<(Address, Trust), Report> {
        Ok((self.0.clone(), self.1.clone()))
    }

    async fn fault(&mut self) -> Report {
        std::future::pending().await
    }

    async fn close(self) {}
}

/// Runs the full-screen program until its user leaves, then prints what should stay in sight.
pub(crate) fn open<H: Host>(config: &Config, mut host: H) -> Result<(), Report> {
    let clock = Clock::start();
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(on_screen(config, &mut host, clock));
    runtime.block_on(host.close());
    runtime.shutdown_timeout(WIND_DOWN);
    let Farewell { texts, fault } = ended?;
    let mut out = io::stdout().lock();
    for text in texts {
        writeln!(out, "{text}")?;
    }
    fault.map_or(Ok(()), Err)
}

/// Everything from the first frame to the restored terminal.
async fn on_screen(
    config: &Config,
    host: &mut impl Host,
    clock: Clock,
) -> Result<Farewell, Report> {
    // Before the screen is taken: from here on no signal leaves it taken.
    let mut signals = listen()?;
    let run = first_frame(config, clock)?;
    let server = tokio::select! {
        server = host.server() => server?,
        Some(Told::Terminate) = signals.recv() => return Ok(Farewell::default()),
    };
    let (break_down, faults) = channel(1);
    let ends = connect(config, server, run.clock(), (signals, faults));
    let mut running = pin!(run.run(ends));
    tokio::select! {
        farewell = &mut running => Ok(farewell),
        fault = host.fault() => {
            // There is room: this is the only word ever said.
            let _ = break_down.try_send(fault);
            Ok(running.await)
        }
    }
}

/// Takes the screen and draws what is known: nothing yet, but the program is there.
fn first_frame(config: &Config, clock: Clock) -> Result<Run<FullScreen>, Report> {
    let mut run_id = [0; 16];
    getrandom::fill(&mut run_id).wrap_err("the system gives no random numbers")?;
    let pointer = if config.mouse { Pointer::Ours } else { Pointer::Terminals };
    let screen = FullScreen::enter(pointer).wrap_err("cannot take the terminal over")?;
    let preferences = Preferences {
        lang: config.lang,
        mouse: config.mouse,
        bell: config.bell,
        name: config.name.as_ref().map(ToString::to_string),
        address: config.address.to_string(),
    };
    let model = Model::new(preferences, screen.size()?, clock.now(), run_id);
    let look = look(config);
    let run = Run::new(model, look, screen, clock)?;
    Ok(run.copying(Way::of(std::env::var_os("TMUX").as_deref())))
}

/// Starts what lives outside of the loop. Only now is anything read from disk or looked up.
fn connect(
    config: &Config,
    (address, trust): (Address, Trust),
    clock: &Clock,
    (signals, faults): (Receiver<Told>, Receiver<Report>),
) -> Ends {
    let (store, resume) = store::start(store::Settings {
        dir: Some(config.data.clone()),
        // What was said over TLS is never said in plain text: no session of the one is taken up by
        // the other.
        server: if trust.is_encrypted() { format!("tls:{address}") } else { address.to_string() },
        text_dir: std::env::current_dir().unwrap_or_else(|_| config.data.clone()),
    });
    let link = link::start(link::Settings {
        address: address.to_string(),
        trust,
        name: config.name.clone(),
        resume,
        clock_start: clock.started(),
    });
    Ends { inputs: inputs(), link, store, signals, faults }
}

/// How the program looks here, by what was asked for and what the terminal can show.
pub(crate) fn look(config: &Config) -> Look {
    let [no_color, term, colorterm, colorfgbg] =
        ["NO_COLOR", "TERM", "COLORTERM", "COLORFGBG"].map(|name| std::env::var(name).ok());
    let env = TermEnv {
        no_color: no_color.as_deref(),
        term: term.as_deref(),
        colorterm: colorterm.as_deref(),
        colorfgbg: colorfgbg.as_deref(),
    };
    let glyphs = match config.charset {
        Charset::Unicode => Glyphs::UNICODE,
        Charset::Ascii => Glyphs::ASCII,
    };
    Look { theme: Theme::choose(config.theme, &env), glyphs }
}
