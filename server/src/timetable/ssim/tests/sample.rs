//! The files that are shipped, and what is not text at all.

use proptest::prelude::*;

use super::*;
use crate::timetable::{Format, read_legs};

const SAMPLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/ssim/sample.ssim"));
const EXAMPLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/ssim/example.ssim"));

#[test]
fn a_file_about_elsewhere_is_refused_line_by_line() {
    let error = read(SAMPLE.as_bytes(), UnservedLines::Refuse).unwrap_err();
    let ImportError::Unserved { errors, more: 0 } = &error else { panic!("{error:?}") };
    let numbers: Vec<u64> = errors.iter().map(|error| error.line).collect();
    assert_eq!(numbers, [11, 12, 13, 14, 15, 16]);
    assert!(errors[0].reason.contains("service type \"F\" (column 14)"), "{error}");
    assert!(errors[4].reason.contains("departure station \"CDG\" (columns 37-39)"), "{error}");
    assert!(error.to_string().contains("nothing was imported"), "{error}");
}

#[test]
fn a_file_about_elsewhere_can_be_read_without_those_lines() {
    let reading = read(SAMPLE.as_bytes(), UnservedLines::Skip).unwrap();
    assert_eq!((reading.format, reading.legs.len()), (Format::Ssim, 0));
    assert_eq!(reading.left_out.count(), 6);
    assert_eq!(reading.notes.count(), 0);
}

#[test]
fn the_sample_flown_in_brazil_is_read() {
    let mut text = SAMPLE.replace("F09JUN05", "J09JUN05");
    for (there, here) in [
        ("RUN", "GIG"),
        ("DZA", "GRU"),
        ("CDG", "MAO"),
        ("+0400", "-0300"),
        ("+0300", "-0300"),
        ("+0200", "-0400"),
    ] {
        text = text.replace(there, here);
    }
    let reading = read(text.as_bytes(), UnservedLines::Refuse).unwrap();
    let expected = [
        "XX41-20050609-GIG 2005-06-09T21:30:00-03:00 GRU 2005-06-09T22:40:00-03:00",
        "XX42-20050609-GRU 2005-06-09T23:30:00-03:00 GIG 2005-06-10T02:30:00-03:00",
        "XX9974-20050907-MAO 2005-09-07T08:00:00-04:00 GIG 2005-09-07T20:55:00-03:00",
        "XX9975-20050808-GIG 2005-08-08T23:55:00-03:00 MAO 2005-08-09T09:10:00-04:00",
    ];
    assert_eq!(told(&reading.legs), expected);
    let seats: Vec<u32> = reading.legs.iter().map(|leg| leg.cabin.capacity()).collect();
    assert_eq!(seats, [130, 130, 364, 364]);
    let left_out = "line 13: all its legs are already on line 11, the same\n\
                    line 14: all its legs are already on line 12, the same";
    assert_eq!(reading.left_out.to_string(), left_out);
}

#[test]
fn the_example_is_taken_to_the_letter() {
    let reading = read(EXAMPLE.as_bytes(), UnservedLines::Refuse).unwrap();
    assert_eq!((reading.left_out.count(), reading.notes.count()), (0, 0));
    assert_eq!(reading.legs, read_legs(EXAMPLE.as_bytes()).unwrap());
    let flights: std::collections::BTreeSet<_> =
        reading.legs.iter().map(|leg| leg.id.flight.to_string()).collect();
    assert_eq!(
        flights.into_iter().collect::<Vec<_>>(),
        ["TR1042", "TR1043", "TR1500", "TR1777", "TR900"]
    );
    // 26 weeks: thrice daily, three legs on three days a week, and every other Saturday.
    assert_eq!(reading.legs.len(), 3 * 182 + 3 * 78 + 13);
}

#[test]
fn line_ends_and_padding_do_not_matter() {
    let plain = EXAMPLE.replace("\r\n", "\n");
    let read = |text: &str| read(text.as_bytes(), UnservedLines::Refuse).unwrap().legs;
    let legs = read(&plain);
    assert!(!legs.is_empty());
    assert_eq!(read(&plain.replace('\n', "\r\n")), legs);
    assert_eq!(read(plain.trim_end()), legs);
    assert_eq!(read(&format!("{plain}\n\n{}\x1a", "0".repeat(200) + "\r\n")), legs);
    assert_eq!(read(&format!("\u{feff}{plain}")), legs);
}

#[test]
fn a_file_that_is_read_again_has_the_same_fares() {
    let read = || read_legs(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(read(), read());
    assert!(read().iter().all(|leg| leg.fare.0 % 100 == 90 && leg.fare.0 > 5_000));
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_is_cut() {
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with('5')).unwrap();
    let mut whole = 0;
    for count in 1..=last {
        let cut = &lines[..count];
        let record = cut.iter().rfind(|line| !line.starts_with('0')).unwrap();
        match read(cut.join("\n").as_bytes(), UnservedLines::Skip) {
            // The first carrier is whole then, and says that another follows.
            Ok(reading) => {
                assert!(record.starts_with('5'), "{count} lines are taken for a file");
                assert!(reading.notes.to_string().contains("another file continues"));
                whole += 1;
            }
            Err(error) => assert!(error.to_string().contains("cut short"), "{count}: {error}"),
        }
    }
    assert_eq!(whole, 3, "with its trailer, and with each line of padding after it");
}

/// A file with some bytes replaced.
fn garbled() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<proptest::sample::Index>(), any::<u8>());
    proptest::collection::vec(change, 0..30).prop_map(|changes| {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        for (at, byte) in changes {
            *at.get_mut(&mut bytes) = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        for mode in [UnservedLines::Refuse, UnservedLines::Skip] {
            let _ = read(&bytes, mode);
            let _ = read(&[header().as_bytes(), b"\n", &bytes].concat(), mode);
        }
    }

    #[test]
    fn a_garbled_file_never_panics(bytes in garbled()) {
        let _ = read(&bytes, UnservedLines::Skip);
    }

    #[test]
    fn garbled_fields_never_panic(first in 2_usize..190, text in "[0-9A-Z +-]{1,10}") {
        let _ = read(file("L", &[leg(&[(first, &text)])]).as_bytes(), UnservedLines::Skip);
    }
}
