//! The import as a whole: text in, legs or errors out.

use proptest::prelude::*;

use super::*;
use crate::timetable::legs_of;

const HEADER: &str = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais";

fn read(lines: &[&str]) -> Result<Vec<LegFacts>, ImportError> {
    read_legs(format!("{HEADER}\n{}\n", lines.join("\n")).as_bytes())
}

/// The reasons against a file of these lines.
fn reasons(lines: &[&str]) -> Vec<String> {
    match read(lines) {
        Err(ImportError::Lines { errors, .. }) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("expected wrong lines, got {other:?}"),
    }
}

#[test]
fn a_leg_is_read_with_the_offsets_of_its_airports() {
    let legs = read(&["TR1042,2026-11-24,GRU,MAO,22:40,01:35+1,320,30x3-3,412.90"]).unwrap();
    let [leg] = legs.as_slice() else { panic!("{legs:?}") };
    assert_eq!(leg.id.to_string(), "TR1042-20261124-GRU");
    assert_eq!(leg.departs_at.to_string(), "2026-11-24T22:40:00-03:00");
    assert_eq!(leg.arrives_at.to_string(), "2026-11-25T01:35:00-04:00");
    assert_eq!((leg.cabin.capacity(), leg.fare.0, leg.aircraft.as_str()), (180, 41_290, "320"));
}

#[test]
fn a_spreadsheet_file_with_mark_semicolons_and_commas_is_read() {
    let text = "\u{feff}Flight;DATE;To;From;departs;arrives;cabin;aircraft;fare_reais\r\n\
                TR1;2026-11-24;SDU;CGH;06:10;07:15;24x3-3;319;199,9\r\n";
    let legs = read_legs(text.as_bytes()).unwrap();
    assert_eq!((legs[0].id.origin.as_str(), legs[0].to.as_str()), ("CGH", "SDU"));
    assert_eq!(legs[0].fare.0, 19_990);
}

#[test]
fn the_sample_reads_back_as_it_was_written() {
    let day = legs_of(7470, "2026-11-24".parse().unwrap());
    let lines: Vec<String> = day.iter().map(written).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(read(&lines).unwrap(), day);
}

fn written(leg: &LegFacts) -> String {
    let (departs, arrives) = (leg.departs_at.civil(), leg.arrives_at.civil());
    let days = (arrives.date() - leg.id.date).get_days();
    let days = if days == 0 { String::new() } else { format!("{days:+}") };
    format!(
        "{},{},{},{},{},{}{days},{},{},{}.{:02}",
        leg.id.flight,
        leg.id.date,
        leg.id.origin,
        leg.to,
        departs.strftime("%H:%M"),
        arrives.strftime("%H:%M"),
        leg.aircraft,
        leg.cabin,
        leg.fare.0 / 100,
        leg.fare.0 % 100,
    )
}

#[test]
fn every_wrong_line_is_named_with_its_number_and_reason() {
    let reasons = reasons(&[
        "TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199",
        "TR01,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199",
        "TR2,2026-11-31,CGH,SDU,06:10,07:15,319,24x3-3,199",
        "TR3,2026-11-24,CGH,CGH,06:10,07:15,319,24x3-3,199",
        "TR4,2026-11-24,CGH,SDU,6:10,07:15,319,24x3-3,199",
        "TR5,2026-11-24,CGH,SDU,06:10,05:15,319,24x3-3,199",
        "TR6,2026-11-24,CGH,SDU,06:10,07:15+2,319,24x3-3,199",
        "TR7,2026-11-24,CGH,SDU,06:10,07:15,A319,24x3-3,199",
        "TR8,2026-11-24,CGH,SDU,06:10,07:15,319,24,199",
        "TR9,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,-1",
        "TR10,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,\"1.234,50\"",
        "TR11,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3",
    ]);
    let expected = [
        ("line 3: ", "flight \"TR01\""),
        ("line 4: ", "date \"2026-11-31\""),
        ("line 5: ", "both CGH"),
        ("line 6: ", "departs \"6:10\""),
        ("line 7: ", "add +1"),
        ("line 8: ", "more than 24 hours"),
        ("line 9: ", "aircraft \"A319\""),
        ("line 10: ", "cabin \"24\""),
        ("line 11: ", "fare_reais \"-1\""),
        ("line 12: ", "thousands separator"),
        ("line 13: ", "8 columns instead of 9"),
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:#?}");
    for (reason, (line, what)) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(line) && reason.contains(what), "{reason}");
    }
}

#[test]
fn blank_lines_and_lines_in_quotes_keep_the_numbers_right() {
    let reasons = reasons(&[
        "",
        "\"TR1\",2026-11-24,CGH,SDU,06:10,07:15,319,\"24x3\n-3\",199",
        "",
        "TR2,2026-11-24,CGH,SDU,06:10,25:15,319,24x3-3,199",
    ]);
    assert!(reasons[0].starts_with("line 3: cabin"), "{reasons:?}");
    assert!(reasons[1].starts_with("line 6: arrives"), "{reasons:?}");
}

#[test]
fn a_leg_that_is_there_twice_names_both_lines() {
    let line = "TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199";
    let reasons = reasons(&[line, "TR1,2026-11-24,SDU,CGH,09:00,10:00,319,24x3-3,199", line]);
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].starts_with("line 4: TR1-20261124-CGH is already on line 2"), "{reasons:?}");
}

#[test]
fn an_unknown_airport_gets_a_suggestion() {
    let with = |from| {
        let line = format!("TR1,2026-11-24,{from},SDU,06:10,07:15,319,24x3-3,199");
        reasons(&[&line]).remove(0)
    };
    assert!(with("gru").contains("did you mean GRU?"));
    assert!(with("São Paulo").contains("did you mean CGH or GRU"));
    assert!(with("GRX").contains("did you mean GRU"));
    assert!(with("LISBOA").ends_with("assets/network/airports.csv"));
}

#[test]
fn a_time_that_clocks_skip_is_an_error() {
    let reasons = reasons(&["TR1,2018-11-04,CGH,SDU,00:30,02:00,319,24x3-3,199"]);
    assert!(reasons[0].contains("daylight saving"), "{reasons:?}");
}

#[test]
fn the_header_must_name_the_columns() {
    for (header, what) in [
        ("", "missing"),
        ("flight,date", "\"from\" is missing"),
        (&format!("{HEADER},gate"), "no column \"gate\""),
        (&format!("{HEADER},FLIGHT"), "\"FLIGHT\" is there twice"),
        ("TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199", "no column \"TR1\""),
    ] {
        let error = read_legs(header.as_bytes()).unwrap_err();
        assert!(matches!(&error, ImportError::Header(_)), "{error:?}");
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn another_encoding_is_named_by_its_line() {
    let text = [HEADER.as_bytes(), b"\nTR1,2026-11-24,S\xe3o"].concat();
    assert!(matches!(read_legs(text.as_slice()), Err(ImportError::NotUtf8 { line: 2 })));
}

#[test]
fn a_file_over_the_bound_is_refused() {
    assert!(matches!(read_bounded(&b"12345"[..], 4), Err(ImportError::TooLarge { most: 4 })));
    assert_eq!(read_bounded(&b"1234"[..], 4).unwrap(), b"1234");
}

#[test]
fn of_many_wrong_lines_the_first_hundred_are_named() {
    let error = read(&["x"; 250]).unwrap_err();
    let ImportError::Lines { errors, more } = &error else { panic!("{error:?}") };
    assert_eq!((errors.len(), *more), (IMPORT_ERRORS, 150));
    assert!(error.to_string().ends_with("and 150 more\nnothing was imported"));
}

#[test]
fn a_file_without_legs_is_read_as_none() {
    assert_eq!(read(&[]).unwrap(), []);
    assert_eq!(read(&["", ",,,,,,,,", "  "]).unwrap(), []);
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_legs(bytes.as_slice());
        let _ = read_legs([HEADER.as_bytes(), b"\n", &bytes].concat().as_slice());
    }

    #[test]
    fn garbled_lines_never_panic(cells in proptest::collection::vec("[0-9A-Zx:.,+é-]{0,12}", 9)) {
        let line = cells.join(";");
        let _ = read_legs(format!("{}\n{line}", HEADER.replace(',', ";")).as_bytes());
    }
}
