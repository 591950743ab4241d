//! Large letters, for the one thing on the screen that is to be read from across the room.

use crate::glyphs::Large;

/// How many columns a letter takes, with the blank after it.
pub(super) const LETTER: u16 = 6;

/// The dots of a letter: six rows of five, the leftmost the highest bit. A letter that no locator
/// has is blank.
fn dots(letter: char) -> [u8; 6] {
    match letter {
        'A' => [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001],
        'C' => [0b01111, 0b10000, 0b10000, 0b10000, 0b10000, 0b01111],
        'D' => [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110],
        'E' => [0b11111, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
        'F' => [0b11111, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000],
        'H' => [0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        'J' => [0b00111, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100],
        'K' => [0b10001, 0b10010, 0b11100, 0b10010, 0b10001, 0b10001],
        'M' => [0b10001, 0b11011, 0b10101, 0b10001, 0b10001, 0b10001],
        'N' => [0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001],
        'P' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000],
        'Q' => [0b01110, 0b10001, 0b10001, 0b10101, 0b10010, 0b01101],
        'R' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10010, 0b10001],
        'T' => [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
        'U' => [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'V' => [0b10001, 0b10001, 0b10001, 0b01010, 0b01010, 0b00100],
        'W' => [0b10001, 0b10001, 0b10001, 0b10101, 0b11011, 0b10001],
        'X' => [0b10001, 0b01010, 0b00100, 0b00100, 0b01010, 0b10001],
        'Y' => [0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100],
        '3' => [0b11110, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
        '7' => [0b11111, 0b00001, 0b00010, 0b00100, 0b00100, 0b00100],
        '9' => [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b01110],
        _ => [0; 6],
    }
}

/// `text` in large letters, line by line.
pub(super) fn lines(text: &str, how: Large) -> Vec<String> {
    let letters: Vec<[u8; 6]> = text.chars().map(dots).collect();
    let rows = |above: usize, below: Option<usize>| {
        let mut line = String::new();
        for letter in &letters {
            for bit in (0..5).rev() {
                let lit = |row: usize| letter[row] >> bit & 1 == 1;
                line.push(match (lit(above), below.map(lit)) {
                    (true, None) => '#',
                    (true, Some(true)) => '█',
                    (true, Some(false)) => '▀',
                    (false, Some(true)) => '▄',
                    (false, Some(false) | None) => ' ',
                });
            }
            line.push(' ');
        }
        line.trim_end().to_owned()
    };
    match how {
        Large::HalfBlocks => (0..3).map(|row| rows(row * 2, Some(row * 2 + 1))).collect(),
        Large::Hashes => (0..6).map(|row| rows(row, None)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use trecho_shared::ids::Locator;

    use super::*;

    #[test]
    fn every_character_of_a_locator_has_a_shape_of_its_own() {
        let shapes: HashSet<[u8; 6]> =
            Locator::ALPHABET.iter().map(|byte| dots(char::from(*byte))).collect();
        assert_eq!(shapes.len(), Locator::ALPHABET.len());
        assert!(!shapes.contains(&[0; 6]));
    }

    #[test]
    fn a_locator_fits_the_narrowest_screen() {
        for how in [Large::HalfBlocks, Large::Hashes] {
            for line in lines("H7KQ3M", how) {
                assert!(crate::format::width(&line) < usize::from(LETTER) * 6);
            }
        }
    }
}
