//! Readers beside the writer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use trecho_shared::message::Include;

use super::*;

fn legs(count: u16) -> Vec<Made> {
    (0..count)
        .map(|at| Made {
            key: LegKey(at.into()),
            facts: Arc::new(leg(at + 1, [0, 1], i64::from(at) * 5, 60, 9)),
            seats_left: 9,
            closed: false,
        })
        .collect()
}

#[test]
fn a_reader_never_sees_half_of_a_change() {
    const CHANGES: u64 = 40_000;
    let board = board(&legs(4));
    // What is left says which change it belongs to.
    let left = |version: u64| u32::try_from(version % 10).unwrap();
    board.apply(&[0, 1, 2, 3].map(|leg| change(LegKey(leg), 10, 0)));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for version in 11..CHANGES {
                let leg = LegKey(u32::try_from(version % 4).unwrap());
                board.apply(&[change(leg, version, left(version))]);
            }
            done.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            let mut last = [Version(0); 4];
            let mut finished = false;
            while !finished {
                finished = done.load(Ordering::Acquire);
                for (leg, last) in (0..).zip(&mut last) {
                    let state = board.state(LegKey(leg)).unwrap();
                    assert_eq!(state.seats_left, left(state.version.0));
                    assert!(state.version >= *last, "{state:?} after {last:?}");
                    *last = state.version;
                }
            }
            assert!(last.iter().all(|version| version.0 >= CHANGES - 4));
        });
    });
}

#[test]
fn searches_go_on_while_the_timetable_grows() {
    let board = board(&legs(50));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for at in 50..400_u16 {
                let facts = Arc::new(leg(at + 1, [1, 2], i64::from(at % 60) * 5, 60, 2));
                let key = LegKey(at.into());
                let version = 100 + u64::from(at);
                board.apply(&[Change::LegAdded { leg: key, facts }, change(key, version, 2)]);
                board.apply(&[change(LegKey(u32::from(at % 50)), version, u32::from(at % 2))]);
            }
            done.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            let mut count = 0;
            let mut finished = false;
            while !finished {
                finished = done.load(Ordering::Acquire);
                let ask =
                    SearchLegs { include: Include::All, limit: Some(500), ..SearchLegs::default() };
                let page = board.search(&ask, Moment(0)).unwrap();
                assert_eq!(page.total as usize, page.legs.len());
                assert!(page.legs.len() >= count, "a leg was lost");
                count = page.legs.len();
                assert!(page.legs.is_sorted_by_key(|leg| leg.departs_at.unix_seconds()));
                // A leg is first seen with its own version, not before its change.
                assert!(
                    page.legs.iter().all(|leg| leg.to == airport(1).0 || leg.version > Version(5))
                );
            }
            assert_eq!(count, 400);
        });
    });
}
