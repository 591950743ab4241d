//! What is said of lines that cannot be taken.

use super::*;

#[test]
fn each_wrong_field_is_named_by_line_and_columns() {
    let wrong: [(usize, &str, &str); 24] = [
        (3, "T  ", "airline designator \"T  \" (columns 3-5)"),
        (6, "10A2", "flight number \"10A2\" (columns 6-9)"),
        (6, "   0", "expected 1 to 9999"),
        (12, "00", "leg sequence number"),
        (14, "j", "service type"),
        (15, "31NOV26", "first date of the period \"31NOV26\" (columns 15-21)"),
        (22, "30NVO26", "last date of the period"),
        (22, "23NOV26", "ends (2026-11-23) before it begins"),
        (22, "30NOV36", "more than 1096 days"),
        (29, "8      ", "days of operation"),
        (36, "3", "frequency rate"),
        (37, "G1U", "departure station"),
        (40, "2400", "passenger departure time \"2400\" (columns 40-43)"),
        (44, "0660", "aircraft departure time"),
        (48, "03:00", "UTC variation of the departure"),
        (55, "   ", "arrival station"),
        (58, "    0715", "nothing"),
        (62, "2401", "passenger arrival time"),
        (66, "     ", "UTC variation of the arrival"),
        (73, "A3 ", "aircraft type"),
        (173, "180Y", "aircraft configuration"),
        (173, "Y2000", "more than 1000 seats"),
        (193, "8", "date variation of the departure \"8\" (column 193)"),
        (194, "x", "date variation of the arrival \"x\" (column 194)"),
    ];
    for (first, text, expected) in wrong {
        if expected == "nothing" {
            assert_eq!(legs(&[leg(&[(first, text)])]).len(), 7, "the other time stands for it");
            continue;
        }
        let reasons = reasons(&[leg(&[(6, " 123")]), leg(&[(first, text)])]);
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        assert!(reasons[0].starts_with("line 4: "), "{reasons:?}");
        assert!(reasons[0].contains(expected), "{reasons:?} instead of {expected}");
    }
}

#[test]
fn all_wrong_lines_are_named_at_once() {
    let reasons = reasons(&[
        leg(&[(14, "?")]),
        leg(&[]),
        "3 TR short".into(),
        "what is this".into(),
        leg(&[(6, "1043"), (22, "24NOV26"), (29, "1      ")]),
    ]);
    let expected = [
        "line 3: service type",
        "line 5: 10 columns instead of 200",
        "line 6: no record begins like this",
        "line 7: its period has none of its days of operation",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:#?}");
    for (reason, expected) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(expected), "{reason}");
    }
}

#[test]
fn blank_and_padding_lines_count() {
    let lines = ["0".repeat(200), String::new(), leg(&[(40, "9999")])];
    assert!(reasons(&lines)[0].starts_with("line 5: "));
}

#[test]
fn letters_beyond_ascii_belong_into_free_text_only() {
    let title = header().replacen("  ", "é ", 1);
    let fine = [title, carrier("L"), leg(&[]), trailer()].join("\n");
    assert_eq!(read(fine.as_bytes(), UnservedLines::Refuse).unwrap().legs.len(), 7);
    let number = leg(&[]).replacen("1042", "10é2", 1);
    assert_eq!(reasons(&[number]), ["line 3: column 8: a leg is written in plain ASCII"]);
}

#[test]
fn records_come_in_their_order() {
    let of = |lines: &[String]| against(&lines.join("\n"));
    let (header, carrier, leg, trailer) = (header(), carrier("L"), leg(&[]), trailer());
    let cases: [(Vec<String>, &str); 7] = [
        (
            vec![carrier.clone(), leg.clone(), trailer.clone()],
            "line 1: a carrier record (2) before",
        ),
        (vec![header.clone(), leg.clone(), trailer.clone()], "line 2: a leg (3) without a carrier"),
        (vec![header.clone(), carrier.clone(), leg.clone()], "line 3: the file ends without"),
        (vec![header.clone()], "line 1: the file ends without"),
        (vec![header.clone(), trailer.clone()], "line 2: a trailer (5) without"),
        (
            vec![header.clone(), carrier.clone(), leg.clone(), header.clone(), carrier, trailer],
            "line 4: a header before the trailer",
        ),
        (vec![record("1SOMETHING ELSE"), leg], "line 1: no header"),
    ];
    for (lines, expected) in cases {
        let reasons = of(&lines);
        assert!(reasons[0].starts_with(expected), "{reasons:?} instead of {expected}");
    }
}

#[test]
fn a_wrong_carrier_is_said_once() {
    let text = file("X", &[leg(&[]), leg(&[(6, "1043")])]);
    let reasons = against(&text);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].starts_with("line 2: time mode \"X\" (column 2)"), "{reasons:?}");
}

#[test]
fn several_carriers_keep_their_own_time_mode_and_period() {
    let other = put(&carrier("U"), 15, "01DEC2631DEC26");
    let line = leg(&[(3, "G3 "), (15, "00XXX0000XXX00"), (40, "09100910"), (58, "10151015")]);
    let all = [header(), carrier("L"), leg(&[]), put(&trailer(), 194, "C"), other, line, trailer()];
    let reading = read(all.join("\n").as_bytes(), UnservedLines::Refuse).unwrap();
    assert_eq!((reading.legs.len(), reading.notes.count()), (7 + 31, 0));
    let december = told(&reading.legs[7..]);
    assert_eq!(
        december[0],
        "G31042-20261201-GRU 2026-12-01T06:10:00-03:00 GIG 2026-12-01T07:15:00-03:00"
    );
}

#[test]
fn a_file_that_another_continues_says_so() {
    let text = file("L", &[leg(&[])]).replace(&trailer(), &put(&trailer(), 194, "C"));
    let reading = read(text.as_bytes(), UnservedLines::Refuse).unwrap();
    assert_eq!(
        reading.notes.to_string(),
        "line 4: another file continues this one (C in column 194)"
    );
}

#[test]
fn lines_that_clash_are_both_named() {
    let later = leg(&[(10, "02"), (22, "26NOV26"), (40, "07100710"), (58, "08150815")]);
    let elsewhere = leg(&[(10, "03"), (22, "24NOV26"), (55, "CNF")]);
    let reasons = reasons(&[leg(&[]), later, elsewhere]);
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].starts_with("line 4: TR1042-20261124-GRU is already on line 3"));
    assert!(reasons[0].contains("(and so on 3 days)"), "{reasons:?}");
    assert!(reasons[1].starts_with("line 5: TR1042-20261124-GRU is already on line 3"));
}

#[test]
fn one_number_flies_several_legs_a_day() {
    let on = leg(&[(12, "02"), (37, "GIG08000800"), (55, "SSA10001000")]);
    let origins = |legs: &[LegFacts]| {
        legs.iter()
            .filter(|leg| leg.id.date.day() == 24)
            .map(|leg| leg.id.origin.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(origins(&legs(&[leg(&[]), on])), ["GRU", "GIG"]);
    let back = leg(&[(12, "03"), (40, "15001500"), (58, "16051605")]);
    assert!(reasons(&[leg(&[]), back])[0].contains("one flight leaves one airport once a day"));
}

#[test]
fn a_suffix_is_no_part_of_the_number() {
    assert_eq!(legs(&[leg(&[(2, "D")])])[0].id.flight.to_string(), "TR1042");
    let delayed = leg(&[(2, "D"), (22, "24NOV26"), (40, "11101110"), (58, "12151215")]);
    assert!(reasons(&[leg(&[]), delayed])[0].contains("is already on line 3"));
}

#[test]
fn what_is_said_again_is_taken_once() {
    let week = leg(&[]);
    let longer = leg(&[(10, "02"), (22, "02DEC26")]);
    let reading = reading(&[week.clone(), week, longer]);
    assert_eq!(reading.legs.len(), 9);
    assert_eq!(
        reading.left_out.to_string(),
        "line 4: all its legs are already on line 3, the same"
    );
    assert_eq!(reading.notes.to_string(), "line 5: 7 of its legs are already on line 3, the same");
}

#[test]
fn a_file_over_the_bounds_is_refused() {
    let text = file("L", &[leg(&[]), leg(&[(6, "1043")])]);
    let within =
        |lines, legs| read_within(text.as_bytes(), UnservedLines::Refuse, Bounds { lines, legs });
    assert_eq!(within(5, 14).unwrap().legs.len(), 14);
    assert!(matches!(within(5, 13), Err(ImportError::TooManyLegs { line: 4, most: 13 })));
    assert!(matches!(within(4, 14), Err(ImportError::TooManyLines { most: 4 })));
}

#[test]
fn of_many_wrong_lines_the_first_hundred_are_named() {
    let error = read(file("L", &vec![leg(&[(14, "?")]); 250]).as_bytes(), UnservedLines::Skip);
    let error = error.unwrap_err();
    let ImportError::Lines { errors, more: 150 } = &error else { panic!("{error:?}") };
    assert_eq!(errors.len(), 100);
    assert!(error.to_string().ends_with("and 150 more\nnothing was imported"));
}
