//! Each broken promise is found in a history that was well before.

use std::collections::{BTreeSet, HashMap};

use super::{End, Got, Heard, History, Hold, Look, Sale};

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
    let event =
        |leg: &str, version, seats_left, at| Heard { leg: leg.to_owned(), version, seats_left, at };
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

#[test]
fn a_history_in_which_all_is_well_has_no_fault() {
    assert_eq!(well().faults(), Vec::<String>::new());
}

#[test]
fn what_happened_between_two_feeds_is_not_held_against_a_refusal() {
    let mut history = well();
    let heard = |leg: &str, version, seats_left, at| {
        let leg = leg.to_owned();
        Heard { leg, version, seats_left, at }
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
    let cases: [(&str, Break); 16] = [
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
    ];
    for (expected, break_it) in cases {
        let mut history = well();
        break_it(&mut history);
        let faults = history.faults();
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
}
