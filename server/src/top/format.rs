//! Numbers as a person reads them: few digits, thousands set apart, a unit.

/// A whole number with its thousands set apart: `1,204`; from a million on `1.2M`.
pub(super) fn count(number: u64) -> String {
    if number >= 1_000_000 {
        return scaled(number, [("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000)]);
    }
    let digits = number.to_string();
    match digits.len().checked_sub(3).filter(|thousands| *thousands > 0) {
        Some(thousands) => format!("{},{}", &digits[..thousands], &digits[thousands..]),
        None => digits,
    }
}

/// The same in four columns or five: from a hundred thousand on `388k`.
pub(super) fn short(number: u64) -> String {
    match number {
        100_000..1_000_000 => format!("{}k", number / 1_000),
        _ => count(number),
    }
}

/// How often a second, in at most six columns: `0`, `0.4`, `37`, `1,204`, `12.3k`.
pub(super) fn rate(per_second: f64) -> String {
    let rounded = whole(per_second);
    match per_second {
        ..=0.0 => "0".to_owned(),
        ..0.05 => "<0.1".to_owned(),
        ..9.95 => format!("{per_second:.1}"),
        _ if rounded >= 1_000_000 => count(rounded),
        _ if rounded >= 10_000 => format!("{}.{}k", rounded / 1_000, rounded % 1_000 / 100),
        _ => count(rounded),
    }
}

/// A time of so many microseconds, rounded: `512 µs`, `8.2 ms`, `131 ms`, `1.0 s`.
pub(super) fn time_us(us: u64) -> String {
    let nearest = |unit: u64| us.saturating_add(unit / 2) / unit;
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..9_950 => format!("{}.{} ms", nearest(100) / 10, nearest(100) % 10),
        9_950..999_500 => format!("{} ms", nearest(1_000)),
        _ => format!("{}.{} s", nearest(100_000) / 10, nearest(100_000) % 10),
    }
}

/// An amount of memory or disk: `512 B`, `38 KiB`, `1.2 GiB`.
pub(super) fn bytes(bytes: u64) -> String {
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    scaled(bytes, [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)])
}

/// The largest unit that the number has at least one of; with one decimal while that says much.
fn scaled(number: u64, units: [(&str, u64); 3]) -> String {
    let blank = if units[0].0.len() > 1 { " " } else { "" };
    let fits = units.into_iter().rev().find(|(_, unit)| number >= *unit);
    let (name, unit) = fits.unwrap_or(units[0]);
    let (ones, tenths) = (number / unit, number % unit * 10 / unit);
    if ones < 100 {
        format!("{ones}.{tenths}{blank}{name}")
    } else {
        format!("{ones}{blank}{name}")
    }
}

/// Centavos as reais: `R$ 1,234.56`; from a million on `R$ 1.2M`.
pub(super) fn money(centavos: u64) -> String {
    let reais = centavos / 100;
    if reais >= 1_000_000 {
        return format!("R$ {}", count(reais));
    }
    format!("R$ {}.{:02}", count(reais), centavos % 100)
}

/// How long ago, or for how long: `now`, `12 s`, `3 min`, `2 h`, `5 d`.
pub(super) fn age(ms: i64) -> String {
    match ms / 1_000 {
        ..1 => "now".to_owned(),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// The same in two units: `12 s`, `3 min 20 s`, `2 h 13 min`, `5 d 4 h`.
pub(super) fn uptime(ms: i64) -> String {
    let seconds = (ms / 1_000).max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How often a second something happened that happened so often in so long.
#[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
pub(super) fn per_second(times: u64, ms: i64) -> f64 {
    if ms <= 0 { 0.0 } else { times as f64 * 1_000.0 / ms as f64 }
}

/// The nearest whole number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and what is not a number is 0"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_rates_stay_short() {
        let counts = [0, 999, 1_204, 999_999, 1_234_567, 123_456_789, 45_000_000_000, u64::MAX];
        let told: Vec<String> = counts.into_iter().map(count).collect();
        let short = ["0", "999", "1,204", "999,999", "1.2M", "123M", "45.0G", "18446744T"];
        assert_eq!(told, short);
        assert_eq!([99_999, 388_120, 2_410_551].map(super::short), ["99,999", "388k", "2.4M"]);
        let rates = [0.0, -1.0, 0.01, 0.44, 9.94, 9.96, 37.2, 1_204.4, 12_345.0, 2e6, f64::NAN];
        let told: Vec<String> = rates.into_iter().map(rate).collect();
        let short = ["0", "0", "<0.1", "0.4", "9.9", "10", "37", "1,204", "12.3k", "2.0M", "0"];
        assert_eq!(told, short);
    }

    #[test]
    fn times_amounts_and_ages_have_a_unit() {
        let times = [8, 512, 1_024, 8_192, 16_384, 131_072, 999_600, 8_388_608];
        let told: Vec<String> = times.into_iter().map(time_us).collect();
        let short = ["8 µs", "512 µs", "1.0 ms", "8.2 ms", "16 ms", "131 ms", "1.0 s", "8.4 s"];
        assert_eq!(told, short);
        assert_eq!([512, 39_000, 1_288_490_189].map(bytes), ["512 B", "38.0 KiB", "1.2 GiB"]);
        assert_eq!(
            [0, 5, 123_456, 12_345_678_900].map(money),
            ["R$ 0.00", "R$ 0.05", "R$ 1,234.56", "R$ 123M"]
        );
        let ages = [-5, 999, 12_000, 200_000, 7_300_000, 500_000_000];
        assert_eq!(ages.map(age), ["now", "now", "12 s", "3 min", "2 h", "5 d"]);
        assert_eq!(ages.map(uptime), ["0 s", "0 s", "12 s", "3 min 20 s", "2 h 1 min", "5 d 18 h"]);
    }

    #[test]
    fn nothing_happens_in_no_time() {
        assert_eq!(per_second(3, 1_500).to_bits(), 2.0_f64.to_bits());
        assert_eq!(per_second(3, 0).to_bits(), 0.0_f64.to_bits());
    }
}
