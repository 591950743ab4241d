//! The routes that the timetable flies, by number.

use std::collections::HashMap;

use trecho_shared::ids::Iata;

/// A route's number: given in the order in which routes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RouteIx(pub(super) u32);

/// Every route. Routes are only ever added.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes {
    ends: Vec<(Iata, Iata)>,
    by_ends: HashMap<(Iata, Iata), RouteIx>,
    out_of: HashMap<Iata, Vec<RouteIx>>,
    into: HashMap<Iata, Vec<RouteIx>>,
}

impl Routes {
    /// The number of the route, if anything ever flew it.
    pub(super) fn number(&self, from: Iata, to: Iata) -> Option<RouteIx> {
        self.by_ends.get(&(from, to)).copied()
    }

    /// Adds a route that has no number yet.
    pub(super) fn add(&mut self, from: Iata, to: Iata) -> RouteIx {
        debug_assert!(self.number(from, to).is_none(), "a route has one number");
        // A route needs a leg, and there are fewer legs than 2^32.
        let route = RouteIx(u32::try_from(self.ends.len()).expect("fewer routes than legs"));
        self.ends.push((from, to));
        self.by_ends.insert((from, to), route);
        self.out_of.entry(from).or_default().push(route);
        self.into.entry(to).or_default().push(route);
        route
    }

    /// Both ends of every route, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = (RouteIx, (Iata, Iata))> {
        (0..).map(RouteIx).zip(self.ends.iter().copied())
    }

    /// The ends of a route.
    pub(super) fn ends(&self, route: RouteIx) -> (Iata, Iata) {
        self.ends[route.0 as usize]
    }

    /// The routes out of an airport, by number.
    pub(super) fn out_of(&self, from: Iata) -> &[RouteIx] {
        self.out_of.get(&from).map_or(&[], Vec::as_slice)
    }

    /// The routes into an airport, by number.
    pub(super) fn into(&self, to: Iata) -> &[RouteIx] {
        self.into.get(&to).map_or(&[], Vec::as_slice)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}
