//! Which legs a search wants, and a walk over them in order.

use std::ops::ControlFlow;

use trecho_shared::ids::Iata;
use trecho_shared::message::{Include, SearchLegs};
use trecho_shared::time::Moment;

use super::day::{Day, Spot, days_since_epoch};
use super::routes::{RouteIx, Routes};
use super::table::Table;
use super::words::{Beginning, WordSet, Words};

/// A search that wants all of so many routes or fewer looks at their legs only; with more, at all,
/// as long as it needs them in order.
const FEW_ROUTES: usize = 64;

/// What a search wants.
pub(super) struct Filter {
    /// By route, what is wanted of it; `None`: all of every route.
    verdicts: Option<Vec<Verdict>>,
    /// Where to look for what is wanted; `None`: everywhere.
    lists: Option<Lists>,
    words: Words,
    /// The date on the origin's calendar, in days since the Unix epoch.
    date: Option<i32>,
    include: Include,
    /// The first departure that can match.
    first: Spot,
}

/// All legs that match are on these routes, or their flights begin like this.
#[derive(Default)]
struct Lists {
    routes: Vec<RouteIx>,
    flights: Vec<Beginning>,
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
        let words = words.unwrap_or_default();
        let verdicts = (ask.text.is_some() || ask.from.is_some() || ask.to.is_some())
            .then(|| routes.all().map(|(_, ends)| verdict(&words, ask, ends)).collect::<Vec<_>>());
        let lists = verdicts.as_ref().and_then(|verdicts| Lists::of(verdicts, &words));
        Some(Self { verdicts, lists, words, date, include: ask.include, first })
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
        for day in self.days(table, from) {
            if self.walk_day(day, day.first_from(from), see).is_break() {
                return;
            }
        }
    }

    /// How many legs match from `from` on, or `enough` if there are more. Cheaper than a walk, since a
    /// count needs no order.
    pub(super) fn count(&self, table: &Table, from: Spot, enough: usize) -> usize {
        let mut count = 0;
        for day in self.days(table, from) {
            if count == enough {
                break;
            }
            count += self.count_day(day, day.first_from(from), enough - count);
        }
        count
    }

    /// The days on which something from `from` on may match.
    fn days<'t>(&self, table: &'t Table, from: Spot) -> impl Iterator<Item = &'t Day> {
        // A date on the origin's calendar begins and ends within a day of the same date of UTC.
        let last = self.date.map_or(i64::MAX, |date| i64::from(date) + 1);
        let days = table.days_from(from.day()).iter().map(|day| &**day);
        days.take_while(move |day| day.number <= last)
    }

    fn count_day(&self, day: &Day, first: usize, enough: usize) -> usize {
        if let Some(lists) = self.lists.as_ref().filter(|lists| lists.count_alone(day)) {
            let places = lists.routes.iter().flat_map(|route| day.on_route(*route));
            let places = places.map(|at| *at as usize).filter(|at| *at >= first);
            let matching = places.filter(|at| self.includes(day, *at) && self.is_dated(day, *at));
            return matching.take(enough).count();
        }
        let mut count = 0;
        let _counted: ControlFlow<()> = self.walk_day(day, first, &mut |_| {
            count += 1;
            if count == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        count
    }

    fn walk_day(
        &self,
        day: &Day,
        first: usize,
        see: &mut impl FnMut(Spot) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let few = self.lists.as_ref().filter(|lists| lists.routes.len() <= FEW_ROUTES);
        let listed = few.map(|lists| lists.places(day));
        if let Some(lists) = listed {
            // Nearly all legs of the day are better looked at in order.
            let count: usize = lists.iter().map(|places| places.len()).sum();
            if count < day.len().div_ceil(4) {
                let places = lists.into_iter().flatten().map(|at| *at as usize);
                let mut places: Vec<usize> = places.filter(|at| *at >= first).collect();
                places.sort_unstable();
                places.dedup();
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
        let verdict = self.verdicts.as_ref().map_or(Verdict::Yes, |verdicts| {
            verdicts.get(day.route(at).0 as usize).copied().unwrap_or(Verdict::No)
        });
        let by_route = match verdict {
            Verdict::No => false,
            Verdict::Yes => true,
            Verdict::If(words) => self.words.match_flight(words, day.flight(at)),
        };
        by_route && self.is_dated(day, at)
    }

    fn is_dated(&self, day: &Day, at: usize) -> bool {
        self.date.is_none_or(|date| day.date(at) == date)
    }
}

/// What is wanted of the route with these ends.
fn verdict(words: &Words, ask: &SearchLegs, (from, to): (Iata, Iata)) -> Verdict {
    let wanted = |end, asked: Option<Iata>| asked.is_none_or(|asked| asked == end);
    if !(wanted(from, ask.from) && wanted(to, ask.to)) {
        return Verdict::No;
    }
    let missing = words.all().without(words.at(from).and(words.at(to)));
    match missing {
        _ if missing.is_empty() => Verdict::Yes,
        _ if missing.without(words.of_flights()).is_empty() => Verdict::If(missing),
        _ => Verdict::No,
    }
}

impl Lists {
    /// Where to look for what `verdicts` want, if that can be listed.
    fn of(verdicts: &[Verdict], words: &Words) -> Option<Self> {
        let mut lists = Self::default();
        // The words that are missing on every route that wants some of its legs.
        let mut missing: Option<WordSet> = None;
        for (verdict, route) in verdicts.iter().zip(0..) {
            match verdict {
                Verdict::No => {}
                Verdict::Yes => lists.routes.push(RouteIx(route)),
                Verdict::If(set) => {
                    missing = Some(missing.map_or(*set, |missing| missing.common(*set)));
                }
            }
        }
        if let Some(missing) = missing {
            lists.flights.extend(words.longest(missing)?);
        }
        Some(lists)
    }

    /// Whether the lists alone tell how many legs match: none is in two of them, and there are not
    /// more lists than legs.
    fn count_alone(&self, day: &Day) -> bool {
        self.flights.is_empty() && self.routes.len() < day.len()
    }

    /// The places on a day, list by list. A place may be in several.
    fn places<'d>(&self, day: &'d Day) -> Vec<&'d [u32]> {
        let routes = self.routes.iter().map(|route| day.on_route(*route));
        routes.chain(self.flights.iter().map(|begin| day.on_flights(begin))).collect()
    }
}
