//! What a fuzzer may throw at the server, and what must then be true: one function a target, each of
//! which panics where something is wrong.
//!
//! The programs in `server/fuzz` call these for as long as one likes; the test below calls them with
//! everything in `server/fuzz/corpus`, so that what was found once is tried for ever. Compiled for
//! those two alone.

mod session;
mod timetable;
mod wire;

pub use session::Counter;
pub use timetable::timetable;
pub use wire::{codec, requests};

/// Asserts that a text of ours may be shown: it has nothing in it that moves a cursor, reorders or
/// takes no room, whatever came in.
fn assert_shown(text: &str) {
    for line in text.split('\n') {
        assert_eq!(trecho_shared::text::scrub(line), line, "raw text of somebody else's");
    }
}

#[cfg(test)]
mod corpus {
    use std::path::Path;

    use super::*;

    /// Calls `body` with each input of a target's corpus.
    fn replay(target: &str, mut body: impl FnMut(&[u8])) {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let mut files: Vec<_> =
            std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 50, "only {} inputs in {}", files.len(), corpus.display());
        for file in files {
            // Shown if the test fails: the last one is the input that did it.
            eprintln!("{}", file.display());
            body(&std::fs::read(&file).unwrap());
        }
    }

    #[test]
    fn the_corpus_of_the_codec_holds() {
        replay("codec", codec);
    }

    #[test]
    fn the_corpus_of_requests_holds() {
        replay("requests", requests);
    }

    #[test]
    fn the_corpus_of_tables_holds() {
        replay("csv", timetable);
    }

    #[test]
    fn the_corpus_of_airlines_files_holds() {
        replay("ssim", timetable);
    }

    #[test]
    fn the_corpus_of_sessions_holds() {
        let directory = tempfile::tempdir().unwrap();
        let mut counter = Counter::open(directory.path());
        replay("session", |bytes| counter.serve(bytes));
    }
}
