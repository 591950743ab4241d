//! `trechod top`, the operators' full screen, beside a real server and real passengers.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::{Signal, kill_process};
use trecho_tui::load::rounds::{Rounds, Settle, run};

use crate::company::Company;
use crate::pty::{Pty, bare};

/// `trechod top` for the server of `company`.
fn top(company: &Company, size: (u16, u16)) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trecho"));
    command.args(["server", "top", "--data"]);
    command.arg(company.data());
    bare(&mut command, &company.home("operator"));
    let pty = Pty::spawn(command, size.0, size.1);
    pty.is_taken();
    pty
}

/// Eight passengers buy two seats each, again and again, for so long, while two watch.
fn bear(company: &Company, lasting: Duration) {
    let server: std::net::SocketAddr = company.address().parse().expect("an address");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let rounds = Rounds {
        clients: 8,
        legs: 4,
        watchers: 2,
        lasting,
        warm_up: Duration::ZERO,
        settle: Settle::Confirm,
        seed: 7,
    };
    let report = runtime.block_on(run(&server.into(), rounds)).expect("there are legs on sale");
    assert!(report.is_sound() && report.carts > 0, "{report}");
}

/// The number that stands before a word on the screen.
fn before(screen: &str, word: &str) -> Option<u64> {
    let at = screen.find(word)?;
    let number = screen[..at].trim_end().rsplit([' ', '│']).next()?;
    number.replace(',', "").parse().ok()
}

#[test]
fn an_operator_sees_passengers_come_and_buy() {
    let company = Company::open("10m");
    let mut pty = top(&company, (120, 40));
    pty.see(&["READY", &company.address(), "plaintext", "nothing was sold since the start"]);
    bear(&company, Duration::from_millis(600));
    pty.see(&["cart.confirm", "cart.hold", "TR1003-20300115-SSA"]);
    pty.see_that("seats that were sold", |screen| {
        before(screen, " sold").is_some_and(|sold| sold > 0)
    });
    pty.see_that("bookings with what they cost, and no names", |screen| {
        !screen.contains("nothing was sold") && screen.contains("LOCATOR") && screen.contains("R$")
    });
    // A panel to itself, and back; the help, and away again.
    pty.press("5\r");
    pty.see(&["Legs selling fastest", "all panels"]);
    pty.see_that("nothing but that panel", |screen| !screen.contains("Latency"));
    pty.press("\r?");
    pty.see(&["Help", "? closes"]);
    pty.press("?p");
    pty.see(&["PAUSED", "Latency"]);
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
    assert!(!pty.was_written("Concei"), "passengers' names are nobody's business");
}

#[test]
fn a_server_that_dies_is_gone_and_is_found_again_by_itself() {
    let mut company = Company::open("10m");
    let mut pty = top(&company, (80, 24));
    pty.see(&["READY"]);
    company.kill();
    pty.see(&["GONE", "r tries now"]);
    company.start();
    pty.see(&["READY"]);
    pty.see_that("no complaint any more", |screen| !screen.contains("r tries now"));
    pty.press("\x1b");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn a_small_terminal_shows_a_panel_at_a_time() {
    let company = Company::open("10m");
    let mut pty = top(&company, (40, 12));
    pty.see(&["Load", "1/6", "requests"]);
    for (number, word) in
        [(2, "connected"), (3, "METHOD"), (4, "queue"), (5, "SOLD"), (6, "LOCATOR")]
    {
        pty.press("\t");
        pty.see(&[&format!("{number}/6"), word]);
    }
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn whatever_ends_it_the_terminal_is_as_it_was() {
    let company = Company::open("10m");
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut pty = top(&company, (80, 24));
        pty.see(&["READY"]);
        kill_process(pty.process(), signal).unwrap();
        assert!(pty.end().success(), "{signal:?}");
        pty.is_given_back();
    }
    let mut pty = top(&company, (80, 24));
    pty.see(&["READY"]);
    pty.press("\x03");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back() {
    let company = Company::open("10m");
    let home = company.home("operator");
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]);
    bare(&mut shell, &home);
    shell.env("PS1", "shell> ");
    shell.env("HISTFILE", "");
    shell.env("TRECHO_DATA", company.data());
    let mut pty = Pty::spawn(shell, 100, 30);
    pty.see(&["shell>"]);
    pty.press(&format!("{} server top\n", env!("CARGO_BIN_EXE_trecho")));
    pty.is_taken();
    pty.press("\x1a");
    pty.see(&["Stopped"]);
    pty.is_left();
    pty.press("fg\n");
    pty.is_taken();
    pty.see(&["READY"]);
    pty.press("q");
    pty.see_that("a third prompt", |screen| screen.matches("shell>").count() == 3);
    pty.is_left();
    pty.press("exit\n");
    assert!(pty.end().success());
}

/// What `trechod top` says that cannot show anything, and its exit code.
fn refused(mut command: Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn without_a_terminal_or_a_server_it_says_what_to_do_and_takes_no_screen() {
    let company = Company::open("10m");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trecho"));
    command.args(["server", "top", "--data"]).arg(company.data()).env_clear();
    let (code, said) = refused(command);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("terminal") && said.contains("trechod admin stats --watch"), "{said}");

    let nobody = |path: &Path| {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trecho"));
        command.args(["server", "top", "--socket"]);
        command.arg(path);
        bare(&mut command, path.parent().expect("it is in a directory"));
        let mut pty = Pty::spawn(command, 100, 30);
        pty.see_that("the reason on a plain screen", |screen| {
            screen.contains("no server listens") && screen.contains("--socket PATH")
        });
        assert_eq!(pty.end().exit_code(), 1);
        assert!(!pty.was_written("\x1b[?1049h"), "the screen was never taken");
    };
    nobody(&company.home("nobody").join("admin.sock"));
}
