//! The main job: from the board to a booking, by keys alone.

use crate::company::Company;
use crate::pty::{Pty, trecho};

#[test]
fn a_passenger_finds_holds_and_buys_a_seat_by_keys() {
    let company = Company::open("10m");
    let home = company.home("ana");
    let mut pty = Pty::spawn(trecho(&home, &[&company.address(), "--name", "ANA"]), 120, 40);
    pty.see(&["ANA", "TR1001", "TR1004", "GRU"]);
    // The first leg under the cursor.
    pty.press(" ");
    pty.see(&["412.90", "1A"]);
    pty.press("c");
    pty.press("c");
    pty.press("Ana\tde Souza\t");
    pty.see(&["Ana", "de Souza"]);
    pty.press("\r");
    pty.see(&["Ana de Souza"]);
    pty.press("c");
    // The locator is large on the screen; the claim code is written out in groups.
    pty.see_that("a claim code", |screen| claim_code(screen).is_some());
    let code = claim_code(&pty.screen()).expect("it was seen");
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
    // And what matters stays in sight in the shell.
    pty.see_that("the code after the end", |screen| claim_code(screen).as_ref() == Some(&code));
}

/// A word such as `7ZK39-M2QAB-CDEFG-HJKMN-PQRSTV`.
fn claim_code(screen: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let groups: Vec<&str> = word.split('-').collect();
        groups.len() == 5 && word.len() == 30 && groups.iter().all(|group| group.len() >= 5)
    };
    screen.split_whitespace().find(is_code).map(str::to_owned)
}
