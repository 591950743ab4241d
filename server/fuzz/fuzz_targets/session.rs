//! Whole sessions with a real server. `TMPDIR=/dev/shm` spares the disk.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use trecho_server::fuzz::Counter;

/// One server for all sessions.
static COUNTER: LazyLock<Mutex<Counter>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    // A fuzzer ends without a word: what is kept here is left behind.
    Mutex::new(Counter::open(&directory.keep()))
});

fuzz_target!(|bytes: &[u8]| {
    COUNTER.lock().expect("a panic ends the process").serve(bytes);
});
