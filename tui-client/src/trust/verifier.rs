//! What a server's certificate must show before a byte of ours goes out.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use trecho_shared::fingerprint::KeyFingerprint;

use super::{Distrust, Doubt};
use crate::link::scrub;

/// What is demanded.
#[derive(Debug)]
pub(super) enum Demand {
    /// One of these keys, which the file remembers. Whoever signed the certificate, and whether it
    /// is still valid, does not count: a renewed certificate passes.
    Remembered {
        /// At least one.
        keys: Vec<KeyFingerprint>,
        /// Where they stand.
        file: PathBuf,
    },
    /// This key.
    Named(KeyFingerprint),
    /// An authority of the platform's, if it has any.
    Platform(Option<Arc<WebPkiServerVerifier>>),
    /// An authority from this file.
    Authorities(Arc<WebPkiServerVerifier>, PathBuf),
}

/// Judges one server.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) server: String,
    pub(super) demand: Demand,
    pub(super) provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// What there is to say against a server with this key; `chain` is what the authorities say.
    fn doubt(
        &self,
        key: KeyFingerprint,
        chain: impl Fn(&WebPkiServerVerifier) -> Result<ServerCertVerified, Error>,
    ) -> Option<Doubt> {
        match &self.demand {
            Demand::Remembered { keys, file: _ } if keys.contains(&key) => None,
            Demand::Remembered { keys, file } => {
                let file = file.display().to_string();
                let changed = |first: &KeyFingerprint| Doubt::Changed { remembered: *first, file };
                Some(keys.first().map_or(Doubt::Unknown, changed))
            }
            Demand::Named(named) => (*named != key).then_some(Doubt::NotNamed),
            Demand::Platform(authorities) => {
                let vouched = authorities.as_ref().is_some_and(|them| chain(them).is_ok());
                (!vouched).then_some(Doubt::Unknown)
            }
            Demand::Authorities(authorities, file) => chain(authorities).err().map(|error| {
                // It may quote the certificate, which comes from afar.
                let mut why = error.to_string();
                scrub::text(&mut why);
                Doubt::Unvouched { file: file.display().to_string(), why }
            }),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let leaf = ParsedCertificate::try_from(end_entity)?;
        let key = KeyFingerprint::of_public_key(&leaf.subject_public_key_info());
        let chain = |authorities: &WebPkiServerVerifier| {
            authorities.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            )
        };
        match self.doubt(key, chain) {
            None => Ok(ServerCertVerified::assertion()),
            Some(why) => {
                let distrust = Distrust { server: self.server.clone(), key, why };
                Err(CertificateError::Other(OtherError(Arc::new(distrust))).into())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
