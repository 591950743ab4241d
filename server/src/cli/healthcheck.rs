//! `trechod healthcheck`: a request and its reply, as any client would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use color_eyre::eyre::{self, WrapErr, bail};
use trecho_shared::DEFAULT_PORT;
use trecho_shared::limits::REPLY_LINE_BYTES;
use trecho_shared::message::{Empty, Pong};
use trecho_shared::rpc::{Id, Incoming, request};

use super::Failure;

/// Where a server listens unless told otherwise.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT);

/// A server that is well answers sooner.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn healthcheck(address: Option<SocketAddr>) -> Result<(), Failure> {
    let address = reachable(address.unwrap_or(HERE));
    ping(address).wrap_err_with(|| format!("{address} is not well"))?;
    // A closed stream is nothing to fail over.
    let _ = writeln!(std::io::stdout(), "{address} is well");
    Ok(())
}

/// Where a server is reached that listens at `address`: on all addresses means on the loopback, too.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

fn ping(address: SocketAddr) -> eyre::Result<()> {
    let mut socket =
        TcpStream::connect_timeout(&address, PATIENCE).wrap_err("nobody answers there")?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.write_all(&request(&Id::Number(1), "server.ping", &Empty {}))?;
    let mut line = Vec::new();
    let most = u64::try_from(REPLY_LINE_BYTES).unwrap_or(u64::MAX);
    BufReader::new(socket.take(most))
        .read_until(b'\n', &mut line)
        .wrap_err("it does not answer")?;
    match Incoming::read(&line) {
        Ok(Incoming::Reply { outcome: Ok(result), .. }) => {
            serde_json::from_str::<Pong>(result.get()).wrap_err("it answers strangely")?;
            Ok(())
        }
        Ok(Incoming::Reply { outcome: Err(error), .. }) => bail!("it says: {}", error.message),
        Ok(Incoming::Event { .. }) => bail!("it does not answer"),
        Err(_) => bail!("it speaks another protocol"),
    }
}
