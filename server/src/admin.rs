//! The operators' door: a Unix socket on which `trechod admin` steers a running server.
//!
//! It is never reachable from the network. The socket is for its owner alone, in a directory for
//! its owner alone, and whoever connects must be the server's own user or root, by the kernel's word.
//! The lines are those of the public port, JSON-RPC 2.0, with [methods of their own](wire), read as
//! strictly. What changes anything is an order in the desk's queue, first come, first served like every
//! other, and is noted in the audit log in the same transaction; what only reads is read beside the writer
//! or as an order that changes nothing.

mod answer;
pub(crate) mod client;
mod connection;
mod door;
pub(crate) mod socket;
pub(crate) mod watch;
pub(crate) mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use crate::dispatch::Service;
use crate::meters::{ServerStats, Snapshot};
use crate::server::Announcer;

pub use socket::{AdminSocket, SocketError};

pub(crate) use door::serve;

/// What operators' requests are answered from.
#[derive(Clone)]
pub(crate) struct Steering {
    pub(crate) service: Arc<Service>,
    pub(crate) announcer: Announcer,
    /// Where passengers find the server.
    pub(crate) address: SocketAddr,
}

impl Steering {
    /// The server's numbers, as of now.
    fn snapshot(&self) -> Snapshot {
        let Self { service, announcer, address } = self;
        Snapshot::take(service, ServerStats::of(service, *address, announcer.is_closing()))
    }
}
