//! The settings one by one: each has a flag, a `TRECHO_*` variable and a line in the file, with the
//! same name.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use etcetera::BaseStrategy as _;
use serde::Deserialize;
use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::message::PersonName;

use super::{Address, Charset, Config, Grounds, Locale, Security, file};
use crate::theme::ThemeName;
use crate::words::Lang;

/// Our directory under those of the user.
const DIRECTORY: &str = "trecho";

/// What a server keeps in a data directory of its own, and this program never does.
const SERVERS_LEDGER: &str = "trecho.db";

/// Every setting, or nothing where this source says nothing of it.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the server is, for the file and the variable; on the command line it stands alone.
    #[arg(skip)]
    addr: Option<Address>,
    /// Encrypt, with a server whose key is known, or whom an authority of this machine vouches for
    #[arg(long, global = true, env = "TRECHO_TLS", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
        default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    tls: Option<bool>,
    /// Encrypt, with a server whom one of the authorities in this file (PEM) vouches for
    #[arg(long, global = true, env = "TRECHO_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Encrypt, with the server that has this key, and remember it
    #[arg(long, global = true, env = "TRECHO_ACCEPT_KEY", value_name = "FINGERPRINT")]
    accept_key: Option<KeyFingerprint>,
    /// Language of the screen [default: that of the locale]
    #[arg(
        long,
        global = true,
        env = "TRECHO_LANG",
        value_name = "pt|en",
        hide_possible_values = true
    )]
    pub(crate) lang: Option<Lang>,
    /// Colours: auto, ansi (the terminal's own sixteen), dark, light, mono [default: auto]
    #[arg(
        long,
        global = true,
        env = "TRECHO_THEME",
        value_name = "THEME",
        hide_possible_values = true
    )]
    pub(crate) theme: Option<ThemeName>,
    /// Draw with ASCII signs only [default: where the locale is not UTF-8]
    #[arg(long, global = true, env = "TRECHO_ASCII", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
        default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    pub(crate) ascii: Option<bool>,
    /// Leave the mouse to the terminal
    #[arg(long, global = true, env = "TRECHO_NO_MOUSE", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
        default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    no_mouse: Option<bool>,
    /// Never ring the bell
    #[arg(long, global = true, env = "TRECHO_NO_BELL", action = ArgAction::Set, num_args = 0..=1, require_equals = true,
        default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    no_bell: Option<bool>,
    /// What to call this passenger, shown beside the title
    #[arg(long, global = true, env = "TRECHO_NAME")]
    name: Option<PersonName>,
    /// Directory for sessions and bookings [default: ~/.local/share/trecho]
    #[arg(long, global = true, env = "TRECHO_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write a log to this file; nothing is ever logged to the screen
    #[arg(long, global = true, env = "TRECHO_LOG_FILE", value_name = "FILE")]
    log_file: Option<PathBuf>,
}

/// Why settings cannot be used: the user's to mend.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file says something that is no setting.
    #[error("in the configuration file {path}: {source}")]
    Misspelt {
        /// Which file.
        path: PathBuf,
        /// Where in it, and what.
        source: Box<toml::de::Error>,
    },
    /// The data directory is a server's, which `TRECHO_DATA` names for both programs.
    #[error(
        "{path} is the data directory of a server; say with --data DIR where sessions and bookings \
         may be kept (TRECHO_DATA names a directory for both programs)"
    )]
    ServersData {
        /// Which directory.
        path: PathBuf,
    },
    /// Neither a data directory nor a home.
    #[error("there is no home directory to keep bookings in; say where with --data DIR")]
    NoHome,
}

impl Settings {
    /// The file's own: `file` if it was named, else the one in the user's configuration directory,
    /// which need not be there.
    ///
    /// # Errors
    /// If the file cannot be read, or is not what it should be: then it says in which line.
    pub fn of_file(file: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(path) = file.map(Path::to_owned).or_else(Self::usual_file) else {
            return Ok(Self::default());
        };
        match file::text(&path) {
            Ok(text) => Self::read(&text)
                .map_err(|source| SettingsError::Misspelt { path, source: Box::new(source) }),
            Err(error) if file.is_none() && error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(SettingsError::Unreadable { path, source }),
        }
    }

    /// Where the file is unless another is named: `$XDG_CONFIG_HOME/trecho/config.toml` or
    /// `~/.config/trecho/config.toml`, on macOS too.
    pub fn usual_file() -> Option<PathBuf> {
        let user = etcetera::choose_base_strategy().ok()?;
        Some(user.config_dir().join(DIRECTORY).join("config.toml"))
    }

    fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// These settings, and where they say nothing, those of `fallback`.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            addr: self.addr.or(fallback.addr),
            tls: self.tls.or(fallback.tls),
            ca: self.ca.or(fallback.ca),
            accept_key: self.accept_key.or(fallback.accept_key),
            lang: self.lang.or(fallback.lang),
            theme: self.theme.or(fallback.theme),
            ascii: self.ascii.or(fallback.ascii),
            no_mouse: self.no_mouse.or(fallback.no_mouse),
            no_bell: self.no_bell.or(fallback.no_bell),
            name: self.name.or(fallback.name),
            data: self.data.or(fallback.data),
            log_file: self.log_file.or(fallback.log_file),
        }
    }

    /// These settings with the server at `address`, if there is one given.
    #[must_use]
    pub fn at(self, address: Option<Address>) -> Self {
        Self { addr: address.or(self.addr), ..self }
    }

    /// These settings with everything kept in `directory` unless they say where.
    #[must_use]
    pub fn keep_in(self, directory: &Path) -> Self {
        Self { data: self.data.or_else(|| Some(directory.to_owned())), ..self }
    }

    /// What the program is told: these settings over the defaults.
    ///
    /// # Errors
    /// If there is no directory to keep anything in.
    pub fn config(self, locale: Locale) -> Result<Config, SettingsError> {
        let security = self.security();
        let Self { addr, lang, theme, ascii, no_mouse, no_bell, name, data, log_file, .. } = self;
        let data = data.or_else(usual_data).ok_or(SettingsError::NoHome)?;
        if data.join(SERVERS_LEDGER).exists() {
            return Err(SettingsError::ServersData { path: data });
        }
        let charset = match ascii {
            Some(true) => Charset::Ascii,
            Some(false) => Charset::Unicode,
            None => locale.charset,
        };
        Ok(Config {
            address: addr.unwrap_or_default(),
            security,
            lang: lang.unwrap_or(locale.lang),
            theme: theme.unwrap_or_default(),
            charset,
            mouse: !no_mouse.unwrap_or(false),
            bell: !no_bell.unwrap_or(false),
            name,
            data,
            log_file,
        })
    }
}

impl Settings {
    /// To say whom to believe is to want TLS, unless that is ruled out. A key says more than an
    /// authority.
    fn security(&self) -> Security {
        let grounds = match (self.accept_key, &self.ca) {
            (Some(key), _) => Grounds::Key(key),
            (None, Some(file)) => Grounds::Authorities(file.clone()),
            (None, None) => Grounds::Known,
        };
        if self.tls.unwrap_or(grounds != Grounds::Known) {
            Security::Tls(grounds)
        } else {
            Security::Plain
        }
    }
}

fn usual_data() -> Option<PathBuf> {
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.data_dir().join(DIRECTORY))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALE: Locale = Locale { lang: Lang::Pt, charset: Charset::Unicode };

    #[test]
    fn every_setting_has_a_line_in_the_file() {
        let file = Settings::read(
            "tls = true\naddr = 'far.example:81'\nlang = 'en'\ntheme = 'mono'\nascii = true\nno_mouse = true\n\
             no_bell = true\nname = 'ANA'\ndata = '/d'\nlog_file = '/l'\n",
        );
        let config = file.unwrap().config(LOCALE).unwrap();
        assert_eq!(config.address.to_string(), "far.example:81");
        assert_eq!(config.security, Security::Tls(Grounds::Known));
        assert_eq!((config.lang, config.theme), (Lang::En, ThemeName::Mono));
        assert_eq!(config.charset, Charset::Ascii);
        assert_eq!((config.mouse, config.bell), (false, false));
        assert_eq!(config.name.map(|name| name.to_string()).as_deref(), Some("ANA"));
        assert_eq!(config.data, Path::new("/d"));
        assert_eq!(config.log_file.as_deref(), Some(Path::new("/l")));
    }

    #[test]
    fn whom_to_believe_is_told_by_one_line_and_a_key_says_most() {
        let key = KeyFingerprint::of_public_key(b"a key");
        let told = |text: &str| Settings::read(text).unwrap().config(LOCALE).unwrap().security;
        assert_eq!(told(""), Security::Plain);
        let ca = Grounds::Authorities("/ca.pem".into());
        assert_eq!(told("ca = '/ca.pem'"), Security::Tls(ca.clone()));
        assert_eq!(told("ca = '/ca.pem'\ntls = true"), Security::Tls(ca));
        let both = format!("ca = '/ca.pem'\naccept_key = '{key}'\n");
        assert_eq!(told(&both), Security::Tls(Grounds::Key(key)));
        // Plain text is never a guess, but it may be said.
        assert_eq!(told(&format!("{both}tls = false")), Security::Plain);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line, what) in [
            ("lang = 'en'\ncolour = 1\n", "line 2", "colour"),
            ("lang = 'fr'\n", "line 1", "fr"),
            ("\nname = \"a\\u202eb\"\n", "line 2", "does not print"),
            ("addr = 'host:x'", "line 1", "1 to 65535"),
            ("accept_key = 'MD5:00'", "line 1", "43 characters"),
            ("lang = ", "line 1", ""),
        ] {
            let error = Settings::read(text).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(what), "{error}");
        }
    }

    #[test]
    fn the_nearer_source_wins() {
        let near = Settings::read("lang = 'en'\nno_mouse = false").unwrap();
        let far = Settings::read("lang = 'pt'\nno_mouse = true\nname = 'ANA'").unwrap();
        let both = near.or(far);
        assert_eq!((both.lang, both.no_mouse), (Some(Lang::En), Some(false)));
        assert!(both.name.is_some());
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let missing = Path::new("/nonexistent/trecho.toml");
        let error = Settings::of_file(Some(missing)).unwrap_err();
        assert!(matches!(error, SettingsError::Unreadable { .. }));
    }

    #[test]
    fn the_data_directory_of_a_server_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let settings =
            || Settings { data: Some(directory.path().to_owned()), ..Settings::default() };
        assert!(settings().config(LOCALE).is_ok());
        std::fs::write(directory.path().join("trecho.db"), "").unwrap();
        let error = settings().config(LOCALE).unwrap_err();
        assert!(error.to_string().contains("say with --data DIR"), "{error}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_demo_keeps_everything_apart_unless_told() {
        let own = Settings::default().keep_in(Path::new("/tmp/demo"));
        assert_eq!(own.config(LOCALE).unwrap().data, Path::new("/tmp/demo"));
        let told = Settings::read("data = '/d'").unwrap().keep_in(Path::new("/tmp/demo"));
        assert_eq!(told.config(LOCALE).unwrap().data, Path::new("/d"));
    }
}
