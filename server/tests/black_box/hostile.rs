//! Text that wants to do more than be read, from whomever it comes: what the real `trechod` writes on
//! a terminal and into its log is captured, and every byte looked at.

#[path = "../../../shared/tests/captured.rs"]
mod captured;
mod ledger;
mod operator;
mod passenger;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::common::daemon::trechod;
use crate::common::terminal::Terminal;

/// `trechod` with these arguments.
fn command(arguments: &[&str]) -> Command {
    let mut command = trechod();
    command.args(arguments);
    command
}

/// A server that logs all that it can, on a terminal.
fn serve(there: &Path, log: &str, arguments: &[&str]) -> (Terminal, SocketAddr) {
    let data = there.join("data");
    let always = ["serve", "--listen", "127.0.0.1:0", "--log-level", "trace", "--log", log];
    let mut terminal =
        Terminal::start(command(&[&always[..], &["--data", path(&data)], arguments].concat()));
    let line = terminal.says("serves");
    let address = match log {
        "json" => serde_json::from_str::<serde_json::Value>(&line).unwrap()["serves"].clone(),
        _ => json!(line.split(' ').nth(2)),
    };
    (terminal, address.as_str().unwrap().parse().unwrap())
}

/// What a command writes on a terminal, which must be lines that can be shown; and its exit code.
fn shown(arguments: &[&str]) -> (Option<i32>, String) {
    let (status, bytes) = Terminal::start(command(arguments)).end();
    captured::assert_lines(&bytes);
    (status.code(), String::from_utf8(bytes).unwrap())
}

/// The same for what it writes where there is no terminal.
fn written(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    let bytes = [output.stdout, output.stderr].concat();
    captured::assert_lines(&bytes);
    assert!(!bytes.contains(&0x1b), "a colour where there is no terminal");
    (output.status.code(), String::from_utf8(bytes).unwrap())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
