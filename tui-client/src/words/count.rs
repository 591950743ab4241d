//! So many of something.

use super::Lang;
use crate::format;

/// `1 assento`, `2 assentos`.
pub fn seats(number: usize, lang: Lang) -> String {
    let (one, many) = match lang {
        Lang::Pt => ("assento", "assentos"),
        Lang::En => ("seat", "seats"),
    };
    counted(number, [one, many], lang)
}

/// `1 trecho`, `2 trechos`.
pub fn legs(number: usize, lang: Lang) -> String {
    let (one, many) = match lang {
        Lang::Pt => ("trecho", "trechos"),
        Lang::En => ("leg", "legs"),
    };
    counted(number, [one, many], lang)
}

/// `1 passageiro`, `2 passageiros`.
pub fn passengers(number: usize, lang: Lang) -> String {
    let (one, many) = match lang {
        Lang::Pt => ("passageiro", "passageiros"),
        Lang::En => ("passenger", "passengers"),
    };
    counted(number, [one, many], lang)
}

/// `1 reserva`, `2 reservas`.
pub(super) fn holds(number: usize, lang: Lang) -> String {
    let (one, many) = match lang {
        Lang::Pt => ("reserva", "reservas"),
        Lang::En => ("hold", "holds"),
    };
    counted(number, [one, many], lang)
}

/// `1 conexão`, `2 conexões`.
pub(crate) fn connections(number: usize, lang: Lang) -> String {
    let (one, many) = match lang {
        Lang::Pt => ("conexão", "conexões"),
        Lang::En => ("connection", "connections"),
    };
    counted(number, [one, many], lang)
}

fn counted(number: usize, [one, many]: [&str; 2], lang: Lang) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", format::count(u64::try_from(number).unwrap_or(u64::MAX), lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_none_is_plural() {
        assert_eq!(seats(1, Lang::Pt), "1 assento");
        assert_eq!(seats(0, Lang::En), "0 seats");
        assert_eq!(connections(2, Lang::Pt), "2 conexões");
        assert_eq!(legs(1204, Lang::Pt), "1.204 trechos");
    }
}
