//! `airports.list`.

use trecho_shared::message::Airports;

use crate::timetable;

/// Every airport, by code.
pub(crate) fn list() -> &'static Airports {
    timetable::airports()
}
