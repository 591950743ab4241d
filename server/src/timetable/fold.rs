//! Text without case and accents, so that "goiania" finds Goiânia.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of `text` in small letters without accents: `São José (SP)` is `sao`, `jose`, `sp`.
/// Whatever is neither letter nor digit separates words.
pub fn fold(text: &str) -> Vec<String> {
    let plain: String = text
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect();
    let words = plain.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_count() {
        assert_eq!(fold("São João del-Rei"), ["sao", "joao", "del", "rei"]);
        assert_eq!(fold("GOIÂNIA"), fold("goiania"));
        assert_eq!(fold("Joa\u{303}o"), fold("JOÃO"));
        assert_eq!(fold(" - ·"), Vec::<String>::new());
    }
}
