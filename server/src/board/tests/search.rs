//! `legs.search` equals a scan of everything.

use trecho_shared::message::{Include, LegStatus, Legs};

use super::*;
use crate::timetable::{fold, place};

/// Whether a leg matches, said as plainly as can be.
fn matches(leg: &Leg, ask: &SearchLegs) -> bool {
    let end = |asked: Option<Iata>, end: Iata| asked.is_none_or(|asked| asked == end);
    let word = |word: &String| {
        let flight = leg.flight.to_string().to_lowercase();
        let known = |airport: Iata| match place(airport) {
            Some(place) => {
                let text =
                    format!("{} {} {}", place.airport.city, place.airport.name, place.airport.iata);
                fold(&text).iter().any(|known| known.starts_with(word))
            }
            None => airport.as_str().to_lowercase().starts_with(word),
        };
        flight.starts_with(word)
            || flight[2..].starts_with(word)
            || known(leg.from)
            || known(leg.to)
    };
    let text = ask.text.as_ref().is_none_or(|text| {
        let words = fold(text.as_str());
        !words.is_empty() && words.iter().all(word)
    });
    let included = match ask.include {
        Include::All => true,
        Include::Available => leg.status == LegStatus::Open,
    };
    let date = ask.date.is_none_or(|date| leg.leg.date == date);
    end(ask.from, leg.from) && end(ask.to, leg.to) && date && text && included
}

fn naive(board: &Board, made: &[Made], ask: &SearchLegs, now: Moment) -> Vec<Leg> {
    let mut legs: Vec<_> = shown(board, made, now).into_iter().zip(made).collect();
    legs.retain(|(leg, _)| matches(leg, ask));
    legs.sort_by_key(|(leg, made)| (leg.departs_at.unix_seconds(), made.key));
    legs.into_iter().map(|(leg, _)| leg).collect()
}

fn ask() -> impl Strategy<Value = SearchLegs> {
    let end = || proptest::option::of((0..6_usize).prop_map(|at| airport(at).0));
    let date = proptest::option::of((23..29_i8).prop_map(|day| jiff::civil::date(2026, 11, day)));
    let texts = [
        "tr",
        "tr1",
        "12",
        "SÃO paulo",
        "paulo manaus",
        "g",
        "xg",
        "tr1 gru",
        "x9",
        "-",
        "1",
        "tr12 1",
        "1 2",
    ];
    let text = proptest::option::of(proptest::sample::select(texts.to_vec()))
        .prop_map(|text| text.map(|text| text.parse().unwrap()));
    let include = prop_oneof![Just(Include::All), Just(Include::Available)];
    // Mostly more match than a page has, so that the rest is counted only.
    let limit = prop_oneof![1..4_u32, 1..40_u32];
    (end(), end(), date, text, include, limit).prop_map(|(from, to, date, text, include, limit)| {
        SearchLegs { from, to, date, text, include, limit: Some(limit), cursor: None }
    })
}

/// All pages; `between` is called after each.
fn pages(
    board: &Board,
    ask: &SearchLegs,
    now: Moment,
    mut between: impl FnMut(),
) -> (Vec<Leg>, Legs) {
    let mut ask = ask.clone();
    let first = board.search(&ask, now).unwrap();
    let mut legs = first.legs.clone();
    let mut cursor = first.cursor.clone();
    while let Some(next) = cursor {
        between();
        ask.cursor = Some(next);
        let page = board.search(&ask, now).unwrap();
        assert!(page.legs.len() <= ask.limit.unwrap() as usize);
        legs.extend(page.legs);
        cursor = page.cursor;
    }
    (legs, first)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_a_scan_finds(made in made(120), ask in ask(), now in moment()) {
        let board = board(&made);
        let (found, first) = pages(&board, &ask, now, || {});
        let expected = naive(&board, &made, &ask, now);
        prop_assert_eq!(first.total as usize, expected.len());
        prop_assert!(!first.total_more);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn pages_neither_skip_nor_repeat_while_legs_sell_out_and_return(
        made in made(120),
        ask in ask(),
        now in moment(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 0..2_u32), 1..60),
    ) {
        let board = board(&made);
        let expected = naive(&board, &made, &ask, now);
        let mut flips = flips.iter().cycle();
        let mut touched = std::collections::HashSet::new();
        let mut version = 10;
        let (found, _) = pages(&board, &ask, now, || {
            let (index, seats_left) = flips.next().unwrap();
            let leg = index.get(&made);
            version += 1;
            board.apply(&[change(leg.key, version, *seats_left)]);
            touched.insert(leg.facts.id);
        });
        let ids: Vec<LegId> = found.iter().map(|leg| leg.leg).collect();
        let mut once = ids.clone();
        once.dedup();
        prop_assert_eq!(&ids, &once);
        let departures: Vec<i64> = found.iter().map(|leg| leg.departs_at.unix_seconds()).collect();
        prop_assert!(departures.is_sorted());
        // Those that nothing happened to are all there, in their order.
        let untouched = |ids: Vec<LegId>| -> Vec<LegId> {
            ids.into_iter().filter(|id| !touched.contains(id)).collect()
        };
        let expected = expected.iter().map(|leg| leg.leg).collect();
        prop_assert_eq!(untouched(ids), untouched(expected));
    }
}

/// `count` legs, one a minute, every other one sold out.
fn long_board(count: u16) -> Board {
    let made: Vec<Made> = (0..count)
        .map(|at| Made {
            key: LegKey(at.into()),
            facts: Arc::new(leg(
                at % 9999 + 1,
                [at.into(), (at / 9999 + 1).into()],
                at.into(),
                60,
                1,
            )),
            seats_left: u32::from(at % 2),
            closed: false,
        })
        .collect();
    board(&made)
}

#[test]
fn a_count_beyond_ten_thousand_says_that_there_are_more() {
    let board = long_board(12_000);
    let now = Moment(0);
    let mut ask = SearchLegs { include: Include::All, limit: Some(500), ..SearchLegs::default() };
    let page = board.search(&ask, now).unwrap();
    assert_eq!((page.total, page.total_more, page.legs.len()), (10_000, true, 500));
    let (all, _) = pages(&board, &ask, now, || {});
    assert_eq!(all.len(), 12_000);
    ask.include = Include::Available;
    let page = board.search(&ask, now).unwrap();
    assert_eq!((page.total, page.total_more), (6_000, false));
}

#[test]
fn of_the_legs_after_the_page_those_that_match_are_counted_on_however_many_routes() {
    // GRU to 90 airports, and as many legs of CGH's, on days of 720 legs each.
    let legs = (0..7_200_u16).map(|at| {
        let mut facts = leg(at % 9999 + 1, [usize::from(at % 2), 2], i64::from(at) * 2, 60, 1);
        let letter = |at: u16| char::from(b'A' + u8::try_from(at % 10).unwrap());
        facts.to = format!("Y{}{}", letter(at / 2), letter(at / 2 % 90 / 10)).parse().unwrap();
        let seats_left = u32::from(at % 3 != 0);
        Made { key: LegKey(at.into()), facts: Arc::new(facts), seats_left, closed: false }
    });
    let made: Vec<Made> = legs.collect();
    let board = board(&made);
    for include in [Include::All, Include::Available] {
        let from = Some(airport(0).0);
        let ask = SearchLegs { from, include, limit: Some(7), ..SearchLegs::default() };
        let page = board.search(&ask, Moment(0)).unwrap();
        let expected = naive(&board, &made, &ask, Moment(0));
        assert_eq!((page.total as usize, page.total_more), (expected.len(), false));
        assert_eq!(page.legs, expected[..7]);
    }
}

#[test]
fn a_leg_that_matches_in_two_ways_is_found_once() {
    let mut made: Vec<Made> = (0..90_u16)
        .map(|at| Made {
            key: LegKey(at.into()),
            facts: Arc::new(leg(at + 1, [0, 1], i64::from(at), 60, 1)),
            seats_left: 1,
            closed: false,
        })
        .collect();
    // By its carrier, and by where it lands.
    let mut both = leg(200, [0, 5], 30, 60, 1);
    both.id.flight = "XA200".parse().unwrap();
    made[30].facts = Arc::new(both);
    let ask = SearchLegs { text: Some("x".parse().unwrap()), ..SearchLegs::default() };
    let page = board(&made).search(&ask, Moment(0)).unwrap();
    assert_eq!((page.total, page.legs.len()), (1, 1));
}

#[test]
fn a_departed_leg_is_no_longer_offered() {
    let board = long_board(10);
    let ask = SearchLegs::default();
    let departure = (START_S + 5 * 60) * 1000;
    let first = |now| board.search(&ask, Moment(now)).unwrap().legs[0].departs_at.unix_seconds();
    assert_eq!(first(departure - 1), START_S + 5 * 60);
    assert_eq!(first(departure), START_S + 7 * 60);
    let total = |now| board.search(&ask, Moment(now)).unwrap().total;
    assert_eq!((total(departure - 1), total(departure)), (3, 2));
    assert_eq!(board.leg(LegKey(5), Moment(departure)).unwrap().status, LegStatus::Departed);
}

#[test]
fn a_page_out_of_bounds_is_refused() {
    let board = long_board(3);
    for limit in [0, 501, u32::MAX] {
        let ask = SearchLegs { limit: Some(limit), ..SearchLegs::default() };
        assert_eq!(board.search(&ask, Moment(0)), Err(SearchError::PageLimit));
    }
    let ask = SearchLegs { cursor: Some("12".into()), ..SearchLegs::default() };
    assert_eq!(board.search(&ask, Moment(0)), Err(SearchError::Cursor));
}

#[test]
fn an_empty_board_finds_nothing() {
    let board = board(&[]);
    let page = board.search(&SearchLegs::default(), Moment(0)).unwrap();
    assert_eq!(page, Legs { legs: vec![], total: 0, total_more: false, cursor: None });
    assert!(board.is_empty());
}
