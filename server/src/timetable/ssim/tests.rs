//! The import of whole files: text in, legs or errors out.

mod dates;
mod lines;
mod sample;
mod sold;

use super::*;
use crate::booking::LegFacts;

/// `line` with `text` from column `first` on, counted from 1.
fn put(line: &str, first: usize, text: &str) -> String {
    let (before, rest) = line.split_at(first - 1);
    format!("{before}{text}{}", &rest[text.len()..])
}

fn record(text: &str) -> String {
    format!("{text:<200}")
}

fn header() -> String {
    record("1AIRLINE STANDARD SCHEDULE DATA SET")
}

/// A carrier of the southern summer of 2026 whose times are in `mode`.
fn carrier(mode: &str) -> String {
    put(&record(&format!("2{mode}TR")), 15, "25OCT2627MAR27")
}

fn trailer() -> String {
    put(&record("5 TR"), 194, "E")
}

/// TR1042 from Guarulhos to Galeão at 06:10, daily in the last week of November 2026 (the 24th is a
/// Tuesday), with these texts at these columns.
fn leg(changes: &[(usize, &str)]) -> String {
    let mut line =
        record("3 TR 10420101J24NOV2630NOV261234567 GRU06100610-0300  GIG07150715-0300  320");
    line = put(&line, 173, "Y174");
    for (first, text) in changes {
        line = put(&line, *first, text);
    }
    line
}

/// A segment record of TR1042's first leg.
fn segment(element: &str, data: &str) -> String {
    put(&put(&record("4 TR 10420101J              AB"), 31, element), 40, data)
}

/// A file with these lines between its carrier record, which is line 2, and its trailer.
fn file(mode: &str, lines: &[String]) -> String {
    let mut all = vec![header(), carrier(mode)];
    all.extend_from_slice(lines);
    all.push(trailer());
    all.join("\n") + "\n"
}

/// What a file in local times with these lines comes to.
fn reading(lines: &[String]) -> Reading {
    read(file("L", lines).as_bytes(), UnservedLines::Refuse).unwrap()
}

fn legs(lines: &[String]) -> Vec<LegFacts> {
    reading(lines).legs
}

/// The one leg of each day, by its id and times.
fn told(legs: &[LegFacts]) -> Vec<String> {
    let told = legs.iter().map(|leg| {
        let LegFacts { id, to, departs_at, arrives_at, .. } = leg;
        format!("{id} {departs_at} {to} {arrives_at}")
    });
    told.collect()
}

/// The dates on which legs depart.
fn days(legs: &[LegFacts]) -> Vec<String> {
    legs.iter().map(|leg| leg.id.date.strftime("%d%b").to_string()).collect()
}

/// What is wrong with a file.
fn against(text: &str) -> Vec<String> {
    match read(text.as_bytes(), UnservedLines::Skip) {
        Err(ImportError::Lines { errors, .. }) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("expected wrong lines, got {other:?}"),
    }
}

/// What is wrong with a file in local times with these lines, which begin at line 3.
fn reasons(lines: &[String]) -> Vec<String> {
    against(&file("L", lines))
}
