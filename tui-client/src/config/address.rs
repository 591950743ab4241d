//! Where a server is, as a person writes it.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use serde::Deserialize;
use trecho_shared::DEFAULT_PORT;

/// A host and a port: `localhost`, `10.0.0.7:7470`, `[::1]:7470`. Without a port,
/// [`DEFAULT_PORT`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    host: String,
    port: u16,
}

/// The text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing before the colon.
    #[error("there is no host; write HOST or HOST:PORT, such as localhost:7470")]
    NoHost,
    /// Not a port.
    #[error("the port is a number from 1 to 65535, as in localhost:7470")]
    Port,
    /// `tcp://…`, a path, blanks.
    #[error("write HOST or HOST:PORT without anything else, such as localhost:7470")]
    NotAHost,
    /// Brackets around what is no IPv6 address.
    #[error("in brackets stands an IPv6 address, such as [::1]:7470")]
    Brackets,
}

impl Address {
    /// A host and a port.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// The name or address of the host, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Default for Address {
    fn default() -> Self {
        Self::new("localhost", DEFAULT_PORT)
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        // An IPv6 address alone is clear enough without its brackets.
        if text.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self::new(text, DEFAULT_PORT));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (host, port) = rest.split_once(']').ok_or(AddressError::Brackets)?;
            host.parse::<Ipv6Addr>().map_err(|_| AddressError::Brackets)?;
            return match port.strip_prefix(':') {
                Some(port) => Ok(Self::new(host, parse_port(port)?)),
                None if port.is_empty() => Ok(Self::new(host, DEFAULT_PORT)),
                None => Err(AddressError::Brackets),
            };
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, parse_port(port)),
            None => (text, Ok(DEFAULT_PORT)),
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if host.is_empty() {
            return Err(AddressError::NoHost);
        }
        if !host.bytes().all(allowed) || text.contains("//") {
            return Err(AddressError::NotAHost);
        }
        Ok(Self::new(host, port?))
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0).ok_or(AddressError::Port)
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, AddressError> {
        text.parse::<Address>().map(|address| address.to_string())
    }

    #[test]
    fn a_host_without_a_port_gets_the_default() {
        for (text, full) in [
            ("localhost", "localhost:7470"),
            (" trecho.example.com:81 ", "trecho.example.com:81"),
            ("10.0.0.7", "10.0.0.7:7470"),
            ("[::1]", "[::1]:7470"),
            ("[fe80::1]:99", "[fe80::1]:99"),
            ("::1", "[::1]:7470"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(full));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, error) in [
            ("", AddressError::NoHost),
            (":7470", AddressError::NoHost),
            ("localhost:", AddressError::Port),
            ("localhost:0", AddressError::Port),
            ("localhost:99999", AddressError::Port),
            ("localhost:+80", AddressError::Port),
            ("tcp://localhost:7470", AddressError::NotAHost),
            ("two words", AddressError::NotAHost),
            ("a/b", AddressError::NotAHost),
            ("[localhost]:1", AddressError::Brackets),
            ("[::1", AddressError::Brackets),
            ("[::1]x", AddressError::Brackets),
        ] {
            assert_eq!(shown(text), Err(error), "{text}");
        }
    }
}
