//! On which days a leg flies, and when.

use super::*;

#[test]
fn a_leg_flies_on_its_days_in_its_period() {
    assert_eq!(
        days(&legs(&[leg(&[])])),
        ["24Nov", "25Nov", "26Nov", "27Nov", "28Nov", "29Nov", "30Nov"]
    );
    assert_eq!(days(&legs(&[leg(&[(29, "1 3   7")])])), ["25Nov", "29Nov", "30Nov"]);
    let month = leg(&[(22, "24DEC26"), (29, " 2     "), (36, "2")]);
    assert_eq!(days(&legs(&[month])), ["24Nov", "08Dec", "22Dec"]);
}

#[test]
fn an_open_period_is_the_carriers() {
    let open = legs(&[leg(&[(15, "00XXX0000XXX00")])]);
    let days = days(&open);
    assert_eq!((days[0].as_str(), days[days.len() - 1].as_str()), ("25Oct", "27Mar"));
    assert_eq!(open.len(), 154);
}

#[test]
fn a_period_that_nothing_ends_has_a_year_and_a_note() {
    let endless = file("L", &[leg(&[(22, "00XXX00")])]);
    let endless = endless.replace("27MAR27", "00XXX00");
    let reading = read(endless.as_bytes(), UnservedLines::Refuse).unwrap();
    assert_eq!(reading.legs.len(), 365);
    let note = reading.notes.to_string();
    assert!(note.starts_with("line 3: ") && note.contains("2026-11-24 to 2027-11-23"), "{note}");
}

#[test]
fn every_other_week_needs_a_first_date_to_count_from() {
    for open in [(15, "00XXX00"), (22, "00XXX00")] {
        let reasons = reasons(&[leg(&[open, (36, "2")])]);
        assert!(reasons[0].starts_with("line 3: frequency rate \"2\" (column 36)"), "{reasons:?}");
    }
}

#[test]
fn local_times_are_told_from_utc_by_the_files_variation() {
    let manaus = leg(&[(29, " 2     "), (55, "MAO09050905-0400")]);
    assert_eq!(
        told(&legs(&[manaus])),
        ["TR1042-20261124-GRU 2026-11-24T06:10:00-03:00 MAO 2026-11-24T09:05:00-04:00"]
    );
}

#[test]
fn in_utc_the_date_at_the_origin_may_be_the_day_before() {
    let night = leg(&[(29, " 2     "), (40, "01200120-0300"), (58, "05300530-0400"), (55, "MAO")]);
    let reading = read(file("U", &[night]).as_bytes(), UnservedLines::Refuse).unwrap();
    assert_eq!(
        told(&reading.legs),
        ["TR1042-20261123-GRU 2026-11-23T22:20:00-03:00 MAO 2026-11-24T01:30:00-04:00"]
    );
}

#[test]
fn a_leg_over_midnight_lands_the_next_day_said_or_not() {
    for variation in ["  ", "01"] {
        let night = leg(&[(29, " 2     "), (40, "23300"), (44, "2330"), (58, "00350035")]);
        let night = put(&put(&night, 40, "23302330"), 193, variation);
        assert_eq!(
            told(&legs(&[night])),
            ["TR1042-20261124-GRU 2026-11-24T23:30:00-03:00 GIG 2026-11-25T00:35:00-03:00"]
        );
    }
    let contradicted = leg(&[(40, "23302330"), (58, "00350035"), (193, "00")]);
    let reasons = reasons(&[contradicted]);
    assert!(reasons[0].starts_with("line 3: it lands"), "{reasons:?}");
}

#[test]
fn midnight_ends_a_day_or_begins_one() {
    let late = leg(&[(29, " 2     "), (40, "23002300"), (58, "24002400"), (193, "00")]);
    let early = leg(&[(29, " 2     "), (8, "3"), (40, "00000000"), (58, "01000100")]);
    assert_eq!(
        told(&legs(&[late, early])),
        [
            "TR1042-20261124-GRU 2026-11-24T23:00:00-03:00 GIG 2026-11-25T00:00:00-03:00",
            "TR1032-20261124-GRU 2026-11-24T00:00:00-03:00 GIG 2026-11-24T01:00:00-03:00"
        ]
    );
}

/// The second leg of TR1042: from Galeão at 00:30, which is the day after the first leg's.
fn second(changes: &[(usize, &str)]) -> String {
    let line = leg(&[(12, "02"), (37, "GIG00300030"), (55, "SSA02300230"), (193, "11")]);
    changes.iter().fold(line, |line, (first, text)| put(&line, *first, text))
}

/// The first leg: on Tuesday and Wednesday at 22:00.
fn first() -> String {
    leg(&[(22, "25NOV26 23    "), (40, "22002200"), (58, "23052305"), (193, "00")])
}

#[test]
fn the_days_of_a_later_leg_are_its_own() {
    let own = second(&[(15, "25NOV2626NOV26  34   ")]);
    let both = legs(&[first(), own.clone()]);
    assert_eq!(days(&both), ["24Nov", "25Nov", "25Nov", "26Nov"]);
    assert_eq!(
        both[2].arrives_at.to_string(),
        "2026-11-25T02:30:00-03:00",
        "it lands on the day on which it departs"
    );
    assert_eq!(days(&legs(&[own])), ["25Nov", "26Nov"], "also without the first leg");
}

#[test]
fn the_days_of_a_later_leg_that_are_the_first_legs_are_moved_along() {
    let shared = second(&[(15, "24NOV2625NOV26 23    ")]);
    let both = legs(&[first(), shared]);
    assert_eq!(days(&both), ["24Nov", "25Nov", "25Nov", "26Nov"]);
    assert_eq!(both[2].arrives_at.to_string(), "2026-11-25T02:30:00-03:00");
}

#[test]
fn open_bounds_of_a_later_leg_are_a_day_later_too() {
    let open = "00XXX0000XXX00";
    let first = put(&put(&first(), 15, open), 29, "1      ");
    for monday_or_tuesday in ["1      ", " 2     "] {
        let both = legs(&[first.clone(), second(&[(15, open), (29, monday_or_tuesday)])]);
        let second: Vec<_> = both.iter().filter(|leg| leg.id.origin.as_str() == "GIG").collect();
        assert_eq!(
            (second.len() * 2, second[0].id.date.to_string()),
            (both.len(), "2026-10-27".into())
        );
    }
}

#[test]
fn another_flights_first_leg_moves_nothing() {
    let other = put(&first(), 6, "1044");
    let both = legs(&[other, second(&[(15, "24NOV2625NOV26 23    ")])]);
    assert_eq!(days(&both), ["24Nov", "25Nov", "24Nov", "25Nov"]);
}

#[test]
fn a_utc_variation_that_cannot_be_is_an_error() {
    let wrong = leg(&[(48, "+0300")]);
    let reasons = reasons(&[wrong]);
    assert!(
        reasons[0]
            .starts_with("line 3: the UTC variation at GRU: it makes 2026-11-24T06:10:00+03:00"),
        "{reasons:?}"
    );
    // Summer time that our zones do not know of may have come back since.
    assert_eq!(legs(&[leg(&[(48, "-0200"), (66, "-0200")])])[0].departs_at.offset_minutes(), -120);
}
