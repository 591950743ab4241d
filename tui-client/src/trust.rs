//! Whether a server is who it should be: what it must prove before anything is sent to it, and what
//! is said when it does not.
//!
//! A connection is plain, or TLS 1.3. With TLS a server is believed on one of three grounds. A key
//! was *named*: the server must have it. A file of *authorities* was named: one of them must vouch
//! for the name. Else the key that `known_servers` remembers for this address decides alone; an
//! address that it does not know is vouched for by the platform's authorities, or else the server
//! is a stranger, and a person is asked. Nothing ever goes on in plain text by itself.

mod known;
mod verifier;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, version};
use trecho_shared::fingerprint::KeyFingerprint;

use crate::config::{Address, Config, Grounds, Security};

use known::KnownServers;
use verifier::{Demand, Verifier};

pub use known::KnownError;

/// Larger than all authorities of a platform together.
const LARGEST_BYTES: u64 = 16 * 1024 * 1024;

/// A server that is not believed. Nothing was sent to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server at {server}, whose key is {key}, is not believed")]
pub struct Distrust {
    /// Where it is.
    pub server: String,
    /// The key that it showed.
    pub key: KeyFingerprint,
    /// Why not.
    pub why: Doubt,
}

/// Why a server is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody vouches for it, and nobody has accepted its key yet.
    Unknown,
    /// Its key is not the one that was accepted.
    Changed {
        /// The key that it should have.
        remembered: KeyFingerprint,
        /// Where that stands.
        file: String,
    },
    /// Its key is not the one that was named.
    NotNamed,
    /// None of the authorities that were named vouches for it.
    Unvouched {
        /// Where they stand.
        file: String,
        /// What TLS says, scrubbed.
        why: String,
    },
}

/// Why nobody can be judged. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file of authorities cannot be read.
    #[error(
        "cannot read {}: {source}; --ca names a PEM file with the certificates that vouch for the \
         server", path.display()
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has no certificate.
    #[error(
        "there is no certificate in {}: it must have a part that begins with -----BEGIN \
         CERTIFICATE-----", .0.display()
    )]
    NoCertificate(PathBuf),
    /// The host is no name that a certificate could be for.
    #[error("no certificate can be for {0}: write the server's name or address")]
    Name(String),
    /// The list of known servers cannot be used.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// TLS itself cannot be set up.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
}

/// How a connection is to be opened.
#[derive(Debug, Clone)]
pub enum Channel {
    /// As it is.
    Plain,
    /// By a handshake on these terms with a server of this name.
    Tls(Arc<ClientConfig>, ServerName<'static>),
}

/// What a server must prove.
#[derive(Debug, Clone)]
pub struct Trust(Option<Box<Tls>>);

#[derive(Debug, Clone)]
struct Tls {
    server: String,
    name: ServerName<'static>,
    basis: Basis,
    known: KnownServers,
    /// Read when they are first needed, which may be never.
    platform: Arc<OnceLock<Option<Arc<WebPkiServerVerifier>>>>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug, Clone)]
enum Basis {
    Known,
    Authorities(Arc<WebPkiServerVerifier>, PathBuf),
    Named(KeyFingerprint),
}

impl Trust {
    /// Nothing: the connection is plain.
    pub fn in_anyone() -> Self {
        Self(None)
    }

    /// What the configuration demands.
    ///
    /// # Errors
    /// If a file that was named cannot be used.
    pub fn of(config: &Config) -> Result<Self, TrustError> {
        match &config.security {
            Security::Plain => Ok(Self::in_anyone()),
            Security::Tls(grounds) => Self::with_tls(grounds, &config.address, &config.data),
        }
    }

    fn with_tls(grounds: &Grounds, address: &Address, data: &Path) -> Result<Self, TrustError> {
        let name = ServerName::try_from(address.host().to_owned())
            .map_err(|_| TrustError::Name(address.host().to_owned()))?;
        let provider = Arc::new(ring::default_provider());
        let basis = match grounds {
            Grounds::Known => Basis::Known,
            Grounds::Authorities(file) => {
                Basis::Authorities(authorities(file, &provider)?, file.clone())
            }
            Grounds::Key(key) => Basis::Named(*key),
        };
        let known = KnownServers::within(data);
        let (server, platform) = (address.to_string(), Arc::default());
        Ok(Self(Some(Box::new(Tls { server, name, basis, known, platform, provider }))))
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.0.is_some()
    }

    /// How to open a connection now. Reads what is known of the server, so that what another client
    /// has learnt since counts, too; blocks for that long.
    ///
    /// # Errors
    /// If the list of known servers cannot be used.
    pub fn channel(&self) -> Result<Channel, TrustError> {
        let Some(tls) = &self.0 else { return Ok(Channel::Plain) };
        let (server, provider) = (tls.server.clone(), Arc::clone(&tls.provider));
        let verifier = Verifier { server, demand: tls.demand()?, provider };
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&tls.provider))
            .with_protocol_versions(&[&version::TLS13])
            .map_err(|error| TrustError::Tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        // A shorter second handshake would show no certificate.
        config.resumption = Resumption::disabled();
        Ok(Channel::Tls(Arc::new(config), tls.name.clone()))
    }

    /// From now on the server must have this key, which a person has accepted.
    pub fn accept(&mut self, key: KeyFingerprint) {
        if let Some(tls) = &mut self.0 {
            tls.basis = Basis::Named(key);
        }
    }

    /// The server has proved to have the key that was named, if one was: writes it down, once.
    /// Blocks for that long.
    ///
    /// # Errors
    /// If it cannot be written. It still counts for as long as this lives.
    pub fn remember(&mut self) -> Result<(), TrustError> {
        if let Some(tls) = &mut self.0
            && let Basis::Named(key) = tls.basis
        {
            tls.known.remember(&tls.server, key)?;
            tls.basis = Basis::Known;
        }
        Ok(())
    }

    /// Whether there is something to [`Self::remember`].
    pub fn has_news(&self) -> bool {
        self.0.as_ref().is_some_and(|tls| matches!(tls.basis, Basis::Named(_)))
    }
}

impl Tls {
    fn demand(&self) -> Result<Demand, TrustError> {
        Ok(match &self.basis {
            Basis::Named(key) => Demand::Named(*key),
            Basis::Authorities(them, file) => Demand::Authorities(Arc::clone(them), file.clone()),
            Basis::Known => {
                let keys = self.known.keys_of(&self.server)?;
                if keys.is_empty() {
                    Demand::Platform(self.platform())
                } else {
                    Demand::Remembered { keys, file: self.known.path() }
                }
            }
        })
    }

    /// The platform's authorities, if it has any: a container may have none.
    fn platform(&self) -> Option<Arc<WebPkiServerVerifier>> {
        let platform = self.platform.get_or_init(|| {
            let found = rustls_native_certs::load_native_certs();
            for error in found.errors {
                tracing::warn!(%error, "an authority of the platform's cannot be read");
            }
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(found.certs);
            judges(roots, &self.provider)
        });
        platform.clone()
    }
}

/// The authorities of a file, each of which must be one.
fn authorities(
    file: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TrustError> {
    let none = || TrustError::NoCertificate(file.to_owned());
    let mut text = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LARGEST_BYTES).read_to_end(&mut text))
        .map_err(|source| TrustError::Unreadable { path: file.to_owned(), source })?;
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    let mut roots = RootCertStore::empty();
    for certificate in found.map_err(|_| none())? {
        roots.add(certificate).map_err(|_| none())?;
    }
    judges(roots, provider).ok_or_else(none)
}

/// `None` if there are no authorities.
fn judges(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    let roots = Arc::new(roots);
    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build().ok()
}
