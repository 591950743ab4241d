//! A tmux server of our own, on a socket of its own, that ends with its value.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use color_eyre::eyre::{Report, WrapErr as _, eyre};

/// A private tmux server. Dropping it ends it and everything in it, and nothing else.
#[derive(Debug)]
pub(super) struct Tmux {
    socket: PathBuf,
    flags: Vec<&'static str>,
}

impl Tmux {
    /// A server that does not run yet: its first command starts it, on a socket of its own. `flags` are tmux's own, such as
    /// `-u` for UTF-8.
    ///
    /// # Errors
    /// If there is no tmux.
    pub(super) fn new(socket: PathBuf, flags: Vec<&'static str>) -> io::Result<Self> {
        let version = Command::new("tmux").arg("-V").stdin(Stdio::null()).output()?;
        if !version.status.success() {
            return Err(io::Error::other("tmux does not run"));
        }
        Ok(Self { socket, flags })
    }

    /// A tmux command, not run yet.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        // The user's own configuration could bind or draw anything.
        command.args(&self.flags).arg("-S").arg(&self.socket).args(["-f", "/dev/null"]);
        // Inside another tmux it would refuse to nest, and our own variables would be taken for
        // those of the server and the passengers in it.
        for (name, _) in std::env::vars_os() {
            if name == "TMUX" || name == "TMUX_PANE" || is_ours(&name) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command and gives what it says.
    pub(super) fn run<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
    ) -> Result<String, Report> {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let output = self
            .command()
            .args(&args)
            .stdin(Stdio::null())
            .output()
            .wrap_err("tmux does not run")?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(eyre!("tmux {:?} failed: {}", args.first(), complaint.trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // It may have ended by itself, with the last passenger.
        let _ = self.run(["kill-server"]);
    }
}

fn is_ours(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"TRECHO_")
}
