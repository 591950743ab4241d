//! The clipboard, as far as a terminal program can reach it.
//!
//! tmux drops OSC 52 unless it is told otherwise, but takes text into its own buffer, and hands it
//! on to the terminal outside where it may (`-w`). Everywhere else OSC 52 is all there is. Neither
//! way tells whether the text arrived, so nothing here says more than where it was sent.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// tmux is on this machine; longer than this and it hangs.
const TMUX_ANSWERS: Duration = Duration::from_secs(2);

/// How text gets out of here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By an escape sequence to the terminal.
    Terminal,
    /// By tmux's own command.
    Tmux,
}

impl Way {
    /// The way out of a terminal whose `$TMUX` is this.
    pub fn of(tmux: Option<&std::ffi::OsStr>) -> Self {
        match tmux {
            Some(socket) if !socket.is_empty() => Self::Tmux,
            _ => Self::Terminal,
        }
    }
}

/// Puts `text` into tmux's buffer.
///
/// # Errors
/// If there is no tmux, it refuses, or does not answer within two seconds.
pub async fn into_tmux(text: String) -> io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let hand_over = async {
        if let Some(mut stdin) = tmux.stdin.take() {
            stdin.write_all(text.as_bytes()).await?;
        }
        tmux.wait().await
    };
    let status = timeout(TMUX_ANSWERS, hand_over)
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "tmux does not answer"))??;
    if status.success() { Ok(()) } else { Err(io::Error::other("tmux refused the text")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_no_tmux() {
        assert_eq!(Way::of(None), Way::Terminal);
        assert_eq!(Way::of(Some("".as_ref())), Way::Terminal);
        assert_eq!(Way::of(Some("/tmp/tmux-0/default,1,0".as_ref())), Way::Tmux);
    }
}
