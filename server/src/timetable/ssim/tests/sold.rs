//! What is sold, and with which seats.

use super::*;

/// Why a line is not served, if the file is read without such lines.
fn unserved(lines: &[String]) -> String {
    let text = file("L", lines);
    let reading = read(text.as_bytes(), UnservedLines::Skip).unwrap();
    assert_eq!(reading.legs, [], "{}", reading.left_out);
    assert_eq!(reading.left_out.count(), 1);
    assert!(matches!(
        read(text.as_bytes(), UnservedLines::Refuse),
        Err(ImportError::Unserved { errors, more: 0 }) if errors == reading.left_out.named
    ));
    reading.left_out.to_string()
}

#[test]
fn a_line_that_cannot_be_sold_here_is_left_out_or_refuses_the_file() {
    for (first, text, expected) in [
        (37, "LIS", "departure station \"LIS\" (columns 37-39): this server does not know"),
        (55, "EZE", "arrival station \"EZE\""),
        (55, "GRU", "begins and ends at GRU"),
        (3, "TAM", "airline designator \"TAM\""),
        (14, "F", "no passengers"),
        (14, "U", "by road or rail"),
        (14, "P", "no scheduled passenger flight"),
        (14, "C", "no scheduled passenger flight"),
        (149, "L", "another carrier's (code share)"),
        (149, "Z", "another carrier's (code share)"),
        (150, "A", "traffic restriction \"A\" (column 150)"),
    ] {
        let reason = unserved(&[leg(&[(first, text)])]);
        assert!(reason.starts_with("line 3: ") && reason.contains(expected), "{reason}");
    }
}

#[test]
fn a_duplicate_of_another_carriers_leg_is_not_sold_twice() {
    let reason = unserved(&[leg(&[]), segment("050", "LA 3090")]);
    assert!(reason.contains("another carrier's (\"LA 3090\", by DEI 50)"), "{reason}");
    // The other way round it is ours to sell.
    assert_eq!(legs(&[leg(&[]), segment("010", "LA 3090")]).len(), 7);
    assert_eq!(legs(&[leg(&[(149, "S")])]).len(), 7, "a wet lease");
}

#[test]
fn a_restriction_of_another_airport_of_the_flight_is_not_the_legs() {
    assert_eq!(legs(&[leg(&[(151, "A")])]).len(), 7);
    let second = leg(&[(12, "02"), (151, "A")]);
    assert!(unserved(&[second]).contains("column 151"));
}

#[test]
fn the_rest_of_a_file_is_taken_without_the_lines_that_cannot_be_sold() {
    let text = file("L", &[leg(&[]), leg(&[(6, "1043"), (55, "LIS")]), leg(&[(6, "1044")])]);
    let reading = read(text.as_bytes(), UnservedLines::Skip).unwrap();
    assert_eq!((reading.legs.len(), reading.left_out.named[0].line), (14, 4));
    assert!(read(text.as_bytes(), UnservedLines::Refuse).is_err());
}

#[test]
fn a_wrong_line_refuses_the_file_even_if_others_are_skipped() {
    let lines = [leg(&[(55, "LIS")]), leg(&[(6, "1043"), (29, "9      ")])];
    let text = file("L", &lines);
    assert_eq!(against(&text).len(), 1);
    let strict = read(text.as_bytes(), UnservedLines::Refuse).unwrap_err();
    let ImportError::Lines { errors, .. } = strict else { panic!("{strict:?}") };
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_line_that_cannot_be_sold_must_still_be_sound() {
    let reasons = reasons(&[leg(&[(55, "LIS"), (15, "31NOV26")])]);
    assert!(reasons[0].contains("first date of the period"), "{reasons:?}");
}

#[test]
fn seats_come_from_the_configuration() {
    let seats = |changes: &[(usize, &str)]| legs(&[leg(changes)])[0].cabin.to_string();
    assert_eq!(seats(&[]), "29x3-3");
    assert_eq!(seats(&[(73, "733"), (173, "W18Y112VVCGO")]), "26x2-3");
    assert_eq!(seats(&[(173, "    "), (76, "C012YBM150")]), "27x3-3", "the booking designators");
    assert_eq!(seats(&[(173, "CY  "), (76, "C012Y150")]), "27x3-3");
    assert_eq!(seats(&[(76, "C012Y150")]), "29x3-3", "the configuration first");
}

#[test]
fn a_configuration_may_follow_the_leg() {
    let long = leg(&[(173, "XX  ")]);
    let reading = reading(&[long.clone(), segment("108", "C12W24Y120LL3PP2VVLONG")]);
    assert_eq!(reading.legs[0].cabin.capacity(), 156);
    assert!(reasons(&[long])[0].contains("aircraft configuration \"XX"));
}

#[test]
fn a_segment_of_another_leg_is_an_error() {
    let reasons = reasons(&[leg(&[(6, "1043")]), segment("050", "LA 3090")]);
    assert!(reasons[0].starts_with("line 4: a segment (4) of \" TR 10420101\""), "{reasons:?}");
}

#[test]
fn a_leg_without_a_number_of_seats_is_an_error() {
    for text in ["    ", "Y000", "CY  "] {
        let reasons = reasons(&[leg(&[(173, text)])]);
        assert!(reasons[0].starts_with("line 3: aircraft configuration"), "{reasons:?}");
    }
}

#[test]
fn seats_that_are_not_sold_are_noted_once() {
    let line = |number: &str| leg(&[(6, number), (73, "E95"), (173, "Y118")]);
    let reading = reading(&[line("1042"), line("1043")]);
    assert_eq!(reading.legs[0].cabin.to_string(), "29x2-2");
    assert_eq!(
        reading.notes.to_string(),
        "line 3: 118 seats of a E95 make no even rows: 116 are sold (29x2-2), here and on all lines like it"
    );
}

#[test]
fn legs_of_one_cabin_share_it() {
    let legs = legs(&[leg(&[]), leg(&[(6, "1043")])]);
    assert!(legs.iter().all(|leg| std::sync::Arc::ptr_eq(&leg.cabin, &legs[0].cabin)));
}

#[test]
fn fares_are_those_of_the_samples_formula() {
    let fares: Vec<i64> = legs(&[leg(&[])]).iter().map(|leg| leg.fare.0).collect();
    assert!(
        fares.iter().all(|fare| (8_000..40_000).contains(fare) && fare % 100 == 90),
        "{fares:?}"
    );
    let far = legs(&[leg(&[(55, "MAO09050905-0400")])]);
    assert!(far.iter().zip(fares).all(|(leg, near)| leg.fare.0 > near * 2));
}
