//! What is built into the program.

use std::process::Command;

fn tree(features: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["-p", "trecho-tui"])
        .args(features)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_client_alone_has_no_server_and_no_database_in_it() {
    let whole = tree(&[]);
    let client = tree(&["--no-default-features"]);
    for package in ["trecho-server", "rusqlite", "libsqlite3-sys"] {
        assert!(whole.lines().any(|line| line.starts_with(package)), "{package} is in the demo");
        assert!(!client.lines().any(|line| line.starts_with(package)), "{package} in the client");
    }
}
