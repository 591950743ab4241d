//! The demo, as an audience sees it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use portable_pty::CommandBuilder;
use rustix::process::{Signal, kill_process};

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
    assert_eq!(pty.screen().trim(), "", "the screen of before, and not a word of tmux's");
    assert_eq!(left_behind(home.path()), 0);
}

/// A tmux that ends over a line so slow that nothing of what it says in the end gets through.
fn over_a_slow_line(command: &mut CommandBuilder, home: &Path) {
    let path = std::env::var("PATH").expect("there is a PATH");
    let real = std::env::split_paths(&path).map(|place| place.join("tmux")).find(|it| it.exists());
    let real = real.expect("tmux is here");
    let bin = home.join("bin");
    std::fs::create_dir(&bin).expect("the home can be written to");
    let script = format!(
        "#!/bin/sh\n{} \"$@\"\nstatus=$?\n\
         case \"$*\" in *attach-session*) \
         printf '\\033[?1049h\\033[2;5r\\033[?1000h\\033[?1006h\\033[?2004h\\033[?25lleft over' ;; esac\n\
         exit $status\n",
        real.display()
    );
    std::fs::write(bin.join("tmux"), script)
        .and_then(|()| std::fs::set_permissions(bin.join("tmux"), Permissions::from_mode(0o755)))
        .expect("so can what is in it");
    command.env("PATH", format!("{}:{path}", bin.display()));
}

#[test]
fn over_a_slow_line_too_the_demo_in_panes_gives_the_terminal_back() {
    if !tmux_is_here() {
        return;
    }
    for signal in [None, Some(Signal::TERM)] {
        let home = tempfile::tempdir().unwrap();
        let mut command = trecho(home.path(), &["demo", "--panes", "1", "--bots", "1"]);
        over_a_slow_line(&mut command, home.path());
        let mut pty = Pty::spawn(command, 200, 50);
        pty.see(&["ANA", "TR"]);
        match signal {
            None => pty.press("\x1bq"),
            Some(signal) => kill_process(pty.process(), signal).unwrap(),
        }
        assert!(pty.end().success(), "{signal:?}");
        assert!(pty.was_written("left over"));
        pty.is_given_back();
        assert!(!pty.screen().contains("left over"), "{}", pty.screen());
        assert_eq!(left_behind(home.path()), 0);
    }
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
