//! A timetable as a table.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| trecho_server::fuzz::timetable(bytes));
