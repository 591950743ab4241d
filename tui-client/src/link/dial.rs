//! From an address to an open stream.

use std::io;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use trecho_shared::DEFAULT_PORT;

use super::conversation::End;
use super::stream::{self, OpenError, Stream};
use crate::message::Trouble;
use crate::trust::Channel;

/// Looking the name up, connecting and agreeing on keys take no longer than this together.
const CONNECT: Duration = Duration::from_secs(4);

/// The address that a person gave, with the port that they left out: `host`, `host:7470`, `::1`,
/// `[::1]`, `[::1]:7470`.
pub fn endpoint(address: &str) -> String {
    let address = address.trim();
    let after_brackets = address.rsplit_once(']').map(|(_, rest)| rest);
    let colons = address.matches(':').count();
    match after_brackets {
        Some(rest) if rest.starts_with(':') => address.to_owned(),
        None if colons > 1 => format!("[{address}]:{DEFAULT_PORT}"),
        None if colons == 1 => address.to_owned(),
        Some(_) | None => format!("{address}:{DEFAULT_PORT}"),
    }
}

/// Connects to the first of the name's addresses that answers, and opens the channel to it.
pub(super) async fn dial(address: &str, channel: &Channel) -> Result<Stream, End> {
    let open = async {
        let socket = connect(address).await?;
        stream::open(socket, channel).await.map_err(|error| match error {
            OpenError::Distrusted(distrust) => End::Distrusted(distrust),
            OpenError::Plaintext => Trouble::NoTls.into(),
            OpenError::Io(error) => trouble(&error).into(),
        })
    };
    timeout(CONNECT, open).await.unwrap_or(Err(Trouble::Timeout.into()))
}

async fn connect(address: &str) -> Result<TcpStream, Trouble> {
    let addresses = lookup_host(address).await.map_err(|error| match error.kind() {
        // "nowhere:http" and the like: not a name that is unknown, but no address at all.
        io::ErrorKind::InvalidInput => Trouble::Other(error.to_string()),
        _ => Trouble::UnknownHost,
    })?;
    let mut last = Trouble::UnknownHost;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = trouble(&error),
        }
    }
    Err(last)
}

/// What an error of the socket means to a person.
pub(super) fn trouble(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Trouble::Refused,
        io::ErrorKind::TimedOut => Trouble::Timeout,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::WriteZero
        | io::ErrorKind::UnexpectedEof => Trouble::Dropped,
        _ => Trouble::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_left_out_is_filled_in() {
        for (given, meant) in [
            ("localhost", "localhost:7470"),
            ("localhost:7", "localhost:7"),
            (" 10.0.0.1 ", "10.0.0.1:7470"),
            ("::1", "[::1]:7470"),
            ("[::1]", "[::1]:7470"),
            ("[::1]:7", "[::1]:7"),
        ] {
            assert_eq!(endpoint(given), meant);
        }
    }
}
