//! Passengers' words, and the log.

use std::net::SocketAddr;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::json;

use super::{captured, command, path, serve};
use crate::common::daemon::two_days_on;
use crate::common::{Client, confirm};
use crate::malformed::every_line;
use crate::malformed::texts::{HOSTILE, WELCOME};

/// Everything that a passenger can say, and must not.
async fn rant(address: SocketAddr, leg: &str) {
    let mut client = Client::connect(address).await;
    for line in every_line() {
        client.send([&line[..], b"\n"].concat()).await;
        client.line().await.expect("the connection goes on");
    }
    for (_, text) in HOSTILE {
        client.call(text, json!({})).await;
        client.call("session.open", json!({ "name": text })).await;
        client.call("cart.get", json!({ *text: text })).await;
        let mut named = confirm("k");
        named[*text] = json!(text);
        client.call("cart.confirm", named).await;
        client.send(json!({ *text: text, "id": text, "jsonrpc": text }).to_string()).await;
        client.send("\n").await;
        client.line().await.expect("the connection goes on");
    }
    for (at, (text, _)) in WELCOME.iter().enumerate() {
        client.hold(&[leg.to_owned()]).await;
        let mut purchase = confirm(&format!("k-{at}"));
        purchase["passengers"][0]["first_name"] = json!(text);
        client.ok("cart.confirm", purchase).await;
    }
    // A line too long, made of what is worst, which ends the connection; one cut short; no line.
    client.send("\u{1b}\u{202e}\n\u{9b}".repeat(40)).await;
    client.send("\u{1b}]52;c;x\u{7}\u{202e}".repeat(8_000)).await;
    client.until_closed().await;
    let mut client = Client::connect(address).await;
    client.send(b"\x1b[2J\xff\xfe\0").await;
}

#[tokio::test]
async fn nothing_that_a_passenger_says_is_in_the_log_raw() {
    for log in ["pretty", "json"] {
        let there = tempfile::tempdir().unwrap();
        let (table, leg) = two_days_on("10x3-3");
        std::fs::write(there.path().join("legs.csv"), table).unwrap();
        let legs = there.path().join("legs.csv");
        let (mut terminal, address) = serve(there.path(), log, &["--timetable", path(&legs)]);
        rant(address, &leg).await;
        terminal.says("Sold");
        terminal.signal(Signal::TERM);
        let (status, bytes) = terminal.end();
        assert!(status.success());
        captured::assert_lines(&bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.contains('\u{1b}'), log == "pretty", "coloured for people");
        for line in text.lines().filter(|_| log == "json") {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }
}

/// What the log quotes is somebody else's, too: here the name of a directory.
#[tokio::test]
async fn what_the_log_quotes_is_escaped_and_stays_on_its_line() {
    const NAME: &str = "tls\u{1b}[2J\u{202e}\u{200b}\u{9b}\n2026-11-29T00:00:00Z  INFO forged\u{301}\u{301}\u{301}\u{301}";
    for (log, on_a_terminal) in
        [("pretty", true), ("pretty", false), ("json", true), ("json", false)]
    {
        let there = tempfile::tempdir().unwrap();
        let out = there.path().join(NAME);
        let (files, _) = crate::common::tls::pair(&out);
        let [cert_flag, cert, key_flag, key] = crate::common::tls::flags(&files);
        let arguments = [cert_flag, cert, key_flag, key, "--timetable", "none"];
        let (status, bytes) = if on_a_terminal {
            let (mut terminal, _) = serve(there.path(), log, &arguments);
            std::fs::remove_dir_all(&out).unwrap();
            terminal.signal(Signal::HUP);
            terminal.says("stays as it was");
            terminal.signal(Signal::TERM);
            terminal.end()
        } else {
            let mut serving = command(&["serve", "--listen", "127.0.0.1:0", "--log", log]);
            serving.args(["--data", path(&there.path().join("data"))]).args(arguments);
            let mut child = serving.stderr(Stdio::piped()).spawn().unwrap();
            let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
            let mut said = Vec::new();
            let pid = rustix::process::Pid::from_child(&child);
            for (words, signal) in [("serves", Signal::HUP), ("stays as it was", Signal::TERM)] {
                while !String::from_utf8_lossy(&said).contains(words) {
                    assert_ne!(
                        std::io::BufRead::read_until(&mut stderr, b'\n', &mut said).unwrap(),
                        0
                    );
                }
                let _ = std::fs::remove_dir_all(&out);
                rustix::process::kill_process(pid, signal).unwrap();
            }
            std::io::Read::read_to_end(&mut stderr, &mut said).unwrap();
            (child.wait().unwrap(), said)
        };
        assert!(status.success());
        captured::assert_lines(&bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            !text.lines().any(|line| line.starts_with("2026-11-29T00:00:00Z  INFO forged")),
            "{text}"
        );
        let line = text.lines().find(|line| line.contains("stays as it was")).unwrap();
        assert!(line.contains("forged"), "all of it is told, on one line: {line}");
    }
}
