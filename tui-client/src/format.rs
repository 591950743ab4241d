//! Amounts, dates and times as a person in Brazil, or a guest there, reads them; and text made to
//! fit a number of columns.

use std::borrow::Cow;
use std::fmt::Write as _;

use trecho_shared::money::Centavos;
use trecho_shared::time::{Date, LocalTime, Moment};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::words::Lang;

const MINUTE_MS: u64 = 60_000;

/// `R$ 1.234,56`, in English `R$ 1,234.56`.
pub fn money(amount: Centavos, lang: Lang) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    format!("{sign}R$ {}", digits(amount, lang))
}

/// The same without its currency, for columns that say it once: `1.234,56`.
pub fn amount(amount: Centavos, lang: Lang) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    format!("{sign}{}", digits(amount, lang))
}

fn digits(amount: Centavos, lang: Lang) -> String {
    let centavos = amount.0.unsigned_abs();
    let point = match lang {
        Lang::Pt => ',',
        Lang::En => '.',
    };
    format!("{}{point}{:02}", count(centavos / 100, lang), centavos % 100)
}

/// A whole number with its thousands set apart: `1.204`, in English `1,204`.
pub fn count(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let separator = match lang {
        Lang::Pt => '.',
        Lang::En => ',',
    };
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// The day of the week in three letters: `ter`, `Tue`.
pub fn weekday(date: Date, lang: Lang) -> &'static str {
    let days = match lang {
        Lang::Pt => ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"],
        Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    let at = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    days[at.min(6)]
}

/// The month in three letters: `nov`, `Nov`.
pub fn month(date: Date, lang: Lang) -> &'static str {
    let months = match lang {
        Lang::Pt => {
            ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]
        }
        Lang::En => {
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        }
    };
    months[usize::try_from(date.month() - 1).unwrap_or(0).min(11)]
}

/// `ter 24 nov`, `Tue 24 Nov`.
pub fn day(date: Date, lang: Lang) -> String {
    format!("{} {} {}", weekday(date, lang), date.day(), month(date, lang))
}

/// `ter 24/11`, always nine columns wide.
pub fn day_short(date: Date, lang: Lang) -> String {
    format!("{} {}", weekday(date, lang), day_month(date))
}

/// `24/11`.
pub fn day_month(date: Date) -> String {
    format!("{:02}/{:02}", date.day(), date.month())
}

/// `24/11/2026`.
pub fn day_month_year(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// What the clock at the airport shows: `06:10`.
pub fn clock(time: LocalTime) -> String {
    let civil = time.civil();
    format!("{:02}:{:02}", civil.hour(), civil.minute())
}

/// How many days later than the take-off the landing is on the calendars there: ` ` or `+1`.
pub fn day_mark(departs: LocalTime, arrives: LocalTime) -> String {
    match days_between(departs, arrives) {
        0 => String::new(),
        days => format!("{days:+}"),
    }
}

fn days_between(departs: LocalTime, arrives: LocalTime) -> i32 {
    let span = arrives.civil().date().since(departs.civil().date());
    span.map_or(0, |span| span.get_days())
}

/// `14:02:31` on a clock `offset_minutes` ahead of UTC.
pub fn wall(at: Moment, offset_minutes: i16) -> String {
    let seconds = at.0.div_euclid(1000) + i64::from(offset_minutes) * 60;
    let of_day = seconds.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// The same to the minute: `14:02`.
pub fn wall_short(at: Moment, offset_minutes: i16) -> String {
    let mut text = wall(at, offset_minutes);
    text.truncate(5);
    text
}

/// The minutes from `departs` to `arrives`; 0 if they are the wrong way round.
pub fn minutes_between(departs: LocalTime, arrives: LocalTime) -> u32 {
    let seconds = arrives.unix_seconds().saturating_sub(departs.unix_seconds());
    u32::try_from(seconds / 60).unwrap_or(0)
}

/// `2h25`.
pub fn duration(minutes: u32) -> String {
    format!("{}h{:02}", minutes / 60, minutes % 60)
}

/// What is left of a countdown: `08:12`, with hours `1:08:12`. A second that has begun counts.
pub fn countdown(left_ms: u64) -> String {
    let seconds = left_ms.div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// How long ago something was, roughly: `12 s`, `3 min`, `2 h`.
pub fn ago(ms: u64) -> String {
    match ms {
        0..MINUTE_MS => format!("{} s", ms / 1000),
        MINUTE_MS..3_600_000 => format!("{} min", ms / MINUTE_MS),
        _ => format!("{} h", ms / 3_600_000),
    }
}

/// How many columns `text` takes, as the terminal library counts them.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` cut to at most `columns`, by what a person sees as one character, with `ellipsis` at the
/// end if something was cut.
pub fn fit<'t>(text: &'t str, columns: usize, ellipsis: &str) -> Cow<'t, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let ellipsis = if width(ellipsis) <= columns { ellipsis } else { "" };
    let room = columns - width(ellipsis);
    let mut cut = String::with_capacity(text.len());
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        cut.push_str(grapheme);
    }
    let kept = cut.trim_end().len();
    cut.truncate(kept);
    cut.push_str(ellipsis);
    Cow::Owned(cut)
}

/// `text` in lines of at most `columns`, broken between words; a word that is longer is broken
/// within. At least one line, also for nothing.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| width(line));
        let blank = usize::from(last > 0);
        if last + blank + width(word) <= columns {
            let line = lines.last_mut().expect("there is always a line");
            let _ = write!(line, "{}{word}", if blank == 1 { " " } else { "" });
            continue;
        }
        if last > 0 {
            lines.push(String::new());
        }
        break_word(word, columns, &mut lines);
    }
    lines
}

/// Adds a word that begins a line, and goes on in further lines where it is longer than one.
fn break_word(word: &str, columns: usize, lines: &mut Vec<String>) {
    for grapheme in word.graphemes(true) {
        let line = lines.last_mut().expect("there is always a line");
        if width(line) + grapheme.width() > columns && !line.is_empty() {
            lines.push(grapheme.to_owned());
        } else {
            line.push_str(grapheme);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> LocalTime {
        text.parse().unwrap()
    }

    #[test]
    fn money_is_written_as_each_language_writes_it() {
        assert_eq!(money(Centavos(123_456), Lang::Pt), "R$ 1.234,56");
        assert_eq!(money(Centavos(123_456), Lang::En), "R$ 1,234.56");
        assert_eq!(money(Centavos(5), Lang::Pt), "R$ 0,05");
        assert_eq!(money(Centavos(-100_000_000), Lang::Pt), "-R$ 1.000.000,00");
        assert_eq!(money(Centavos(i64::MIN), Lang::En), "-R$ 92,233,720,368,547,758.08");
    }

    #[test]
    fn a_date_names_its_weekday_and_month() {
        let date = Date::constant(2026, 11, 24);
        assert_eq!(day(date, Lang::Pt), "ter 24 nov");
        assert_eq!(day(date, Lang::En), "Tue 24 Nov");
        assert_eq!(day_short(Date::constant(2026, 12, 5), Lang::Pt), "sáb 05/12");
        assert_eq!(day_month_year(date), "24/11/2026");
    }

    #[test]
    fn a_landing_on_the_next_day_is_marked() {
        let departs = time("2026-11-24T23:40:00-03:00");
        assert_eq!(day_mark(departs, time("2026-11-25T01:05:00-03:00")), "+1");
        // Two hours later, but west of two zones: the same evening there.
        assert_eq!(day_mark(departs, time("2026-11-24T23:40:00-05:00")), "");
        assert_eq!(minutes_between(departs, time("2026-11-24T23:40:00-05:00")), 120);
    }

    #[test]
    fn a_countdown_counts_the_second_that_has_begun() {
        assert_eq!(countdown(0), "00:00");
        assert_eq!(countdown(1), "00:01");
        assert_eq!(countdown(492_000), "08:12");
        assert_eq!(countdown(3_600_000), "1:00:00");
    }

    #[test]
    fn the_wall_clock_knows_where_it_hangs() {
        let at: Moment = "2026-11-24T17:02:31.500Z".parse().unwrap();
        assert_eq!(wall(at, -180), "14:02:31");
        assert_eq!(wall_short(at, 0), "17:02");
        assert_eq!(wall(Moment(-1), 0), "23:59:59");
    }

    #[test]
    fn text_is_cut_between_characters_as_people_see_them() {
        assert_eq!(fit("São José", 8, "…"), "São José");
        assert_eq!(fit("São José dos Campos", 9, "…"), "São José…");
        assert_eq!(fit("Joa\u{303}o Batista", 5, "…"), "Joa\u{303}o…");
        assert_eq!(fit("漢字漢字", 5, "…"), "漢字…");
        assert_eq!(fit("abc", 0, "…"), "");
        assert_eq!(fit("abcdef", 4, ".."), "ab..");
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrap("um dois três", 8), ["um dois", "três"]);
        assert_eq!(wrap("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits_and_what_is_wrapped_loses_no_word(
            text in "[ a-zãé漢]{0,40}",
            columns in 2usize..30,
        ) {
            prop_assert!(width(&fit(&text, columns, "…")) <= columns);
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
