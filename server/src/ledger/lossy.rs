//! A disk that keeps for certain only what was synced, for tests.
//!
//! [`Vfs`] stands between SQLite and the file system and notes every write, truncation, removal and
//! sync. A [`Disk`] that is told of them knows what each file certainly has, and what may or may not
//! have reached it: a power cut ([`Disk::cut`]) drops, tears (in sectors of 512 bytes) and reorders
//! whatever was not synced, as the dice say.

mod vfs;

mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use vfs::Vfs;

use crate::timetable::dice::Dice;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The files of a ledger that matter after a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// `trecho.db`
    Database,
    /// `trecho.db-wal`
    Log,
    /// `trecho.db-journal`, before the write-ahead log is switched on.
    Journal,
}

impl Name {
    const ALL: [Self; 3] = [Self::Database, Self::Log, Self::Journal];

    fn as_str(self) -> &'static str {
        match self {
            Self::Database => "trecho.db",
            Self::Log => "trecho.db-wal",
            Self::Journal => "trecho.db-journal",
        }
    }
}

/// What happened to a file, in the order in which SQLite asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Written {
        file: Name,
        at: usize,
        bytes: Vec<u8>,
    },
    Resized {
        file: Name,
        length: usize,
    },
    Removed {
        file: Name,
        synced: bool,
    },
    Synced(Name),
    /// A sync that said that it failed: what it should have kept may be there or not.
    SyncFailed(Name),
}

#[derive(Debug, Clone)]
enum Pending {
    Written(usize, Vec<u8>),
    Resized(usize),
    Removed,
}

#[derive(Debug, Clone, Default)]
struct OnDisk {
    /// What was synced; nothing: the file itself may not be there.
    certain: Option<Vec<u8>>,
    /// What came after, in order.
    pending: Vec<Pending>,
}

/// What of the unsynced is lost in a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Nothing: as a kill of the process leaves it.
    Nothing,
    /// All of it.
    Everything,
    /// All from some point on, and the write there is torn.
    Tail,
    /// Any sector of any write, in any order.
    Anything,
}

impl Loss {
    /// Every way.
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Everything, Self::Tail, Self::Anything];
}

/// Files as far as a power cut is concerned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    files: BTreeMap<Name, OnDisk>,
}

impl Disk {
    /// The files of a directory, all of them synced.
    pub(crate) fn of(directory: &Path) -> Self {
        let mut disk = Self::default();
        for file in Name::ALL {
            if let Ok(bytes) = std::fs::read(directory.join(file.as_str())) {
                disk.files.insert(file, OnDisk { certain: Some(bytes), pending: Vec::new() });
            }
        }
        disk
    }

    /// Takes note of an event.
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::Written { file, at, bytes } => {
                self.pend(*file, Pending::Written(*at, bytes.clone()));
            }
            Event::Resized { file, length } => self.pend(*file, Pending::Resized(*length)),
            Event::Removed { file, synced: false } => self.pend(*file, Pending::Removed),
            Event::Removed { file, synced: true } => {
                self.files.remove(file);
            }
            Event::Synced(file) => {
                // SQLite's layer for Unix syncs the directory with the first sync of a new file.
                if self.files.get(file).is_none_or(|file| file.certain.is_none()) {
                    self.sync_directory();
                }
                let file = self.files.entry(*file).or_default();
                let pending = std::mem::take(&mut file.pending);
                let mut content = file.certain.take().or_else(|| Some(Vec::new()));
                for pending in &pending {
                    reach(&mut content, pending);
                }
                file.certain = content;
            }
            Event::SyncFailed(_) => {}
        }
    }

    /// Whatever was removed is gone for good.
    fn sync_directory(&mut self) {
        for file in self.files.values_mut() {
            if let Some(removed) =
                file.pending.iter().rposition(|pending| matches!(pending, Pending::Removed))
            {
                file.pending.drain(..=removed);
                file.certain = None;
            }
        }
        self.files.retain(|_, file| file.certain.is_some() || !file.pending.is_empty());
    }

    fn pend(&mut self, file: Name, pending: Pending) {
        self.files.entry(file).or_default().pending.push(pending);
    }

    /// Cuts the power, and writes what is left into the empty `directory`.
    pub(crate) fn cut(&self, loss: Loss, dice: &mut Dice, directory: &Path) {
        for (name, file) in &self.files {
            let mut content = file.certain.clone();
            for pending in survivors(&file.pending, loss, dice) {
                reach(&mut content, &pending);
            }
            if let Some(content) = content {
                std::fs::write(directory.join(name.as_str()), content).unwrap();
            }
        }
    }
}

/// What of the pending reaches the disk, in this order.
fn survivors(pending: &[Pending], loss: Loss, dice: &mut Dice) -> Vec<Pending> {
    let count = u32::try_from(pending.len()).unwrap();
    match loss {
        Loss::Nothing => pending.to_vec(),
        Loss::Everything => Vec::new(),
        Loss::Tail => {
            let whole = dice.below(count + 1) as usize;
            let mut left = pending[..whole].to_vec();
            if let Some(Pending::Written(at, bytes)) = pending.get(whole) {
                let sectors = u32::try_from(bytes.len().div_ceil(SECTOR)).unwrap();
                let kept = dice.below(sectors + 1) as usize * SECTOR;
                left.push(Pending::Written(*at, bytes[..kept.min(bytes.len())].to_vec()));
            }
            left
        }
        Loss::Anything => {
            let mut left: Vec<Pending> =
                pending.iter().flat_map(sectors).filter(|_| dice.below(2) == 0).collect();
            for last in (1..left.len()).rev() {
                left.swap(last, dice.below(u32::try_from(last).unwrap() + 1) as usize);
            }
            left
        }
    }
}

/// A write in the pieces that the sectors of the disk make of it.
fn sectors(pending: &Pending) -> Vec<Pending> {
    let Pending::Written(at, bytes) = pending else { return vec![pending.clone()] };
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
        pieces.push(Pending::Written(at + from, bytes[from..to].to_vec()));
        from = to;
    }
    pieces
}

fn reach(content: &mut Option<Vec<u8>>, pending: &Pending) {
    match pending {
        Pending::Written(at, bytes) => {
            let content = content.get_or_insert_default();
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
        Pending::Resized(length) => content.get_or_insert_default().resize(*length, 0),
        Pending::Removed => *content = None,
    }
}
