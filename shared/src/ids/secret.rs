//! What proves who one is. None of these shows itself to `Debug`, so none reaches a log.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{BASE64URL_NOPAD, Encoding, Specification};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::ParseIdError;
use super::short::Short;
use crate::limits::IDEMPOTENCY_KEY_CHARS;
use crate::wire_string::wire_string;

/// Crockford's base32: no I, L, O or U to misread; case and dashes do not count.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    form.translate.from.push_str("abcdefghjkmnpqrstvwxyzIiLlOo");
    form.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ111100");
    form.ignore.push_str("- ");
    form.check_trailing_bits = true;
    form.encoding().expect("32 distinct symbols make an encoding")
});

/// The credential of a session: 256 random bits, base64url on the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; 32]);

impl SessionToken {
    /// A token of these bytes, which must come from the system's random source.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What the server keeps instead of the token. Looking a session up by this hash leaks
    /// nothing through timing: who can choose hashes can invert SHA-256.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The claim code of the booking that this session confirms under `key`: the first 128 bits of
    /// HMAC-SHA-256(token, key). The same confirm, sent again, yields the same code.
    pub fn claim_code(&self, key: &IdempotencyKey) -> ClaimCode {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(key.0.as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        ClaimCode(*digest.first_chunk().expect("16 of 32 bytes"))
    }
}

impl FromStr for SessionToken {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a session token: 43 characters of base64url");
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| refuse)?;
        bytes.try_into().map(Self).map_err(|_| refuse)
    }
}

impl fmt::Display for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        BASE64URL_NOPAD.encode_display(&self.0).fmt(f)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

wire_string!(
    SessionToken,
    "SessionToken",
    "^[A-Za-z0-9_-]{43}$",
    "a session's token, 256 bits as base64url without padding"
);

/// The credential of a booking: 128 bits, shown in groups that a person can type,
/// `7ZK3-9M2Q-…`.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimCode([u8; 16]);

impl ClaimCode {
    /// What the server keeps instead of the code.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl FromStr for ClaimCode {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a claim code: 26 letters and digits, dashes do not count");
        // Bounds the work: 26 characters, and a blank or dash around each at the most.
        if text.len() > 64 {
            return Err(refuse);
        }
        let bytes = CROCKFORD.decode(text.as_bytes()).map_err(|_| refuse)?;
        bytes.try_into().map(Self).map_err(|_| refuse)
    }
}

impl fmt::Display for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut symbols = [0; 26];
        CROCKFORD.encode_mut(&self.0, &mut symbols);
        let mut text = Short::<30>::new();
        // 26 symbols read as 5-5-5-5-6.
        for group in [0..5, 5..10, 10..15, 15..20, 20..26] {
            if group.start > 0 {
                text.push(b"-");
            }
            text.push(&symbols[group]);
        }
        f.write_str(text.as_str())
    }
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(..)")
    }
}

wire_string!(
    ClaimCode,
    "ClaimCode",
    "^[0-9A-Za-z -]{26,64}$",
    "a booking's claim code, 128 bits in Crockford's base32; case, blanks and dashes do not count"
);

/// The client's name for one purchase: 1 to 64 printable ASCII characters, made anew for each
/// purchase and sent again unchanged with each retry of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let formed = (1..=IDEMPOTENCY_KEY_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        formed
            .then(|| Self(text.to_owned()))
            .ok_or(ParseIdError("an idempotency key: 1 to 64 printable ASCII characters"))
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(..)")
    }
}

wire_string!(
    IdempotencyKey,
    "IdempotencyKey",
    "^[!-~]{1,64}$",
    "an idempotency key, 1 to 64 printable ASCII characters"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> SessionToken {
        SessionToken::from_random(std::array::from_fn(|at| u8::try_from(at).unwrap()))
    }

    #[test]
    fn a_token_reads_back_as_written_and_hides_from_debug() {
        let text = token().to_string();
        assert_eq!(text.len(), 43);
        assert_eq!(text.parse(), Ok(token()));
        assert!(!format!("{:?}", token()).contains(&text[..4]));
    }

    #[test]
    fn the_same_confirm_yields_the_same_claim_code_and_another_key_another() {
        let key: IdempotencyKey = "purchase-1".parse().unwrap();
        let other: IdempotencyKey = "purchase-2".parse().unwrap();
        assert_eq!(token().claim_code(&key), token().claim_code(&key));
        assert_ne!(token().claim_code(&key), token().claim_code(&other));
    }

    #[test]
    fn a_claim_code_survives_how_people_type() {
        let code = token().claim_code(&"k".parse().unwrap());
        let shown = code.to_string();
        assert_eq!(shown.len(), 30);
        assert_eq!(shown.to_lowercase().parse(), Ok(code.clone()));
        assert_eq!(shown.replace('-', " ").parse(), Ok(code.clone()));
        assert_eq!(shown.replace('-', "").replace('0', "o").replace('1', "l").parse(), Ok(code));
        assert!("".parse::<ClaimCode>().is_err());
    }
}
