//! A timetable as airlines exchange it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| trecho_server::fuzz::timetable(bytes));
