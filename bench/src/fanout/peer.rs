//! How each server is asked to tell, and how what it tells is framed.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use clap::ValueEnum;
use color_eyre::eyre::{Report, ensure};

/// What the peers are given to pass on: what `trechod` would tell, with the digits of the event's
/// number (from [`FIRST_VERSION`] on) in the place of the version.
const EVENT: &str = concat!(
    r#"{"jsonrpc":"2.0","method":"leg.updated","params":{"leg":"TR1000-20300115-GRU","#,
    r#""flight":"TR1000","from":"GRU","to":"SSA","departs_at":"2030-01-15T06:10:00-03:00","#,
    r#""seats_left":1199999,"version":"#
);
const REST: &str = concat!(r#","reason":"released"}}"#, "\n");

/// As many digits for every event, so that all have the same length.
const FIRST_VERSION: usize = 10_000_000;

/// How long one is.
pub(crate) const EVENT_BYTES: usize = EVENT.len() + 8 + REST.len();

/// Longer than any server takes to answer one who comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// trechod
    Ours,
    /// Redis, publish and subscribe
    Redis,
    /// NATS
    Nats,
    /// `serve-fanout`
    Bare,
}

impl Kind {
    /// What stands before each event; the event itself ends in a newline.
    pub(super) fn head(self) -> &'static [u8] {
        const { assert!(EVENT_BYTES == 223, "the length stands in the heads") };
        match self {
            Self::Ours | Self::Bare => b"",
            Self::Redis => b"*3\r\n$7\r\nmessage\r\n$2\r\nev\r\n$223\r\n",
            Self::Nats => b"MSG ev 1 223\r\n",
        }
    }

    /// How many bytes stand behind it.
    pub(super) fn tail(self) -> usize {
        match self {
            Self::Ours | Self::Bare => 0,
            Self::Redis | Self::Nats => 2,
        }
    }

    /// Event number `event`, as a peer is given it to pass on.
    pub(super) fn publication(self, event: usize) -> Vec<u8> {
        let (before, after) = match self {
            Self::Ours | Self::Bare => ("", ""),
            Self::Redis => ("*3\r\n$7\r\nPUBLISH\r\n$2\r\nev\r\n$223\r\n", "\r\n"),
            Self::Nats => ("PUB ev 223\r\n", "\r\n"),
        };
        format!("{before}{EVENT}{}{REST}{after}", FIRST_VERSION + event).into_bytes()
    }

    /// A connection that is told everything from now on.
    pub(super) fn watch(self, addr: SocketAddr) -> Result<TcpStream, Report> {
        let mut stream = self.connect(addr)?;
        match self {
            Self::Ours => {
                stream.write_all(
                    b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"feed.watch\",\"params\":{}}\n",
                )?;
                let reply = read_until(&mut stream, b"\n")?;
                ensure!(reply.contains("\"result\""), "no watch: {reply}");
            }
            Self::Redis => {
                stream.write_all(b"*2\r\n$9\r\nSUBSCRIBE\r\n$2\r\nev\r\n")?;
                read_until(&mut stream, b":1\r\n")?;
            }
            Self::Nats => {
                stream.write_all(b"SUB ev 1\r\nPING\r\n")?;
                read_until(&mut stream, b"PONG\r\n")?;
            }
            Self::Bare => {
                stream.write_all(b"SUB\n")?;
                read_until(&mut stream, b"OK\n")?;
            }
        }
        stream.set_nonblocking(true)?;
        Ok(stream)
    }

    /// A connection that may publish.
    pub(super) fn connect(self, addr: SocketAddr) -> Result<TcpStream, Report> {
        let mut stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        if self == Self::Nats {
            read_until(&mut stream, b"\r\n")?;
            stream.write_all(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n")?;
            read_until(&mut stream, b"PONG\r\n")?;
        }
        Ok(stream)
    }
}

/// Reads up to `end`, which is the last that the server sends until it is asked again.
pub(super) fn read_until(stream: &mut TcpStream, end: &[u8]) -> Result<String, Report> {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while !heard.ends_with(end) {
        let count = stream.read(&mut piece)?;
        ensure!(count > 0, "closed after {:?}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&piece[..count]);
    }
    Ok(String::from_utf8(heard)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_as_long_as_its_frame_says() {
        for event in [0, 7, super::super::news::EVENTS - 1] {
            assert_eq!(Kind::Bare.publication(event).len(), EVENT_BYTES);
        }
        let length = EVENT_BYTES.to_string();
        for kind in [Kind::Redis, Kind::Nats] {
            assert!(std::str::from_utf8(kind.head()).unwrap().contains(&length));
        }
    }
}
