//! What a connection has still to write.

use std::io;

use super::stream::Stream;

/// Bytes on their way to the peer. Owns no memory once all are sent.
#[derive(Debug, Default)]
pub(super) struct Output {
    unsent: Vec<u8>,
    /// So many of `unsent` are written already.
    written: usize,
    /// The socket has not taken all that it was given.
    blocked: bool,
}

impl Output {
    /// Adds a line, or several.
    pub(super) fn push(&mut self, mut lines: Vec<u8>) {
        if self.unsent.is_empty() {
            self.unsent = lines;
        } else {
            self.unsent.append(&mut lines);
        }
    }

    /// The buffer itself, for whoever writes many small lines.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.unsent.len() - self.written
    }

    /// Whether none wait, here or in the encryption.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0 && !self.blocked
    }

    /// Whether the socket takes no more for now: something waits since the last flush.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Writes what the socket takes now, and says how many bytes it took.
    pub(super) fn flush(&mut self, stream: &mut Stream) -> io::Result<usize> {
        let before = self.written;
        loop {
            let unsent = &self.unsent[self.written..];
            let tried = match unsent {
                [] => stream.try_flush().map(|()| None),
                _ => stream.try_write(unsent).map(Some),
            };
            match tried {
                Ok(None) => break,
                Ok(Some(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(Some(written)) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked = true;
                    return Ok(self.written - before);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let taken = self.written - before;
        *self = Self::default();
        Ok(taken)
    }
}
