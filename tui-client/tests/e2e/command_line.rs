//! What is said on the command line, in the environment and in the file, and how wrong use is told.

use std::process::{Command, Output};

fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trecho"))
        .args(args)
        .env_clear()
        .env("HOME", "/nonexistent")
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts")
}

/// Asserts that it was refused as wrong use, in words that contain `hint`.
fn assert_refused(output: &Output, hint: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(hint), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn wrong_use_is_told_with_what_would_be_right() {
    for (args, hint) in [
        (&["tcp://localhost"][..], "HOST:PORT"),
        (&["localhost:0"], "1 to 65535"),
        (&["--lang", "fr"], "pt"),
        (&["--theme", "pink"], "dark"),
        (&["--name", "a\u{202e}b"], "does not print"),
        (&["--no-bell=perhaps"], "perhaps"),
        (&["--accept-key", "MD5:00"], "43 characters"),
        (&["--ca", "/nonexistent/ca.pem"], "--ca names a PEM file"),
        (&["demo", "--panes", "0"], "1..=6"),
        (&["demo", "--bots", "501"], "500"),
        (&["demo", "--hold", "60"], "such as 90s"),
        (&["picture", "--scene", "bored"], "board"),
        (&["fly", "away"], "away"),
    ] {
        assert_refused(&run(args, &[]), hint);
    }
}

#[test]
fn a_wrong_variable_is_refused_by_its_flag() {
    assert_refused(&run(&[], &[("TRECHO_LANG", "fr")]), "--lang");
    assert_refused(&run(&[], &[("TRECHO_ADDR", ":7470")]), "there is no host");
}

#[test]
fn a_bad_line_of_the_file_is_named_and_nothing_starts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    std::fs::write(&file, "lang = 'en'\ncolour = 'pink'\n").unwrap();
    let file = file.to_str().unwrap();
    for output in [run(&["--config", file], &[]), run(&[], &[("TRECHO_CONFIG", file)])] {
        assert_refused(&output, "line 2");
        assert_refused(&output, "colour");
        assert_refused(&output, file);
    }
}

#[test]
fn the_flag_wins_over_the_variable_and_the_variable_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    std::fs::write(&file, "lang = 'en'\n").unwrap();
    let picture = |args: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec!["picture", "--scene", "cart", "--config", file.to_str().unwrap()];
        all.extend(args);
        let output = run(&all, variables);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (english, portuguese) = ("Cart", "Carrinho");
    assert!(picture(&[], &[]).contains(english));
    assert!(picture(&[], &[("TRECHO_LANG", "pt")]).contains(portuguese));
    assert!(picture(&["--lang", "en"], &[("TRECHO_LANG", "pt")]).contains(english));
}

#[test]
fn version_and_help_say_what_one_needs() {
    let version = run(&["--version"], &[]);
    let said = String::from_utf8_lossy(&version.stdout);
    assert!(version.status.success() && said.contains("(protocol 1)"), "{said}");
    let help = run(&["--help"], &[]);
    let said = String::from_utf8_lossy(&help.stdout);
    for word in ["Examples", "trecho demo", "TRECHO_LANG", "Exit codes"] {
        assert!(said.contains(word), "{word} in:\n{said}");
    }
    let server = run(&["server", "--version"], &[]);
    assert!(String::from_utf8_lossy(&server.stdout).contains("trechod"));
}
