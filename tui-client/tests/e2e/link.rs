//! The server comes and goes; the passenger stays.

use std::net::TcpListener;

use crate::company::Company;
use crate::pty::{Pty, trecho};

#[test]
fn a_cart_outlives_a_server_killed_in_the_middle_and_no_key_is_needed() {
    let mut company = Company::open("10m");
    let home = company.home("ana");
    let mut pty = Pty::spawn(trecho(&home, &[&company.address()]), 120, 40);
    pty.see(&["TR1001"]);
    pty.press(" ");
    pty.see(&["412.90", "1A", "expires"]);
    company.kill();
    // It says so, and when it will try again; the cart stays in sight.
    pty.see(&["1A", "try"]);
    company.start();
    pty.see_that("the cart and a connection", |screen| {
        ["1A", "expires", "● online"].iter().all(|text| screen.contains(text))
    });
    pty.press("q");
    pty.press("\x03\x03");
    pty.end();
    pty.is_given_back();
}

#[test]
fn with_no_server_there_the_program_says_so_offers_the_demo_and_connects_when_one_comes() {
    // A port that was free a moment ago.
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::spawn(trecho(home.path(), &[&format!("127.0.0.1:{port}")]), 120, 40);
    pty.see(&["trecho demo"]);
    let company = Company::open_at("10m", port);
    pty.press("r");
    pty.see(&["TR1001", "TR1004"]);
    drop(company);
    pty.press("q");
    assert!(pty.end().success());
}
