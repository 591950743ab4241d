//! What a terminal was sent, taken apart: text that can be shown, and the few escape sequences that
//! are the program's own. The tests of both ends have this file as a module.

use trecho_shared::limits::COMBINING_MARKS_IN_A_ROW;
use trecho_shared::text::scrub;

/// What a person can read of [`noise`].
pub(crate) const SEEN: &str = "Vila Velha";

/// A text with everything in it that must not get through.
pub(crate) fn noise() -> String {
    let letters = "V\u{202e}i\u{200b}l\0a \u{7}V\u{9b}e\u{1b}l\u{ad}h\u{fe0f}a";
    let sequences =
        "\u{1b}]52;c;eA==\u{7}\u{1b}[31337m\u{1b}[6n\u{1b}c\u{1b}P\u{9d}0;x\u{9c}\u{90}";
    let others =
        "\u{2066}x\u{2069}\u{feff}\u{200d}\u{e000}\u{2028}\u{2029}\r\n\t\u{e0041}\u{378}\u{10ffff}";
    format!("{letters}{sequences}{others}e{}", "\u{301}".repeat(1_000))
}

/// Asserts that these are lines of text that can be shown, in colour perhaps.
pub(crate) fn assert_lines(bytes: &[u8]) {
    assert_tame(bytes);
    let text = String::from_utf8_lossy(bytes);
    assert!(!text.replace("\r\n", "\n").contains('\r'), "a line is written over: {text:?}");
    let colours = text.split('\u{1b}').skip(1).all(|piece| {
        let body = piece.strip_prefix('[').unwrap_or_default();
        body.trim_start_matches(|character: char| character.is_ascii_digit() || character == ';')
            .starts_with('m')
    });
    assert!(colours, "an escape sequence that is no colour: {text:?}");
}

/// Asserts that nothing was sent but text that can be shown and what a full-screen program needs.
pub(crate) fn assert_tame(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("all that is written is UTF-8");
    let mut characters = text.chars().peekable();
    let mut marks = 0;
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                let sequence = sequence(&mut characters);
                assert!(is_ours(&sequence), "an escape sequence of somebody else's: {sequence:?}");
            }
            '\r' | '\n' => {}
            character => {
                let shown = scrub(&format!("e{character}"));
                assert_eq!(shown.chars().nth(1), Some(character), "written raw: {character:?}");
            }
        }
        marks = if ('\u{300}'..='\u{36f}').contains(&character) { marks + 1 } else { 0 };
        assert!(marks <= COMBINING_MARKS_IN_A_ROW, "marks without end");
    }
}

/// What follows an ESC: of a control sequence all of it, else one character.
fn sequence(characters: &mut impl Iterator<Item = char>) -> String {
    let mut sequence = String::new();
    for character in characters {
        sequence.push(character);
        let begins = sequence == "[";
        let goes_on = sequence.starts_with('[') && matches!(character, ' '..='?');
        if !begins && !goes_on {
            break;
        }
    }
    sequence
}

/// Colours and weights, moving the cursor, wiping, and the modes that the program sets and resets.
fn is_ours(sequence: &str) -> bool {
    let Some(body) = sequence.strip_prefix('[') else { return false };
    let Some(last) = body.chars().last() else { return false };
    let parameters = &body[..body.len() - last.len_utf8()];
    let numbers = |text: &str, most: u32| {
        text.split([';', ':']).all(|number| {
            number.is_empty() || number.parse::<u32>().is_ok_and(|number| number <= most)
        })
    };
    match last {
        'm' => numbers(parameters, 255),
        'H' => numbers(parameters, 200),
        'J' | 'K' => numbers(parameters, 2),
        // Cursor, alternate screen, mouse, bracketed paste, synchronised output.
        'h' | 'l' => parameters
            .strip_prefix('?')
            .is_some_and(|mode| ["25", "1000", "1006", "1049", "2004", "2026"].contains(&mode)),
        _ => false,
    }
}

#[test]
fn what_is_not_ours_is_found() {
    assert!(scrub(&noise()).starts_with(SEEN));
    assert_tame("\x1b[?1049h\x1b[2;3H\x1b[38;5;12mJoão\x1b[0m\r\n".as_bytes());
    for raw in [
        "\x1b]52;c;x\x07",
        "\x1b[31337m",
        "\x1b[6n",
        "\x1bc",
        "\x1bP",
        "\u{9b}2J",
        "a\u{202e}b",
        "a\u{200b}",
        "a\0",
        "a\u{7}",
        "e\u{301}\u{301}\u{301}\u{301}",
        "\u{e000}",
        &noise(),
    ] {
        assert!(std::panic::catch_unwind(|| assert_tame(raw.as_bytes())).is_err(), "{raw:?}");
    }
}

#[test]
fn lines_are_not_written_over_or_moved() {
    assert_lines("a\r\n\x1b[31mJoão\x1b[0m\n".as_bytes());
    for raw in ["all is well\rx", "\x1b[2Jx", "\x1b[?1049h", &noise()] {
        assert!(std::panic::catch_unwind(|| assert_lines(raw.as_bytes())).is_err(), "{raw:?}");
    }
}
