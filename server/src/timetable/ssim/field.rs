//! What stands in which columns.

use std::fmt::Display;

/// A field of a record: its name and its columns, counted from 1, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    name: &'static str,
    first: usize,
    last: usize,
}

impl Field {
    pub(super) const fn new(name: &'static str, first: usize, last: usize) -> Self {
        Self { name, first, last }
    }

    /// What the line has there, blanks and all. What is not ASCII is no sound field of any kind, so
    /// that one replacement character stands for it.
    pub(super) fn of(self, line: &[u8]) -> &str {
        let bytes = line.get(self.first - 1..self.last).unwrap_or_default();
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
        text.unwrap_or("\u{fffd}")
    }

    /// The one character of a field of one column.
    pub(super) fn letter(self, line: &[u8]) -> char {
        debug_assert_eq!(self.first, self.last, "a field of one column");
        self.of(line).chars().next().unwrap_or(' ')
    }

    /// Why the line cannot have there what it has.
    pub(super) fn refuse(self, line: &[u8], reason: impl Display) -> String {
        let Self { name, first, last } = self;
        let columns = if first == last {
            format!("column {first}")
        } else {
            format!("columns {first}-{last}")
        };
        format!("{name} {:?} ({columns}): {reason}", self.of(line))
    }

    /// What `parse` makes of the field.
    pub(super) fn read<'a, T>(
        self,
        line: &'a [u8],
        parse: impl FnOnce(&'a str) -> Option<T>,
        expected: &str,
    ) -> Result<T, String> {
        parse(self.of(line)).ok_or_else(|| self.refuse(line, format_args!("expected {expected}")))
    }
}

/// A number of decimal digits alone.
pub(super) fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Field = Field::new("flight number", 3, 6);

    #[test]
    fn columns_count_from_one() {
        assert_eq!(NUMBER.of(b"ab1234cd"), "1234");
        assert_eq!(Field::new("kind", 1, 1).letter(b"ab"), 'a');
    }

    #[test]
    fn what_is_missing_or_not_ascii_is_no_field() {
        assert_eq!(NUMBER.of(b"ab"), "");
        assert_eq!(NUMBER.of("abçé".as_bytes()), "\u{fffd}");
        assert_eq!(digits::<u8>("+1"), None);
        assert_eq!(digits::<u8>(""), None);
        assert_eq!(digits::<u8>("256"), None);
    }

    #[test]
    fn a_refusal_names_the_columns() {
        let reason = NUMBER.refuse(b"ab12x4cd", "expected digits");
        assert_eq!(reason, "flight number \"12x4\" (columns 3-6): expected digits");
    }
}
