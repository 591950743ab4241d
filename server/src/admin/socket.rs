//! The socket's file: where it is, whose it is, and when an old one may go.

use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// The system's bound on the path of a Unix socket, without the byte that ends it.
const PATH_BYTES: usize = 107;

/// Where operators reach the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AdminSocket {
    /// Nowhere.
    #[default]
    None,
    /// In the data directory: `admin/admin.sock`.
    InData,
    /// Here.
    At(PathBuf),
}

impl AdminSocket {
    /// The socket's path, for a server with this data directory.
    pub fn path(&self, data_dir: &Path) -> Option<PathBuf> {
        match self {
            Self::None => None,
            Self::InData => Some(data_dir.join("admin").join("admin.sock")),
            Self::At(path) => Some(path.clone()),
        }
    }
}

/// Why there is no admin socket. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The path is longer than the system's bound.
    #[error(
        "the admin socket {} has a path of {bytes} bytes, and the system takes {PATH_BYTES} at most: name a shorter one \
         with --admin-socket PATH, or have none with --admin-socket none", path.display()
    )]
    TooLong {
        /// The path.
        path: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// Something else is there.
    #[error(
        "{} is there and is no socket: move it away, or name another path with --admin-socket", .0.display()
    )]
    NoSocket(PathBuf),
    /// A process listens there.
    #[error(
        "a server listens on the admin socket {} already: stop that one first, or name another path \
         with --admin-socket", .0.display()
    )]
    InUse(PathBuf),
    /// Others than its owner can get at the directory.
    #[error(
        "the directory {} of the admin socket is open to others than its owner: close it with \
         chmod 700 {}, or name another path with --admin-socket", .0.display(), .0.display()
    )]
    Open(PathBuf),
    /// The directory belongs to somebody else.
    #[error(
        "the directory {} of the admin socket belongs to another user: give it to the user that the server \
         runs as, or name another path with --admin-socket", .0.display()
    )]
    NotOurs(PathBuf),
    /// The file system said no.
    #[error(
        "cannot make the admin socket {}: {source}; name another path with --admin-socket, or have none with \
         --admin-socket none", path.display()
    )]
    Unusable {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

/// A listening socket, whose file goes when this does.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(super) listener: UnixListener,
    path: PathBuf,
}

impl Drop for Bound {
    fn drop(&mut self) {
        // One that is left behind is removed by the next start.
        let _left = std::fs::remove_file(&self.path);
    }
}

/// Listens at `path`. To be called under the lock of the data directory: what an earlier server left
/// at its own path is then nobody's, and is removed.
///
/// # Errors
/// Each says what to do.
pub(crate) fn bind(path: &Path) -> Result<Bound, SocketError> {
    let bytes = path.as_os_str().len();
    if bytes > PATH_BYTES {
        return Err(SocketError::TooLong { path: path.to_owned(), bytes });
    }
    make_private(directory_of(path))?;
    remove_stale(path)?;
    let unusable = |source| SocketError::Unusable { path: path.to_owned(), source };
    let listener = UnixListener::bind(path).map_err(unusable)?;
    // From here on its file goes with it, also over an error.
    let bound = Bound { listener, path: path.to_owned() };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(unusable)?;
    Ok(bound)
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Makes the directory if there is none; one that is there must be its owner's alone, and ours.
fn make_private(directory: &Path) -> Result<(), SocketError> {
    let unusable = |source| SocketError::Unusable { path: directory.to_owned(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
    let found = std::fs::metadata(directory).map_err(unusable)?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(SocketError::NotOurs(directory.to_owned()));
    }
    if found.mode() & 0o077 != 0 {
        return Err(SocketError::Open(directory.to_owned()));
    }
    Ok(())
}

/// Removes a socket on which nobody listens any more.
fn remove_stale(path: &Path) -> Result<(), SocketError> {
    let unusable = |source| SocketError::Unusable { path: path.to_owned(), source };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(error)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(SocketError::NoSocket(path.to_owned()));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(SocketError::InUse(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(unusable)
        }
        Err(error) => Err(unusable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_and_its_directory_are_for_their_owner_alone() {
        let there = tempfile::tempdir().unwrap();
        let path = there.path().join("admin/admin.sock");
        let bound = bind(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        drop(bound);
        assert!(!path.exists(), "it goes with its server");
    }

    #[tokio::test]
    async fn a_socket_that_a_killed_server_left_is_removed_and_one_in_use_is_not() {
        let there = tempfile::tempdir().unwrap();
        let path = there.path().join("admin/admin.sock");
        make_private(path.parent().unwrap()).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "as after kill -9");
        let bound = bind(&path).unwrap();
        assert!(matches!(bind(&path), Err(SocketError::InUse(_))));
        drop(bound);
    }

    #[tokio::test]
    async fn what_is_no_socket_is_left_alone() {
        let there = tempfile::tempdir().unwrap();
        let path = there.path().join("admin/admin.sock");
        make_private(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(bind(&path), Err(SocketError::NoSocket(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[tokio::test]
    async fn a_directory_that_is_open_to_others_is_refused_with_the_command_that_closes_it() {
        let there = tempfile::tempdir().unwrap();
        let open = there.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        let refused = bind(&open.join("admin.sock")).unwrap_err().to_string();
        assert!(refused.contains("chmod 700"), "{refused}");
    }

    #[tokio::test]
    async fn a_path_that_the_system_cannot_take_is_refused_by_its_length() {
        let there = tempfile::tempdir().unwrap();
        let path = there.path().join("x".repeat(110));
        let refused = bind(&path).unwrap_err();
        assert!(matches!(refused, SocketError::TooLong { bytes: 111.., .. }), "{refused}");
        assert!(refused.to_string().contains("--admin-socket none"), "{refused}");
    }
}
