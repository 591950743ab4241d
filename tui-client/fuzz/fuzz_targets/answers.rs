//! What a server says.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| trecho_tui::fuzz::answers(bytes));
