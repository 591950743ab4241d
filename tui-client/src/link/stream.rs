//! A connection's bytes: plain TCP, or TLS over it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::{CertificateError, Error, InvalidMessage};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::trust::{Channel, Distrust};

/// A connection that is open for both sides. What is written with TLS may wait until it is flushed.
#[derive(Debug)]
pub(crate) enum Stream {
    /// What is written goes out as it is.
    Plain(TcpStream),
    /// What is written is encrypted first.
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// Why no connection came of a socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The server is not who it should be. Nothing was sent to it.
    #[error(transparent)]
    Distrusted(Box<Distrust>),
    /// The server does not speak TLS. Nothing was sent to it.
    #[error("the server does not speak TLS")]
    Plaintext,
    /// The connection failed.
    #[error(transparent)]
    Io(io::Error),
}

/// Opens the channel over a fresh socket.
pub(crate) async fn open(socket: TcpStream, channel: &Channel) -> Result<Stream, OpenError> {
    // Requests are small and waited for: they go at once.
    socket.set_nodelay(true).map_err(OpenError::Io)?;
    match channel {
        Channel::Plain => Ok(Stream::Plain(socket)),
        Channel::Tls(config, name) => {
            let connector = TlsConnector::from(config.clone());
            let stream = connector.connect(name.clone(), socket).await.map_err(meant)?;
            Ok(Stream::Encrypted(Box::new(stream)))
        }
    }
}

/// What a failed handshake means.
fn meant(error: io::Error) -> OpenError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(CertificateError::Other(other))) => {
            match other.0.downcast_ref::<Distrust>() {
                Some(distrust) => OpenError::Distrusted(Box::new(distrust.clone())),
                None => OpenError::Io(error),
            }
        }
        // A line of text is no record of TLS.
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => OpenError::Plaintext,
        Some(_) | None => OpenError::Io(error),
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Self::Encrypted(tls) => Pin::new(tls).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Encrypted(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Self::Encrypted(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Encrypted(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
