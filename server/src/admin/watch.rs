//! The other end of the socket, for `trechod top`: the numbers, once a second for as long as the
//! connection lasts, and never a thread that waits for them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::message::{Empty, Method as _};
use trecho_shared::rpc::{Id, request};

use super::client::{AdminError, REPLY_BYTES, read_event, read_result};
use super::wire::method;
use crate::limits::READ_BYTES;
use crate::meters::Snapshot;

/// The longest that the first answer takes. A server that stands still accepts and says nothing.
const PATIENCE: Duration = Duration::from_secs(5);

const ID: Id = Id::Number(1);

/// A connection on which the server tells its numbers.
#[derive(Debug)]
pub(crate) struct Watch {
    socket: UnixStream,
    decoder: LineDecoder,
    path: PathBuf,
}

impl Watch {
    /// Connects to the server that listens at `path`: the connection, and the first numbers.
    pub(crate) async fn open(path: &Path) -> Result<(Self, Snapshot), AdminError> {
        let opened = timeout(PATIENCE, Self::begin(path)).await;
        opened.unwrap_or_else(|_| {
            let silent = io::Error::new(io::ErrorKind::TimedOut, "it does not answer");
            Err(AdminError::Lost { path: path.to_owned(), source: silent })
        })
    }

    async fn begin(path: &Path) -> Result<(Self, Snapshot), AdminError> {
        let connected = UnixStream::connect(path).await;
        let socket = connected.map_err(|error| AdminError::unconnected(path, error))?;
        let decoder = LineDecoder::new(REPLY_BYTES);
        let mut watch = Self { socket, decoder, path: path.to_owned() };
        let asked = request(&ID, method::StatsWatch::NAME, &Empty {});
        let sent = watch.socket.write_all(&asked).await;
        // Whoever is turned away is told so by a line that may be there before the request.
        let first = watch.line(|line, path| read_result::<method::StatsWatch>(line, &ID, path));
        let first = first.await?;
        sent.map_err(|source| watch.lost(source))?;
        Ok((watch, first))
    }

    /// Waits for the next numbers.
    pub(crate) async fn next(&mut self) -> Result<Snapshot, AdminError> {
        loop {
            let told = self.line(read_event::<method::Stats>).await?;
            if let Some(snapshot) = told {
                return Ok(snapshot);
            }
        }
    }

    /// What `read` makes of the next line.
    async fn line<T>(
        &mut self,
        read: impl Fn(&[u8], &Path) -> Result<T, AdminError>,
    ) -> Result<T, AdminError> {
        let mut bytes = vec![0; READ_BYTES];
        loop {
            match self.decoder.next_line() {
                Some(Line::Whole(line)) => return read(line, &self.path),
                Some(Line::TooLong) => return Err(AdminError::Strange(self.path.clone())),
                None => {}
            }
            let room = self.decoder.room().min(bytes.len());
            match self.socket.read(&mut bytes[..room]).await {
                Ok(0) => return Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    let taken = self.decoder.push(&bytes[..count]);
                    debug_assert_eq!(taken, count, "no more is read than there is room for");
                }
                Err(source) => return Err(self.lost(source)),
            }
        }
    }

    fn lost(&self, source: io::Error) -> AdminError {
        AdminError::Lost { path: self.path.clone(), source }
    }
}
