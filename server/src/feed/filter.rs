//! Which legs a watcher asked for.

use std::collections::HashSet;

use trecho_shared::ids::Iata;
use trecho_shared::time::Date;

use crate::booking::{LegFacts, LegKey};

/// The filter of one watch. It is for `leg.updated` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Every leg.
    All,
    /// These legs.
    Legs(HashSet<LegKey>),
    /// The legs of a route, a date, or both.
    Route(Route),
}

/// Part of the timetable: what is given must match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// Where it takes off.
    pub(crate) from: Option<Iata>,
    /// Where it lands.
    pub(crate) to: Option<Iata>,
    /// The date on the origin's calendar.
    pub(crate) date: Option<Date>,
}

/// What a filter must know of a leg.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) leg: LegKey,
    pub(super) from: Iata,
    pub(super) to: Iata,
    pub(super) date: Date,
}

impl Place {
    pub(super) fn new(leg: LegKey, facts: &LegFacts) -> Self {
        Self { leg, from: facts.id.origin, to: facts.to, date: facts.id.date }
    }
}

impl Filter {
    /// Whether the leg at `place` is watched.
    pub(super) fn takes(&self, place: &Place) -> bool {
        match self {
            Self::All => true,
            Self::Legs(legs) => legs.contains(&place.leg),
            Self::Route(Route { from, to, date }) => {
                from.is_none_or(|from| from == place.from)
                    && to.is_none_or(|to| to == place.to)
                    && date.is_none_or(|date| date == place.date)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(leg: u32) -> Place {
        Place {
            leg: LegKey(leg),
            from: "GRU".parse().unwrap(),
            to: "REC".parse().unwrap(),
            date: "2026-11-24".parse().unwrap(),
        }
    }

    #[test]
    fn all_that_a_route_names_must_match() {
        let named = Route { from: "GRU".parse().ok(), ..Route::default() };
        assert!(Filter::Route(named).takes(&place(1)));
        let both = Route { to: "SSA".parse().ok(), ..named };
        assert!(!Filter::Route(both).takes(&place(1)));
        let date = Route { date: "2026-11-25".parse().ok(), ..named };
        assert!(!Filter::Route(date).takes(&place(1)));
    }

    #[test]
    fn named_legs_are_taken_and_no_others() {
        let filter = Filter::Legs(HashSet::from([LegKey(1)]));
        assert!(filter.takes(&place(1)) && !filter.takes(&place(2)));
    }
}
