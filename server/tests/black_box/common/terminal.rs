//! A terminal of our own that a program writes on, and all the bytes that it got.

use std::io::Read as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

use super::client::PATIENCE;

/// A program that writes on a terminal, both streams.
pub(crate) struct Terminal {
    child: Child,
    written: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
}

impl Terminal {
    /// Starts the program.
    pub(crate) fn start(mut command: Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
        command.stdout(theirs.try_clone().unwrap()).stderr(theirs).env("TERM", "xterm-256color");
        let child = command.spawn().unwrap();
        // With it goes what it has of the other end: the program's end is the end of the reading.
        drop(command);
        let (tell, written) = channel();
        let mut ours = std::fs::File::from(ours);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            // An error says that nobody has the other end any more.
            while let Ok(read @ 1..) = ours.read(&mut buffer) {
                if tell.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, written, bytes: Vec::new() }
    }

    /// Waits until these words have been written; the line that they are on, so far.
    pub(crate) fn says(&mut self, words: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.bytes).into_owned();
            if let Some(line) = text.split_inclusive('\n').find(|line| line.contains(words))
                && line.ends_with('\n')
            {
                return line.to_owned();
            }
            let more = self.written.recv_timeout(PATIENCE);
            self.bytes.extend(more.unwrap_or_else(|_| panic!("never {words:?}: {text}")));
        }
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// How the program ended, and all that it wrote.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<u8>) {
        while let Ok(more) = self.written.recv_timeout(PATIENCE) {
            self.bytes.extend(more);
        }
        (self.child.wait().unwrap(), std::mem::take(&mut self.bytes))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
