//! The settings of `trechod serve`, each from a flag, a `TRECHO_*` variable or a line in the
//! configuration file. The flag wins over the variable, the variable over the file.

mod bounds;
mod file;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{ArgAction, Args};
use serde::Deserialize;

use super::{HoldPeriod, Period};
use crate::admin::AdminSocket;
use crate::config::{Config, TimetableSource};
use crate::log;
use crate::origin::Trusted;
use crate::rate::Rate;
use crate::timetable::UnservedLines;
use crate::tls::TlsFiles;
use bounds::Bounds;

const DATA_HELP: &str = "Directory for everything that lasts [default: $XDG_DATA_HOME/trechod, or \
                         ~/.local/share/trechod]";

/// An address on which a server can listen, or be asked.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = "expected an address and a port, such as 127.0.0.1:7470 or [::1]:7470";
    text.parse().map_err(|_| wrong.to_owned())
}

/// Every setting, or nothing where this source says nothing of it.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Address to listen on; port 0 picks one [default: 127.0.0.1:7470]
    #[arg(long, env = "TRECHO_LISTEN", value_name = "ADDR:PORT", value_parser = address)]
    pub(super) listen: Option<SocketAddr>,
    /// Directory for everything that lasts.
    #[arg(long, env = "TRECHO_DATA", value_name = "DIR", help = DATA_HELP)]
    pub(super) data: Option<PathBuf>,
    /// What an empty data directory gets: sample, none, or a CSV or SSIM file [default: sample]
    #[arg(long, env = "TRECHO_TIMETABLE", value_name = "sample|none|FILE")]
    pub(super) timetable: Option<Timetable>,
    /// Leave out lines of an SSIM file that tell of legs that this server cannot sell
    #[arg(long, env = "TRECHO_SKIP_UNSERVED", action = ArgAction::Set, num_args = 0..=1,
        require_equals = true, default_missing_value = "true", value_name = "true|false")]
    pub(super) skip_unserved: Option<bool>,
    /// How long a cart is held after its last successful hold [default: 10m]
    #[arg(long, env = "TRECHO_HOLD", value_name = "DURATION")]
    pub(super) hold: Option<HoldPeriod>,
    /// How long a cart outlives its lost connection [default: 60s]
    #[arg(long, env = "TRECHO_GRACE", value_name = "DURATION")]
    pub(super) grace: Option<Period>,
    /// Serve other machines although nothing is encrypted
    #[arg(long, env = "TRECHO_PLAINTEXT", action = ArgAction::Set, num_args = 0..=1,
        require_equals = true, default_missing_value = "true", value_name = "true|false")]
    pub(super) plaintext: Option<bool>,
    /// Socket for `trechod admin`, or none [default: admin/admin.sock in the data directory]
    #[arg(long, env = "TRECHO_ADMIN_SOCKET", value_name = "PATH|none")]
    pub(super) admin_socket: Option<AdminSocketAt>,
    /// The certificate to encrypt with, and what signed it, as PEM; read again on SIGHUP
    #[arg(long, env = "TRECHO_TLS_CERT", value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM, readable by no stranger; read again on SIGHUP
    #[arg(long, env = "TRECHO_TLS_KEY", value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,
    /// Where metrics and health are served over HTTP, or none; port 0 picks one [default: none]
    #[arg(long, env = "TRECHO_METRICS_LISTEN", value_name = "ADDR:PORT|none")]
    pub(super) metrics_listen: Option<MetricsListen>,
    /// Let other machines read the metrics
    #[arg(long, env = "TRECHO_METRICS_EXPOSED", action = ArgAction::Set, num_args = 0..=1,
        require_equals = true, default_missing_value = "true", value_name = "true|false")]
    pub(super) metrics_exposed: Option<bool>,
    /// How many connections at once [default: 16384, or what the open-files limit allows]
    #[arg(long, env = "TRECHO_MAX_CONNECTIONS", value_name = "N")]
    pub(super) max_connections: Option<NonZeroUsize>,
    /// How many connections at once from one address; 0: any number [default: 256]
    #[arg(long, env = "TRECHO_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub(super) connections_per_address: Option<usize>,
    /// How many connections are accepted a second; others wait; 0: any number [default: 500]
    #[arg(long, env = "TRECHO_ACCEPTS_PER_SECOND", value_name = "N")]
    pub(super) accepts_per_second: Option<u32>,
    /// How many requests a second a connection is read for; 0: any number [default: 100]
    #[arg(long, env = "TRECHO_REQUESTS_PER_SECOND", value_name = "N")]
    pub(super) requests_per_second: Option<u32>,
    /// How many seats the carts of one address hold at once; 0: any number [default: 360]
    #[arg(long, env = "TRECHO_HOLDS_PER_ADDRESS", value_name = "N")]
    pub(super) holds_per_address: Option<usize>,
    /// Networks that are spared these limits, as loopback is; none spares nobody
    #[arg(long, env = "TRECHO_TRUSTED_NET", value_name = "NET,…|gateway|none")]
    pub(super) trusted_net: Option<Trusted>,
    /// After how long a peer that acknowledges nothing is dead [default: 30s]
    #[arg(long, env = "TRECHO_DEAD_PEER", value_name = "DURATION")]
    pub(super) dead_peer: Option<Period>,
    /// What the sample timetable is generated from [default: 2026]
    #[arg(long, env = "TRECHO_SEED", value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How log lines look [default: pretty]
    #[arg(long, env = "TRECHO_LOG", value_name = "pretty|json")]
    pub(super) log: Option<log::Format>,
    /// Which log lines are written: error, warn, info, debug, trace [default: info]
    #[arg(long, env = "TRECHO_LOG_LEVEL", value_name = "LEVEL")]
    pub(super) log_level: Option<log::Level>,
    /// The table `[limits]` of the file.
    #[command(flatten)]
    #[serde(default)]
    pub(super) limits: Bounds,
}

/// `sample`, `none` or a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(super) struct Timetable(pub(super) TimetableSource);

/// `none` or a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(super) struct AdminSocketAt(pub(super) AdminSocket);

impl From<String> for AdminSocketAt {
    fn from(text: String) -> Self {
        Self(if text == "none" { AdminSocket::None } else { AdminSocket::At(text.into()) })
    }
}

impl FromStr for AdminSocketAt {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.to_owned().into())
    }
}

impl From<String> for Timetable {
    fn from(text: String) -> Self {
        Self(match text.as_str() {
            "sample" => TimetableSource::Sample,
            "none" => TimetableSource::None,
            path => TimetableSource::File(path.into()),
        })
    }
}

impl FromStr for Timetable {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.to_owned().into())
    }
}

/// `none` or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct MetricsListen(pub(super) Option<SocketAddr>);

/// The text is neither.
#[derive(Debug, thiserror::Error)]
#[error("an address and port such as 127.0.0.1:7471, or none")]
pub(super) struct ParseMetricsListenError;

impl FromStr for MetricsListen {
    type Err = ParseMetricsListenError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self(None)),
            address => {
                address.parse().map(|at| Self(Some(at))).map_err(|_| ParseMetricsListenError)
            }
        }
    }
}

impl TryFrom<String> for MetricsListen {
    type Error = ParseMetricsListenError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why settings cannot be used: the user's to mend.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettingsError {
    /// The configuration file cannot be read.
    #[error(
        "cannot read the configuration file {path} ({source}); name one that this user can read with --config"
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration file says something that is no setting.
    #[error("in the configuration file {path}: {source}")]
    Misspelt {
        /// Which file.
        path: PathBuf,
        /// Where in it, and what.
        source: toml::de::Error,
    },
    /// Half of what it takes to encrypt.
    #[error("a certificate and its key come together: say both --tls-cert and --tls-key")]
    HalfAPair,
    /// A limit that no server can keep, or that keeps everyone out.
    #[error("{flag} is {given}, and {least} to {most} can be: choose one of these")]
    OutOfBounds {
        /// Which.
        flag: &'static str,
        /// What was said.
        given: String,
        /// The least that can be.
        least: String,
        /// The most.
        most: String,
    },
    /// Neither a data directory nor a home.
    #[error("there is no home directory to keep data in; say where with --data DIR")]
    NoHome,
}

impl Settings {
    /// Reads a configuration file.
    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = file::text(path)
            .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| SettingsError::Misspelt { path: path.to_owned(), source })
    }

    /// These settings, and where they say nothing, those of `fallback`.
    pub(super) fn or(self, fallback: Self) -> Self {
        Self {
            listen: self.listen.or(fallback.listen),
            data: self.data.or(fallback.data),
            timetable: self.timetable.or(fallback.timetable),
            skip_unserved: self.skip_unserved.or(fallback.skip_unserved),
            hold: self.hold.or(fallback.hold),
            grace: self.grace.or(fallback.grace),
            plaintext: self.plaintext.or(fallback.plaintext),
            admin_socket: self.admin_socket.or(fallback.admin_socket),
            tls_cert: self.tls_cert.or(fallback.tls_cert),
            tls_key: self.tls_key.or(fallback.tls_key),
            metrics_listen: self.metrics_listen.or(fallback.metrics_listen),
            metrics_exposed: self.metrics_exposed.or(fallback.metrics_exposed),
            max_connections: self.max_connections.or(fallback.max_connections),
            connections_per_address: self
                .connections_per_address
                .or(fallback.connections_per_address),
            accepts_per_second: self.accepts_per_second.or(fallback.accepts_per_second),
            requests_per_second: self.requests_per_second.or(fallback.requests_per_second),
            holds_per_address: self.holds_per_address.or(fallback.holds_per_address),
            trusted_net: self.trusted_net.or(fallback.trusted_net),
            dead_peer: self.dead_peer.or(fallback.dead_peer),
            seed: self.seed.or(fallback.seed),
            log: self.log.or(fallback.log),
            log_level: self.log_level.or(fallback.log_level),
            limits: self.limits.or(fallback.limits),
        }
    }

    /// The server's configuration: these settings over the defaults.
    pub(super) fn config(self) -> Result<Config, SettingsError> {
        let Self { listen, data, timetable, skip_unserved, hold, grace, plaintext, .. } = self;
        let Self { max_connections, connections_per_address, accepts_per_second, .. } = self;
        let Self { requests_per_second, holds_per_address, trusted_net, .. } = self;
        let Self { dead_peer, admin_socket, metrics_listen, metrics_exposed, seed, .. } = self;
        let Self { tls_cert, tls_key, limits: bounds, .. } = self;
        let data_dir = data.or_else(default_data_dir).ok_or(SettingsError::NoHome)?;
        let mut config = Config::new(data_dir);
        config.listen = listen.unwrap_or(config.listen);
        config.timetable = timetable.map_or(config.timetable, |timetable| timetable.0);
        if skip_unserved == Some(true) {
            config.unserved = UnservedLines::Skip;
        }
        config.hold = hold.map_or(config.hold, |period| period.0);
        config.grace = grace.map_or(config.grace, |period| period.0);
        config.plaintext = plaintext.unwrap_or(config.plaintext);
        config.admin_socket = admin_socket.map_or(AdminSocket::InData, |socket| socket.0);
        config.tls = match (tls_cert, tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(SettingsError::HalfAPair),
        };
        config.metrics_listen = metrics_listen.and_then(|listen| listen.0);
        config.metrics_exposed = metrics_exposed.unwrap_or(config.metrics_exposed);
        config.seed = seed.unwrap_or(config.seed);
        config.holds_per_address = holds_per_address.unwrap_or(config.holds_per_address);
        config.trusted = trusted_net.unwrap_or(config.trusted);
        let limits = &mut config.limits;
        limits.connections = max_connections.map_or(limits.connections, NonZeroUsize::get);
        limits.connections_per_address =
            connections_per_address.unwrap_or(limits.connections_per_address);
        if let Some(count) = accepts_per_second {
            limits.accepts = Rate::per_second(count, count.saturating_mul(2));
        }
        if let Some(count) = requests_per_second {
            limits.requests = Rate::per_second(count, count.saturating_mul(2));
        }
        if let Some(dead_peer) = dead_peer {
            limits.dead_peer = dead_peer.0;
            limits.keepalive = limits.keepalive.min(dead_peer.0 / 2);
        }
        bounds.apply(&mut config)?;
        Ok(config)
    }
}

/// Where data is kept unless `--data` says otherwise: `$XDG_DATA_HOME/trechod`, else
/// `~/.local/share/trechod`.
pub(super) fn default_data_dir() -> Option<PathBuf> {
    let absolute =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.map(|base| base.join("trechod"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn every_setting_has_a_line_in_the_file() {
        let all = file(
            "listen = '0.0.0.0:1'\ndata = '/d'\ntimetable = 'none'\nskip_unserved = true\nhold = '90s'\ngrace = '5s'\n\
             plaintext = true\ntls_cert = '/c'\ntls_key = '/k'\nadmin_socket = 'none'\nmax_connections = 9\nconnections_per_address = 3\n\
             accepts_per_second = 5\nrequests_per_second = 4\nholds_per_address = 6\ntrusted_net = '10.0.0.0/8'\ndead_peer = '8s'\n\
             metrics_listen = '127.0.0.1:0'\nmetrics_exposed = true\nseed = 7\nlog = 'json'\nlog_level = 'debug'\n",
        );
        let config = all.unwrap().config().unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:1");
        assert_eq!(config.timetable, TimetableSource::None);
        assert_eq!(config.unserved, UnservedLines::Skip);
        assert_eq!(config.admin_socket, AdminSocket::None);
        assert_eq!((config.hold.as_secs(), config.grace.as_secs()), (90, 5));
        let files = TlsFiles { cert: "/c".into(), key: "/k".into() };
        assert_eq!(config.tls, Some(files));
        assert_eq!(config.metrics_listen, "127.0.0.1:0".parse().ok());
        assert!(config.metrics_exposed);
        assert_eq!((config.plaintext, config.limits.connections, config.seed), (true, 9, 7));
        assert_eq!(config.limits.connections_per_address, 3);
        assert_eq!(config.limits.accepts, Rate::per_second(5, 10));
        assert_eq!(config.limits.requests, Rate::per_second(4, 8));
        assert_eq!(config.policy().address_seats, 6);
        assert_eq!(config.limits.dead_peer.as_secs(), 8);
        assert_eq!(config.trusted, "10.0.0.0/8".parse().unwrap());
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_with_its_line() {
        let error = file("seed = 1\nholds = '9m'\n").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("holds"), "{error}");
        let error = file("metrics_listen = 'never'\n").unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("or none"), "{error}");
        let error = file("hold = '9 minutes'\n").unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("such as 90s"), "{error}");
    }

    #[test]
    fn half_a_pair_is_refused() {
        for half in ["tls_cert = '/c'", "tls_key = '/k'"] {
            let settings = file(&format!("data = '/d'\n{half}")).unwrap();
            assert!(matches!(settings.config(), Err(SettingsError::HalfAPair)));
        }
    }

    #[test]
    fn the_nearer_source_wins() {
        let near = file("seed = 1").unwrap();
        let far = file("seed = 2\nhold = '1m'").unwrap();
        let both = near.or(far);
        assert_eq!((both.seed, both.hold), (Some(1), Some("60s".parse().unwrap())));
    }
}
