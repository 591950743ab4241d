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

#[test]
fn of_two_who_press_at_once_one_has_the_seat_and_the_other_is_told_which_leg_was_lost() {
    let company = Company::open("10m");
    let mut pair = ["ANA", "BRUNO"].map(|name| {
        let home = company.home(name);
        let pty = Pty::spawn(trecho(&home, &[&company.address(), "--name", name]), 120, 40);
        pty.see(&[name, "TR1001"]);
        pty
    });
    for pty in &mut pair {
        pty.press(" ");
    }
    // Whose order came second depends on the day; that there is one seat does not.
    let has_seat = |screen: &str| screen.contains("in the cart") && screen.contains("1A");
    let has_lost = |screen: &str| screen.contains("Lost TR1001") || screen.contains("sold out");
    for pty in &pair {
        pty.see_that("a seat or a loss", |screen| has_seat(screen) || has_lost(screen));
    }
    let winners = pair.iter().filter(|pty| has_seat(&pty.screen())).count();
    assert_eq!(winners, 1);
}
