//! Files that are another user's, and places where nothing can be written: the real `trechod` as a user
//! who owns nothing of it. That takes root, which may become anybody.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::data::{End, Left, commands};
use super::said;

/// A user who owns no file: `nobody`, on every system of ours.
const NOBODY: u32 = 65_534;

/// A place that anybody may enter, with the program in it; none where we may not become anybody.
fn open_place() -> Option<(tempfile::TempDir, PathBuf)> {
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED: only root may run a program as somebody else");
        return None;
    }
    let there = tempfile::tempdir().unwrap();
    mode(there.path(), 0o755);
    // Where it was built may be nobody's to enter.
    let program = there.path().join("trechod");
    fs::copy(env!("CARGO_BIN_EXE_trechod"), &program).unwrap();
    mode(&program, 0o755);
    Some((there, program))
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn as_nobody(program: &Path, words: &[String]) -> Output {
    let mut command = Command::new(program);
    command.args(words).uid(NOBODY).gid(NOBODY).env_clear().stdin(Stdio::null()).current_dir("/");
    command.output().unwrap()
}

#[tokio::test]
async fn another_user_s_files_are_named_and_left_as_they_are() {
    let Some((there, program)) = open_place() else { return };
    let left = Left::behind(there.path(), End::Killed).await;
    let data = there.path().join("data");
    // What is whose: everything is nobody's but for this, which only root may open.
    for name in ["", "lock", "trecho.db", "trecho.db-wal", "trecho.db-shm"] {
        left.lay(&data);
        for entry in fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
        let theirs = if name.is_empty() { data.clone() } else { data.join(name) };
        if !theirs.exists() {
            fs::write(&theirs, "").unwrap();
        }
        chown(&theirs, Some(0), Some(0)).unwrap();
        mode(&theirs, if name.is_empty() { 0o700 } else { 0o600 });
        for words in commands(there.path(), &data) {
            // To read one needs no lock.
            if name == "lock" && !["import", "serve"].contains(&words[0].as_str()) {
                continue;
            }
            let output = as_nobody(&program, &words);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{name}: {words:?}: {said}");
            let shown = if name.is_empty() { "data" } else { name };
            assert!(said.contains(shown), "{name}: {words:?}: {said}");
            assert!(said.to_lowercase().contains("permission denied"), "{name}: {words:?}: {said}");
            assert!(said.contains("the user that the server runs as"), "{name}: {words:?}: {said}");
        }
        // Its own user finds everything.
        left.is_all_there(&data, name).await;
    }
}

#[tokio::test]
async fn a_directory_where_nothing_can_be_written_is_named() {
    let Some((there, program)) = open_place() else { return };
    let left = Left::behind(there.path(), End::Stopped).await;
    let (data, empty) = (there.path().join("data"), there.path().join("empty"));
    left.lay(&data);
    fs::create_dir(&empty).unwrap();
    for directory in [&data, &empty, &empty.join("below")] {
        for words in commands(there.path(), directory) {
            if !["import", "serve"].contains(&words[0].as_str()) {
                continue;
            }
            let output = as_nobody(&program, &words);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
            assert!(said.contains("readable and writable for the user"), "{words:?}: {said}");
        }
    }
    left.is_all_there(&data, "a directory that nobody else may write to").await;
}

#[tokio::test]
async fn a_file_system_that_is_only_read_is_named() {
    let there = tempfile::tempdir().unwrap();
    let left = Left::behind(there.path(), End::Killed).await;
    let (data, read) = (there.path().join("data"), there.path().join("read"));
    left.lay(&data);
    fs::create_dir(&read).unwrap();
    let mount = |words: &[&str]| {
        Command::new("mount").args(words).output().is_ok_and(|output| output.status.success())
    };
    let (from, to) = (data.to_str().unwrap(), read.to_str().unwrap());
    if !mount(&["--bind", from, to]) || !mount(&["-o", "remount,bind,ro", to]) {
        println!("SKIPPED: a file system cannot be mounted here (that is root's)");
        return;
    }
    let words = commands(there.path(), &read);
    let outputs: Vec<Output> = words
        .iter()
        .map(|words| crate::common::run(&words.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    assert!(Command::new("umount").arg(&read).status().unwrap().success());
    for (words, output) in words.iter().zip(outputs) {
        let said = said(&output);
        // Whether SQLite can read a log without an index beside it is its own affair.
        if ["import", "serve"].contains(&words[0].as_str()) {
            assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
            assert!(said.contains("Read-only file system"), "{words:?}: {said}");
            assert!(said.contains("only read") && said.contains("--data"), "{words:?}: {said}");
        }
        assert!(output.status.code().is_some_and(|code| code < 2), "{words:?}: {said}");
    }
    left.is_all_there(&data, "a file system that was only read").await;
}
