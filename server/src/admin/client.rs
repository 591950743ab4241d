//! The other end of the socket, for `trechod admin` and `trechod import`: blocking, one request after
//! the other.

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
const REPLY_BYTES: u64 = 16 << 20;

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
        use io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound, PermissionDenied};
        let path = path.to_owned();
        let socket = match UnixStream::connect(&path) {
            Ok(socket) => socket,
            Err(error) => {
                return Err(match error.kind() {
                    NotFound | ConnectionRefused | NotADirectory => AdminError::NoServer(path),
                    PermissionDenied => AdminError::Forbidden(path),
                    _ => AdminError::Lost { path, source: error },
                });
            }
        };
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
        let Ok(reply) = serde_json::from_slice::<Reply<'_>>(&line) else {
            return Err(AdminError::Strange(self.path.clone()));
        };
        let Reply { id: answered, result, error } = reply;
        if let Some(problem) = error {
            return Err(problem.into());
        }
        sent.map_err(|source| self.lost(source))?;
        let result = result.filter(|_| answered == Some(id));
        let result = result.and_then(|result| serde_json::from_str(result.get()).ok());
        result.ok_or_else(|| AdminError::Strange(self.path.clone()))
    }

    /// Waits for the next event with the method that `M` names, which has its result as params.
    /// Other events are passed over.
    pub(crate) fn hear<M: Method>(&mut self, _: M) -> Result<M::Result, AdminError> {
        loop {
            let line = self.line()?;
            let Ok(Incoming::Event { method, params }) = Incoming::read(&line) else {
                return Err(AdminError::Strange(self.path.clone()));
            };
            if method == M::NAME {
                let told = params.and_then(|params| serde_json::from_str(params.get()).ok());
                return told.ok_or_else(|| AdminError::Strange(self.path.clone()));
            }
        }
    }

    /// The next line.
    fn line(&mut self) -> Result<Vec<u8>, AdminError> {
        let mut line = Vec::new();
        let read = self.socket.by_ref().take(REPLY_BYTES).read_until(b'\n', &mut line);
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
