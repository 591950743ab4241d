//! What the real `trechod` asks of the system before it acknowledges: a sync that has returned.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm};

/// A trace of a process that runs already; none where that cannot be had.
fn trace(pid: u32, into: &Path) -> Option<Child> {
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-y",
        "-s",
        "64",
        "-e",
        "trace=fdatasync,fsync,sendto,write,writev,sendmsg",
    ]);
    command.arg("-o").arg(into).arg("-p").arg(pid.to_string());
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take()?);
    while stderr.read_line(&mut said).ok()? > 0 {
        if said.contains("attached") {
            return Some(child);
        }
    }
    println!("{said}");
    child.wait().ok()?;
    None
}

#[tokio::test]
async fn every_acknowledgement_comes_after_a_sync_of_the_log_that_has_returned() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut ana = server.client().await;
    ana.open().await;
    let into = directory.path().join("trace");
    let Some(mut tracer) = trace(server.pid(), &into) else {
        println!("SKIPPED: strace is not here, or may not look at a process of ours");
        return;
    };
    let mut ids = Vec::new();
    for number in 0..4 {
        for (method, params) in [
            ("cart.hold", json!({ "legs": [{ "leg": leg }] })),
            ("cart.confirm", confirm(&format!("k{number}"))),
        ] {
            let id = ana.request(method, params).await;
            let reply = ana.reply(id).await;
            assert!(reply.get("result").is_some() || number >= 3, "{reply}");
            if reply.get("result").is_some() {
                ids.push(id);
            }
        }
    }
    server.kill();
    tracer.wait().unwrap();
    let trace = std::fs::read_to_string(&into).unwrap();
    let mut synced = 0;
    let mut acknowledged = Vec::new();
    for line in trace.lines() {
        if line.contains("fdatasync") || line.contains("fsync") {
            // Also what was begun on an earlier line and returned on this one.
            synced += usize::from(line.trim_end().ends_with("= 0"));
        } else if let Some(id) =
            ids.iter().find(|id| line.contains(&format!("\\\"id\\\":{id},\\\"result")))
        {
            assert!(synced > 0, "reply {id} was sent before anything was synced: {trace}");
            acknowledged.push(*id);
            synced = 0;
        }
    }
    assert_eq!(acknowledged, ids, "each acknowledgement is in the trace: {trace}");
}
