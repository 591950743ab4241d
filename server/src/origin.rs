//! Where a connection comes from, as far as limits go, and which origins are spared.

mod gateway;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

/// Whoever shares an address shares its limits: an IPv4 address, or the /64 of an IPv6 address,
/// within which anybody picks addresses at will.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first half of an IPv6 address.
    V6([u8; 8]),
}

impl Origin {
    /// The origin of this address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let half = (address.to_bits() >> 64) as u64;
                Self::V6(half.to_be_bytes())
            }
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(octets) => IpAddr::from(*octets).fmt(f),
            Self::V6(half) => {
                let mut octets = [0; 16];
                octets[..8].copy_from_slice(half);
                write!(f, "{}/64", IpAddr::from(octets))
            }
        }
    }
}

/// A network: an address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Net {
    address: IpAddr,
    bits: u32,
}

impl Net {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                (net.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                (net.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Who is spared the limits on addresses and on the rate of requests: this machine, unless nobody
/// is, and the networks that an operator trusts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Trusted {
    loopback: bool,
    gateway: bool,
    nets: Vec<Net>,
}

impl Default for Trusted {
    fn default() -> Self {
        Self { loopback: true, gateway: false, nets: Vec::new() }
    }
}

impl Trusted {
    /// Nobody is spared, not even this machine.
    pub fn nobody() -> Self {
        Self { loopback: false, ..Self::default() }
    }

    /// Looks up what is named by a word: the address of the gateway.
    pub(crate) fn resolve(mut self) -> Self {
        if std::mem::take(&mut self.gateway) {
            match gateway::addresses() {
                Ok(found) => self.nets.extend(
                    found.into_iter().map(|address| Net { address: address.into(), bits: 32 }),
                ),
                Err(error) => tracing::warn!(%error, "the gateway is not known, so not trusted"),
            }
        }
        self
    }

    /// The origin of a connection whose limits count; `None` if it is spared.
    pub(crate) fn stranger(&self, address: IpAddr) -> Option<Origin> {
        let address = address.to_canonical();
        let spared = self.loopback && address.is_loopback()
            || self.nets.iter().any(|net| net.contains(address));
        (!spared).then(|| Origin::of(address))
    }
}

/// Why a text names nobody to trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTrustedError {
    /// Neither a network nor a word that is known.
    #[error(
        "{0:?} is no network: write it as 10.1.0.0/16 or 2001:db8::/48, or write gateway; divide several by commas"
    )]
    NoNet(String),
    /// `none` beside others.
    #[error("none stands alone: it spares nobody")]
    NoneBesideOthers,
}

impl FromStr for Trusted {
    type Err = ParseTrustedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> =
            text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        if words == ["none"] {
            return Ok(Self::nobody());
        }
        let mut trusted = Self::default();
        for word in words {
            match word {
                "none" => return Err(ParseTrustedError::NoneBesideOthers),
                "gateway" => trusted.gateway = true,
                net => trusted.nets.push(parse_net(net)?),
            }
        }
        Ok(trusted)
    }
}

impl TryFrom<String> for Trusted {
    type Error = ParseTrustedError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

fn parse_net(text: &str) -> Result<Net, ParseTrustedError> {
    let no_net = || ParseTrustedError::NoNet(text.to_owned());
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| no_net())?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| no_net())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    if bits > most { Err(no_net()) } else { Ok(Net { address, bits }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spared(trusted: &str, address: &str) -> bool {
        let trusted: Trusted = trusted.parse().unwrap();
        trusted.stranger(address.parse().unwrap()).is_none()
    }

    #[test]
    fn this_machine_and_trusted_networks_are_spared_and_others_not() {
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(spared("", address) && spared("10.0.0.0/8", address), "{address}");
            assert!(!spared("none", address), "{address}");
        }
        assert!(!spared("", "10.1.2.3"));
        let nets = "10.1.0.0/16, 192.168.7.1,2001:db8:1::/48";
        for address in ["10.1.255.255", "::ffff:10.1.0.0", "192.168.7.1", "2001:db8:1:ffff::9"] {
            assert!(spared(nets, address), "{address}");
        }
        for address in ["10.2.0.0", "192.168.7.2", "2001:db8:2::", "::10.1.0.0"] {
            assert!(!spared(nets, address), "{address}");
        }
        assert!(spared("0.0.0.0/0", "203.0.113.9") && !spared("0.0.0.0/0", "2001:db8::1"));
        assert!(spared("::/0", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_network_is_refused_by_name() {
        for text in ["10.0.0.0/33", "10.0.0/8", "home", "10.0.0.0/8/8", "::/129", "10.0.0.0/-1"] {
            let error = text.parse::<Trusted>().unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("10.1.0.0/16"), "{error}");
        }
        assert_eq!("none,::1".parse::<Trusted>(), Err(ParseTrustedError::NoneBesideOthers));
    }

    #[test]
    fn an_ipv6_origin_is_a_half_and_an_ipv4_origin_an_address() {
        let origin = |text: &str| Origin::of(text.parse().unwrap());
        assert_eq!(origin("2001:db8:0:1::1"), origin("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(origin("2001:db8:0:1::1"), origin("2001:db8:0:2::1"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        assert_ne!(origin("192.0.2.1"), origin("192.0.2.2"));
        assert_eq!(format!("{:?}", origin("2001:db8:0:1::1")), "2001:db8:0:1::/64");
    }
}
