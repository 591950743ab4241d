//! Finding an airport by what a person types: accents and case do not count.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use trecho_shared::ids::Iata;
use trecho_shared::message::Airport;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How many matches are offered.
pub const MATCHES: usize = 8;

/// `text` in lower case and without accents, so that texts compare as people type them.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|character| !is_combining_mark(*character)).collect::<String>().to_lowercase()
}

/// The airports that `text` means, best first, as places in `airports`; at most [`MATCHES`].
///
/// A code typed in full comes first, then codes and cities that begin with the text, then the rest.
/// Only where nothing contains the words as typed are letters left out in between ("gyn" for
/// "goiania").
pub fn search(airports: &[Airport], text: &str) -> Vec<usize> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let found = ranked(airports, text, AtomKind::Substring);
    if found.is_empty() { ranked(airports, text, AtomKind::Fuzzy) } else { found }
}

/// The airport whose code was typed in full.
pub fn by_code(text: &str) -> Option<Iata> {
    text.trim().to_ascii_uppercase().parse().ok()
}

fn ranked(airports: &[Airport], text: &str, kind: AtomKind) -> Vec<usize> {
    let pattern = Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, kind);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let typed = fold(text);
    let mut scored: Vec<(u8, u32, usize)> = airports
        .iter()
        .enumerate()
        .filter_map(|(at, airport)| {
            let Airport { iata, city, name, state, .. } = airport;
            let haystack = format!("{iata} {city} {name} {state}");
            let score = pattern.score(Utf32Str::new(&haystack, &mut buffer), &mut matcher)?;
            Some((closeness(airport, &typed), score, at))
        })
        .collect();
    scored.sort_by(|one, other| (other.0, other.1, one.2).cmp(&(one.0, one.1, other.2)));
    scored.into_iter().take(MATCHES).map(|(_, _, at)| at).collect()
}

fn closeness(airport: &Airport, typed: &str) -> u8 {
    let code = airport.iata.as_str().to_ascii_lowercase();
    if code == typed {
        3
    } else if fold(&airport.city).starts_with(typed) {
        2
    } else {
        u8::from(code.starts_with(typed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn airports() -> Vec<Airport> {
        [
            ("BSB", "Presidente Juscelino Kubitschek", "Brasília", "DF"),
            ("CGH", "Congonhas", "São Paulo", "SP"),
            ("GIG", "Galeão", "Rio de Janeiro", "RJ"),
            ("GRU", "Guarulhos", "São Paulo", "SP"),
            ("GYN", "Santa Genoveva", "Goiânia", "GO"),
            ("SLZ", "Marechal Cunha Machado", "São Luís", "MA"),
            ("SSA", "Deputado Luís Eduardo Magalhães", "Salvador", "BA"),
            ("VIX", "Eurico de Aguiar Salles", "Vitória", "ES"),
        ]
        .map(|(iata, name, city, state)| Airport {
            iata: iata.parse().unwrap(),
            name: name.into(),
            city: city.into(),
            state: state.into(),
            latitude: 0.0,
            longitude: 0.0,
            timezone: "America/Sao_Paulo".into(),
        })
        .to_vec()
    }

    fn found(text: &str) -> Vec<String> {
        let airports = airports();
        search(&airports, text).into_iter().map(|at| airports[at].iata.to_string()).collect()
    }

    #[test]
    fn accents_and_case_do_not_count() {
        assert_eq!(found("goiania"), ["GYN"]);
        assert_eq!(found("GOIÂNIA"), ["GYN"]);
        assert_eq!(found("vitoria"), ["VIX"]);
        let mut sao = found("sao");
        sao.sort();
        assert_eq!(sao, ["CGH", "GRU", "SLZ"]);
        assert_eq!(found("sao pau guar"), ["GRU"]);
    }

    #[test]
    fn a_code_typed_in_full_comes_first() {
        assert_eq!(found("gru")[0], "GRU");
        assert_eq!(found("SSA")[0], "SSA");
        assert_eq!(found("gig")[0], "GIG");
    }

    #[test]
    fn letters_may_be_left_out_where_nothing_matches_as_typed() {
        assert_eq!(found("brsla"), ["BSB"]);
        assert!(found("qqq").is_empty());
        assert!(found("  ").is_empty());
    }

    #[test]
    fn signs_that_matchers_know_are_only_text() {
        assert!(found("^gru$").is_empty());
        assert!(found("!gru").is_empty());
    }
}
