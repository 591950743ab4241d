//! What the server's core costs, without a socket and without a disk: the rules' decisions, searches
//! on the board, trips, and the feed.
//!
//! `cargo bench -p trecho-server`, or with a name after `--`, such as `rules` or `search/1000000`.

mod feed;
mod rules;
mod search;
mod world;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, rules::decisions, search::searches, search::trips, feed::news);
criterion_main!(benches);
