//! Two passengers want the same seat.

use crate::company::Company;
use crate::pty::{Pty, trecho};

#[test]
fn the_loser_of_the_last_seat_sees_it_go_and_learns_what_to_do_but_never_who() {
    let company = Company::open("10m");
    let (ana, bruno) = (company.home("ana"), company.home("bruno"));
    let mut winner = Pty::spawn(trecho(&ana, &[&company.address(), "--name", "ANA"]), 120, 40);
    let mut loser = Pty::spawn(trecho(&bruno, &[&company.address(), "--name", "BRUNO"]), 120, 40);
    winner.see(&["ANA", "TR1001"]);
    loser.see(&["BRUNO", "TR1001"]);
    // TR1001 has one seat, and both have the cursor on it.
    winner.press(" ");
    winner.see(&["1A"]);
    // Unasked, and while the row stays where it was.
    loser.see(&["TR1001", "sold out"]);
    loser.press(" ");
    // The leg is named, and so is a way on.
    loser.see(&["TR1001"]);
    loser.see_that("what to do", |screen| screen.to_lowercase().contains("another"));
    assert!(!loser.was_written("ANA"), "nobody learns who was faster");
    // The winner lets go, and it is there again for the other.
    winner.press("x");
    loser.see(&["TR1001", "again"]);
}
