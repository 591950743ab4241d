//! What a server's public key looks like to people: both ends, and whoever compares them, must
//! write it alike.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64_NOPAD;
use sha2::{Digest, Sha256};

use crate::wire_string::wire_string;

/// How every fingerprint begins: with the hash that it is.
const PREFIX: &str = "SHA256:";

/// The SHA-256 of a public key, as `SHA256:` and base64, like a fingerprint of ssh. It is the key's
/// and not the certificate's: a renewed certificate for the same key has the same fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyFingerprint([u8; 32]);

/// The text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is SHA256: and 43 characters, as trechod prints it when it starts")]
pub struct FingerprintError;

impl KeyFingerprint {
    /// Of a public key as certificates carry it: the DER of its `SubjectPublicKeyInfo`.
    pub fn of_public_key(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

wire_string!(KeyFingerprint, "KeyFingerprint", "^SHA256:", "SHA256: and 43 characters");

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64_NOPAD.encode(&self.0))
    }
}

impl FromStr for KeyFingerprint {
    type Err = FingerprintError;
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(FingerprintError)?;
        let bytes = BASE64_NOPAD.decode(encoded.as_bytes()).map_err(|_| FingerprintError)?;
        bytes.try_into().map(Self).map_err(|_| FingerprintError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back_as_it_was_written() {
        let fingerprint = KeyFingerprint::of_public_key(b"a key");
        let text = fingerprint.to_string();
        assert_eq!(text.len(), 50);
        assert_eq!(text.parse(), Ok(fingerprint));
        assert_ne!(KeyFingerprint::of_public_key(b"another"), fingerprint);
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let text = KeyFingerprint::of_public_key(b"a key").to_string();
        for wrong in ["", "SHA256:", &text[1..], &text[..49], &format!("{text}A"), "MD5:00"] {
            assert_eq!(wrong.parse::<KeyFingerprint>(), Err(FingerprintError), "{wrong}");
        }
    }
}
