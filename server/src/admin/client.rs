//! The other end of the socket, for `trechod admin` and `trechod import`: blocking, one request after
//! the other. [`watch`](super::watch) is the one for `trechod top`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trecho_shared::message::Method;
use trecho_shared::rpc::{Id, Incoming, request};

use super::wire::{Problem, Reply};

/// The longest that a request takes. An import waits for the disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// A reply has at most so many bytes.
pub(super) const REPLY_BYTES: usize = 16 << 20;

/// Why a request got no result. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdminError {
    /// Nobody listens.
    #[error(
        "no server listens on {}: start one, or name its data directory with --data DIR or its socket with \
         --socket PATH", .0.display()
    )]
    NoServer(PathBuf),
    /// The file system lets this user not in.
    #[error(
        "this user may not use {}: run this as the user that the server runs as, or as root", .0.display()
    )]
    Forbidden(PathBuf),
    /// The connection failed.
    #[error("the connection to {} failed ({source}): see what the server's log says", path.display())]
    Lost {
        /// The socket.
        path: PathBuf,
        /// How.
        source: io::Error,
    },
    /// Server and command are of different versions.
    #[error(
        "the server at {} answers in a way that this version does not know: use the same version of trechod \
         as the server", .0.display()
    )]
    Strange(PathBuf),
    /// The server says no.
    #[error(transparent)]
    Refused(#[from] Problem),
}

impl AdminError {
    /// Why there is no connection to the server that should listen at `path`.
    pub(super) fn unconnected(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound, PermissionDenied};
        let path = path.to_owned();
        match source.kind() {
            NotFound | ConnectionRefused | NotADirectory => Self::NoServer(path),
            PermissionDenied => Self::Forbidden(path),
            _ => Self::Lost { path, source },
        }
    }
}

/// A connection to a running server.
#[derive(Debug)]
pub(crate) struct Admin {
    socket: BufReader<UnixStream>,
    path: PathBuf,
    asked: i64,
}

impl Admin {
    /// Connects to the server that listens at `path`.
    pub(crate) fn connect(path: &Path) -> Result<Self, AdminError> {
        let socket =
            UnixStream::connect(path).map_err(|error| AdminError::unconnected(path, error))?;
        let path = path.to_owned();
        let bounded = socket
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| socket.set_write_timeout(Some(PATIENCE)));
        match bounded {
            Ok(()) => Ok(Self { socket: BufReader::new(socket), path, asked: 0 }),
            Err(source) => Err(AdminError::Lost { path, source }),
        }
    }

    /// Asks, and waits for the result.
    pub(crate) fn ask<M: Method>(
        &mut self,
        _: M,
        params: &M::Params,
    ) -> Result<M::Result, AdminError> {
        self.asked += 1;
        let id = Id::Number(self.asked);
        let sent = self.socket.get_mut().write_all(&request(&id, M::NAME, params));
        // Whoever is turned away is told so by a line that may be there before the request.
        let line = self.line()?;
        let result = read_result::<M>(&line, &id, &self.path)?;
        sent.map_err(|source| self.lost(source))?;
        Ok(result)
    }

    /// Waits for the next event with the method that `M` names, which has its result as params.
    /// Other events are passed over.
    pub(crate) fn hear<M: Method>(&mut self, _: M) -> Result<M::Result, AdminError> {
        loop {
            let line = self.line()?;
            if let Some(told) = read_event::<M>(&line, &self.path)? {
                return Ok(told);
            }
        }
    }

    /// The next line.
    fn line(&mut self) -> Result<Vec<u8>, AdminError> {
        let mut line = Vec::new();
        let read = self.socket.by_ref().take(REPLY_BYTES as u64).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.ends_with(b"\n") => Ok(line),
            Ok(_) => Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
            Err(source) => Err(self.lost(source)),
        }
    }

    fn lost(&self, source: io::Error) -> AdminError {
        AdminError::Lost { path: self.path.clone(), source }
    }
}

/// The result in the line that answers the request `id`, or why there is none.
pub(super) fn read_result<M: Method>(
    line: &[u8],
    id: &Id,
    path: &Path,
) -> Result<M::Result, AdminError> {
    let strange = || AdminError::Strange(path.to_owned());
    let Reply { id: answered, result, error } =
        serde_json::from_slice::<Reply<'_>>(line).map_err(|_| strange())?;
    if let Some(problem) = error {
        return Err(problem.into());
    }
    let result = result.filter(|_| answered.as_ref() == Some(id));
    result.and_then(|result| serde_json::from_str(result.get()).ok()).ok_or_else(strange)
}

/// What an event tells whose method is that of `M`; `None` if it is another.
pub(super) fn read_event<M: Method>(
    line: &[u8],
    path: &Path,
) -> Result<Option<M::Result>, AdminError> {
    let strange = || AdminError::Strange(path.to_owned());
    let Ok(Incoming::Event { method, params }) = Incoming::read(line) else {
        return Err(strange());
    };
    if method != M::NAME {
        return Ok(None);
    }
    let told = params.and_then(|params| serde_json::from_str(params.get()).ok());
    told.map(Some).ok_or_else(strange)
}
