//! What can end the loop's wait.

use std::io;

use color_eyre::eyre::Report;

use crate::message::Message;

/// One thing that happened.
pub(super) enum Happened {
    /// Something for `update`.
    Told(Message),
    /// The time that we waited for came.
    Woke,
    /// We were stopped and are awake again.
    Continued,
    /// tmux took this text, or refused it.
    Copied(String, io::Result<()>),
    /// Something that the program stands on is gone.
    Fault(Report),
}
