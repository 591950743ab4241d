//! A short text, put together in place and then passed on as one: each piece that is passed on by
//! itself costs the formatter a call, and JSON a look for what to escape.

/// At most `N` bytes of ASCII.
pub(super) struct Short<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Short<N> {
    pub(super) fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Adds these, which there is room for.
    pub(super) fn push(&mut self, ascii: &[u8]) {
        debug_assert!(ascii.is_ascii(), "cut anywhere it is text");
        self.bytes[self.len..][..ascii.len()].copy_from_slice(ascii);
        self.len += ascii.len();
    }

    /// Adds a number, with zeros before it up to so many digits.
    pub(super) fn push_number(&mut self, number: u32, digits: usize) {
        let mut written = [b'0'; 10];
        let mut at = written.len();
        let mut rest = number;
        while rest > 0 {
            at -= 1;
            written[at] += u8::try_from(rest % 10).expect("a digit fits");
            rest /= 10;
        }
        self.push(&written[at.min(written.len() - digits)..]);
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("ASCII is let in alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_they_need_or_as_were_asked_for() {
        let mut text = Short::<40>::new();
        for (number, digits) in [(0, 1), (7, 1), (7, 2), (2026, 4), (12, 0), (u32::MAX, 1)] {
            text.push_number(number, digits);
            text.push(b" ");
        }
        assert_eq!(text.as_str(), "0 7 07 2026 12 4294967295 ");
    }
}
