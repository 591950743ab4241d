//! What load did, for whoever put it on.

use super::Lang;
use crate::load::rounds::RoundsReport;

/// The report in a few lines, without a line feed at its end.
pub fn load(report: &RoundsReport, lang: Lang) -> String {
    let RoundsReport { clients, legs, watchers, seconds, carts, hold, settle, cart, .. } = report;
    let RoundsReport { carts_per_second, taken, events, errors, first_error, .. } = report;
    let first = first_error.as_deref().unwrap_or_default();
    let lines = match lang {
        Lang::Pt => [
            format!("{clients} clientes, {legs} trechos, {watchers} observadores, {seconds} s"),
            format!("  carrinhos   {carts_per_second:.0}/s   ({carts} ao todo)"),
            format!("  reserva     {hold}"),
            format!("  desfecho    {settle}"),
            format!("  carrinho    {cart}"),
            format!("  esgotados   {taken}"),
            format!("  eventos     {events} entregues"),
            format!("  erros       {errors}   {first}"),
        ],
        Lang::En => [
            format!("{clients} clients, {legs} legs, {watchers} watchers, {seconds} s"),
            format!("  carts      {carts_per_second:.0}/s   ({carts} in all)"),
            format!("  hold       {hold}"),
            format!("  settle     {settle}"),
            format!("  cart       {cart}"),
            format!("  taken      {taken}"),
            format!("  events     {events} delivered"),
            format!("  errors     {errors}   {first}"),
        ],
    };
    lines.map(|line| line.trim_end().to_owned()).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Latency;

    #[test]
    fn load_is_told_in_both_languages() {
        let latency = Latency { count: 9, p50_us: 1_500, ..Latency::default() };
        let report = RoundsReport {
            clients: 64,
            legs: 1_000,
            watchers: 2,
            seconds: 10.0,
            carts: 12_345,
            carts_per_second: 1_234.5,
            taken: 6,
            errors: 1,
            first_error: Some("no answer within 10 s".to_owned()),
            events: 7,
            hold: latency,
            settle: latency,
            cart: latency,
        };
        let en = load(&report, Lang::En);
        for words in ["64 clients, 1000 legs", "(12345 in all)", "errors     1   no answer"] {
            assert!(en.contains(words), "{en}");
        }
        let pt = load(&report, Lang::Pt);
        assert!(pt.contains("64 clientes") && pt.contains("p50 1.50 ms"), "{pt}");
    }
}
