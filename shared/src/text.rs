//! Text that people type and other people's terminals show.
//!
//! Three walls. [`clean`] is the server's: it refuses text that could do anything but be read.
//! [`scrub`] is the client's: it takes the same characters out of whatever a server sends, since a
//! server can be hostile too. [`escape`] and [`escape_json`] are for what machines keep or read, where
//! nothing may be lost: logs, and lines of JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::limits::{COMBINING_MARKS_IN_A_ROW, TEXT_GRAPHEMES};

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("the text is empty")]
    Empty,
    /// Longer than [`TEXT_GRAPHEMES`].
    #[error("the text has more than {TEXT_GRAPHEMES} characters")]
    TooLong,
    /// A control, bidirectional, zero-width, private or unassigned character.
    #[error("the text has a character that does not print (U+{0:04X})")]
    Unprintable(u32),
    /// More than [`COMBINING_MARKS_IN_A_ROW`].
    #[error("the text has more than {COMBINING_MARKS_IN_A_ROW} combining marks in a row")]
    StackedMarks,
}

/// Normalises `text` to NFC, trims the blanks around it and checks that it is one line that any
/// terminal can show: at most [`TEXT_GRAPHEMES`] characters, none of which moves the cursor,
/// reorders, or takes no room.
///
/// # Errors
/// Says which rule the text breaks.
pub fn clean(text: &str) -> Result<String, TextError> {
    // Bounds the work before normalising: no grapheme of legal text needs more than 16 bytes.
    if text.len() > TEXT_GRAPHEMES * 16 {
        return Err(TextError::TooLong);
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.is_ascii() {
        return clean_ascii(text);
    }
    let text: String = text.nfc().collect();
    let mut marks = 0;
    for character in text.chars() {
        if !is_printable(character) {
            return Err(TextError::Unprintable(character.into()));
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if marks > COMBINING_MARKS_IN_A_ROW {
            return Err(TextError::StackedMarks);
        }
    }
    if text.graphemes(true).count() > TEXT_GRAPHEMES {
        return Err(TextError::TooLong);
    }
    Ok(text)
}

/// The same for ASCII, which most names are: it is in NFC, and each byte of it that prints is a
/// character of its own.
fn clean_ascii(text: &str) -> Result<String, TextError> {
    if let Some(control) = text.bytes().find(u8::is_ascii_control) {
        return Err(TextError::Unprintable(control.into()));
    }
    if text.len() > TEXT_GRAPHEMES { Err(TextError::TooLong) } else { Ok(text.to_owned()) }
}

/// `text` without any character that [`clean`] would refuse; a tab or a line break becomes a blank.
/// For text of any length that arrives from the other end.
pub fn scrub(text: &str) -> String {
    scrubbed(text).collect()
}

/// The same, and no more than the first `characters` of it: for text that somebody else wrote and a
/// person is to read.
pub fn scrub_to(text: &str, characters: usize) -> String {
    scrubbed(text).take(characters).collect()
}

/// The same line by line, for what is written to a terminal outside of the screen, whoever's words
/// are in it: the line breaks stay.
pub fn scrub_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(scrub).collect();
    lines.join("\n")
}

fn scrubbed(text: &str) -> impl Iterator<Item = char> {
    let mut wall = Wall::default();
    text.chars().filter_map(move |character| match character {
        '\t' | '\n' | '\r' => Some(' '),
        _ => wall.passes(character).then_some(character),
    })
}

/// `text` with `\u{1b}` in the place of each character that [`clean`] would refuse, line breaks too:
/// one line, from which what was there can be told.
pub fn escape(text: &str) -> Cow<'_, str> {
    escaped(text, |escaped, character| write!(escaped, "\\u{{{:x}}}", u32::from(character)))
}

/// The same JSON with such characters written as JSON escapes them: the same value to whoever reads
/// it, and nothing but what prints. For JSON on one line.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    escaped(json, |escaped, character| {
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units);
        units.iter().try_for_each(|unit| write!(escaped, "\\u{unit:04x}"))
    })
}

fn escaped(text: &str, escape: impl Fn(&mut String, char) -> std::fmt::Result) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let (mut wall, mut escaped) = (Wall::default(), String::with_capacity(text.len()));
    for character in text.chars() {
        if wall.passes(character) {
            escaped.push(character);
        } else {
            escape(&mut escaped, character).expect("a string takes whatever it is given");
        }
    }
    Cow::Owned(escaped)
}

/// Lets characters through that print, and no more marks in a row than a name may have.
#[derive(Default)]
struct Wall {
    marks: usize,
}

impl Wall {
    fn passes(&mut self, character: char) -> bool {
        if !is_printable(character) {
            return false;
        }
        self.marks = if is_mark(character) { self.marks + 1 } else { 0 };
        self.marks <= COMBINING_MARKS_IN_A_ROW
    }
}

fn is_mark(character: char) -> bool {
    !character.is_ascii() && character.general_category_group() == GeneralCategoryGroup::Mark
}

fn is_printable(character: char) -> bool {
    // The fast path: all of a timetable and nearly all of a name.
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    // Format covers bidi controls, zero-width joiners and spaces, soft hyphen, tags and the BOM.
    let printable = !matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    // Variation selectors and fillers are marks or letters by category, and yet take no room (or
    // an amount of it on which terminals disagree).
    printable
        && !matches!(character,
            '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}'
            | '\u{FFA0}' | '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_welcome_and_normalised() {
        assert_eq!(clean("  Joa\u{0303}o  "), Ok("João".to_owned()));
        assert_eq!(clean("Conceição d'Ávila-Núñez"), Ok("Conceição d'Ávila-Núñez".to_owned()));
    }

    #[test]
    fn text_that_moves_hides_or_reorders_is_refused() {
        for text in [
            "a\u{1b}[2J",
            "a\u{9b}2J",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{feff}",
            "a\0b",
            "a\nb",
            "a\u{2028}b",
            "a\u{e000}",
            "a\u{fe0f}",
            "a\u{3164}",
            "a\u{7f}b",
        ] {
            assert!(matches!(clean(text), Err(TextError::Unprintable(_))), "{text:?}");
        }
    }

    #[test]
    fn length_is_counted_in_what_a_person_sees() {
        assert!(clean(&"ã".repeat(64)).is_ok());
        assert_eq!(clean(&"a".repeat(65)), Err(TextError::TooLong));
        assert_eq!(clean(&"a".repeat(1_000_000)), Err(TextError::TooLong));
        assert_eq!(clean(&format!("a{}", "\u{0323}".repeat(9))), Err(TextError::StackedMarks));
        assert_eq!(clean(" \u{a0} "), Err(TextError::Empty));
    }

    #[test]
    fn scrubbing_keeps_what_can_be_read() {
        assert_eq!(scrub("a\u{1b}]52;c;x\u{7}b\u{202e}\nc"), "a]52;c;xb c");
        assert_eq!(scrub(&format!("e{}", "\u{0301}".repeat(10_000))).chars().count(), 4);
        assert_eq!(scrub_to("a\u{1b}\u{202e}bcd", 3), "abc");
        assert_eq!(scrub_to("ab", 3), "ab");
        assert_eq!(scrub_lines("a\u{1b}b\r\n\n\u{202e}c\n"), "ab \n\nc\n");
    }

    #[test]
    fn escaping_loses_nothing_and_leaves_one_line() {
        assert_eq!(
            escape("a\u{1b}[2J\u{7f}\u{202e}b\r\nc"),
            "a\\u{1b}[2J\\u{7f}\\u{202e}b\\u{d}\\u{a}c"
        );
        let marks = escape(&format!("e{}", "\u{301}".repeat(1_000))).into_owned();
        assert!(marks.starts_with("e\u{301}\u{301}\u{301}\\u{301}\\u{301}"), "{marks}");
    }

    #[test]
    fn escaped_json_is_the_same_value() {
        for text in
            ["\u{7f}\u{9b}2J", "a\u{202e}b", "\u{e0001}\u{10fffd}", "e\u{301}\u{301}\u{301}\u{301}"]
        {
            let raw = serde_json::to_string(text).unwrap();
            let escaped = escape_json(&raw);
            assert_eq!(scrub(&escaped), escaped, "it prints");
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
        assert_eq!(escape_json("\"\u{10fffd}\""), r#""\udbff\udffd""#);
    }

    #[test]
    fn what_is_clean_is_left_alone() {
        let name = "Łukasz Órfão";
        assert_eq!(scrub(name), name);
        assert_eq!(escape(name), name);
        assert_eq!(escape_json(name), name);
    }
}
