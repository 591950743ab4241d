//! Requests out of lines.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| trecho_server::fuzz::requests(bytes));
