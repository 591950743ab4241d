//! `trechod`.
fn main() {}
