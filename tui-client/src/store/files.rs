//! Files that are there whole or not at all, and for their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// No file of ours grows beyond this: a larger one is damaged.
const LARGEST_BYTES: u64 = 64 * 1024 * 1024;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nowhere to keep anything.
    #[error("there is no data directory")]
    NoDirectory,
}

impl FileError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Makes a directory that only its owner can enter.
pub(crate) fn private_dir(path: &Path) -> Result<(), FileError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(FileError::at(path))?;
    #[cfg(unix)]
    {
        // One that was there already may be open to others.
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(path, private).map_err(FileError::at(path))?;
    }
    Ok(())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Opens a file to lock, and makes it if need be. It is never removed: whoever opened it before
/// would hold a lock on a file that nobody else can find.
pub(crate) fn lock_file(path: &Path) -> Result<File, FileError> {
    private(OpenOptions::new().read(true).write(true).create(true).truncate(false))
        .open(path)
        .map_err(FileError::at(path))
}

/// What was wrong with files of ours, and stopped nothing.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// Where damaged files are kept.
    pub(super) damaged: Vec<PathBuf>,
    /// Files that the system gave us no use of. They are where they were.
    pub(super) unusable: Vec<FileError>,
}

/// What a file says.
pub(super) enum Content<T> {
    /// This.
    Value(T),
    /// It is not there.
    Missing,
    /// Nothing that makes sense. It is kept aside under this name.
    Damaged(PathBuf),
}

/// Reads a file of ours. A damaged one is moved out of the way, so that nothing in it is lost and
/// nothing stops because of it; so is whatever else has its name: a directory, a pipe.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Content<T>, FileError> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => hide(path, &found),
        Ok(_) => return set_aside(path).map(Content::Damaged),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Missing),
        Err(error) => return Err(FileError::at(path)(error)),
    }
    let file = File::open(path).map_err(FileError::at(path))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes).map_err(FileError::at(path))?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_BYTES);
    match serde_json::from_slice(&bytes) {
        Ok(value) if whole => Ok(Content::Value(value)),
        Ok(_) | Err(_) => set_aside(path).map(Content::Damaged),
    }
}

/// Closes a file that others may read: it has credentials in it. Where that is refused, there is
/// still the directory, which is closed.
fn hide(path: &Path, found: &fs::Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if found.permissions().mode() & 0o077 != 0 {
            let _refused = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, found);
}

/// Renames `bookings.json` to `bookings.json.damaged`, or `.damaged2` if there is one already.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, FileError> {
    let name = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(".damaged");
        if number > 1 {
            name.push(number.to_string());
        }
        PathBuf::from(name)
    };
    let aside = (1..1000).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(1000));
    fs::rename(path, &aside).map_err(FileError::at(path))?;
    Ok(aside)
}

/// Replaces a file: after this, and after any crash in between, it says the old or the new, whole.
pub(super) fn replace<T: Serialize>(path: &Path, value: &T) -> Result<(), FileError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| FileError::at(path)(io::Error::other(error)))?;
    bytes.push(b'\n');
    replace_bytes(path, &bytes)
}

/// The same with what the file is to say as it stands.
pub(crate) fn replace_bytes(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    // Whoever replaces a file holds its lock, so nobody else writes this one: what is there was left
    // by a crash. It is made anew, since it may be a link, or open to others.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(FileError::at(&temporary)(error));
        }
        Ok(()) | Err(_) => {}
    }
    let mut file = private(OpenOptions::new().write(true).create_new(true))
        .open(&temporary)
        .map_err(FileError::at(&temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(FileError::at(&temporary))?;
    drop(file);
    fs::rename(&temporary, path).map_err(FileError::at(path))?;
    sync_dir(path)
}

/// Removes a file; one that is not there is gone already.
pub(super) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::at(path)(error)),
        Ok(()) | Err(_) => sync_dir(path),
    }
}

/// A rename lasts once its directory is synced.
fn sync_dir(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    if let Some(dir) = path.parent() {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(FileError::at(dir))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Saves a text under a name that is not taken yet: nothing is overwritten. Says where.
pub(super) fn save_text(dir: &Path, name: &str, text: &str) -> Result<PathBuf, FileError> {
    let name = Path::new(name);
    let stem = name.file_stem().and_then(|stem| stem.to_str()).unwrap_or("trecho");
    let mut number = 1;
    loop {
        let path = match number {
            1 => dir.join(format!("{stem}.txt")),
            _ => dir.join(format!("{stem}-{number}.txt")),
        };
        // It tells the claim code.
        match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(FileError::at(&path))?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            Err(error) => return Err(FileError::at(&path)(error)),
        }
    }
}
