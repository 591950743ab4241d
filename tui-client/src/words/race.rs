//! How a race went, for an audience.

use trecho_shared::ids::SeatLabel;

use super::Lang;
use crate::load::race::RaceReport;

/// So many of the seats won are named.
const SEATS: usize = 12;

/// The report in a few lines, without a line feed at its end.
pub fn race(report: &RaceReport, lang: Lang) -> String {
    let RaceReport { leg, seats_left, capacity, clients, won, oversold, latency, .. } = report;
    let mut seats: Vec<String> = won.iter().take(SEATS).map(SeatLabel::to_string).collect();
    if won.len() > SEATS {
        seats.push("…".to_owned());
    }
    let (won, seats) = (won.len(), seats.join(" "));
    let refused: u32 = report.refused.values().sum();
    let kinds = report.refused.iter().map(|(kind, count)| format!("{kind} {count}"));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let failed = report.failed.len();
    let first = report.failed.first().map(String::as_str).unwrap_or_default();
    let lines = match lang {
        Lang::Pt => [
            format!("{leg}: {clients} clientes disputam {seats_left} de {capacity} assentos"),
            format!("  ganharam   {won}   {seats}"),
            format!("  recusados  {refused}   {kinds}"),
            format!("  falhas     {failed}   {first}"),
            format!("  respostas  {latency}"),
            format!("  vendidos em dobro: {oversold}"),
        ],
        Lang::En => [
            format!("{leg}: {clients} clients race for {seats_left} of {capacity} seats"),
            format!("  winners    {won}   {seats}"),
            format!("  refused    {refused}   {kinds}"),
            format!("  failures   {failed}   {first}"),
            format!("  answers    {latency}"),
            format!("  oversold   {oversold}"),
        ],
    };
    lines.map(|line| line.trim_end().to_owned()).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Latency;

    #[test]
    fn a_race_is_told_in_both_languages() {
        let report = RaceReport {
            leg: "TR1042-20261124-GRU".parse().unwrap(),
            seats_left: 1,
            capacity: 180,
            clients: 200,
            won: vec!["30F".parse().unwrap()],
            refused: [("leg_taken".to_owned(), 199)].into(),
            failed: Vec::new(),
            oversold: 0,
            latency: Latency { count: 200, p50_us: 1_500, ..Latency::default() },
        };
        let en = race(&report, Lang::En);
        for words in ["200 clients race for 1 of 180", "winners    1   30F", "leg_taken 199"] {
            assert!(en.contains(words), "{en}");
        }
        assert!(en.contains("p50 1.50 ms") && en.ends_with("oversold   0"), "{en}");
        assert!(race(&report, Lang::Pt).ends_with("vendidos em dobro: 0"));
    }
}
