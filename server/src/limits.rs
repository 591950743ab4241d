//! The bounds that the server enforces. The bounds of the wire, which both ends know, are in
//! [`trecho_shared::limits`]; those of a cart are in [`crate::booking::Policy`].

use std::time::Duration;

use crate::rate::Rate;

/// What one connection may take, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many connections at once. Over it a connection gets one `limit_exceeded` line and is
    /// closed.
    pub connections: usize,
    /// One in so many connections is reserved for sessions with holds.
    pub reserved_share: usize,
    /// For so long a connection that strangers have left no place for may show that its session has
    /// holds.
    pub trial: Duration,
    /// So many connections at once from one address (IPv6: one /64); 0 means no limit. This limit
    /// and the following ones of rates spare this machine and trusted networks.
    pub connections_per_address: usize,
    /// How fast connections from one address are let in; more of them are refused.
    pub accepts_per_address: Rate,
    /// How fast connections are let in from all addresses; more of them wait in the system's queue.
    pub accepts: Rate,
    /// How fast a connection may ask; over it the server does not read.
    pub requests: Rate,
    /// How often one address may look up bookings that do not exist.
    pub wrong_lookups_per_address: Rate,
    /// How often one booking may be looked up with a wrong claim code, whoever asks.
    pub wrong_lookups_per_locator: Rate,
    /// So many requests of one connection are under way at once; the server reads no further
    /// until one is answered.
    pub requests_in_flight: usize,
    /// A connection with so many bytes to write is not read from, nor told of changes, until its
    /// peer has read.
    pub unsent_bytes: usize,
    /// When so many bytes wait on all connections together, those are cut whose peers do not read
    /// and that have more than an equal share of them.
    pub unsent_bytes_in_all: usize,
    /// So many bytes the system takes of a connection before they are on their way; what comes
    /// after waits here, where it can still be merged. Only where the system knows such a bound.
    pub system_unsent_bytes: u32,
    /// From the accept to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the accept, or the handshake, to the end of the first line.
    pub first_line: Duration,
    /// From a line's first byte to its end.
    pub line: Duration,
    /// A peer that acknowledges nothing for so long is dead.
    pub dead_peer: Duration,
    /// Between two probes of a silent peer.
    pub keepalive: Duration,
    /// How long a closing connection is read on, so that its peer gets the last lines before the
    /// connection is reset.
    pub linger: Duration,
    /// So many look-ups of bookings that do not exist, in a row, before a connection has to wait.
    pub wrong_lookups: u32,
    /// For so long a connection waits after too many wrong look-ups.
    pub lookup_pause: Duration,
    /// So many changes the feed remembers; a reader further behind gets states instead.
    pub feed_changes: usize,
    /// So many changes, or states of legs, a reader takes from the feed at a time.
    pub feed_piece: usize,
    /// A stopping server waits so long for its connections before it cuts them.
    pub drain: Duration,
    /// What a stopping server tells its clients to wait before they connect again.
    pub closing_retry: Duration,
}

impl Limits {
    /// How many connections are kept for sessions with holds.
    pub(crate) fn reserved(&self) -> usize {
        self.connections / self.reserved_share.max(1)
    }

    /// What may wait on a connection whatever waits on the others.
    pub(crate) fn unsent_share(&self) -> usize {
        self.unsent_bytes_in_all / self.connections.max(1)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            reserved_share: 4,
            trial: Duration::from_secs(5),
            connections_per_address: 256,
            accepts_per_address: Rate::per_second(50, 256),
            accepts: Rate::per_second(500, 1_000),
            requests: Rate::per_second(100, 200),
            wrong_lookups_per_address: Rate::per_hour(60),
            wrong_lookups_per_locator: Rate { every: Duration::from_secs(60), burst: 10 },
            requests_in_flight: 64,
            unsent_bytes: 256 * 1024,
            unsent_bytes_in_all: 256 * 1024 * 1024,
            system_unsent_bytes: 128 * 1024,
            handshake: Duration::from_secs(3),
            first_line: Duration::from_secs(5),
            line: Duration::from_secs(10),
            dead_peer: Duration::from_secs(30),
            keepalive: Duration::from_secs(15),
            linger: Duration::from_millis(500),
            wrong_lookups: 20,
            lookup_pause: Duration::from_secs(60),
            feed_changes: 8_192,
            feed_piece: 512,
            drain: Duration::from_secs(5),
            closing_retry: Duration::from_secs(2),
        }
    }
}

/// Files that stay open beside the connections: the ledger's, the log's, the runtime's.
pub(crate) const RESERVED_FILES: usize = 64;

/// So many ask for the operators' pages at once. Overflow: the connection is closed.
pub(crate) const PAGE_CONNECTIONS: usize = 16;

/// From the accept to the end of a page's request.
pub(crate) const PAGE_HEAD: Duration = Duration::from_secs(5);

/// From the accept until the page must be written.
pub(crate) const PAGE_TIME: Duration = Duration::from_secs(15);

/// After an accept of theirs that failed, mostly for want of files.
pub(crate) const PAGE_BACK_OFF: Duration = Duration::from_millis(500);

/// A desk that has not answered a probe for so long is not ready.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(2);

/// For so long what a probe has found is told to others who ask.
pub(crate) const READY_FOR: Duration = Duration::from_millis(500);

/// Of a line that was too long, or came after the end, at most so much is read and dropped before
/// the connection is closed.
pub(crate) const LINGER_BYTES: usize = 1024 * 1024;

/// What one read takes from a socket at most.
pub(crate) const READ_BYTES: usize = 64 * 1024;

/// So many operators may be connected at once. Over it a connection gets one line and is closed.
pub(crate) const ADMIN_CONNECTIONS: usize = 16;

/// A line of an operator has at most so many bytes: an import sends many legs in one.
pub(crate) const ADMIN_LINE_BYTES: usize = 1024 * 1024;

/// So many legs an operator sends at a time. Each piece of an import is one order, and one commit:
/// passengers who ask meanwhile wait for one piece at most.
pub(crate) const ADMIN_IMPORT_LEGS: usize = 1_000;

/// An import with more legs is a whole timetable: its new legs are not told one by one.
pub(crate) const ADMIN_TOLD_LEGS: u64 = 1_000;

/// From an operator's line's first byte to its end.
pub(crate) const ADMIN_LINE: Duration = Duration::from_secs(10);

/// An operator who is silent for so long is let go.
pub(crate) const ADMIN_IDLE: Duration = Duration::from_secs(60);

/// An operator who does not read for so long is let go.
pub(crate) const ADMIN_WRITE: Duration = Duration::from_secs(10);

/// So many seats an operator names in one request.
pub(crate) const ADMIN_SEATS: usize = 1_000;

/// So many of a leg's seats are listed; of more the reply says that there are.
pub(crate) const ADMIN_SEATS_LISTED: u32 = 10_000;

/// The longest that a notice or a drain waits for its line in the audit log.
pub(crate) const ADMIN_NOTE: Duration = Duration::from_secs(2);

/// To an operator who watches, the numbers are told once in so long.
pub(crate) const STATS_EVERY: Duration = Duration::from_secs(1);

/// So many of the legs that sell fastest they tell of.
pub(crate) const STATS_LEGS: usize = 50;

/// Which legs sell fastest is judged by the sales of so long,
pub(crate) const SALES_LOOK_BACK: Duration = Duration::from_secs(300);

/// and by so many entries (a leg of a booking each) at most. Over it the oldest go.
pub(crate) const SALES_REMEMBERED: usize = 8_192;

/// So many bookings are remembered to be shown as the last. Over it the oldest go.
pub(crate) const BOOKINGS_REMEMBERED: usize = 50;

/// A notice to all passengers has at most so many characters.
pub(crate) const NOTICE_CHARS: usize = 280;

/// So many addresses, and so many locators, are remembered with what they have used of a limit; over
/// it newcomers are counted together.
pub(crate) const REMEMBERED: usize = 65_536;
