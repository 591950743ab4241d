//! Files and variables that are not what they should be, and the real program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Output};

use rustix::process::{Signal, kill_process};

use crate::company::Company;
use crate::pty::{Pty, trecho};

#[test]
fn damaged_files_are_told_of_on_the_screen_and_the_board_is_there() {
    let company = Company::open("60s");
    let home = company.home("ana");
    let data = home.join(".local/share/trecho");
    let session = data.join("sessions/0.json");
    std::fs::create_dir_all(&session).unwrap();
    std::fs::write(session.join("mine"), "mine").unwrap();
    std::fs::write(data.join("bookings.json"), "{\"bookings\": [{\"boo").unwrap();
    let args = ["--no-bell", "--lang", "en", &company.address()];
    let mut pty = Pty::spawn(trecho(&home, &args), 160, 40);
    // A long path is broken at the border.
    pty.see(&["TR1001", "A file was damaged and is kept at", "bookings.json", "sessions/0.json"]);
    pty.press(" ");
    pty.see(&["Cart 1 seat"]);
    kill_process(pty.process(), Signal::TERM).unwrap();
    pty.end();
    pty.is_given_back();
    let kept = std::fs::read_to_string(data.join("bookings.json.damaged")).unwrap();
    assert_eq!(kept, "{\"bookings\": [{\"boo");
    let kept = std::fs::read_to_string(data.join("sessions/0.json.damaged/mine")).unwrap();
    assert_eq!(kept, "mine");
}

fn run(words: &[&OsStr], variables: &[(&str, &[u8])]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trecho"))
        .args(words)
        .env_clear()
        .env("HOME", "/nonexistent")
        .envs(variables.iter().map(|(name, value)| (name, OsStr::from_bytes(value))))
        .output()
        .expect("the program starts")
}

/// Asserts that it was refused as wrong use, in words that contain `hint` and print.
fn assert_refused(output: &Output, hint: &str) {
    let said = String::from_utf8(output.stderr.clone()).expect("what is said is UTF-8");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(hint) && !said.contains("panicked"), "{hint}: {said}");
    assert_eq!(trecho_shared::text::scrub_lines(&said), said);
}

#[test]
fn a_variable_that_is_no_text_is_named_and_what_is_not_ours_stops_nothing() {
    let junk: &[u8] = b"\xff\xfe\x1b[2J";
    for name in ["TRECHO_ADDR", "TRECHO_NAME"] {
        assert_refused(&run(&[], &[(name, junk)]), &format!("{name} is not UTF-8"));
    }
    for (name, hint) in [("TRECHO_LANG", "--lang"), ("TRECHO_CONFIG", "cannot read")] {
        assert_refused(&run(&[], &[(name, junk)]), hint);
    }
    let picture = ["picture", "--scene", "board"].map(OsStr::new);
    for name in ["LANG", "LC_ALL", "TERM", "COLORTERM", "NO_COLOR", "TZ", "TRECHO_LOG_LEVEL"] {
        let output = run(&picture, &[(name, junk)]);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_damaged_file_of_settings_is_named_and_nothing_starts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let deep = format!("name = {}", "[".repeat(20_000));
    let large = format!("lang = 'en' #{}", " ".repeat(70_000));
    let cases: [(&[u8], &str); 7] = [
        (b"lang = 'en", "line 1"),
        (b"lang = 'en'\nlang = 'pt'\n", "line 2"),
        (b"lang = 'en'\nname = '\xe7'\n", "line 2 is not UTF-8"),
        (b"name = \"a\0b\"\n", "line 1"),
        (b"no_bell = 'yes'\n", "line 1"),
        (deep.as_bytes(), "recursion"),
        (large.as_bytes(), "64 KiB"),
    ];
    let refused = |file: &Path, hint: &str| {
        let output = run(&[OsStr::new("--config"), file.as_os_str()], &[]);
        assert_refused(&output, hint);
        assert_refused(&output, file.to_str().unwrap());
    };
    for (content, hint) in cases {
        std::fs::write(&file, content).unwrap();
        refused(&file, hint);
    }
    refused(directory.path(), "Is a directory");
    refused(Path::new("/dev/zero"), "64 KiB");
}
