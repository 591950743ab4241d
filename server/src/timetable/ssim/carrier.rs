//! Record 2: whose legs follow, and in which time.

use super::field::Field;
use super::period::{Bound, Span};

const TIME_MODE: Field = Field::new("time mode", 2, 2);
const FROM: Field = Field::new("first date of the carrier's period", 15, 21);
const TO: Field = Field::new("last date of the carrier's period", 22, 28);

/// In which time a carrier's dates, days and times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeMode {
    /// Each at its own airport's.
    Local,
    /// UTC, all of them.
    Utc,
}

/// What the legs of a carrier have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Carrier {
    pub(super) mode: TimeMode,
    /// Bounds the periods that are open.
    pub(super) period: Span,
}

impl Carrier {
    pub(super) fn read(line: &[u8]) -> Result<Self, String> {
        let mode = TIME_MODE.read(line, mode, "L (local times) or U (UTC)")?;
        Ok(Self { mode, period: Span { from: bound(FROM, line)?, to: bound(TO, line)? } })
    }
}

fn mode(text: &str) -> Option<TimeMode> {
    match text {
        "L" => Some(TimeMode::Local),
        "U" => Some(TimeMode::Utc),
        _ => None,
    }
}

fn bound(field: Field, line: &[u8]) -> Result<Bound, String> {
    if field.of(line).trim().is_empty() {
        return Ok(Bound::Open);
    }
    field.read(line, Bound::parse, "a date such as 29MAR26, or 00XXX00")
}
