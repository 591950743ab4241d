//! Record 4: more about the leg before it.
//!
//! Of the many data elements that it may carry, two matter for what is sold; the others are passed
//! over.

use super::field::Field;

const KEY: Field = Field::new("leg", 2, 13);
const ELEMENT: Field = Field::new("data element identifier", 31, 33);
const DATA_FROM: usize = 40;
const DATA_TO: usize = 194;

/// What a segment record adds to its leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addition<'a> {
    /// DEI 50: the leg is a commercial duplicate of another carrier's, which flies it.
    Duplicate {
        /// Of what, `TAM 3090`.
        of: &'a str,
    },
    /// DEI 108: the aircraft configuration, where it was too long for record 3.
    Configuration(&'a str),
}

/// A segment record: the leg that it is about, and what it says.
pub(super) fn read(line: &[u8]) -> Option<(&str, Addition<'_>)> {
    let data = Field::new("data", DATA_FROM, DATA_TO).of(line).trim();
    let addition = match ELEMENT.of(line) {
        "050" => Addition::Duplicate { of: data },
        "108" => Addition::Configuration(data),
        _ => return None,
    };
    Some((KEY.of(line), addition))
}
