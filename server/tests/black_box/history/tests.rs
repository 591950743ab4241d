//! Each broken promise is found in a history that was well before.

use std::collections::{BTreeSet, HashMap};

use super::{
    Cancel, Carts, Departure, End, Got, Heard, History, Hold, Look, Sale, Sight, Span, Way, Why,
};

/// A history in which all is well.
fn well() -> History {
    let seat = |row: u32| ("L".to_owned(), format!("{row}A"));
    let look = |leg: &str, version, seats_left, begun| Look {
        leg: leg.to_owned(),
        version,
        seats_left,
        begun,
        ended: begun + 1,
    };
    let event = |leg: &str, version, seats_left, at| Heard {
        leg: leg.to_owned(),
        version,
        seats_left,
        why: Why::Other,
        at,
    };
    let no = Got::Taken(vec!["M".to_owned()]);
    let refused = Hold { legs: vec!["M".to_owned()], got: no, begun: 27, ended: 29 };
    let hold = |number, row, begun, ended| Hold {
        legs: vec!["L".to_owned()],
        got: Got::Seats(vec![(seat(row), number)]),
        begun,
        ended,
    };
    let sale = |key: &str, locator: &str, row, ended| Sale {
        key: key.to_owned(),
        locator: locator.to_owned(),
        claim: format!("claim {locator}"),
        seats: vec![seat(row)],
        ended,
    };
    History {
        capacity: HashMap::from([("L".to_owned(), 3), ("M".to_owned(), 1)]),
        looks: vec![
            look("L", 1, 3, 0),
            look("L", 5, 2, 10),
            look("L", 9, 1, 20),
            look("M", 13, 1, 40),
        ],
        complete: false,
        heard: vec![vec![
            event("L", 5, 2, 11),
            event("L", 9, 1, 14),
            event("M", 11, 0, 26),
            event("M", 13, 1, 36),
            event("M", 17, 0, 50),
        ]],
        holds: vec![hold(7, 1, 0, 3), hold(8, 2, 6, 9), refused],
        releases: Vec::new(),
        sales: vec![sale("a", "AAA", 1, 2), sale("a", "AAA", 1, 4), sale("b", "BBB", 2, 12)],
        cancels: Vec::new(),
        carts: carts(),
        end: End {
            sold: HashMap::from([
                ("AAA".to_owned(), vec![seat(1)]),
                ("BBB".to_owned(), vec![seat(2)]),
            ]),
            shown_sold: BTreeSet::from([seat(1), seat(2)]),
            shown_held: BTreeSet::new(),
            legs: HashMap::from([("L".to_owned(), (9, 1)), ("M".to_owned(), (17, 0))]),
        },
    }
}

/// Two carts that were sold and one that ended by time, each held for a second.
fn carts() -> Carts {
    let span = |begun: u64, ended: u64| Span {
        begun,
        ended,
        from: 100_000 + 10 * begun,
        to: 100_000 + 10 * ended,
    };
    let sight = |owner, hold, begun| Sight {
        owner,
        holds: vec![hold],
        until: Some(100_505 + 10 * begun),
        fresh: true,
        asked: span(begun, begun + 1),
    };
    let left = |hold, way, begun| Departure {
        holds: vec![hold],
        way,
        asked: span(begun, begun + 1),
        answered: true,
    };
    Carts {
        hold_ms: 1_000,
        ready: vec![100_000],
        sights: vec![sight(1, 7, 0), sight(2, 8, 6), sight(3, 9, 1)],
        departures: vec![left(7, Way::Sold, 1), left(8, Way::Sold, 11), left(9, Way::Expired, 100)],
    }
}

/// A history of which one feed told everything.
fn in_one_run() -> History {
    let mut history = History {
        capacity: HashMap::from([("L".to_owned(), 9), ("M".to_owned(), 9)]),
        heard: vec![Vec::new()],
        ..History::default()
    };
    let (mut left, mut row) = (HashMap::from([("L", 9), ("M", 9)]), 0);
    let mut hold = |number: u64, legs: &[&str], begun| {
        let seats = (number..).zip(legs).map(|(number, leg)| {
            row += 1;
            (((*leg).to_owned(), format!("{row}A")), number)
        });
        let got = Got::Seats(seats.collect());
        let legs = legs.iter().map(|leg| (*leg).to_owned()).collect();
        Hold { legs, got, begun, ended: begun + 2 }
    };
    history.holds = vec![
        hold(1, &["L"], 10),
        hold(2, &["L", "M"], 20),
        hold(4, &["M"], 30),
        Hold { got: Got::Unknown, ..hold(5, &["L"], 40) },
        hold(6, &["L"], 50),
        hold(7, &["M"], 60),
    ];
    for (version, leg, why, at) in [
        (1, "L", Why::Held, 11),
        (2, "M", Why::Held, 21),
        (3, "L", Why::Held, 21),
        (4, "L", Why::Other, 25),
        (5, "M", Why::Held, 31),
        (6, "L", Why::Held, 41),
        (7, "L", Why::Held, 51),
        (8, "M", Why::Held, 61),
    ] {
        let seats_left = left.get_mut(leg).unwrap();
        *seats_left -= u64::from(why == Why::Held);
        let (leg, seats_left) = (leg.to_owned(), *seats_left);
        history.heard[0].push(Heard { leg, version, seats_left, why, at });
    }
    history
}

#[test]
fn a_history_in_which_all_is_well_has_no_fault() {
    assert_eq!(well().faults(), Vec::<String>::new());
    let history = in_one_run();
    assert_eq!(history.faults(), Vec::<String>::new());
    assert_eq!(history.placed(), 5, "all but the one whose answer never came");
}

#[test]
fn holds_whose_numbers_are_not_in_the_order_of_the_versions_are_found() {
    type Break = fn(&mut History);
    let look = |leg: &str, version, seats_left, (begun, ended)| {
        let leg = leg.to_owned();
        Look { leg, version, seats_left, begun, ended }
    };
    let cases: [(&str, Break); 4] = [
        ("not what the holds took", |history| {
            // The two last, the other way round.
            let (one, other) = (history.holds[4].got.clone(), history.holds[5].got.clone());
            let renumbered = |got: Got, to: u64| match got {
                Got::Seats(seats) => {
                    Got::Seats(seats.into_iter().map(|(seat, _)| (seat, to)).collect())
                }
                other => other,
            };
            history.holds[4].got = renumbered(one, 7);
            history.holds[5].got = renumbered(other, 6);
        }),
        ("not what the holds took", |history| {
            // Something came between the two of one cart.
            history.heard[0][2].why = Why::Other;
            history.heard[0][3].why = Why::Held;
        }),
        ("not what the holds took", |history| {
            // A seat went to nobody.
            history.holds.remove(3);
        }),
        ("not what the holds took", |history| history.heard[0][6].at = 49),
    ];
    for (expected, break_it) in cases {
        let mut history = in_one_run();
        break_it(&mut history);
        let faults = history.faults();
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
    for (expected, seen) in [
        // Of which nothing was told.
        ("nothing was told of", look("M", 4, 8, (26, 27))),
        // Before it was asked for,
        ("went back", look("L", 7, 5, (44, 45))),
        // and not yet when it had been answered.
        ("went back", look("M", 2, 8, (34, 35))),
    ] {
        let mut history = in_one_run();
        history.looks.push(seen);
        let faults = history.faults();
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
}

#[test]
fn the_legs_of_one_cart_may_be_seen_to_change_one_after_the_other_in_the_order_of_the_versions() {
    let look = |leg: &str, version, seats_left, begun| {
        let leg = leg.to_owned();
        Look { leg, version, seats_left, begun, ended: begun + 1 }
    };
    // Hold 2 is M's version 2 and L's version 3, told at 21 to those who watch.
    let seen = |looks: [Look; 2]| {
        let mut history = in_one_run();
        history.heard[0][1].at = 26;
        history.heard[0][2].at = 26;
        history.heard[0][3].at = 27;
        history.holds[1].ended = 26;
        history.looks.extend(looks);
        history.faults()
    };
    assert_eq!(seen([look("M", 2, 8, 21), look("L", 1, 8, 23)]), Vec::<String>::new());
    let faults = seen([look("L", 3, 7, 21), look("M", 0, 9, 23)]);
    assert!(faults.iter().any(|fault| fault.contains("went back")), "{faults:?}");
}

#[test]
fn what_happened_between_two_feeds_is_not_held_against_a_refusal() {
    let mut history = well();
    let heard = |leg: &str, version, seats_left, at| {
        let leg = leg.to_owned();
        Heard { leg, version, seats_left, why: Why::Other, at }
    };
    // M had a seat when the first feed ended. Who had it when the second began is not known.
    history.heard = vec![
        vec![heard("M", 11, 0, 26), heard("M", 13, 1, 36)],
        vec![heard("L", 19, 1, 45), heard("L", 21, 0, 60)],
    ];
    history.looks.push(Look { version: 19, begun: 50, ended: 51, ..history.looks[2].clone() });
    history.holds[2] = Hold { begun: 46, ended: 47, ..history.holds[2].clone() };
    history.end.legs.clear();
    assert_eq!(history.faults(), Vec::<String>::new());
}

#[test]
fn each_broken_promise_is_found() {
    type Break = fn(&mut History);
    let cases: [(&str, Break); 31] = [
        ("seats left", |history| history.looks[0].seats_left = 4),
        ("at version 5", |history| history.heard[0][0].seats_left = 1),
        ("went back", |history| history.looks[2].version = 2),
        ("went back", |history| history.heard[0].swap(0, 1)),
        // Who had seen the change to M asked for L, and was told what was there before M's.
        ("went back", |history| {
            history.looks[3].begun = 18;
            history.looks[3].ended = 19;
            history.looks[2] = Look { version: 5, seats_left: 2, ..history.looks[2].clone() };
        }),
        ("told as", |history| {
            history.end.legs.insert("L".to_owned(), (10, 1));
        }),
        ("in one stroke", |history| history.holds[1].got = history.holds[0].got.clone()),
        ("in one stroke", |history| {
            if let Got::Seats(seats) = &mut history.holds[0].got {
                seats.push((("M".to_owned(), "1A".to_owned()), 9));
            }
        }),
        ("asked for later", |history| history.holds[1].ended = 0),
        ("asked for later", |history| (history.holds[0].begun, history.holds[0].ended) = (20, 21)),
        ("there were seats", |history| {
            (history.holds[2].begun, history.holds[2].ended) = (37, 39);
        }),
        ("key a bought", |history| history.sales[1].locator = "CCC".to_owned()),
        ("was sold for", |history| history.sales[1].key = "c".to_owned()),
        ("at once", |history| history.sales[2].seats = history.sales[0].seats.clone()),
        ("is gone", |history| drop(history.end.sold.remove("BBB"))),
        ("held by nobody", |history| {
            history.end.shown_held.insert(("L".to_owned(), "3A".to_owned()));
        }),
        ("was cancelled, and is", |history| {
            history.cancels.push(Cancel { locator: "BBB".to_owned(), begun: 20, answered: true });
        }),
        ("was cancelled, and is", |history| {
            // Answered once, and asked again without an answer.
            for answered in [true, false] {
                history.cancels.push(Cancel { locator: "BBB".to_owned(), begun: 20, answered });
            }
        }),
        ("may have been cancelled, and is", |history| {
            let half = history.sales[0].seats[0].clone();
            for sale in &mut history.sales[..2] {
                sale.seats.push(("M".to_owned(), "1A".to_owned()));
            }
            history.end.sold.insert("AAA".to_owned(), vec![half]);
            history.cancels.push(Cancel { locator: "AAA".to_owned(), begun: 20, answered: false });
        }),
        ("on legs, not both", |history| {
            history.cancels.push(Cancel { locator: "BBB".to_owned(), begun: 20, answered: true });
            history.end.sold.insert("BBB".to_owned(), Vec::new());
        }),
        ("at once", |history| {
            // Held and not yet sold, when another had bought it.
            let seat = history.sales[2].seats[0].clone();
            history.holds[0].got = Got::Seats(vec![(seat, 7)]);
            history.carts.departures[0].asked.begun = 60;
        }),
        ("another period", |history| history.carts.sights[0].until = Some(100_250)),
        ("another period", |history| history.carts.sights[0].until = Some(101_005)),
        ("told two ends", |history| {
            let mut again = history.carts.sights[1].clone();
            (again.until, again.fresh) = (Some(100_700), false);
            (again.asked.begun, again.asked.ended) = (8, 9);
            history.carts.sights.push(again);
        }),
        ("ended early", |history| history.carts.departures[2].asked.to = 100_400),
        ("was over at 101015, late", |history| history.carts.departures[2].asked.to = 103_100),
        ("was over at 101015, late", |history| {
            // Ready again only then, and late all the same.
            history.carts.ready.push(103_100);
            history.carts.departures[2].asked.to = 105_200;
        }),
        ("and sold", |history| history.carts.departures[0].asked.from = 101_100),
        ("and shown", |history| {
            let mut again = history.carts.sights[2].clone();
            again.fresh = false;
            again.asked.from = 101_100;
            history.carts.sights.push(again);
        }),
        ("left twice", |history| {
            let left = Departure { way: Way::Released, ..history.carts.departures[2].clone() };
            history.carts.departures.push(left);
        }),
        ("gone early", |history| {
            let mut again = history.carts.sights[2].clone();
            (again.holds, again.until, again.fresh) = (Vec::new(), None, false);
            (again.asked.begun, again.asked.ended) = (10, 11);
            (again.asked.from, again.asked.to) = (100_100, 100_110);
            history.carts.sights.push(again);
        }),
    ];
    for (expected, break_it) in cases {
        let mut history = well();
        break_it(&mut history);
        let faults = history.faults();
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
}

#[test]
fn a_hold_that_had_left_and_is_seen_again_is_found() {
    let mut history = well();
    let mut again = history.carts.sights[0].clone();
    again.fresh = false;
    (again.asked.begun, again.asked.ended) = (5, 6);
    history.carts.sights.push(again);
    let faults = history.faults();
    assert!(faults.iter().any(|fault| fault.contains("was there again")), "{faults:?}");
}

#[test]
fn a_cart_that_was_over_while_no_server_ran_may_end_when_one_is_ready() {
    let mut history = well();
    history.carts.ready.push(103_100);
    history.carts.departures[2].asked.to = 104_900;
    assert_eq!(history.faults(), Vec::<String>::new());
}
