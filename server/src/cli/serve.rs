//! `trechod serve`.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;

use color_eyre::eyre::WrapErr;
use serde::Serialize;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, Settings, json_line, runtime, say, systemd};
use crate::log;
use crate::server::{Server, ServerHandle, StartError};

pub(super) fn serve(settings: Settings, file: Option<PathBuf>) -> Result<(), Failure> {
    let settings = match file {
        Some(path) => settings.or(Settings::read(&path).map_err(Failure::misused)?),
        None => settings,
    };
    let format = settings.log.unwrap_or_default();
    log::install(format, &settings.log_level.clone().unwrap_or_default());
    allow_open_files();
    let config = settings.config().map_err(Failure::misused)?;
    let data_dir = config.data_dir.clone();
    runtime()?.block_on(async {
        // Before the server: a signal while it starts is not lost.
        let mut stops = Stops::listen().wrap_err("cannot listen for signals")?;
        let reloads = signal(SignalKind::hangup()).wrap_err("cannot listen for signals")?;
        let started = tokio::select! {
            started = Server::start(config) => started,
            () = stops.next() => return Ok(()),
        };
        let server = started.map_err(|error| match error {
            StartError::Exposed(_) | StartError::MetricsExposed(_) | StartError::SamePort(_) => {
                Failure::Misused(error.into())
            }
            error => Failure::Failed(error.into()),
        })?;
        announce(format, &server, &data_dir);
        systemd::ready();
        run(server, stops, reloads).await
    })
}

/// The line that says where it serves, for machines: like any line of the log, whatever the log's level.
#[derive(Serialize)]
struct Announced {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    serves: SocketAddr,
    tls_key: Option<String>,
    version: &'static str,
    data: String,
}

/// The one line that says where it serves.
fn announce(format: log::Format, server: &ServerHandle, data_dir: &std::path::Path) {
    let address = server.local_addr();
    let key = server.fingerprint().map(|fingerprint| fingerprint.to_string());
    if let Some(metrics) = server.metrics_addr() {
        tracing::info!("metrics and health on http://{metrics}");
    }
    match format {
        log::Format::Pretty => {
            let tls = key.map(|key| format!("TLS by the key {key}, ")).unwrap_or_default();
            say(&format!("trechod serves {address} ({tls}data in {})", data_dir.display()));
        }
        log::Format::Json => {
            say(&json_line(&Announced {
                timestamp: jiff::Timestamp::now().to_string(),
                level: "INFO",
                message: "trechod serves",
                serves: address,
                tls_key: key,
                version: env!("CARGO_PKG_VERSION"),
                data: data_dir.display().to_string(),
            }));
        }
    }
}

async fn run(
    mut server: ServerHandle,
    mut stops: Stops,
    mut reloads: Signal,
) -> Result<(), Failure> {
    let mut watchdog = pin!(systemd::keep_watchdog(server.pulse()));
    let mut stopping = pin!(tell_of_the_stop(server.stopping()));
    loop {
        tokio::select! {
            // systemd hears of a stop before its end.
            biased;
            never = &mut stopping => match never {},
            ended = server.wait() => return Ok(ended?),
            () = stops.next() => break,
            _ = reloads.recv() => reload(&server),
            never = &mut watchdog => match never {},
        }
    }
    server.stop();
    tokio::select! {
        biased;
        never = &mut stopping => match never {},
        ended = server.wait() => Ok(ended?),
        never = &mut watchdog => match never {},
        () = stops.next() => {
            let impatient = "a second signal has cut the connections; what was answered is on disk";
            Err(Failure::Failed(color_eyre::eyre::eyre!(impatient)))
        }
    }
}

/// Tells systemd once that the server stops, be it for a signal or since an operator drains it; then
/// it waits for ever.
async fn tell_of_the_stop(stopping: impl Future<Output = ()>) -> Infallible {
    stopping.await;
    systemd::stopping();
    pending().await
}

/// SIGHUP: whoever has renewed the certificate wants it used.
fn reload(server: &ServerHandle) {
    systemd::reloading();
    match server.reload_tls() {
        Ok(Some(key)) => {
            tracing::info!(%key, "new connections get the certificate read just now");
            if server.tls_files().is_some_and(|files| systemd::has_copied(&files.key)) {
                tracing::warn!(
                    "systemd has copied this pair when the service started: one that was renewed \
                     since takes a systemctl restart"
                );
            }
        }
        Ok(None) => tracing::info!("nothing to read again: this server has no certificate"),
        Err(error) => tracing::error!(%error, "the certificate stays as it was"),
    }
    systemd::ready();
}

/// SIGTERM and Ctrl-C.
struct Stops {
    terminate: Signal,
    interrupt: Signal,
}

impl Stops {
    fn listen() -> std::io::Result<Self> {
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Raises this process's limit on open files as far as it may: many systems begin with 1,024.
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where that is refused, the server serves fewer connections.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
