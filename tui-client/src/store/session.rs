//! The session of one running client. Its lock is held as long as the client runs, so that no two
//! clients own one session; what a crash left behind is taken up by the next start.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use trecho_shared::ids::SessionToken;
use trecho_shared::message::ConfirmCart;

use super::files::{self, Content, FileError, Troubles};

/// No more clients than this run at once on one machine for one person.
const CLIENTS: u32 = 1000;

/// What the file says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    /// The server, as the person gave it, and how it is spoken to.
    server: String,
    /// The session's credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<SessionToken>,
    /// A purchase that was or will be sent, and whose outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purchase: Option<ConfirmCart>,
}

/// The file of our session.
#[derive(Debug)]
pub(super) struct SessionFile {
    path: PathBuf,
    record: Record,
    /// Held as long as this lives.
    _lock: File,
}

impl SessionFile {
    /// Takes up the session that a client of the same server left behind, if there is one that no
    /// running client owns; else a new file. A file that is damaged, or that we may not use, is added
    /// to `troubles` and passed by.
    pub(super) fn take(
        dir: &Path,
        server: &str,
        troubles: &mut Troubles,
    ) -> Result<Self, FileError> {
        let dir = dir.join("sessions");
        files::private_dir(&dir)?;
        for number in numbers(&dir)? {
            match Self::take_up(&dir, number, troubles) {
                Ok(Some(left)) if left.record.server == server && left.record.token.is_some() => {
                    return Ok(left);
                }
                // Another server's: it stays for a client of that one.
                Ok(_) => {}
                Err(error) => troubles.unusable.push(error),
            }
        }
        Self::begin(&dir, server)
    }

    /// What a client left behind under this number, if none owns it.
    fn take_up(
        dir: &Path,
        number: u32,
        troubles: &mut Troubles,
    ) -> Result<Option<Self>, FileError> {
        let Some(lock) = lock(dir, number)? else { return Ok(None) };
        let path = path(dir, number);
        Ok(match files::read::<Record>(&path)? {
            Content::Value(record) => Some(Self { path, record, _lock: lock }),
            Content::Missing => None,
            Content::Damaged(aside) => {
                troubles.damaged.push(aside);
                None
            }
        })
    }

    /// A file under the first number that nobody has.
    fn begin(dir: &Path, server: &str) -> Result<Self, FileError> {
        let record = Record { server: server.to_owned(), ..Record::default() };
        let mut refused = None;
        for number in 0..CLIENTS {
            let path = path(dir, number);
            if path.exists() {
                continue;
            }
            let lock = match lock(dir, number) {
                Ok(Some(lock)) => lock,
                Ok(None) => continue,
                Err(error) => {
                    refused.get_or_insert(error);
                    continue;
                }
            };
            // Between the look and the lock another client may have come and gone.
            if !path.exists() {
                return Ok(Self { path, record, _lock: lock });
            }
        }
        Err(refused.unwrap_or(FileError::NoDirectory))
    }

    /// The token of the session to resume.
    pub(super) fn token(&self) -> Option<&SessionToken> {
        self.record.token.as_ref()
    }

    /// The purchase whose outcome is not known.
    pub(super) fn purchase(&self) -> Option<&ConfirmCart> {
        self.record.purchase.as_ref()
    }

    /// Keeps the session's token, or forgets it.
    pub(super) fn keep(&mut self, token: Option<SessionToken>) -> Result<(), FileError> {
        self.record.token = token;
        self.write()
    }

    /// Keeps the purchase, or forgets it.
    pub(super) fn note(&mut self, purchase: Option<ConfirmCart>) -> Result<(), FileError> {
        self.record.purchase = purchase;
        self.write()
    }

    /// The session was closed. A purchase that is not settled still needs it.
    pub(super) fn end(&mut self) -> Result<(), FileError> {
        match self.record.purchase {
            Some(_) => Ok(()),
            None => self.keep(None),
        }
    }

    fn write(&self) -> Result<(), FileError> {
        if self.record.token.is_none() && self.record.purchase.is_none() {
            return files::remove(&self.path);
        }
        files::replace(&self.path, &self.record)
    }
}

fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number}.json"))
}

/// The lock of a session; `None` if another client holds it.
fn lock(dir: &Path, number: u32) -> Result<Option<File>, FileError> {
    let path = dir.join(format!("{number}.lock"));
    let file = files::lock_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(FileError::at(&path)(error)),
    }
}

/// The sessions that are there, by number.
fn numbers(dir: &Path) -> Result<Vec<u32>, FileError> {
    let mut numbers: Vec<u32> = fs::read_dir(dir)
        .map_err(FileError::at(dir))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".json")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}
