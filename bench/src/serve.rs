//! Bare servers: what this machine can do with the same bytes and nothing else.

pub(crate) mod echo;
pub(crate) mod fanout;

use std::net::SocketAddr;

use clap::Args;
use tokio::net::{TcpListener, TcpSocket};

/// Where to serve.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where
    #[arg(long)]
    addr: SocketAddr,
}

/// With room for ten thousand who come at once.
fn listen(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(4096)
}
