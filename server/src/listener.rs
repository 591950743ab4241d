//! Accepting connections, and seeing every one of them off.

mod admission;
mod door;

use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::Instrument;
use trecho_shared::message::{RefusalData, RefusalKind};
use trecho_shared::rpc::{ErrorObject, reply_error};

use crate::dispatch::Service;
use crate::limits::Limits;
use crate::meters::{Connections, Ended, TurnedAway};
use crate::session::{self, Announcement};
use door::Door;

pub(crate) use admission::{Admission, Place};

/// So many connections may wait to be accepted.
const BACKLOG: i32 = 1_024;

const SECOND: Duration = Duration::from_secs(1);

/// What a client that gets no place is told to wait.
const FULL_RETRY_MS: u64 = 1_000;

/// Binds the address. A port that a server before has just left is taken at once.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Whether an address is for this machine alone.
pub(crate) fn is_private(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Accepts connections and serves each in a task of its own, until `closing` says so. Then waits
/// for all of them, at most as long as the limits allow, and cuts the rest.
pub(crate) async fn listen(
    listener: TcpListener,
    service: Arc<Service>,
    admission: Arc<Admission>,
    mut announcements: watch::Receiver<Announcement>,
) {
    let meters = service.meters.connections.clone();
    let mut door = Door::new(listener, service.limits.accepts, &service.meters);
    let mut sessions = JoinSet::new();
    let mut number = 0_u64;
    while !is_closing(&announcements) {
        meters.open.set(number_of(&sessions));
        tokio::select! {
            changed = announcements.changed() => if changed.is_err() { break },
            Some(ended) = sessions.join_next() => note(ended, &meters),
            (socket, peer) = door.next() => {
                number += 1;
                meters.accepted.inc();
                let span = tracing::debug_span!("connection", connection.id = number, %peer);
                if has_gone(&socket) {
                    meters.turned_away.of(TurnedAway::Gone).inc();
                    continue;
                }
                match admission.admit(peer.ip()) {
                    Err(why) => {
                        meters.turned_away.of(why).inc();
                        refuse(&socket);
                    }
                    Ok(place) => {
                        // Only who is let in, and is no friend, uses up the rate.
                        if place.origin().is_some() {
                            door.charge();
                        }
                        if let Err(error) = furnish(&socket, &service.limits) {
                            meters.turned_away.of(TurnedAway::Gone).inc();
                            tracing::debug!(parent: &span, %error, "gone before it was served");
                            continue;
                        }
                        let heard = announcements.clone();
                        let served = session::serve(socket, Arc::clone(&service), place, heard);
                        sessions.spawn(served.instrument(span));
                    }
                }
            },
        }
    }
    drop(door);
    see_off(sessions, service.limits.drain, &meters).await;
}

fn is_closing(announcements: &watch::Receiver<Announcement>) -> bool {
    announcements.borrow().is_closing()
}

async fn see_off(mut sessions: JoinSet<()>, patience: Duration, meters: &Connections) {
    let all_ended = async {
        while let Some(ended) = sessions.join_next().await {
            note(ended, meters);
            meters.open.set(number_of(&sessions));
        }
    };
    if timeout(patience, all_ended).await.is_err() {
        tracing::warn!(connections = sessions.len(), "cut, since they did not end in time");
        sessions.shutdown().await;
        meters.open.set(0);
    }
}

fn number_of(sessions: &JoinSet<()>) -> i64 {
    i64::try_from(sessions.len()).unwrap_or(i64::MAX)
}

/// A connection's panic ends that connection and no more.
fn note(ended: Result<(), tokio::task::JoinError>, meters: &Connections) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection has panicked");
        meters.ended.of(Ended::Fault).inc();
    }
}

/// Whether the peer has hung up while it waited at the door, without a word.
fn has_gone(socket: &TcpStream) -> bool {
    match SockRef::from(socket).peek(&mut [MaybeUninit::uninit()]) {
        Ok(waiting) => waiting == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

/// What every connection's socket is set to.
fn furnish(socket: &TcpStream, limits: &Limits) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    // The system counts these in whole seconds, at least one.
    let (time, interval) = (limits.keepalive.max(SECOND), (limits.keepalive / 3).max(SECOND));
    let keepalive = TcpKeepalive::new().with_time(time).with_interval(interval);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    {
        socket.set_tcp_user_timeout(Some(limits.dead_peer))?;
        socket.set_tcp_notsent_lowat(limits.system_unsent_bytes)?;
    }
    Ok(())
}

/// What whoever gets no place is told.
pub(crate) fn no_place() -> RefusalData {
    RefusalData {
        retry_after_ms: Some(FULL_RETRY_MS),
        ..RefusalData::bare(RefusalKind::LimitExceeded)
    }
}

/// One line, as far as the socket takes it at once, and no more: a full server spends no task on
/// whom it turns away.
fn refuse(socket: &TcpStream) {
    let line = reply_error(None, &ErrorObject::from(no_place()));
    // A fresh socket has room for it; a peer that has gone needs no word.
    let _ = socket.try_write(&line);
}
