//! What the program is told before it starts: by flags, by `TRECHO_*` variables, by a file, and by
//! the environment of every program. The flag wins over the variable, the variable over the file,
//! the file over the default.

mod address;
mod file;
mod locale;
mod settings;

use std::path::PathBuf;

use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::message::PersonName;

use crate::theme::ThemeName;
use crate::words::Lang;

pub use address::{Address, AddressError};
pub use locale::Locale;
pub use settings::{Settings, SettingsError};

/// What signs the screen is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Lines and marks of Unicode.
    Unicode,
    /// What a typewriter has.
    Ascii,
}

/// How the way to the server is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    Plain,
    /// By TLS, and the server is believed on these grounds alone.
    Tls(Grounds),
}

/// On what grounds a server is believed to be who it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grounds {
    /// It has the key that is remembered; if none is, an authority of the platform's vouches for it,
    /// or a person accepts its key.
    Known,
    /// An authority in this file vouches for it.
    Authorities(PathBuf),
    /// It has this key, which is remembered then.
    Key(KeyFingerprint),
}

/// Everything that the passenger's program is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the server is.
    pub address: Address,
    /// How the way there is protected.
    pub security: Security,
    /// What language to speak.
    pub lang: Lang,
    /// Which theme was asked for.
    pub theme: ThemeName,
    /// What signs to draw with.
    pub charset: Charset,
    /// The mouse is ours.
    pub mouse: bool,
    /// The bell may ring.
    pub bell: bool,
    /// What to call this passenger.
    pub name: Option<PersonName>,
    /// Where sessions and bookings are kept.
    pub data: PathBuf,
    /// Where the log goes, if anywhere.
    pub log_file: Option<PathBuf>,
}
