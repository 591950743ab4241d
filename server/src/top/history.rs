//! How fast things went, second by second, for as long as the widest span that can be shown.

use std::collections::VecDeque;

/// What the graphs show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    /// Requests answered, whatever the answer.
    Requests,
    /// Holds made.
    Holds,
    /// Bookings made.
    Bookings,
    /// Commits on disk.
    Commits,
}

impl Series {
    pub(super) const ALL: [Self; 4] = [Self::Requests, Self::Holds, Self::Bookings, Self::Commits];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Holds => "holds",
            Self::Bookings => "bookings",
            Self::Commits => "commits",
        }
    }
}

/// How much of the past the graphs show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Minute,
    FiveMinutes,
    QuarterHour,
}

impl Span {
    pub(super) fn seconds(self) -> usize {
        match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::QuarterHour => 900,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "last minute",
            Self::FiveMinutes => "last 5 min",
            Self::QuarterHour => "last 15 min",
        }
    }

    /// The one that comes after it.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Minute => Self::FiveMinutes,
            Self::FiveMinutes => Self::QuarterHour,
            Self::QuarterHour => Self::Minute,
        }
    }
}

/// So many seconds are remembered.
const REMEMBERED: usize = 900;

/// How often a second, of each series.
pub(super) type Rates = [f64; Series::ALL.len()];

/// The last seconds, the oldest first. Seconds of which nothing was heard are not there.
#[derive(Debug, Clone, Default)]
pub(super) struct History(VecDeque<(i64, Rates)>);

impl History {
    /// Adds the second that ended at `second` of the server's clock. If that clock was set back, what
    /// was before is forgotten: it cannot be drawn in one line with what comes.
    pub(super) fn add(&mut self, second: i64, rates: Rates) {
        match self.0.back_mut() {
            // Two looks within one second: the later one counts.
            Some((last, told)) if *last == second => {
                *told = rates;
                return;
            }
            Some((last, _)) if *last > second => self.0.clear(),
            Some(_) | None => {}
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((second, rates));
    }

    /// The last second's rates, if anything was ever heard.
    pub(super) fn latest(&self) -> Option<Rates> {
        self.0.back().map(|(_, rates)| *rates)
    }

    /// A series' rate in its busiest second of the span, if anything was heard in it.
    pub(super) fn peak(&self, series: Series, span: Span) -> Option<f64> {
        let (newest, _) = self.0.back()?;
        let seconds = i64::try_from(span.seconds()).unwrap_or(i64::MAX);
        let within = self.0.iter().filter(|(second, _)| newest.saturating_sub(*second) < seconds);
        within.map(|(_, rates)| rates[series as usize]).reduce(f64::max)
    }

    /// A series as columns of a graph, the newest last; a column is the mean of its seconds, `None`
    /// where nothing was heard. No more than `columns`, and no more than the span needs.
    pub(super) fn columns(&self, series: Series, span: Span, columns: usize) -> Vec<Option<f64>> {
        if columns == 0 {
            return Vec::new();
        }
        let each = span.seconds().div_ceil(columns);
        let columns = span.seconds().div_ceil(each);
        let mut sums = vec![(0.0, 0_u32); columns];
        // The borders of columns stand still as time goes on, so that no column changes but the last.
        let each = i64::try_from(each).unwrap_or(i64::MAX);
        let Some(newest) = self.0.back().map(|(second, _)| second.div_euclid(each)) else {
            return vec![None; columns];
        };
        for (second, rates) in self.0.iter().rev() {
            let back = usize::try_from(newest.saturating_sub(second.div_euclid(each)));
            let Some(at) = back.ok().and_then(|back| (columns - 1).checked_sub(back)) else {
                break;
            };
            sums[at].0 += rates[series as usize];
            sums[at].1 += 1;
        }
        sums.into_iter().map(|(sum, n)| (n > 0).then(|| sum / f64::from(n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(seconds: impl IntoIterator<Item = (i64, f64)>) -> History {
        let mut history = History::default();
        for (second, rate) in seconds {
            history.add(second, [rate; 4]);
        }
        history
    }

    #[test]
    fn a_column_is_the_mean_of_its_seconds_and_a_gap_stays_one() {
        let seconds = (600..720).filter(|second| !(660..670).contains(second));
        let history = history(seconds.map(|second| (second, f64::from(u8::from(second >= 700)))));
        let columns = history.columns(Series::Holds, Span::Minute, 6);
        assert_eq!(columns, [None, Some(0.0), Some(0.0), Some(0.0), Some(1.0), Some(1.0)]);
    }

    #[test]
    fn the_peak_is_one_second_s_and_of_the_span_alone() {
        let rate = |second: i64| [(100, 7.0), (650, 5.0)].iter().find(|(at, _)| *at == second);
        let history = history((0..700).map(|second| (second, rate(second).map_or(1.0, |at| at.1))));
        assert_eq!(history.peak(Series::Holds, Span::QuarterHour), Some(7.0));
        assert_eq!(history.peak(Series::Holds, Span::FiveMinutes), Some(5.0));
        assert_eq!(history.peak(Series::Holds, Span::Minute), Some(5.0));
        assert_eq!(History::default().peak(Series::Holds, Span::Minute), None);
    }

    #[test]
    fn only_the_last_column_changes_from_one_second_to_the_next() {
        let mut history =
            history((0..400_i32).map(|second| (second.into(), f64::from(second % 7))));
        for second in 400..440 {
            let before = history.columns(Series::Requests, Span::FiveMinutes, 40);
            history.add(second, [99.0; 4]);
            let after = history.columns(Series::Requests, Span::FiveMinutes, 40);
            let shifted = usize::from(second % 8 == 0);
            assert_eq!(before[shifted..before.len() - 1], after[..after.len() - 1 - shifted]);
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_a_clock_set_back_begins_anew() {
        let mut long = history((0..5_000).map(|second| (second, 1.0)));
        assert_eq!(long.0.len(), REMEMBERED);
        long.add(10, [2.0; 4]);
        assert_eq!(long.latest(), Some([2.0; 4]));
        assert_eq!(long.0.len(), 1);
        long.add(10, [3.0; 4]);
        assert_eq!((long.0.len(), long.latest()), (1, Some([3.0; 4])));
    }

    #[test]
    fn no_width_and_no_time_break_it() {
        let wild = history([(i64::MIN, 1.0), (0, 1.0), (i64::MAX, 1.0)]);
        for columns in [0, 1, 2, 59, 60, 61, 1_000] {
            for span in [Span::Minute, Span::FiveMinutes, Span::QuarterHour] {
                let drawn = wild.columns(Series::Commits, span, columns);
                assert!(drawn.len() <= columns.min(span.seconds()));
            }
        }
        assert_eq!(History::default().columns(Series::Holds, Span::Minute, 2), [None, None]);
    }
}
