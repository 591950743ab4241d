//! Which legs a search wants, and a walk over them in order.

use std::ops::ControlFlow;

use trecho_shared::ids::Iata;
use trecho_shared::message::{Include, SearchLegs};
use trecho_shared::time::Moment;

use super::day::{Day, Spot, days_since_epoch};
use super::routes::{RouteIx, Routes};
use super::table::Table;
use super::words::{WordSet, Words};

/// A search with so many routes or fewer looks at their legs only; with more, at all legs.
const FEW_ROUTES: usize = 64;

/// What a search wants.
pub(super) struct Filter {
    routes: Wanted,
    words: Words,
    /// The date on the origin's calendar, in days since the Unix epoch.
    date: Option<i32>,
    include: Include,
    /// The first departure that can match.
    first: Spot,
}

/// Which routes.
enum Wanted {
    /// All.
    Every,
    /// These, by number.
    Few(Vec<(RouteIx, Verdict)>),
    /// By number, what is wanted of each.
    Many(Vec<Verdict>),
}

/// What is wanted of a route.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    /// None of its legs.
    No,
    /// All of its legs.
    Yes,
    /// Those whose flight matches these words, which its airports do not.
    If(WordSet),
}

impl Filter {
    /// What `ask` wants at `now`; `None` if nothing can match.
    pub(super) fn new(routes: &Routes, ask: &SearchLegs, now: Moment) -> Option<Self> {
        let words = match &ask.text {
            Some(text) => Some(Words::of(text.as_str())?),
            None => None,
        };
        let date = ask.date.map(days_since_epoch);
        let dated =
            date.map_or(Spot::at(i64::MIN), |date| Spot::at((i64::from(date) - 1) * 86_400));
        // Sales end at the departure.
        let unsold = Spot::at(now.0.div_euclid(1000) + 1);
        let first = match ask.include {
            Include::Available => unsold.max(dated),
            Include::All => dated,
        };
        let routes = Wanted::of(routes, ask, words.as_ref());
        Some(Self { routes, words: words.unwrap_or_default(), date, include: ask.include, first })
    }

    /// Where to begin.
    pub(super) fn first(&self) -> Spot {
        self.first
    }

    /// Shows every leg that matches from `from` on, in order, until `see` has seen enough. A leg
    /// that is sold out at this very moment may be among those available.
    pub(super) fn walk(
        &self,
        table: &Table,
        from: Spot,
        see: &mut impl FnMut(Spot) -> ControlFlow<()>,
    ) {
        // A date on the origin's calendar begins and ends within a day of the same date of UTC.
        let last = self.date.map_or(i64::MAX, |date| i64::from(date) + 1);
        let days = table.days_from(from.day()).iter().take_while(|day| day.number <= last);
        for day in days {
            if self.walk_day(day, day.first_from(from), see).is_break() {
                return;
            }
        }
    }

    fn walk_day(
        &self,
        day: &Day,
        first: usize,
        see: &mut impl FnMut(Spot) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Wanted::Few(routes) = &self.routes {
            let legs = |route| day.on_route(route);
            let count: usize = routes.iter().map(|(route, _)| legs(*route).len()).sum();
            // Nearly all legs of the day are better looked at in order.
            if count < day.len() / 4 {
                let places = routes.iter().flat_map(|(route, _)| legs(*route));
                let mut places: Vec<usize> =
                    places.map(|at| *at as usize).filter(|at| *at >= first).collect();
                places.sort_unstable();
                for at in places {
                    if self.includes(day, at) && self.matches(day, at) {
                        see(day.spot(at))?;
                    }
                }
                return ControlFlow::Continue(());
            }
        }
        let mut at = first;
        while let Some(next) = self.next_included(day, at) {
            if self.matches(day, next) {
                see(day.spot(next))?;
            }
            at = next + 1;
        }
        ControlFlow::Continue(())
    }

    fn next_included(&self, day: &Day, at: usize) -> Option<usize> {
        match self.include {
            Include::Available => day.next_available(at),
            Include::All => (at < day.len()).then_some(at),
        }
    }

    fn includes(&self, day: &Day, at: usize) -> bool {
        match self.include {
            Include::Available => day.is_available(at),
            Include::All => true,
        }
    }

    fn matches(&self, day: &Day, at: usize) -> bool {
        let verdict = match &self.routes {
            Wanted::Every => Verdict::Yes,
            Wanted::Few(routes) => {
                let place = routes.binary_search_by_key(&day.route(at), |(route, _)| *route);
                place.map_or(Verdict::No, |place| routes[place].1)
            }
            Wanted::Many(verdicts) => {
                verdicts.get(day.route(at).0 as usize).copied().unwrap_or(Verdict::No)
            }
        };
        let by_route = match verdict {
            Verdict::No => false,
            Verdict::Yes => true,
            Verdict::If(words) => self.words.match_flight(words, day.flight(at)),
        };
        by_route && self.date.is_none_or(|date| day.date(at) == date)
    }
}

impl Wanted {
    fn of(routes: &Routes, ask: &SearchLegs, words: Option<&Words>) -> Self {
        if words.is_none() && ask.from.is_none() && ask.to.is_none() {
            return Self::Every;
        }
        let verdict = |(from, to): (Iata, Iata)| {
            let wanted = |end, asked: Option<Iata>| asked.is_none_or(|asked| asked == end);
            if !(wanted(from, ask.from) && wanted(to, ask.to)) {
                return Verdict::No;
            }
            let Some(words) = words else { return Verdict::Yes };
            let missing = words.all().without(words.at(from).and(words.at(to)));
            match missing {
                _ if missing.is_empty() => Verdict::Yes,
                _ if missing.without(words.of_flights()).is_empty() => Verdict::If(missing),
                _ => Verdict::No,
            }
        };
        let verdicts: Vec<Verdict> = routes.all().map(|(_, ends)| verdict(ends)).collect();
        let wanted = || {
            let verdicts = verdicts.iter().zip(0..).map(|(verdict, at)| (RouteIx(at), *verdict));
            verdicts.filter(|(_, verdict)| !matches!(verdict, Verdict::No))
        };
        if wanted().count() <= FEW_ROUTES {
            Self::Few(wanted().collect())
        } else {
            Self::Many(verdicts)
        }
    }
}
