//! What operators type for others to read.

use trecho_shared::text::{clean, scrub};

use super::Answer;
use crate::admin::wire::Problem;
use crate::limits::NOTICE_CHARS;

/// The words of a notice: one line that any terminal can show.
pub(super) fn notice(text: &str) -> Answer<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::params("a notice says something"));
    }
    if text.chars().count() > NOTICE_CHARS {
        return Err(Problem::params(format!("a notice has at most {NOTICE_CHARS} characters")));
    }
    if scrub(text) != text {
        return Err(Problem::params("a notice is one line, of characters that print"));
    }
    Ok(text.to_owned())
}

/// Why something was done: one line that any terminal can show.
pub(super) fn reason(text: &str) -> Answer<String> {
    clean(text).map_err(|error| Problem::params(format!("the reason: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_one_line_that_prints() {
        assert_eq!(notice("  Portão 12 mudou. ").unwrap(), "Portão 12 mudou.");
        for text in ["", "  ", "a\nb", "a\u{1b}[2Jb", "a\u{202e}b", &"x".repeat(281)] {
            assert!(notice(text).is_err(), "{text:?}");
        }
        assert!(notice(&"ã".repeat(280)).is_ok());
    }
}
