//! `trechod import` and `serve --timetable` with IATA SSIM files, by the real program.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::json;

use crate::common::daemon::trechod;
use crate::common::{Daemon, run};

/// So many legs are in `example.ssim`.
const EXAMPLE_LEGS: u64 = 793;

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/ssim").join(name)
}

fn import(file: &Path, data: &Path, flags: &[&str]) -> Output {
    let words = ["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    run(&[&words[..], flags].concat())
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The numbers of a summary: added, revised, unchanged, departed.
fn numbers(output: &Output) -> Vec<u64> {
    assert_eq!(output.status.code(), Some(0), "{}", told(&output.stderr));
    told(&output.stdout).split(' ').filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn an_airline_s_file_is_imported_once() {
    let data = tempfile::tempdir().unwrap();
    let output = import(&asset("example.ssim"), data.path(), &[]);
    assert_eq!(told(&output.stderr), "", "there is nothing to say of any line");
    let first = numbers(&output);
    let [added, 0, 0, departed] = first[..] else { panic!("{first:?}") };
    assert_eq!(added + departed, EXAMPLE_LEGS);
    let again = numbers(&import(&asset("example.ssim"), data.path(), &[]));
    assert_eq!(again, [0, 0, added, departed]);
}

#[tokio::test]
async fn lines_that_cannot_be_sold_refuse_the_file_by_number_until_they_are_skipped() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let output = import(&asset("sample.ssim"), data, &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = told(&output.stderr);
    for expected in ["line 11: ", "line 16: ", "CDG", "nothing was imported", "--skip-unserved"] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let output = import(&asset("sample.ssim"), data, &["--skip-unserved"]);
    assert_eq!(numbers(&output), [0, 0, 0, 0]);
    let said = told(&output.stderr);
    let left_out = said.lines().filter(|line| line.starts_with("left out: line 1")).count();
    assert_eq!((left_out, said.lines().count()), (6, 6), "{said}");
    let server = Daemon::serve(data, &["--timetable", "none"]);
    let found = server.client().await.ok("legs.search", json!({ "include": "all" })).await;
    assert_eq!(found["total"], 0);
}

#[test]
fn what_was_not_taken_to_the_letter_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(asset("example.ssim")).unwrap();
    let open = text.replacen("28MAR2725SEP27", "28MAR2700XXX00", 1);
    assert_ne!(open, text);
    let file = directory.path().join("open.ssim");
    std::fs::write(&file, open).unwrap();
    let output = import(&file, &directory.path().join("data"), &[]);
    assert!(numbers(&output)[0] > 0);
    let said = told(&output.stderr);
    assert!(said.starts_with("taken with a change: line "), "{said}");
}

#[test]
fn a_wrong_line_refuses_the_file_whatever_is_skipped() {
    let directory = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(asset("example.ssim")).unwrap();
    let file = directory.path().join("wrong.ssim");
    std::fs::write(&file, text.replacen("28MAR2725SEP271234567", "28MAX2725SEP271234567", 1))
        .unwrap();
    let output = import(&file, &directory.path().join("data"), &["--skip-unserved"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output.stderr).contains("line 11: "), "{}", told(&output.stderr));
}

#[tokio::test]
async fn an_empty_data_directory_is_filled_from_an_airline_s_file() {
    let data = tempfile::tempdir().unwrap();
    let example = asset("example.ssim");
    let server = Daemon::serve(data.path(), &["--timetable", example.to_str().unwrap()]);
    let found = server.client().await.ok("legs.search", json!({ "include": "all" })).await;
    let total = found["total"].as_u64().unwrap();
    assert!(total <= EXAMPLE_LEGS, "{total}");
    server.kill();
    let again = numbers(&import(&example, data.path(), &[]));
    assert_eq!(again, [0, 0, total, EXAMPLE_LEGS - total]);
}

#[test]
fn a_server_does_not_start_on_a_file_that_it_cannot_sell_whole_unless_told_to_skip() {
    let directory = tempfile::tempdir().unwrap();
    let sample = asset("sample.ssim");
    let data = directory.path().join("data");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let timetable = ["--timetable", sample.to_str().unwrap()];
    let output = run(&[&serve[..], &timetable[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output.stderr).contains("line 11: "), "{}", told(&output.stderr));
    let log = directory.path().join("log");
    let mut child = trechod()
        .args(serve)
        .args(timetable)
        .args(["--skip-unserved", "--log", "json"])
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let said = loop {
        let said = std::fs::read_to_string(&log).unwrap();
        if said.contains(r#""serves":"#) {
            break said;
        }
        assert!(std::time::Instant::now() < until, "it did not serve: {said}");
        std::thread::yield_now();
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("left out") && said.contains(r#""line":11"#), "{said}");
}
