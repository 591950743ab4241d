//! Operators' words: on their own terminals, in the audit log, and at the passengers'.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use rustix::process::Signal;
use serde_json::{Value, json};
use trecho_shared::text::scrub;

use super::{captured, path, serve, shown};
use crate::common::Client;
use crate::common::daemon::two_days_on;
use crate::malformed::texts::HOSTILE;

/// Hostile texts that an argument of a command can have.
fn arguments() -> impl Iterator<Item = String> {
    let texts = HOSTILE.iter().map(|(_, text)| (*text).to_owned());
    texts
        .chain([captured::noise()])
        .map(|text| text.replace('\0', ""))
        // Without its NUL there is nothing wrong with it.
        .filter(|text| scrub(text) != *text)
}

#[tokio::test]
async fn an_operator_s_words_that_do_not_print_reach_nobody() {
    let there = tempfile::tempdir().unwrap();
    let (table, leg) = two_days_on("2x1-1");
    std::fs::write(there.path().join("legs.csv"), table).unwrap();
    let (data, legs) = (there.path().join("data"), there.path().join("legs.csv"));
    let (terminal, address) = serve(there.path(), "pretty", &["--timetable", path(&legs)]);
    let mut passenger = Client::connect(address).await;
    passenger.ok("feed.watch", json!({})).await;

    for text in arguments() {
        for words in [
            &["notice", &text][..],
            &["block", &leg, "1A", "--reason", &text],
            &["legs", &text],
            &["leg", &text],
            &["block", &leg, &text, "--reason", "x"],
            &["close", &text],
            &["booking", &text],
            &["release-hold", &text],
            &[&text],
        ] {
            let asked = [&["admin", "--data", path(&data)], words].concat();
            let (code, said) = shown(&asked);
            assert_ne!(code, Some(0), "{words:?}: {said}");
            assert!(!said.is_empty(), "{words:?}");
        }
    }

    // Whoever speaks to the socket without the command.
    let mut socket = UnixStream::connect(data.join("admin/admin.sock")).unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
    for (what, text) in HOSTILE {
        for (method, params) in [
            ("notice", json!({ "text": text })),
            ("notice", json!({ "text": "x", *text: text })),
            ("seats.block", json!({ "leg": leg, "seats": ["1A"], "reason": text })),
            ("seats.block", json!({ "leg": leg, "seats": [text], "reason": "x" })),
            ("seats.block", json!({ "leg": text, "seats": ["1A"], "reason": "x" })),
            ("legs.close", json!({ "leg": text })),
            ("legs.list", json!({ "text": text })),
            ("bookings.get", json!({ "locator": text })),
            (text, json!({})),
        ] {
            let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
            socket.write_all(format!("{request}\n").as_bytes()).unwrap();
            let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
            let message = answer["error"]["message"].as_str().unwrap_or_default();
            assert!(!message.is_empty(), "{what}: {method}: {answer}");
            assert_eq!(scrub(message), message, "{what}: {method}");
        }
    }

    assert_eq!(passenger.events_so_far().await, [json!(null); 0], "nothing was told or changed");
    let (code, audit) = shown(&["admin", "--data", path(&data), "audit", "--limit", "200"]);
    assert_eq!(code, Some(0), "{audit}");
    let noted: Vec<&str> = audit.lines().skip(1).collect();
    assert!(noted.len() >= HOSTILE.len(), "{audit}");
    assert!(noted.iter().all(|line| line.contains("refused: ")), "{audit}");
    // What prints is told as it was said, marks and wide letters, too.
    let words = "Portão 12: 王小明, Nguyễn e\u{301}";
    let (code, said) = shown(&["admin", "--data", path(&data), "notice", words]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(passenger.event().await["params"]["text"], words);
    drop(passenger);
    terminal.signal(Signal::TERM);
    let (status, log) = terminal.end();
    assert!(status.success());
    captured::assert_lines(&log);
}

/// A timetable in which `text` is in each cell in turn, and one in which it is a column's name.
fn tables(text: &str) -> Vec<String> {
    let header = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais";
    let row = "TR1042,2099-01-15,CGH,SDU,18:00,19:05,320,30x3-3,199.00";
    let cells: Vec<&str> = row.split(',').collect();
    let quoted = format!("\"{text}\"");
    let mut tables: Vec<String> = (0..cells.len())
        .map(|at| {
            let mut cells = cells.clone();
            cells[at] = &quoted;
            format!("{header}\n{}\n", cells.join(","))
        })
        .collect();
    tables.push(format!("{header},{quoted}\n{row},x\n"));
    tables.push(format!("{quoted}\n"));
    tables
}

#[test]
fn a_timetable_with_hostile_texts_is_refused_in_words_that_print() {
    let there = tempfile::tempdir().unwrap();
    let (data, file) = (there.path().join("data"), there.path().join("legs"));
    let mut files: Vec<Vec<u8>> =
        tables(&captured::noise()).into_iter().map(String::into).collect();
    for (_, text) in HOSTILE {
        files.push(tables(text).remove(0).into());
    }
    for content in files {
        std::fs::write(&file, &content).unwrap();
        for arguments in [
            &["import", path(&file), "--data", path(&data)][..],
            &["import", path(&file), "--skip-unserved", "--data", path(&data)],
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--timetable",
                path(&file),
                "--data",
                path(&data),
            ],
        ] {
            let (code, said) = shown(arguments);
            assert_eq!(code, Some(1), "{said}\n{}", String::from_utf8_lossy(&content));
            assert!(said.contains("line "), "{said}");
        }
    }
    assert!(!data.join("trecho.db").exists(), "nothing of it was kept");
}

#[test]
fn an_airline_s_file_with_hostile_texts_is_told_of_in_words_that_print() {
    let there = tempfile::tempdir().unwrap();
    let file = there.path().join("legs.ssim");
    let example = include_bytes!("../../../../assets/ssim/example.ssim");
    // A line has 200 columns, and its end. Of the carrier and of a leg: who flies, when, from
    // where, with what, and what is said beside.
    let places = [(0, 2), (5, 2), (5, 14), (5, 28), (5, 72), (10, 2), (10, 14), (10, 36), (10, 72)];
    for (number, (record, column)) in places.into_iter().enumerate() {
        for (hostile, flags) in [
            ("\x1b[2J", &[][..]),
            ("\u{202e}\u{200b}", &["--skip-unserved"]),
            ("\u{9b}2J\u{9c}", &["--skip-unserved"]),
            ("\0\r\x07", &["--skip-unserved"]),
        ] {
            let mut content = example.to_vec();
            let at = 202 * record + column;
            content[at..at + hostile.len()].copy_from_slice(hostile.as_bytes());
            std::fs::write(&file, &content).unwrap();
            let data = there.path().join(format!("data-{number}"));
            let import = ["import", path(&file), "--data", path(&data)];
            let (code, said) = shown(&[&import[..], flags].concat());
            assert!(!said.is_empty() && code.is_some_and(|code| code < 2), "{said}");
            // Where it is free text that nobody keeps, the legs are there, and clean.
            if code == Some(0) {
                let (code, legs) = shown(&["export", "legs", "--data", path(&data)]);
                assert!(code == Some(0) && legs.contains("TR1042-"), "{legs}");
            }
        }
    }
}
