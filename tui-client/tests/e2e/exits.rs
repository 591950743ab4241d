//! However the program ends, the terminal is as it was.

use std::path::Path;

use portable_pty::CommandBuilder;
use rustix::process::{Signal, kill_process};

use trecho_tui::terminal::{FullScreen, Pointer, Screen as _};

use crate::pty::{Pty, bare, trecho};

/// Nobody listens on port 9 of this machine, so the program only shows itself.
const NOBODY: &str = "127.0.0.1:9";

fn alone(home: &Path) -> Pty {
    let pty = Pty::spawn(trecho(home, &[NOBODY]), 100, 30);
    pty.see(&["trecho"]);
    pty.is_taken();
    assert!(pty.has_mouse());
    pty
}

#[test]
fn q_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = alone(home.path());
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn a_second_ctrl_c_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = alone(home.path());
    pty.press("\x03\x03");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn sigterm_sighup_and_sigint_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let home = tempfile::tempdir().unwrap();
        let mut pty = alone(home.path());
        kill_process(pty.process(), signal).unwrap();
        assert!(pty.end().success(), "{signal:?}");
        pty.is_given_back();
    }
}

#[test]
fn without_the_mouse_it_stays_the_terminals() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::spawn(trecho(home.path(), &[NOBODY, "--no-mouse"]), 100, 30);
    pty.see(&["trecho"]);
    assert!(!pty.has_mouse());
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn an_error_is_readable_because_the_terminal_was_given_back_first() {
    let home = tempfile::tempdir().unwrap();
    // A file where the program keeps its things is a fault that no screen can mend.
    let mut pty = Pty::spawn(trecho(home.path(), &["--config", "missing.toml"]), 100, 30);
    pty.see_that("an error on a plain screen", |screen| screen.contains("missing.toml"));
    assert_eq!(pty.end().exit_code(), 2);
    pty.is_given_back();
}

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]);
    bare(&mut shell, home.path());
    shell.env("PS1", "shell> ");
    shell.env("HISTFILE", "");
    let mut pty = Pty::spawn(shell, 100, 30);
    pty.see(&["shell>"]);
    pty.press(&format!("{} {NOBODY}\n", env!("CARGO_BIN_EXE_trecho")));
    pty.is_taken();
    pty.press("\x1a");
    pty.see(&["Stopped"]);
    pty.is_left();
    pty.press("fg\n");
    pty.is_taken();
    pty.see(&["trecho"]);
    // The keys are ours again, too.
    pty.press("q");
    pty.see_that("a third prompt", |screen| screen.matches("shell>").count() == 3);
    pty.is_left();
    pty.press("exit\n");
    assert!(pty.end().success());
}

#[test]
fn ctrl_z_without_a_shell_above_does_not_freeze_the_program() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = alone(home.path());
    pty.press("\x1a");
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
}

#[test]
fn a_pipe_is_told_that_a_terminal_is_needed() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_trecho"))
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("terminal"), "{said}");
    assert!(output.stdout.is_empty());
}

/// What the program does when a thread of it breaks: this very test, started again in a terminal.
const BREAK_HERE: &str = "TRECHO_E2E_BREAK_HERE";

#[test]
fn a_panic_on_any_thread_gives_the_terminal_back_and_then_tells() {
    if std::env::var_os(BREAK_HERE).is_some() {
        break_down();
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut again = CommandBuilder::new(std::env::current_exe().unwrap());
    again.args(["--exact", "--nocapture"]);
    again.arg("exits::a_panic_on_any_thread_gives_the_terminal_back_and_then_tells");
    bare(&mut again, home.path());
    again.env(BREAK_HERE, "1");
    let mut pty = Pty::spawn(again, 100, 30);
    pty.see(&["a leg fell off"]);
    pty.is_given_back();
    assert!(pty.was_written("aboard"));
    assert!(pty.end().success());
}

fn break_down() {
    color_eyre::install().expect("nobody else installed it");
    trecho_tui::terminal::install_panic_hook();
    let mut screen = FullScreen::enter(Pointer::Ours).expect("this is a terminal");
    screen.draw(|frame| frame.render_widget("aboard", frame.area())).expect("the terminal is ours");
    let broken = std::thread::spawn(|| panic!("a leg fell off")).join();
    assert!(broken.is_err());
    // Whoever still wants to draw must not do it on somebody's shell.
    assert!(screen.draw(|frame| frame.render_widget("too late", frame.area())).is_err());
}

/// A window with the program in it, which the test closes: this very test, started again.
const WINDOW_HERE: &str = "TRECHO_E2E_WINDOW_HERE";

#[test]
#[cfg(target_os = "linux")]
fn a_window_that_is_closed_takes_the_program_with_it() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    if let Some(home) = std::env::var_os(WINDOW_HERE) {
        let pty = alone(Path::new(&home));
        println!("process {}", pty.process().as_raw_nonzero());
        // Until the test closes the window.
        loop {
            std::thread::park();
        }
    }
    let home = tempfile::tempdir().unwrap();
    let mut window = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("exits::a_window_that_is_closed_takes_the_program_with_it")
        .env(WINDOW_HERE, home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(window.stdout.take().unwrap()).lines();
    let process = said
        .find_map(|line| Some(line.unwrap().split_once("process ")?.1.trim().to_owned()))
        .expect("the window tells the process in it");
    assert!(runs(&process));
    window.kill().unwrap();
    window.wait().unwrap();
    let late = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while runs(&process) {
        assert!(std::time::Instant::now() < late, "process {process} outlives its window");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Whether a process is there and has not ended: one that nobody has waited for yet has.
#[cfg(target_os = "linux")]
fn runs(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = state.rsplit_once(')').map(|(_, rest)| rest.trim_start().starts_with('Z'));
    state == Some(false)
}
