//! The contract between `trechod` and its clients.
//!
//! Everything that both ends must agree on lives here and nothing else does: the [messages](message),
//! the [envelope](rpc) they travel in, the [line codec](codec), and the words they are made of
//! ([ids], [money], [time], [text], [fingerprint]). This crate knows nothing of either end: no socket, no clock,
//! no randomness. `PROTOCOL.md`, beside this crate's manifest, says the same in prose.

pub mod codec;
pub mod fingerprint;
pub mod ids;
pub mod limits;
pub mod message;
pub mod money;
pub mod rpc;
#[cfg(feature = "schema")]
pub mod schema;
pub mod text;
pub mod time;
mod wire_string;

/// The port that `trechod` listens on and `trecho` connects to when nobody says otherwise.
pub const DEFAULT_PORT: u16 = 7470;

/// The version of the protocol that this crate speaks, told by `session.open`.
pub const PROTOCOL_VERSION: u32 = 1;
