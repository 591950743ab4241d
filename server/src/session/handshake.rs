//! From an accepted socket to a connection on which lines can be told.
//!
//! It runs in the connection's own task: whoever is slow with it delays nobody else.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};
use tokio::net::TcpStream;
use tokio::time::timeout;
use trecho_shared::rpc::{ErrorObject, ProtocolError, reply_error};

use super::hang_up;
use super::stream::Stream;
use crate::limits::Limits;
use crate::meters::Ended;

/// How a TLS record begins that opens a conversation: its type is "handshake".
const HELLO: u8 = 0x16;

/// Why no connection came of a socket.
#[derive(Debug, thiserror::Error)]
pub(super) enum HandshakeError {
    /// It took too long.
    #[error("no handshake in time")]
    Late,
    /// The peer does not speak TLS. It was told.
    #[error("the peer speaks plain text, and this port speaks TLS")]
    Plaintext,
    /// The peer has gone, or both sides cannot agree. TLS has told the peer.
    #[error("no handshake: {0}")]
    Failed(#[from] io::Error),
}

impl HandshakeError {
    /// As what it is counted.
    pub(super) fn ended(&self) -> Ended {
        match self {
            Self::Late => Ended::HandshakeLate,
            Self::Plaintext => Ended::Plaintext,
            Self::Failed(_) => Ended::Handshake,
        }
    }
}

/// Agrees with the peer on keys, within the time that the limits give it.
pub(super) async fn shake_hands(
    socket: TcpStream,
    config: Arc<ServerConfig>,
    limits: &Limits,
) -> Result<Stream, HandshakeError> {
    let shaken = timeout(limits.handshake, shake(socket, config, limits.linger)).await;
    shaken.unwrap_or(Err(HandshakeError::Late))
}

async fn shake(
    socket: TcpStream,
    config: Arc<ServerConfig>,
    linger: Duration,
) -> Result<Stream, HandshakeError> {
    let mut first = [0];
    if socket.peek(&mut first).await? == 1 && first[0] != HELLO {
        hang_up(refusing(socket), linger).await;
        return Err(HandshakeError::Plaintext);
    }
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = Stream::encrypted(socket, Box::new(connection));
    match stream.agree().await {
        Ok(()) => Ok(stream),
        Err(error) => {
            // So that the alert, which says why, is not lost to a reset.
            hang_up(stream, linger).await;
            Err(error.into())
        }
    }
}

/// A plain connection on which one line has been said: that this port speaks TLS.
fn refusing(socket: TcpStream) -> Stream {
    let error = ProtocolError::Envelope("this port speaks TLS: connect with --tls".to_owned());
    let mut stream = Stream::plain(socket);
    // A fresh socket has room for it; a peer that has gone needs no word.
    let _ = stream.try_write(&reply_error(None, &ErrorObject::from(&error)));
    stream
}
