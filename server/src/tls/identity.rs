//! A certificate and its key, from two files.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, crypto};
use trecho_shared::fingerprint::KeyFingerprint;

use super::TlsFiles;

/// Larger than any chain of certificates that a client would want to be sent.
const FILE_BYTES: u64 = 1024 * 1024;

/// What the server proves with a certificate: that it owns a key.
#[derive(Debug)]
pub(crate) struct Identity {
    config: Arc<ServerConfig>,
    fingerprint: KeyFingerprint,
}

/// Why a certificate and its key cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// One of the files cannot be read.
    #[error(
        "cannot read {}: {source}; --tls-cert and --tls-key name PEM files that the user who runs \
         trechod can read (trechod cert makes a pair)", path.display()
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One of the files is another user's alone.
    #[error(
        "user {uid} runs trechod and may not read {path}, which is user {owner}'s: say chown {uid} {path}; \
         under systemd hand it over with LoadCredential= instead (assets/systemd/tls.conf)",
        path = path.display()
    )]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who runs this server.
        uid: u32,
    },
    /// The certificate's file has none.
    #[error(
        "there is no certificate in {}: it must have a part that begins with -----BEGIN \
         CERTIFICATE-----", .0.display()
    )]
    NoCertificate(PathBuf),
    /// The key's file has none.
    #[error(
        "there is no private key in {}: it must have a part that begins with -----BEGIN PRIVATE \
         KEY-----, not encrypted by a password", .0.display()
    )]
    NoKey(PathBuf),
    /// Others than its owner and its group can read the key, or others than its owner change it.
    #[error(
        "others can read or change the key {path}: say chmod 600 {path} (or 640, if its group is to \
         read it), and if strangers may have read it, make a new one", path = .0.display()
    )]
    Exposed(PathBuf),
    /// The two do not belong together.
    #[error(
        "the key {} does not belong to the certificate {}: name the two files of one pair",
        key.display(), cert.display()
    )]
    Mismatched {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// TLS can make nothing of them.
    #[error(
        "the certificate {} and the key {} cannot be used: {source}; trechod cert makes a pair",
        cert.display(), key.display()
    )]
    Unusable {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

impl Identity {
    /// Reads both files and sees that they belong together.
    pub(crate) fn load(files: &TlsFiles) -> Result<Self, IdentityError> {
        let TlsFiles { cert, key } = files;
        let unusable = |source| match source {
            rustls::Error::InconsistentKeys(_) => {
                IdentityError::Mismatched { cert: cert.clone(), key: key.clone() }
            }
            source => IdentityError::Unusable { cert: cert.clone(), key: key.clone(), source },
        };
        let chain = read_chain(cert)?;
        let private = read_key(key)?;
        let leaf = chain.first().ok_or_else(|| IdentityError::NoCertificate(cert.clone()))?;
        let leaf = ParsedCertificate::try_from(leaf).map_err(unusable)?;
        let fingerprint = KeyFingerprint::of_public_key(&leaf.subject_public_key_info());
        let provider = Arc::new(crypto::ring::default_provider());
        let certified = CertifiedKey::from_der(chain, private, &provider).map_err(unusable)?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(unusable)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        Ok(Self { config: Arc::new(without_memory(config)), fingerprint })
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    pub(crate) fn fingerprint(&self) -> KeyFingerprint {
        self.fingerprint
    }
}

/// Connections last for hours: a shorter second handshake is not worth the state that it needs.
fn without_memory(mut config: ServerConfig) -> ServerConfig {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config
}

pub(super) fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let text = read(path)?;
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) | Err(_) => Err(IdentityError::NoCertificate(path.to_owned())),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let text = read(path)?;
    let exposed = is_exposed(path)
        .map_err(|source| IdentityError::Unreadable { path: path.to_owned(), source })?;
    if exposed {
        return Err(IdentityError::Exposed(path.to_owned()));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| IdentityError::NoKey(path.to_owned()))
}

fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes))
        .map_err(|source| unreadable(path, source))?;
    Ok(bytes)
}

fn unreadable(path: &Path, source: io::Error) -> IdentityError {
    use std::os::unix::fs::MetadataExt as _;
    let path = path.to_owned();
    let uid = rustix::process::geteuid().as_raw();
    // Where its directory is closed as well, nobody says whose it is.
    match std::fs::metadata(&path) {
        Ok(file) if source.kind() == io::ErrorKind::PermissionDenied && file.uid() != uid => {
            IdentityError::Foreign { path, owner: file.uid(), uid }
        }
        _ => IdentityError::Unreadable { path, source },
    }
}

/// Whether others than the owner and the group may read the file, or others than the owner write it.
/// A group may read: that is how a system's certificates are shared with the services that use them.
fn is_exposed(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(opens_to_others(std::fs::metadata(path)?.permissions().mode()))
}

fn opens_to_others(mode: u32) -> bool {
    mode & 0o026 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_owner_s_to_change_and_its_owner_s_and_group_s_to_read() {
        for closed in [0o600, 0o400, 0o640, 0o440, 0o100_600] {
            assert!(!opens_to_others(closed), "{closed:o}");
        }
        for open in [0o644, 0o604, 0o642, 0o602, 0o660, 0o620, 0o666] {
            assert!(opens_to_others(open), "{open:o}");
        }
    }
}
