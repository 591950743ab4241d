//! `trechod healthcheck`: a request and its reply, as any client would.
//!
//! A server that encrypts must have the very key of the certificate that is named: the health check
//! runs beside the server and has its file, so it needs no authority and no name to believe it.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{self, WrapErr, bail, eyre};
use rustls::{ClientConnection, Error as TlsError, StreamOwned};
use trecho_shared::DEFAULT_PORT;
use trecho_shared::limits::REPLY_LINE_BYTES;
use trecho_shared::message::{Empty, Pong};
use trecho_shared::rpc::{Id, Incoming, request};

use super::Failure;
use crate::tls;

/// Where a server listens unless told otherwise.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT);

/// A server that is well answers sooner.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn healthcheck(address: Option<SocketAddr>, cert: Option<&Path>) -> Result<(), Failure> {
    let address = reachable(address.unwrap_or(HERE));
    ping(address, cert).wrap_err_with(|| format!("{address} is not well"))?;
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

fn ping(address: SocketAddr, cert: Option<&Path>) -> eyre::Result<()> {
    let expected = cert.map(tls::fingerprint_of).transpose()?;
    let socket = TcpStream::connect_timeout(&address, PATIENCE)
        .wrap_err("nobody answers there (start the server, or name its address)")?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let (Some(expected), Some(cert)) = (expected, cert) else { return ask(socket) };
    let (config, name) = tls::expecting(expected, address)?;
    let connection = ClientConnection::new(config, name)?;
    ask(StreamOwned::new(connection, socket)).map_err(|error| match why_not_tls(&error) {
        Some(TlsError::InvalidCertificate(_)) => eyre!(
            "it has another key than {}: name the certificate that it has now with --tls-cert FILE",
            cert.display()
        ),
        Some(TlsError::InvalidMessage(_)) => eyre!(
            "it does not encrypt: ask it without --tls-cert (and without TRECHO_TLS_CERT), or start it \
             with --tls-cert and --tls-key"
        ),
        _ => error,
    })
}

/// What TLS has said against the server, if it was TLS that did.
fn why_not_tls(error: &eyre::Report) -> Option<&TlsError> {
    error.chain().find_map(|cause| {
        let told = cause.downcast_ref::<std::io::Error>()?.get_ref()?;
        told.downcast_ref::<TlsError>()
    })
}

/// A server that hangs accepts still: the system does that in its place.
fn in_time(error: std::io::Error) -> eyre::Report {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => eyre!(
            "it has not answered for {} s: see what its log says, and start it anew if that stays so",
            PATIENCE.as_secs()
        ),
        _ => eyre::Report::new(error).wrap_err("it does not answer"),
    }
}

fn ask(mut socket: impl Read + Write) -> eyre::Result<()> {
    let sent = socket.write_all(&request(&Id::Number(1), "server.ping", &Empty {}));
    sent.and_then(|()| socket.flush()).map_err(in_time)?;
    let mut line = Vec::new();
    let most = u64::try_from(REPLY_LINE_BYTES).unwrap_or(u64::MAX);
    BufReader::new(socket.take(most)).read_until(b'\n', &mut line).map_err(in_time)?;
    match Incoming::read(&line) {
        Ok(Incoming::Reply { outcome: Ok(result), .. }) => {
            serde_json::from_str::<Pong>(result.get()).wrap_err("it answers strangely")?;
            Ok(())
        }
        Ok(Incoming::Reply { outcome: Err(error), .. }) if error.message.contains("TLS") => {
            bail!("it encrypts: name its certificate with --tls-cert FILE, or TRECHO_TLS_CERT")
        }
        Ok(Incoming::Reply { outcome: Err(error), .. }) => bail!("it says: {}", error.message),
        Ok(Incoming::Event { .. }) => bail!("it does not answer"),
        Err(_) => bail!("it speaks another protocol"),
    }
}
