//! The other end of it, for the health check: a client that expects one key and no other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version,
};
use trecho_shared::fingerprint::KeyFingerprint;

use super::IdentityError;
use super::identity::read_chain;

/// The fingerprint of the key that a file's certificate is for.
pub(crate) fn fingerprint_of(cert: &Path) -> Result<KeyFingerprint, IdentityError> {
    let none = || IdentityError::NoCertificate(cert.to_owned());
    let chain = read_chain(cert)?;
    let leaf = chain.first().ok_or_else(none)?;
    let leaf = ParsedCertificate::try_from(leaf).map_err(|_| none())?;
    Ok(KeyFingerprint::of_public_key(&leaf.subject_public_key_info()))
}

/// What a client needs that speaks to the server with this key, at this address.
pub(crate) fn expecting(
    key: KeyFingerprint,
    address: SocketAddr,
) -> Result<(Arc<ClientConfig>, ServerName<'static>), Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(OneKey { key, provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok((Arc::new(config), ServerName::from(address.ip())))
}

/// Believes whoever proves to own one key.
#[derive(Debug)]
struct OneKey {
    key: KeyFingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OneKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let leaf = ParsedCertificate::try_from(end_entity)?;
        if KeyFingerprint::of_public_key(&leaf.subject_public_key_info()) == self.key {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
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
