//! One frame's bytes, sent in one piece.

use std::io::{self, Write};
use std::sync::atomic::Ordering;

use super::TAKEN;

/// Collects a frame and writes it to the standard output when flushed. What was not flushed is
/// dropped, and so is a frame that comes after the terminal was given back: half a frame on
/// somebody's shell is worse than none.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    bytes: Vec<u8>,
}

impl Write for Canvas {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            self.bytes.clear();
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let sent = out.write_all(&self.bytes).and_then(|()| out.flush());
        self.bytes.clear();
        sent
    }
}
