//! What the program is told before it starts: by flags, by `TRECHO_*` variables, by a file, and by
//! the environment of every program. The flag wins over the variable, the variable over the file,
//! the file over the default.

mod address;
mod file;
mod locale;
mod settings;

use std::path::PathBuf;

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

/// Everything that the passenger's program is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the server is.
    pub address: Address,
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
