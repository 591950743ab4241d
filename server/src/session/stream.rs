//! A connection's bytes: plain TCP, or TLS over it.
//!
//! Both are driven the same way: reads are polled into a buffer that is lent for the moment, writes
//! are tried and say at once when the system takes no more. A plain connection pays one comparison
//! for the choice; what encryption needs is kept apart, so that it costs the plain one no memory.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::ServerConnection;
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

/// So many bytes are encrypted at most before the system has taken them: one record.
const ENCRYPTED_BYTES: usize = 16 * 1024;

/// A connection that is open for both sides.
#[derive(Debug)]
pub(super) struct Stream {
    socket: TcpStream,
    tls: Option<Box<ServerConnection>>,
}

/// The reading half.
pub(super) struct Reader<'a> {
    socket: ReadHalf<'a>,
    tls: Option<&'a mut ServerConnection>,
}

impl Stream {
    /// What is written goes out as it is.
    pub(super) fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None }
    }

    /// What is written is encrypted first. The handshake is still to come.
    pub(super) fn encrypted(socket: TcpStream, mut tls: Box<ServerConnection>) -> Self {
        tls.set_buffer_limit(Some(ENCRYPTED_BYTES));
        Self { socket, tls: Some(tls) }
    }

    /// Both halves, to be waited for at once.
    pub(super) fn split(&mut self) -> (Reader<'_>, WriteHalf<'_>) {
        let (reader, writer) = self.socket.split();
        (Reader { socket: reader, tls: self.tls.as_deref_mut() }, writer)
    }

    /// Takes as many of these bytes as can go on their way now; `WouldBlock` if none can.
    pub(super) fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.socket.try_write(bytes) };
        push(tls, &self.socket)?;
        let taken = tls.writer().write(bytes)?;
        match push(tls, &self.socket) {
            // They are taken; the next write, or the flush, says that the system is full.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(taken),
            pushed => pushed.map(|()| taken),
        }
    }

    /// Sends what was taken and is not on its way yet; `WouldBlock` if some of it still is not.
    pub(super) fn try_flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            None => Ok(()),
            Some(tls) => push(tls, &self.socket),
        }
    }

    /// Reads on until both sides have agreed on keys.
    pub(super) async fn agree(&mut self) -> io::Result<()> {
        let Self { socket, tls: Some(tls) } = self else { return Ok(()) };
        loop {
            match push(tls, socket) {
                Ok(()) if !tls.is_handshaking() => return Ok(()),
                Ok(()) => {
                    socket.readable().await?;
                    take_in(tls, socket, &mut Tried(socket))?;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    socket.writable().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Says that nothing more will be written, after all that was.
    pub(super) async fn shut(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            while let Err(error) = push(tls, &self.socket) {
                if error.kind() != io::ErrorKind::WouldBlock {
                    return Err(error);
                }
                self.socket.writable().await?;
            }
        }
        self.socket.shutdown().await
    }

    /// The socket, for whoever reads on only to drop what comes.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

impl Reader<'_> {
    /// Reads what is there into `buffer`; nothing at the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.tls {
            None => Pin::new(&mut self.socket).poll_read(cx, buffer),
            Some(tls) => poll_decrypted(&mut self.socket, tls, cx, buffer),
        }
    }
}

fn poll_decrypted(
    socket: &mut ReadHalf<'_>,
    tls: &mut ServerConnection,
    cx: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    loop {
        match tls.reader().read(buffer.initialize_unfilled()) {
            Ok(count) => {
                buffer.advance(count);
                return Poll::Ready(Ok(()));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // The peer has gone without a farewell. A request is a whole line, so nothing that was
            // cut short is taken for one: it ends like any connection.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Poll::Ready(Ok(()));
            }
            Err(error) => return Poll::Ready(Err(error)),
        }
        let mut polled = Polled { socket: Pin::new(socket), cx };
        match tls.read_tls(&mut polled) {
            Ok(_) => digest(tls, socket.as_ref())?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
            Err(error) => return Poll::Ready(Err(error)),
        }
    }
}

/// Reads once and understands what was read; nothing if nothing is there.
fn take_in(
    tls: &mut ServerConnection,
    socket: &TcpStream,
    source: &mut dyn Read,
) -> io::Result<()> {
    match tls.read_tls(source) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(_) => digest(tls, socket),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
    }
}

/// Understands what was read, and sends what TLS itself answers to it, at best.
fn digest(tls: &mut ServerConnection, socket: &TcpStream) -> io::Result<()> {
    let understood = tls.process_new_packets();
    match push(tls, socket) {
        // Over what cannot be understood the connection ends; the alert tells the peer why.
        _ if understood.is_err() => {}
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        pushed => pushed?,
    }
    understood.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(())
}

/// Writes what is encrypted; `WouldBlock` if the system takes no more of it.
fn push(tls: &mut ServerConnection, socket: &TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        if tls.write_tls(&mut Tried(socket))? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}

/// A socket that is tried, and left at once when it is not ready.
struct Tried<'a>(&'a TcpStream);

impl Read for Tried<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(bytes)
    }
}

impl Write for Tried<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A socket that is polled: when it is not ready, the task is woken once it is.
struct Polled<'a, 'b, 'c> {
    socket: Pin<&'a mut ReadHalf<'b>>,
    cx: &'a mut Context<'c>,
}

impl Read for Polled<'_, '_, '_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        match self.socket.as_mut().poll_read(self.cx, &mut buffer) {
            Poll::Ready(read) => read.map(|()| buffer.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}
