//! What the real `trechod` asks of the system before it acknowledges: a sync of the log, begun after
//! the request was read, that has returned.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::daemon::two_days_on;
use crate::common::strace::trace;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm};

/// So many clients ask at the same time.
const CLIENTS: u64 = 4;

/// What is of interest of a process.
const TRACED: &str =
    "trace=fdatasync,fsync,read,readv,recvfrom,recvmsg,sendto,write,writev,sendmsg";

/// Asks under an id of its own, so that the trace tells whose it is; the result.
async fn ask(client: &mut Client, id: u64, method: &str, params: Value) -> Value {
    let line = json!({ "id": id, "jsonrpc": "2.0", "method": method, "params": params });
    client.send(format!("{line}\n")).await;
    let mut reply = client.reply(id).await;
    assert!(reply.get("result").is_some(), "{method}: {reply}");
    reply["result"].take()
}

/// Everything that is acknowledged; the ids.
async fn buy_and_change_its_mind(mut client: Client, number: u64, leg: String) -> Vec<u64> {
    let mut ids = Vec::new();
    let mut id = || {
        ids.push(number * 1_000 + ids.len() as u64);
        ids[ids.len() - 1]
    };
    let hold = json!({ "legs": [{ "leg": leg }] });
    ask(&mut client, id(), "cart.hold", hold.clone()).await;
    ask(&mut client, id(), "cart.release", json!({})).await;
    ask(&mut client, id(), "cart.hold", hold).await;
    let booking = ask(&mut client, id(), "cart.confirm", confirm("k")).await;
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    ask(&mut client, id(), "bookings.cancel", mine).await;
    ids
}

/// The syncs of the ledger's log that a trace has: from which line to which.
fn syncs(trace: &str) -> Vec<(usize, usize)> {
    let mut syncs = Vec::new();
    // What each thread is about.
    let mut begun: HashMap<&str, usize> = HashMap::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let of_the_log = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        if of_the_log && call.contains("trecho.db-wal>") {
            begun.insert(thread, at);
        }
        if (of_the_log || call.contains("sync resumed>")) && call.trim_end().ends_with("= 0") {
            syncs.extend(begun.remove(thread).map(|from| (from, at)));
        }
    }
    syncs
}

#[tokio::test]
async fn every_acknowledgement_comes_after_a_sync_of_the_log_that_has_returned() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("4x1-1");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut clients = Vec::new();
    for number in 1..=CLIENTS {
        let mut client = server.client().await;
        client.open().await;
        clients.push((client, number));
    }
    let into = directory.path().join("trace");
    let how = ["-y", "-s", "512", "-e", TRACED, "-o", into.to_str().unwrap()];
    let Some(mut tracer) = trace(server.pid(), &how) else { return };
    let mut tasks = JoinSet::new();
    for (client, number) in clients {
        tasks.spawn(buy_and_change_its_mind(client, number, leg.clone()));
    }
    let ids = tasks.join_all().await.concat();
    server.kill();
    tracer.wait().unwrap();
    let trace = std::fs::read_to_string(&into).unwrap();
    let syncs = syncs(&trace);
    let line = |words: String| trace.lines().position(|line| line.contains(&words));
    let answered = |id: u64| line(format!("\\\"id\\\":{id},\\\"result"));
    for id in ids {
        // Where the tracer missed the read, which happens when it has just come, the reply before it
        // to the same client is as good: this one was asked after that.
        let asked = line(format!("{{\\\"id\\\":{id},")).or_else(|| answered(id - 1)).unwrap_or(0);
        let answered = answered(id).expect("the acknowledgement is in the trace");
        assert!(
            syncs.iter().any(|(from, to)| asked < *from && *to < answered),
            "no sync of the log between lines {asked} and {answered} for {id}: {trace}"
        );
    }
}
