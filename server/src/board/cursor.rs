//! Where a page ended.

use std::fmt;

use super::day::Spot;
use crate::booking::LegKey;

/// The last leg of a page, as text that means nothing to a client. It is a place in the order of
/// all legs and not a count: pages neither skip nor repeat a leg while others come, go or sell out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor(pub(super) Spot);

impl Cursor {
    /// Reads a cursor; `None` if it is none of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (departs, key) = text.split_once('-')?;
        let spot = Spot {
            departs: hex(departs)?.try_into().ok()?,
            key: LegKey(hex(key)?.try_into().ok()?),
        };
        let cursor = Self(spot);
        // One spelling each.
        (cursor.to_string() == text).then_some(cursor)
    }
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.0.departs, self.0.key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let cursor = Cursor(Spot { departs: 1_764_000_000, key: LegKey(u32::MAX) });
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for text in ["", "-", "6924", "x-1", "1-x", "+1-1", "1-100000000", "01-1", "1-1 ", "é-1"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
        assert_eq!(Cursor::parse("ffffffffffffffff-1"), None);
    }
}
