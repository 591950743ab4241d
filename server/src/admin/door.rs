//! Who is let in: few at once, and only the server's own user or root.

use std::time::Duration;

use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::socket::Bound;
use super::{Steering, connection, wire};
use crate::booking::Operator;
use crate::limits::ADMIN_CONNECTIONS;
use crate::meters::OperatorsDoor;

/// After an accept that failed, mostly for want of files.
const BACK_OFF: Duration = Duration::from_millis(500);

/// Serves operators until it is dropped: their connections end with it.
pub(crate) async fn serve(bound: Bound, steering: Steering) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended && error.is_panic() {
                    tracing::error!(%error, "an operator's connection has panicked");
                }
            }
            accepted = bound.listener.accept() => match accepted {
                Ok((socket, _)) => {
                    if connections.len() >= ADMIN_CONNECTIONS {
                        let operators = &steering.service.meters.limits.operators;
                        operators.of(OperatorsDoor::Admin).inc();
                        turn_away(&socket, &wire::Problem::busy());
                    } else {
                        match operator(&socket) {
                            Ok(operator) => {
                                let span = tracing::info_span!("operator", uid = operator.uid);
                                let served = connection::serve(socket, operator, steering.clone());
                                connections.spawn(served.instrument(span));
                            }
                            Err(refused) => turn_away(&socket, &refused),
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept on the admin socket");
                    tokio::time::sleep(BACK_OFF).await;
                }
            },
        }
    }
}

/// Who connects, by the kernel's word.
fn operator(socket: &UnixStream) -> Result<Operator, wire::Problem> {
    let uid = match socket.peer_cred() {
        Ok(peer) => peer.uid(),
        Err(error) => {
            tracing::warn!(%error, "the admin socket does not say who connects");
            return Err(wire::Problem::internal());
        }
    };
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        tracing::warn!(uid, "a user who may not steer this server was turned away");
        return Err(wire::Problem::foreign(uid));
    }
    Ok(Operator { uid, user: user_name(uid) })
}

/// The user's name in `/etc/passwd`. Users that only a directory service knows have a number, which is
/// as good for the audit log.
fn user_name(uid: u32) -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let uid = uid.to_string();
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&uid))?;
    line.split(':').next().map(trecho_shared::text::scrub).filter(|name| !name.is_empty())
}

/// One line, as far as the socket takes it.
fn turn_away(socket: &UnixStream, problem: &wire::Problem) {
    // A fresh socket has room for it.
    let _ = socket.try_write(&wire::reply_problem(None, problem));
}
