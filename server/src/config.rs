//! What a server is told before it starts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use trecho_shared::DEFAULT_PORT;

use crate::admin::AdminSocket;
use crate::booking::Policy;
use crate::clock::Clock;
use crate::limits::Limits;
use crate::origin::Trusted;
use crate::timetable::UnservedLines;
use crate::tls::TlsFiles;

/// Where the legs of an empty data directory come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimetableSource {
    /// The generated network, extended daily.
    Sample,
    /// Nowhere: there are no legs until some are imported.
    None,
    /// A file: a CSV table or IATA SSIM chapter 7.
    File(PathBuf),
}

/// Everything that a server is told. [`Config::new`] has the defaults.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen. Port 0 picks one; [`crate::ServerHandle::local_addr`] tells which.
    pub listen: SocketAddr,
    /// Clients beyond this machine may connect although nothing is encrypted.
    pub plaintext: bool,
    /// The certificate and key to encrypt with; without them nothing is encrypted.
    pub tls: Option<TlsFiles>,
    /// Where the operators' pages are served: numbers and health, over HTTP. `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Machines beyond this one may read the operators' pages.
    pub metrics_exposed: bool,
    /// Where everything that lasts is kept. Created if need be.
    pub data_dir: PathBuf,
    /// What an empty data directory gets.
    pub timetable: TimetableSource,
    /// What becomes of lines of an SSIM file that tell of legs that cannot be sold here.
    pub unserved: UnservedLines,
    /// What the sample timetable and its crowd are generated from.
    pub seed: u64,
    /// How long a cart is held after its last successful hold.
    pub hold: Duration,
    /// How long a cart outlives its connection.
    pub grace: Duration,
    /// Where operators reach the server: nowhere unless they are to.
    pub admin_socket: AdminSocket,
    /// How many seats the carts of one address hold at once; 0 means any number.
    pub holds_per_address: usize,
    /// The bounds of a cart.
    pub cart: CartBounds,
    /// The bounds of connections.
    pub limits: Limits,
    /// Who is spared the bounds of addresses.
    pub trusted: Trusted,
    /// What time it is for this server.
    pub clock: Clock,
}

/// What one cart may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartBounds {
    /// So many passengers in a purchase.
    pub passengers: usize,
    /// So many legs.
    pub legs: usize,
    /// So many seats.
    pub seats: usize,
    /// After so many carts in a row that came to nothing a session waits; 0: none has to.
    pub lapses: u32,
}

impl Default for CartBounds {
    fn default() -> Self {
        let Policy { passengers, legs, seats, lapses, .. } = Policy::default();
        Self { passengers, legs, seats, lapses }
    }
}

impl Config {
    /// The defaults, with everything that lasts in `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT),
            plaintext: false,
            tls: None,
            metrics_listen: None,
            metrics_exposed: false,
            data_dir: data_dir.into(),
            timetable: TimetableSource::Sample,
            unserved: UnservedLines::default(),
            seed: DEFAULT_SEED,
            hold: Duration::from_secs(600),
            grace: Duration::from_secs(60),
            admin_socket: AdminSocket::None,
            holds_per_address: Policy::default().address_seats,
            cart: CartBounds::default(),
            limits: Limits::default(),
            trusted: Trusted::default(),
            clock: Clock::start(),
        }
    }

    /// The numbers that the rules go by.
    pub fn policy(&self) -> Policy {
        Policy {
            hold_ms: milliseconds(self.hold),
            grace_ms: milliseconds(self.grace),
            address_seats: self.holds_per_address,
            passengers: self.cart.passengers,
            legs: self.cart.legs,
            seats: self.cart.seats,
            lapses: self.cart.lapses,
            ..Policy::default()
        }
    }
}

/// The seed of the sample timetable unless another is given.
pub const DEFAULT_SEED: u64 = 2026;

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
