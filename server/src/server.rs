//! A whole server: from a [`Config`] to a running [`ServerHandle`], and back to nothing.

mod extension;
mod fill;
mod import;
mod opening;
mod public;

use std::future::pending;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use tokio::sync::watch;
use tokio::task::JoinSet;
use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::message::{Event, ServerClosing, ServerNotice};
use trecho_shared::text::scrub;

use crate::admin::{self, SocketError, Steering};
use crate::booking::Command;
use crate::config::Config;
use crate::desk::{Fault, Rejection, Running};
use crate::dispatch::Service;
use crate::ledger::{LedgerError, OpenError};
use crate::limits::RESERVED_FILES;
use crate::listener::{self, Admission};
use crate::pages::{self, Pages};
use crate::session::Announcement;
use crate::timetable::ImportError;
use crate::tls::{IdentityError, Tls, TlsFiles};
use opening::Opened;
#[cfg(test)]
pub(crate) use public::Public;

pub use import::AtRest;

/// Why a server does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is open to other machines, and nobody said that this is meant.
    #[error(
        "{0} is open to other machines, and nothing is encrypted: say --tls-cert and --tls-key \
         (trechod cert makes a pair), or --plaintext if that network is trusted, or listen on \
         127.0.0.1"
    )]
    Exposed(SocketAddr),
    /// The certificate and key cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The operators' pages would be open to other machines, and nobody said that this is meant.
    #[error(
        "{0} would show the metrics to other machines: choose 127.0.0.1 with --metrics-listen, or \
         say --metrics-exposed if whoever reaches that network may read them"
    )]
    MetricsExposed(SocketAddr),
    /// The address of the operators' pages cannot be had.
    #[error(
        "cannot listen on {address} for metrics ({source}): {}--metrics-listen, or none",
        otherwise(source)
    )]
    MetricsBind {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Passengers and operators' pages would have one address.
    #[error(
        "--listen and --metrics-listen both have port {0}: give the metrics another, such as 7471"
    )]
    SamePort(u16),
    /// The address cannot be had.
    #[error("cannot listen on {address} ({source}): {}--listen", otherwise(source))]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The data directory cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What the data directory holds cannot be used.
    #[error(transparent)]
    Restore(#[from] LedgerError),
    /// Operators cannot be given a socket.
    #[error(transparent)]
    Admin(#[from] SocketError),
    /// The timetable cannot be read.
    #[error("cannot take the timetable from {}: {source}{}", path.display(), or_else(source))]
    Timetable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImportError,
    },
    /// The timetable cannot be written.
    #[error("cannot write the timetable: {0}")]
    Filling(Rejection),
    /// The system has no thread to give.
    #[error("cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// What else could have been meant by a file that cannot be read.
fn or_else(source: &ImportError) -> &'static str {
    match source {
        ImportError::Io(_) => "; --timetable takes a file, or sample or none",
        _ => "",
    }
}

/// What to do about an address that cannot be had, up to the flag.
fn otherwise(source: &std::io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::AddrInUse => {
            "something listens there already, maybe another server: end that one, or choose another \
             address with "
        }
        ErrorKind::AddrNotAvailable => {
            "this machine has no such address: choose one of its own with "
        }
        ErrorKind::PermissionDenied => "this user may not: choose a port from 1024 on with ",
        _ => "choose another address with ",
    }
}

/// Where a server comes from.
#[derive(Debug)]
pub struct Server;

/// A running server. Dropped without [`stop`](Self::stop), it ends at once: connections are cut,
/// and what was answered is on disk.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    announcer: Announcer,
    metrics_address: Option<SocketAddr>,
    tls: Option<Arc<Tls>>,
    /// Not to keep it: the desk ends when nobody is left who could ask it.
    service: Weak<Service>,
    /// One task, which owns all others.
    running: JoinSet<Result<(), Fault>>,
}

impl Server {
    /// Starts a server in the current Tokio runtime (with timers and I/O). When this returns, it
    /// serves.
    ///
    /// # Errors
    /// Says why it does not start and what to do about it.
    pub async fn start(config: Config) -> Result<ServerHandle, StartError> {
        let open = config.plaintext || config.tls.is_some();
        if !open && !listener::is_private(config.listen.ip()) {
            return Err(StartError::Exposed(config.listen));
        }
        if let Some(port) = shared_port(&config) {
            return Err(StartError::SamePort(port));
        }
        let bound = |source| StartError::Bind { address: config.listen, source };
        let socket = listener::bind(config.listen).map_err(bound)?;
        let address = socket.local_addr().map_err(bound)?;
        let (pages_socket, metrics_address) = bind_pages(&config)?;
        let reading = fill::read_ahead(&config).await?;
        let Opened { mut service, running, found } = opening::open(&config).await?;
        service.limits.connections = room_for(service.limits.connections);
        let service = Arc::new(service);
        // Under the lock of the data directory, which the desk has.
        let admin_path = config.admin_socket.path(&config.data_dir);
        let door = admin_path.map(|path| admin::socket::bind(&path)).transpose()?;
        fill::fill(&service, &config, found, reading).await?;
        let (tls, asked) = (service.tls.clone(), Arc::downgrade(&service));
        let announcer = Announcer {
            announcements: Arc::new(watch::Sender::new(Announcement::Serving)),
            retry_in_ms: crate::dispatch::closing_retry_ms(&service),
        };
        let mut tasks = JoinSet::new();
        let mut beside = JoinSet::new();
        if let Some(bound) = door {
            let (service, announcer) = (Arc::clone(&service), announcer.clone());
            beside.spawn(admin::serve(bound, Steering { service, announcer, address }));
        }
        if let Some(socket) = pages_socket {
            let heard = announcer.announcements.subscribe();
            beside.spawn(Pages::new(Arc::clone(&service), heard).serve(socket));
        }
        if let Some(seed) = fill::extended(&config.timetable, found) {
            beside.spawn(extension::extend_daily(Arc::clone(&service), seed));
        }
        beside.spawn(crate::clock::watch_wall(service.clock.clone()));
        let heard = announcer.announcements.subscribe();
        let admission = Arc::new(Admission::new(&service.limits, config.trusted));
        let listening = listener::listen(socket, Arc::clone(&service), admission, heard);
        tasks.spawn(run(listening, service, running, beside));
        let running = tasks;
        Ok(ServerHandle { address, announcer, metrics_address, tls, service: asked, running })
    }
}

/// Tells whether the desk is alive.
#[derive(Debug, Clone)]
pub struct Pulse(Weak<Service>);

impl Pulse {
    /// Asks the desk something that changes nothing, and waits for the answer: it comes when all
    /// that is queued before it is decided and on disk, and never from a desk that hangs.
    pub async fn beat(&self) {
        let Some(service) = self.0.upgrade() else { return pending().await };
        let desk = service.desk.clone();
        drop(service);
        // A refusal is an answer, too.
        let _answer = desk.ask(Command::Sweep, None).await;
    }
}

/// What is said to all connections, by whoever may say it.
#[derive(Debug, Clone)]
pub(crate) struct Announcer {
    announcements: Arc<watch::Sender<Announcement>>,
    retry_in_ms: u64,
}

impl Announcer {
    /// Tells every connection `text`, as `server.notice`.
    pub(crate) fn notice(&self, text: &str) {
        let line = Event::ServerNotice(ServerNotice { text: scrub(text) }).line();
        self.announce(Announcement::Notice(line.into()));
    }

    /// Begins to stop.
    pub(crate) fn stop(&self) {
        if !self.is_closing() {
            tracing::info!("stopping: connections get what they are owed");
        }
        let closing = ServerClosing { retry_in_ms: self.retry_in_ms };
        self.announce(Announcement::Closing(Event::ServerClosing(closing).line().into()));
    }

    /// Whether the last word was said.
    pub(crate) fn is_closing(&self) -> bool {
        self.announcements.borrow().is_closing()
    }

    fn announce(&self, announcement: Announcement) {
        self.announcements.send_if_modified(|current| {
            // Nothing is said after the last word.
            let more = !current.is_closing();
            if more {
                *current = announcement;
            }
            more
        });
    }
}

impl ServerHandle {
    /// Where it listens: with the port that was picked for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What clients know this server by; `None` where nothing is encrypted.
    pub fn fingerprint(&self) -> Option<KeyFingerprint> {
        self.tls.as_ref().map(|tls| tls.fingerprint())
    }

    /// What its connections share, as long as it runs.
    #[cfg(test)]
    pub(crate) fn service(&self) -> Option<Arc<Service>> {
        self.service.upgrade()
    }

    /// Where to feel whether the server is alive, also while [`wait`](Self::wait) has the handle.
    pub fn pulse(&self) -> Pulse {
        Pulse(Weak::clone(&self.service))
    }

    /// Where the certificate and its key were read from; `None` where nothing is encrypted.
    pub fn tls_files(&self) -> Option<&TlsFiles> {
        self.tls.as_ref().map(|tls| tls.files())
    }

    /// Reads the certificate and key again, for the connections to come. Those that are open stay
    /// as they are; `None` where nothing is encrypted.
    ///
    /// # Errors
    /// If they cannot be used: then the old ones stay in force.
    pub fn reload_tls(&self) -> Result<Option<KeyFingerprint>, IdentityError> {
        self.tls.as_ref().map(|tls| tls.reload()).transpose()
    }

    /// Where the operators' pages are served, if they are.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Tells every connection `text`, as `server.notice`.
    pub fn notice(&self, text: &str) {
        self.announcer.notice(text);
    }

    /// Begins to stop: no connection is accepted, each is told `server.closing`, gets the replies
    /// that it is owed, and is closed. [`wait`](Self::wait) returns when all is done.
    pub fn stop(&self) {
        self.announcer.stop();
    }

    /// Waits until it begins to stop, whoever has asked for it: [`stop`](Self::stop), or an operator
    /// over the wire. It holds nothing of the handle, so it can be waited for beside
    /// [`wait`](Self::wait).
    pub fn stopping(&self) -> impl Future<Output = ()> + use<> {
        let mut announcements = self.announcer.announcements.subscribe();
        async move {
            // An error is the end of all who could say it: the server has stopped.
            let _said = announcements.wait_for(Announcement::is_closing).await;
        }
    }

    /// Waits until the server has ended: after [`stop`](Self::stop), or over a fault. Can be
    /// cancelled and called again.
    ///
    /// # Errors
    /// The fault over which it ended. The process should end, too, and start again: what became of
    /// the last commands is not known.
    pub async fn wait(&mut self) -> Result<(), Fault> {
        match self.running.join_next().await {
            Some(Ok(ended)) => ended,
            Some(Err(panic)) => {
                tracing::error!(%panic, "the server's task has panicked");
                Err(Fault::Panicked)
            }
            // It has ended before, and this was told.
            None => Ok(()),
        }
    }
}

/// Serves until the listener has seen everyone off, or the desk has failed; then ends what runs
/// beside it.
async fn run(
    listening: impl Future<Output = ()>,
    service: Arc<Service>,
    running: Running,
    mut beside: JoinSet<()>,
) -> Result<(), Fault> {
    let mut listening = Box::pin(listening);
    let mut ended = Box::pin(running.wait());
    let fault = tokio::select! {
        () = &mut listening => None,
        ended = &mut ended => Some(ended),
    };
    drop(listening);
    beside.shutdown().await;
    drop(service);
    match fault {
        // The last who could ask the desk has gone: it writes what is left and ends.
        None => ended.await,
        Some(Err(fault)) => {
            tracing::error!(%fault, "the desk has failed");
            Err(fault)
        }
        Some(Ok(())) => Ok(()),
    }
}

/// The port that passengers and operators' pages cannot both have.
fn shared_port(config: &Config) -> Option<u16> {
    let (listen, pages) = (config.listen, config.metrics_listen?);
    let everywhere = listen.ip().is_unspecified() || pages.ip().is_unspecified();
    let same = everywhere || listen.ip() == pages.ip();
    (listen.port() != 0 && listen.port() == pages.port() && same).then_some(listen.port())
}

/// The socket of the operators' pages, if they are wanted, and where it is.
fn bind_pages(config: &Config) -> Result<(Option<pages::Bound>, Option<SocketAddr>), StartError> {
    let Some(address) = config.metrics_listen else { return Ok((None, None)) };
    if !config.metrics_exposed && !listener::is_private(address.ip()) {
        return Err(StartError::MetricsExposed(address));
    }
    let bound = |source| StartError::MetricsBind { address, source };
    let socket = pages::bind(address).map_err(bound)?;
    let address = socket.address().map_err(bound)?;
    Ok((Some(socket), Some(address)))
}

/// So many of the connections wanted as the limit on open files leaves room for.
fn room_for(wanted: usize) -> usize {
    let room = open_files().saturating_sub(RESERVED_FILES).max(1);
    if room < wanted {
        tracing::warn!(
            connections = room,
            "the limit on open files leaves room for no more than {room} connections of {wanted}: raise \
             it (ulimit -n, LimitNOFILE of a systemd unit, ulimits of a container), or ask for fewer with \
             --max-connections"
        );
    }
    wanted.min(room)
}

fn open_files() -> usize {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
    }
    #[cfg(not(unix))]
    usize::MAX
}
