//! `trecho`.
fn main() {}
