//! Why a connection that was served has ended.

use super::label;

label! {
    /// Why a connection that was served has ended. Where several are true, what came first.
    pub enum Ended: "reason" {
        /// The peer hung up or closed its session, and has all that it was owed.
        Done = "done",
        /// The socket has failed, mostly since the peer has gone.
        Lost = "lost",
        /// The system gave the peer up: it acknowledged or took nothing for too long.
        Dead = "dead",
        /// No handshake came about: the peer has gone, or agrees on nothing.
        Handshake = "handshake",
        /// No handshake came about in time.
        HandshakeLate = "handshake_late",
        /// The peer speaks plain text where this server speaks TLS.
        Plaintext = "plaintext",
        /// The peer speaks TLS where this server does not.
        Encrypted = "encrypted",
        /// The first line did not come in time.
        FirstLineLate = "first_line_late",
        /// A line that had begun did not end in time.
        LineLate = "line_late",
        /// A line was longer than a line may be.
        LineTooLong = "line_too_long",
        /// The peer did not read in time what it was owed at the end.
        Unread = "unread",
        /// The peer did not read, and too many others did not either.
        Crowded = "crowded",
        /// Strangers have filled what is theirs, and this one resumed no session with holds.
        Trial = "trial",
        /// Another connection has resumed its session.
        Replaced = "replaced",
        /// More than it has room for was to be told to its session.
        Untold = "untold",
        /// The server was about to stop.
        Closing = "closing",
        /// A fault of the server.
        Fault = "fault",
    }
}
