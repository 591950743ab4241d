//! A server that wants to write on somebody's terminal, or to fill somebody's memory: the real
//! program in a real terminal hears it on every screen, and every byte that it writes is looked at.

#[path = "../../../shared/tests/captured.rs"]
mod captured;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, kill_process};

use self::captured::SEEN;
use self::server::{Hostile, Manner};
use crate::pty::{Pty, trecho};

fn visit(server: &Hostile, home: &Path) -> Pty {
    let log = log(home);
    let args = [
        "--no-bell",
        "--lang",
        "en",
        "--log-file",
        log.to_str().expect("a path of ours is text"),
        &server.address(),
    ];
    Pty::spawn(trecho(home, &args), 120, 40)
}

/// Where the client that visits writes its log.
fn log(home: &Path) -> PathBuf {
    home.join("log")
}

/// What the client has written into its log, if there was anything to say, are lines that can be shown.
fn assert_log(home: &Path) {
    let said = std::fs::read(log(home)).expect("there is a log");
    captured::assert_lines(&said);
    assert!(!said.contains(&0x1b), "not even a colour: {}", String::from_utf8_lossy(&said));
}

#[test]
fn no_text_of_a_hostile_server_reaches_the_terminal_raw_on_any_screen() {
    let server = Hostile::start(Manner::Plays);
    let home = tempfile::tempdir().unwrap();
    let mut pty = visit(&server, home.path());
    // It is refused at first, in words of the server's own.
    pty.see(&[SEEN]);
    pty.press("r");
    pty.see(&["TR1001", SEEN]);
    // What an operator says.
    pty.press("n");
    pty.see(&["Notices", SEEN]);
    pty.press("q?");
    pty.see(&["/ filter"]);
    pty.press("qs");
    pty.see(&["1A"]);
    // The hold is refused, then not.
    pty.press("q ");
    pty.see(&["Lost TR1 "]);
    pty.press("\x1b");
    pty.see_that("no notice", |screen| !screen.contains("Lost TR1 "));
    pty.press(" ");
    pty.see(&["Cart 1 seat"]);
    pty.press("fgru\rtrec\rd15/01\r");
    pty.see(&["GRU", "REC"]);
    pty.press("T");
    pty.see(&["1 connection in GRU", SEEN]);
    pty.press("\x1b");
    pty.see(&["Legs 1/29"]);
    // To the booking. The first answer to the confirm has names that no server may send.
    pty.press("cc");
    pty.press("Ana\tSouza\t\r");
    pty.see(&["Ana Souza"]);
    pty.press("c");
    pty.see(&["makes no sense"]);
    pty.press("c");
    pty.see(&["00000-00000"]);
    pty.press("w");
    pty.see(&["trecho-H7KQ3M.txt"]);
    pty.press("b");
    pty.see(&["f look up"]);
    pty.press("\r");
    pty.see(&["Souza"]);
    pty.press("q");
    pty.press("q");
    pty.end();
    pty.is_given_back();
    assert_eq!(server.confirms(), 2);
    captured::assert_tame(&pty.bytes());
    captured::assert_tame(&std::fs::read(home.path().join("trecho-H7KQ3M.txt")).unwrap());
    assert_log(home.path());
}

#[test]
fn race_and_load_tell_a_hostile_server_s_words_without_what_does_not_print() {
    for command in [
        &["race", "--clients", "2"][..],
        &["load", "--clients", "2", "--seconds", "1", "--warm-up", "0"],
        &["load", "--clients", "2", "--seconds", "1", "--warm-up", "0", "--json"],
    ] {
        let server = Hostile::start(Manner::Refuses);
        let output = Command::new(env!("CARGO_BIN_EXE_trecho"))
            .args(command)
            .arg(server.address())
            .env_clear()
            .env("HOME", "/nonexistent")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains(SEEN), "{command:?}: {text}");
        assert!(!text.contains('\u{1b}'));
        captured::assert_lines(&said);
    }
}

#[test]
fn a_file_of_settings_and_an_argument_are_quoted_without_what_does_not_print() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    let raw = "\u{202e}\u{200b}\u{9b}31m\u{1b}]52;c;x\u{7}";
    for (content, args) in [
        (format!("lang = 'en'\n\"{raw}\" = 1\n"), vec![]),
        (format!("lang = \"{raw}\"\n"), vec![]),
        (String::new(), vec!["--lang", raw]),
        (String::new(), vec!["--name", raw]),
        (String::new(), vec![raw, raw]),
    ] {
        std::fs::write(&file, content).unwrap();
        for program in [&[][..], &["server", "serve"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_trecho"))
                .args(program)
                .arg("--config")
                .arg(&file)
                .args(&args)
                .env_clear()
                .env("HOME", home.path())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2));
            let said = [output.stdout, output.stderr].concat();
            captured::assert_lines(&said);
            assert!(!said.contains(&0x1b));
            // Where there is a terminal it is told in colours, and they are the program's own.
            let file = file.to_str().unwrap();
            let mut pty = Pty::spawn(
                trecho(home.path(), &[program, &["--config", file], &args].concat()),
                80,
                24,
            );
            assert_eq!(pty.end().exit_code(), 2);
            captured::assert_lines(&pty.bytes());
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_that_says_far_too_much_fills_neither_memory_nor_time() {
    let server = Hostile::start(Manner::Floods);
    let home = tempfile::tempdir().unwrap();
    let mut pty = visit(&server, home.path());
    pty.press("n");
    pty.see(&["the flood is over"]);
    let most = resident_kib(pty.process().as_raw_nonzero().get());
    assert!(most < 200 * 1024, "{most} KiB after {} KiB of lines", server::FLOOD_BYTES / 1024);
    // A line without an end is no line: the client hangs up, and stays.
    server.say_without_end();
    pty.see(&["no Trecho server"]);
    kill_process(pty.process(), Signal::TERM).unwrap();
    pty.end();
    pty.is_given_back();
    captured::assert_tame(&pty.bytes());
    assert_log(home.path());
}

/// The most memory that a process has had.
#[cfg(target_os = "linux")]
fn resident_kib(process: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
