//! Who the server proves to be, and on which terms it encrypts: TLS 1.3, one certificate, and no
//! memory of earlier connections.

mod expect;
mod identity;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use trecho_shared::fingerprint::KeyFingerprint;

pub(crate) use expect::{expecting, fingerprint_of};
pub(crate) use identity::Identity;
pub use identity::IdentityError;

/// Where the certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and what signed it, as PEM.
    pub cert: PathBuf,
    /// Its private key, as PEM. Readable by the server and by no stranger.
    pub key: PathBuf,
}

/// The identity in force. A new one is for the connections that come after it.
#[derive(Debug)]
pub(crate) struct Tls {
    files: TlsFiles,
    identity: ArcSwap<Identity>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn open(files: &TlsFiles) -> Result<Self, IdentityError> {
        let identity = ArcSwap::from_pointee(Identity::load(files)?);
        Ok(Self { files: files.clone(), identity })
    }

    /// Reads the files again. If they are no good, all stays as it was.
    pub(crate) fn reload(&self) -> Result<KeyFingerprint, IdentityError> {
        let identity = Identity::load(&self.files)?;
        let fingerprint = identity.fingerprint();
        self.identity.store(Arc::new(identity));
        Ok(fingerprint)
    }

    /// Which files.
    pub(crate) fn files(&self) -> &TlsFiles {
        &self.files
    }

    /// The terms for a connection that begins now.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.identity.load().config()
    }

    /// What clients know this server by.
    pub(crate) fn fingerprint(&self) -> KeyFingerprint {
        self.identity.load().fingerprint()
    }
}
