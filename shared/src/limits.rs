//! The bounds of the wire, which both ends know. What only the server enforces is in its own
//! `limits.rs`.

/// A request line, without its newline, has at most this many bytes.
pub const REQUEST_LINE_BYTES: usize = 64 * 1024;

/// A reply or event line, without its newline, has at most this many bytes.
pub const REPLY_LINE_BYTES: usize = 1024 * 1024;

/// A request `id` that is a string has at most this many bytes.
pub const REQUEST_ID_BYTES: usize = 64;

/// A request `id` that is a number lies within plus and minus this bound, so that every JSON
/// implementation can carry it exactly.
pub const REQUEST_ID_MAGNITUDE: i64 = 1 << 53;

/// Free text (a name, a search word) has at most this many user-perceived characters.
pub const TEXT_GRAPHEMES: usize = 64;

/// Free text has at most this many combining marks in a row.
pub const COMBINING_MARKS_IN_A_ROW: usize = 3;

/// What an error says has at most this many characters: it may quote what it complains of.
pub const MESSAGE_CHARACTERS: usize = 400;

/// An e-mail address has at most this many bytes (RFC 5321's path, less its brackets).
pub const EMAIL_BYTES: usize = 254;

/// An idempotency key has at most this many characters.
pub const IDEMPOTENCY_KEY_CHARS: usize = 64;

/// `legs.search` returns at most this many legs a page.
pub const SEARCH_PAGE_LEGS: u32 = 500;

/// `legs.search` returns this many legs a page unless told otherwise.
pub const SEARCH_PAGE_LEGS_DEFAULT: u32 = 50;

/// `legs.search` counts matches up to here; beyond, `total_more` says that there are more.
pub const SEARCH_TOTAL: u32 = 10_000;

/// `trips.search` connects at most this many legs.
pub const TRIP_LEGS: u32 = 3;

/// `trips.search` returns at most this many trips.
pub const TRIPS: u32 = 100;

/// `trips.search` returns this many trips unless told otherwise.
pub const TRIPS_DEFAULT: u32 = 20;

/// `legs.seats` shows cabins of at most this many seats: one map is one line, and this many fit in
/// [`REPLY_LINE_BYTES`] however they are blocked out.
pub const SEAT_MAP_SEATS: u32 = 10_000;

/// `feed.watch` takes at most this many named legs.
pub const WATCHED_LEGS: usize = 1_000;
