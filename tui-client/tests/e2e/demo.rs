//! The demo, as an audience sees it.

use std::path::Path;

use crate::pty::{Pty, trecho};

/// Directories that a demo left behind.
fn left_behind(home: &Path) -> usize {
    let entries = std::fs::read_dir(home).expect("the home is there");
    entries
        .filter(|entry| {
            let name = entry.as_ref().expect("its entries are readable").file_name();
            name.to_string_lossy().starts_with("trecho-demo-")
        })
        .count()
}

#[test]
fn the_demo_shows_a_board_that_lives_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::spawn(trecho(home.path(), &["demo", "--bots", "60"]), 120, 40);
    pty.see(&["TR"]);
    assert_eq!(left_behind(home.path()), 1);
    // Somebody took the last seat of something, and we were told.
    pty.see(&["sold out"]);
    pty.press("q");
    assert!(pty.end().success());
    pty.is_given_back();
    assert_eq!(left_behind(home.path()), 0);
}

#[test]
fn the_demo_in_panes_seats_its_passengers_side_by_side_and_cleans_up() {
    if !tmux_is_here() {
        // Without tmux there is one thing to see: the way to get it.
        let home = tempfile::tempdir().unwrap();
        let mut pty = Pty::spawn(trecho(home.path(), &["demo", "--panes", "3"]), 200, 50);
        pty.see(&["tmux"]);
        assert_eq!(pty.end().exit_code(), 2);
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let args = ["demo", "--panes", "3", "--bots", "20"];
    let mut pty = Pty::spawn(trecho(home.path(), &args), 200, 50);
    pty.see(&["ANA", "BRUNO", "CARLA", "trechod 127.0.0.1:", "TR"]);
    // Alt-q ends it all.
    pty.press("\x1bq");
    assert!(pty.end().success());
    pty.is_given_back();
    assert_eq!(left_behind(home.path()), 0);
}

#[test]
fn a_terminal_too_small_for_panes_is_told_what_would_do() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::spawn(trecho(home.path(), &["demo", "--panes", "3"]), 80, 24);
    pty.see(&["80x24", "--panes"]);
    assert_eq!(pty.end().exit_code(), 2);
    assert_eq!(left_behind(home.path()), 0);
}

fn tmux_is_here() -> bool {
    std::process::Command::new("tmux").arg("-V").output().is_ok_and(|tmux| tmux.status.success())
}
