//! Files that operators bring.

use std::collections::HashSet;

use crate::booking::LegFacts;
use crate::timetable::{UnservedLines, read};

/// A file is legs that can be sold or an error that can be shown; and what is read without the lines
/// that cannot be sold is read with them, too, unless the file is refused for them.
pub fn timetable(input: &[u8]) {
    let strict = read(input, UnservedLines::Refuse);
    let lenient = read(input, UnservedLines::Skip);
    for told in [&strict, &lenient] {
        match told {
            Ok(reading) => {
                assert_sound(&reading.legs);
                super::assert_shown(&reading.left_out.to_string());
                super::assert_shown(&reading.notes.to_string());
            }
            Err(error) => super::assert_shown(&error.to_string()),
        }
    }
    if let Ok(strict) = strict {
        assert_eq!(lenient.expect("less is asked of it").legs, strict.legs);
    }
}

fn assert_sound(legs: &[LegFacts]) {
    let mut ids = HashSet::new();
    for leg in legs {
        assert!(ids.insert(leg.id), "{} is there twice", leg.id);
        assert!(leg.departs_at.moment() < leg.arrives_at.moment(), "{} lands first", leg.id);
        assert!(leg.cabin.capacity() > 0 && leg.fare.0 >= 0, "{} cannot be sold", leg.id);
        assert_eq!(leg.departs_at.civil().date(), leg.id.date);
        assert_ne!(leg.id.origin, leg.to);
    }
}
