//! On which dates something flies.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::field::digits;

/// A period without an end, of a carrier without one, ends so many days after it begins.
pub(super) const OPEN_DAYS: i64 = 365;

/// A period has at most so many days: three years.
pub(super) const PERIOD_DAYS: i64 = 1_096;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Where a period begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// On this date, which is part of it.
    On(Date),
    /// `00XXX00`: where the carrier's period does.
    Open,
}

impl Bound {
    /// Reads `09JUN05`: years are those from 2000.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "00XXX00" {
            return Some(Self::Open);
        }
        let (day, rest) = text.split_at_checked(2)?;
        let (month, year) = rest.split_at_checked(3)?;
        let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
        let year = (year.len() == 2).then(|| digits::<i16>(year)).flatten()?;
        let month = i8::try_from(month + 1).ok()?;
        Date::new(2000 + year, month, digits(day)?).ok().map(Self::On)
    }
}

/// A period as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Bound,
    pub(super) to: Bound,
}

/// A period, both dates included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Date,
    pub(super) to: Date,
}

/// A period (or what is made of one), and whether its end had to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounded<T> {
    /// As the file has it.
    Told(T),
    /// It has no end: [`OPEN_DAYS`] of it.
    Cut(T),
}

impl<T> Bounded<T> {
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Bounded<U> {
        match self {
            Self::Told(period) => Bounded::Told(make(period)),
            Self::Cut(period) => Bounded::Cut(make(period)),
        }
    }
}

impl Span {
    /// The period, with the carrier's bounds for those left open. They are meant for the first leg
    /// of a flight, which departs `days` days before this one.
    pub(super) fn within(self, carrier: Self, days: i64) -> Result<Bounded<Period>, String> {
        let far = || "the period is too far away".to_owned();
        let later = |date: Date, days: i64| date.checked_add(days.days()).map_err(|_| far());
        let from = match (self.from, carrier.from) {
            (Bound::On(date), _) => date,
            (Bound::Open, Bound::On(date)) => later(date, days)?,
            (Bound::Open, Bound::Open) => {
                return Err("neither the period nor the carrier's has a first date".into());
            }
        };
        let bounded = match (self.to, carrier.to) {
            (Bound::On(to), _) => Bounded::Told(Period { from, to }),
            (Bound::Open, Bound::On(date)) => {
                Bounded::Told(Period { from, to: later(date, days)? })
            }
            (Bound::Open, Bound::Open) => {
                Bounded::Cut(Period { from, to: later(from, OPEN_DAYS - 1)? })
            }
        };
        let (Bounded::Told(period) | Bounded::Cut(period)) = bounded;
        match period.last_day() {
            ..0 => Err(format!("the period ends ({}) before it begins ({from})", period.to)),
            PERIOD_DAYS.. => Err(format!(
                "the period from {from} to {} has more than {PERIOD_DAYS} days; end it earlier",
                period.to
            )),
            _ => Ok(bounded),
        }
    }
}

impl Period {
    /// How many days after the first the last one is.
    fn last_day(self) -> i64 {
        i64::from((self.to - self.from).get_days())
    }
}

/// Days of the week, a bit each from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days(u8);

impl Days {
    /// Reads `1 3 5 7`: Monday is 1. Each day stands in its own column, but some writers leave no
    /// gaps, and the digits say it anyway. Fillers are blanks, zeros and full stops.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut days = 0;
        for letter in text.bytes() {
            match letter {
                b'1'..=b'7' if days & 1 << (letter - b'1') == 0 => days |= 1 << (letter - b'1'),
                b' ' | b'0' | b'.' => {}
                _ => return None,
            }
        }
        (days > 0).then_some(Self(days))
    }

    fn has(self, day: Weekday) -> bool {
        self.0 >> day.to_monday_zero_offset() & 1 == 1
    }
}

/// In which weeks a leg flies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rate {
    /// In each.
    Weekly,
    /// In every other one, counted from the first date of the period.
    Fortnightly,
}

impl Rate {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            " " | "0" | "1" => Some(Self::Weekly),
            "2" => Some(Self::Fortnightly),
            _ => None,
        }
    }
}

/// The days on which a leg flies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) period: Period,
    pub(super) days: Days,
    pub(super) rate: Rate,
}

impl Plan {
    /// The dates, in order.
    pub(super) fn dates(self) -> impl Iterator<Item = Date> {
        let Self { period, days, rate } = self;
        let of = move |day: i64| period.from.checked_add(day.days()).ok();
        let flies = move |day: i64| match rate {
            Rate::Weekly => true,
            Rate::Fortnightly => day / 7 % 2 == 0,
        };
        let dates = (0..=period.last_day()).filter(move |day| flies(*day)).filter_map(of);
        dates.filter(move |date| days.has(date.weekday()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn on(year: i16, month: i8, day: i8) -> Bound {
        Bound::On(date(year, month, day))
    }

    fn plan(days: &str, rate: Rate) -> Vec<String> {
        let period = Period { from: date(2026, 11, 5), to: date(2026, 12, 2) };
        let days = Days::parse(days).unwrap();
        let dates = Plan { period, days, rate }.dates();
        dates.map(|date| date.strftime("%d%b").to_string()).collect()
    }

    #[test]
    fn dates_are_read_in_their_one_form() {
        assert_eq!(Bound::parse("09JUN05"), Some(on(2005, 6, 9)));
        assert_eq!(Bound::parse("29feb28"), Some(on(2028, 2, 29)));
        assert_eq!(Bound::parse("31DEC99"), Some(on(2099, 12, 31)));
        assert_eq!(Bound::parse("00XXX00"), Some(Bound::Open));
        for text in
            ["", "9JUN05", "09JUN2005", "29FEB27", "09XXX05", "00XXX  ", "09JUN-1", "é9JUN05"]
        {
            assert_eq!(Bound::parse(text), None, "{text}");
        }
    }

    #[test]
    fn open_bounds_are_those_of_the_carrier() {
        let carrier = Span { from: on(2026, 3, 29), to: on(2026, 10, 24) };
        let open = Span { from: Bound::Open, to: Bound::Open };
        let period = Period { from: date(2026, 3, 29), to: date(2026, 10, 24) };
        assert_eq!(open.within(carrier, 0), Ok(Bounded::Told(period)));
        let next_day = Period { from: date(2026, 3, 30), to: date(2026, 10, 25) };
        assert_eq!(open.within(carrier, 1), Ok(Bounded::Told(next_day)));
        assert!(open.within(open, 0).unwrap_err().contains("first date"));
    }

    #[test]
    fn a_period_that_nobody_ends_has_a_year() {
        let open = Span { from: Bound::Open, to: Bound::Open };
        let endless = Span { from: on(2026, 1, 1), to: Bound::Open };
        let year = Period { from: date(2026, 1, 1), to: date(2026, 12, 31) };
        assert_eq!(endless.within(open, 0), Ok(Bounded::Cut(year)));
    }

    #[test]
    fn a_period_ends_after_it_begins_and_not_too_late() {
        let within = |from, to| Span { from, to }.within(Span { from, to }, 0);
        assert!(within(on(2026, 6, 9), on(2026, 6, 9)).is_ok());
        assert!(within(on(2026, 6, 9), on(2026, 6, 8)).unwrap_err().contains("before it begins"));
        assert!(within(on(2026, 1, 1), on(2028, 12, 31)).is_ok());
        assert!(within(on(2026, 1, 1), on(2029, 1, 1)).unwrap_err().contains("1096 days"));
    }

    #[test]
    fn days_stand_in_their_columns_or_close_together() {
        let odd = Days::parse("1 3 5 7").unwrap();
        for text in ["1030507", "1.3.5.7", "1357   ", "   1357"] {
            assert_eq!(Days::parse(text), Some(odd), "{text}");
        }
        for text in ["", "       ", "0000000", "8      ", "11     ", "X"] {
            assert_eq!(Days::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_week_has_the_days_that_are_named() {
        // 5 November 2026 is a Thursday.
        assert_eq!(plan("4", Rate::Weekly), ["05Nov", "12Nov", "19Nov", "26Nov"]);
        assert_eq!(plan("1 3", Rate::Weekly).len(), 8);
        assert_eq!(plan("1234567", Rate::Weekly).len(), 28);
    }

    #[test]
    fn every_other_week_counts_from_the_first_date() {
        assert_eq!(plan("4", Rate::Fortnightly), ["05Nov", "19Nov"]);
        assert_eq!(plan("1  4", Rate::Fortnightly), ["05Nov", "09Nov", "19Nov", "23Nov"]);
        assert_eq!(Rate::parse("2"), Some(Rate::Fortnightly));
        assert_eq!(Rate::parse("3"), None);
    }
}
