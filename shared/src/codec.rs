//! Lines out of bytes: the framing of the protocol, pure.
//!
//! Bytes go in as they arrive, in pieces of any size; whole lines come out. The limit is checked
//! before a line's bytes are stored, so a peer cannot make this buffer larger than one line.

/// What [`LineDecoder::next_line`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'buffer> {
    /// A whole line, without its `\n` or `\r\n`.
    Whole(&'buffer [u8]),
    /// More bytes than the limit without an end. Nothing that follows can be trusted to be a line.
    TooLong,
}

/// Collects bytes and hands out lines. Holds no memory while no line is under way.
#[derive(Debug)]
pub struct LineDecoder {
    limit: usize,
    buffer: Vec<u8>,
    /// Where the next line starts.
    start: usize,
    /// Up to here no newline was found.
    searched: usize,
}

impl LineDecoder {
    /// A decoder for lines of at most `limit` bytes, their newline not counted.
    pub fn new(limit: usize) -> Self {
        Self { limit, buffer: Vec::new(), start: 0, searched: 0 }
    }

    /// How many bytes [`push`](Self::push) takes now.
    pub fn room(&self) -> usize {
        // A whole line, "\r\n", and so at least one byte that proves it too long.
        (self.limit + 2).saturating_sub(self.pending())
    }

    /// Takes as many of `bytes` as there is room for and says how many: all of them, unless a line
    /// is under way that would pass the limit. Take the lines out first, then offer the rest.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.room());
        self.compact();
        self.buffer.extend_from_slice(&bytes[..taken]);
        taken
    }

    /// The next whole line, if there is one. After [`Line::TooLong`] it says so for ever.
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        let unsearched = &self.buffer[self.searched..];
        let Some(found) = unsearched.iter().position(|&byte| byte == b'\n') else {
            self.searched = self.buffer.len();
            // One more byte than the limit may be the '\r' of an ending still to come.
            let excess = self.pending() > self.limit + 1
                || (self.pending() > self.limit && self.buffer.last() != Some(&b'\r'));
            return excess.then_some(Line::TooLong);
        };
        let end = self.searched + found;
        let line = &self.buffer[self.start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > self.limit {
            return Some(Line::TooLong);
        }
        self.start = end + 1;
        self.searched = self.start;
        Some(Line::Whole(line))
    }

    /// How many bytes wait that are not yet handed out as a line.
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Gives back what was handed out: all memory when nothing is pending.
    fn compact(&mut self) {
        if self.pending() == 0 {
            self.buffer.clear();
        } else {
            self.buffer.drain(..self.start);
        }
        self.searched -= self.start;
        self.start = 0;
    }

    /// Frees the buffer if nothing is pending: for a connection that goes idle.
    pub fn release_memory(&mut self) {
        if self.pending() == 0 {
            *self = Self::new(self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(decoder: &mut LineDecoder, mut bytes: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines = Vec::new();
        loop {
            let taken = decoder.push(bytes);
            bytes = &bytes[taken..];
            while let Some(line) = decoder.next_line() {
                match line {
                    Line::Whole(line) => lines.push(Some(line.to_vec())),
                    Line::TooLong => {
                        lines.push(None);
                        return lines;
                    }
                }
            }
            if bytes.is_empty() {
                return lines;
            }
        }
    }

    #[test]
    fn lines_end_with_either_ending() {
        let mut decoder = LineDecoder::new(10);
        let found = lines(&mut decoder, b"a\r\n\nbc\n\rd\nrest");
        assert_eq!(found, [&b"a"[..], b"", b"bc", b"\rd"].map(|line| Some(line.to_vec())));
        assert_eq!(decoder.pending(), 4);
    }

    #[test]
    fn a_line_at_the_limit_passes_and_one_byte_more_does_not() {
        assert_eq!(lines(&mut LineDecoder::new(4), b"1234\n"), [Some(b"1234".to_vec())]);
        assert_eq!(lines(&mut LineDecoder::new(4), b"1234\r\n"), [Some(b"1234".to_vec())]);
        assert_eq!(lines(&mut LineDecoder::new(4), b"12345\n"), [None]);
        assert_eq!(lines(&mut LineDecoder::new(4), b"12345"), [None]);
        assert_eq!(lines(&mut LineDecoder::new(4), b"1234\r"), []);
    }

    #[test]
    fn an_endless_line_is_never_stored() {
        let mut decoder = LineDecoder::new(100);
        assert_eq!(lines(&mut decoder, &vec![b'x'; 1_000_000]), [None]);
        assert!(decoder.buffer.capacity() < 1000);
        assert_eq!(decoder.next_line(), Some(Line::TooLong));
    }

    #[test]
    fn an_idle_decoder_holds_no_memory() {
        let mut decoder = LineDecoder::new(100);
        lines(&mut decoder, b"hello\n");
        decoder.release_memory();
        assert_eq!(decoder.buffer.capacity(), 0);
    }
}
