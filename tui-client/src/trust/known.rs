//! `known_servers`: which key each server had when a person accepted it, as ssh keeps its hosts.
//!
//! One line a server, its address and its key's fingerprint, to be read and changed by hand:
//!
//! ```text
//! # An address may have several lines: any of these keys is good.
//! booking.example.com:7470 SHA256:uEoK0hH6Yz0aH1DRa8SbJ0E3eyQwiCWCSzfFXrWtRmY
//! ```
//!
//! A line that cannot be read is an error and not a server that nobody knows: what guards against a
//! stranger must not fail open.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use trecho_shared::fingerprint::KeyFingerprint;

use crate::store::files::{self, FileError};

/// Larger than any list of servers that people keep.
const LARGEST_BYTES: u64 = 1024 * 1024;

/// Why the file cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It cannot be read or written.
    #[error("the list of known servers cannot be used: {0}")]
    File(String),
    /// It is too large to be what it should be.
    #[error("{} is no list of known servers, it is too large: move it away", .0.display())]
    TooLarge(PathBuf),
    /// A line is no server and its key.
    #[error(
        "{}, line {line}: a line is HOST:PORT and SHA256:…, with a blank between; mend it or take \
         it out", path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

impl From<FileError> for KnownError {
    fn from(error: FileError) -> Self {
        Self::File(error.to_string())
    }
}

/// The file, which need not be there.
#[derive(Debug, Clone)]
pub(super) struct KnownServers {
    directory: PathBuf,
}

impl KnownServers {
    /// The file of this data directory.
    pub(super) fn within(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Where it is.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.join("known_servers")
    }

    /// The keys that this server may have; none if nobody has accepted one.
    pub(super) fn keys_of(&self, server: &str) -> Result<Vec<KeyFingerprint>, KnownError> {
        let text = self.read()?;
        let mut keys = Vec::new();
        for line in self.lines(&text) {
            let Line { about, text: _ } = line?;
            keys.extend(about.filter(|(name, _)| is(name, server)).map(|(_, key)| key));
        }
        Ok(keys)
    }

    /// From now on this server has this key, and no other that was known.
    pub(super) fn remember(&self, server: &str, key: KeyFingerprint) -> Result<(), KnownError> {
        files::private_dir(&self.directory)?;
        let path = self.directory.join("known_servers.lock");
        let lock = files::lock_file(&path)?;
        // Another client changes the file in a moment, and then it is our turn.
        lock.lock().map_err(FileError::at(&path))?;
        let before = self.read()?;
        let mut after = String::with_capacity(before.len() + 128);
        for line in self.lines(&before) {
            let Line { about, text } = line?;
            if about.is_none_or(|(name, _)| !is(name, server)) {
                after.push_str(text);
                after.push('\n');
            }
        }
        for word in [server, " ", &key.to_string(), "\n"] {
            after.push_str(word);
        }
        Ok(files::replace_bytes(&self.path(), after.as_bytes())?)
    }

    fn read(&self) -> Result<String, KnownError> {
        let path = self.path();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(FileError::at(&path)(error).into()),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes).map_err(FileError::at(&path))?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_BYTES) {
            return Err(KnownError::TooLarge(path));
        }
        // What is not UTF-8 is in no line that can be read: it is found there.
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn lines<'a>(&self, text: &'a str) -> impl Iterator<Item = Result<Line<'a>, KnownError>> {
        let path = self.path();
        text.lines().zip(1..).map(move |(text, line)| {
            Line::read(text).ok_or_else(|| KnownError::Line { path: path.clone(), line })
        })
    }
}

/// One line, and which server with which key it is about, unless it is blank or a comment.
struct Line<'a> {
    text: &'a str,
    about: Option<(&'a str, KeyFingerprint)>,
}

impl<'a> Line<'a> {
    /// `None` if it makes no sense.
    fn read(text: &'a str) -> Option<Self> {
        if text.trim().is_empty() || text.trim_start().starts_with('#') {
            return Some(Self { text, about: None });
        }
        let mut words = text.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(server), Some(key), None) => {
                Some(Self { text, about: Some((server, key.parse().ok()?)) })
            }
            _ => None,
        }
    }
}

/// Names of hosts are the same in capitals.
fn is(name: &str, server: &str) -> bool {
    name.eq_ignore_ascii_case(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "booking.example.com:7470";

    fn key(text: &str) -> KeyFingerprint {
        KeyFingerprint::of_public_key(text.as_bytes())
    }

    fn empty() -> (tempfile::TempDir, KnownServers) {
        let directory = tempfile::tempdir().unwrap();
        let known = KnownServers::within(&directory.path().join("data"));
        (directory, known)
    }

    fn saying(text: &str) -> (tempfile::TempDir, KnownServers) {
        let (directory, known) = empty();
        std::fs::create_dir(&known.directory).unwrap();
        std::fs::write(known.path(), text).unwrap();
        (directory, known)
    }

    #[test]
    fn a_server_that_nobody_accepted_is_unknown_and_one_that_was_remembered_is_not() {
        let (_directory, known) = empty();
        assert!(known.keys_of(SERVER).unwrap().is_empty());
        known.remember(SERVER, key("a")).unwrap();
        known.remember("other:1", key("b")).unwrap();
        assert_eq!(known.keys_of(SERVER).unwrap(), [key("a")]);
        assert_eq!(known.keys_of("BOOKING.example.COM:7470").unwrap(), [key("a")]);
        assert!(known.keys_of("booking.example.com:7471").unwrap().is_empty());
    }

    #[test]
    fn a_key_that_is_accepted_takes_the_place_of_every_other_and_of_nothing_else() {
        let text = format!("# mine\n\n{SERVER} {}\nother:1 {}\n", key("old"), key("other"));
        let text = format!("{text}{SERVER} {}\n", key("older"));
        let (_directory, known) = saying(&text);
        assert_eq!(known.keys_of(SERVER).unwrap(), [key("old"), key("older")]);
        known.remember(SERVER, key("new")).unwrap();
        let text = std::fs::read_to_string(known.path()).unwrap();
        let other = key("other");
        assert_eq!(text, format!("# mine\n\nother:1 {other}\n{SERVER} {}\n", key("new")));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_of_and_nothing_is_believed_or_overwritten() {
        for bad in ["nonsense", "a:1 SHA256:short", "a:1 MD5:x y", "a:1", "\u{0}\u{1}"] {
            let text = format!("{SERVER} {}\n{bad}\n", key("a"));
            let (_directory, known) = saying(&text);
            let error = known.keys_of(SERVER).unwrap_err();
            assert!(error.to_string().contains("known_servers, line 2"), "{error}");
            known.remember(SERVER, key("b")).unwrap_err();
            assert_eq!(std::fs::read_to_string(known.path()).unwrap(), text);
        }
    }

    #[test]
    fn a_file_that_is_no_list_of_servers_is_refused() {
        let (_directory, known) = saying(&"#".repeat(1024 * 1024 + 1));
        assert!(matches!(known.keys_of(SERVER), Err(KnownError::TooLarge(_))));
        let (_directory, known) = empty();
        std::fs::create_dir_all(known.path()).unwrap();
        assert!(matches!(known.keys_of(SERVER), Err(KnownError::File(_))));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_directory, known) = empty();
        known.remember(SERVER, key("a")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&known.path()), mode(&known.directory)), (0o600, 0o700));
    }
}
