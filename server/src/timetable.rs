//! The timetable: the airports and routes that the server knows, legs that it makes up, legs that
//! an operator brings.

mod airports;
mod check;
mod clock;
mod crowd;
pub(crate) mod dice;
mod fold;
mod import;
mod names;
mod read;
mod sample;
mod ssim;

pub use airports::{Place, Route, airports, distance_km, place, routes};
pub(crate) use check::check;
pub use crowd::{SeededPurchase, crowd};
pub use fold::fold;
pub use import::{IMPORT_BYTES, IMPORT_ERRORS, ImportError, LineError, load, read_legs};
pub use read::{Format, Lines, NAMED_LINES, Reading, UnservedLines, read};
pub use sample::{Sample, legs_of};
pub use ssim::{SSIM_LEGS, SSIM_LINES};
