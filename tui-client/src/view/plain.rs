//! Where only ASCII may be drawn, every letter loses its accents and every sign finds a stand-in.

use unicode_normalization::UnicodeNormalization;

use super::{Canvas, Cx};
use crate::glyphs::Glyphs;

/// Folds the whole screen to ASCII, if that is the set in use.
pub(super) fn fold(cx: Cx, canvas: &mut Canvas) {
    if *cx.glyphs() != Glyphs::ASCII {
        return;
    }
    for cell in &mut canvas.buf.content {
        if !cell.symbol().is_ascii() {
            let folded = stand_in(cell.symbol());
            cell.set_char(folded);
        }
    }
}

/// The ASCII character that says most of what a symbol says.
fn stand_in(symbol: &str) -> char {
    match symbol {
        "↑" => '^',
        "↓" => 'v',
        "←" => '<',
        "→" => '>',
        "·" | "–" | "—" => '-',
        "…" => '~',
        "“" | "”" => '"',
        _ => symbol.nfd().find(char::is_ascii).unwrap_or('?'),
    }
}
