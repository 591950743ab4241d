//! A connection that sends a line and waits for one.

use std::net::SocketAddr;

use color_eyre::eyre::{Report, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Lines over TCP, one under way at a time.
#[derive(Debug)]
pub(crate) struct Lines {
    stream: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Lines {
    pub(crate) async fn connect(addr: SocketAddr) -> Result<Self, Report> {
        Ok(Self { stream: connect(addr).await?, line: Vec::new() })
    }

    /// Sends `request`, which ends in a newline, and returns the line that comes back.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<&[u8], Report> {
        self.stream.get_mut().write_all(request).await?;
        self.line.clear();
        self.stream.read_until(b'\n', &mut self.line).await?;
        ensure!(self.line.ends_with(b"\n"), "the server has closed the connection");
        Ok(&self.line)
    }
}

/// A connection without delays of its own.
pub(crate) async fn connect(addr: SocketAddr) -> Result<BufReader<TcpStream>, Report> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}
