//! The real `trechod` under those who mean it no good: each is bounded, others are served meanwhile,
//! and when it is over the process has as many files open as before.

mod report;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::common::daemon::two_days_on;
use crate::common::namespace::Namespace;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, error_code, kind};

/// A server with one leg of this cabin; and the leg.
fn serve(directory: &Path, cabin: &str, arguments: &[&str]) -> (Daemon, String) {
    let (csv, leg) = two_days_on(cabin);
    let csv = write_csv(directory, &csv);
    let mut all = vec!["--timetable", csv.to_str().unwrap()];
    all.extend(arguments);
    (Daemon::serve(&directory.join("data"), &all), leg)
}

/// As many connections as this process may well have, at most `most`. Other tests have files open,
/// too. Says so if that is fewer.
fn as_many_as(most: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    // What may be had without asking anyone is taken.
    let _refused = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let room = usize::try_from(limit / 2).unwrap();
    if room < most {
        println!("SKIPPED: {} of {most} connections, since no more files may be open", most - room);
    }
    room.min(most)
}

#[tokio::test]
async fn out_of_files_it_tells_whom_it_can_does_not_spin_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _) = serve(directory.path(), "1x1", &["--log-level", "warn"]);
    let mut known = server.client().await;
    known.ok("server.ping", json!({})).await;
    let baseline = server.files();
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    let limit = |files: usize| {
        let files = Some(files as u64);
        // The hard limit stays, so that it can be raised again.
        let maximum =
            prlimit(pid, Resource::Nofile, Rlimit { current: files, maximum: Some(1 << 12) });
        maximum.unwrap();
    };
    limit(baseline + 20);
    let mut flood = Vec::new();
    for _ in 0..as_many_as(1_000) {
        // Those for whom the system's queue has no room wait for ever, and are no matter.
        let connecting = tokio::time::timeout(Duration::from_millis(200), async {
            TcpStream::connect(server.address).await
        });
        if let Ok(Ok(socket)) = connecting.await {
            flood.push(Client::over(socket));
        }
    }
    // The first twenty or so were served, and others are told; who was reset hears nothing.
    let mut told = Vec::new();
    for client in flood.iter_mut().rev() {
        told = client.until_closed().await;
        if !told.is_empty() {
            break;
        }
    }
    assert!(!told.is_empty(), "nobody was told");
    assert!(told.iter().all(|line| kind(line) == "limit_exceeded"), "{told:?}");
    known.ok("server.ping", json!({})).await;
    let before = processor_ticks(&server);
    tokio::time::sleep(Duration::from_millis(500)).await;
    // A door that spins takes all of it: 50 ticks.
    let ticks = processor_ticks(&server) - before;
    assert!(ticks < 25, "{ticks} ticks of a hundredth of a second in half a second");
    drop(flood);
    server.back_to(baseline).await;
    limit(1 << 12);
    loop {
        let mut client = server.client().await;
        let ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n";
        if client.writer.as_mut().unwrap().write_all(ping.as_bytes()).await.is_ok()
            && client.line().await.is_some_and(|line| line.get("result").is_some())
        {
            break;
        }
    }
    known.ok("server.ping", json!({})).await;
}

/// How long the process has run, in hundredths of a second.
fn processor_ticks(server: &Daemon) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_ascii_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

#[tokio::test]
async fn a_half_open_connection_is_freed_and_its_cart_waits() {
    let Some(network) = Namespace::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x1");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap(), "--dead-peer", "2s"];
    let server = Daemon::spawn(network.command(&directory.path().join("data"), &arguments));
    let mut ana = server.client().await;
    let token = ana.open().await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    // The first hold has opened the files that the ledger needs.
    let baseline = server.files() - 1;
    let mut watcher = server.client().await;
    watcher.ok("feed.watch", json!({})).await;
    assert!(server.files() > baseline);
    network.cut();
    // Nobody says a word, and nobody hangs up.
    server.back_to(baseline).await;
    network.mend();
    drop((ana, watcher));
    let mut ana = server.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], cart["holds"]);
}

#[tokio::test]
async fn the_machine_outside_a_container_is_spared_and_no_other() {
    let Some(network) = Namespace::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    for (trusted, served) in [("gateway", 5), ("10.0.0.0/9", 2)] {
        let arguments =
            ["--timetable", "none", "--connections-per-address", "2", "--trusted-net", trusted];
        let server = Daemon::spawn(
            network.command(&directory.path().join(trusted.replace('/', "-")), &arguments),
        );
        let mut clients = Vec::new();
        for _ in 0..5 {
            let mut client = server.client().await;
            client.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
            if client.line().await.is_some_and(|line| line.get("result").is_some()) {
                clients.push(client);
            }
        }
        assert_eq!(clients.len(), served, "{trusted}");
    }
}

#[tokio::test]
async fn those_who_never_read_get_merged_state_cost_little_and_hold_nobody_up() {
    const TIMES: u64 = 2_000;
    let directory = tempfile::tempdir().unwrap();
    let (server, leg) = serve(directory.path(), "1x3", &[]);
    let mut busy = server.client().await;
    busy.hold(std::slice::from_ref(&leg)).await;
    busy.ok("cart.release", json!({})).await;
    let (files, memory) = (server.files(), server.memory());
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        let mut client = Client::over(socket.connect(server.address).await.unwrap());
        client.ok("feed.watch", json!({})).await;
        deaf.push(client);
    }
    let mut alert = server.client().await;
    alert.ok("feed.watch", json!({})).await;
    let hold = json!({ "legs": [{ "leg": leg }] });
    let mut versions = Vec::new();
    for _ in 0..TIMES / 50 {
        let ids: Vec<u64> = {
            let mut ids = Vec::new();
            for _ in 0..50 {
                ids.push(busy.request("cart.hold", hold.clone()).await);
                ids.push(busy.request("cart.release", json!({})).await);
            }
            ids
        };
        for id in ids {
            assert!(busy.reply(id).await.get("result").is_some());
        }
        versions.extend(alert.events_so_far().await.iter().filter_map(version));
    }
    let last = busy.ok("legs.get", json!({ "leg": leg })).await["version"].as_u64().unwrap();
    assert_eq!(versions.last(), Some(&last), "whoever reads has heard everything");
    let grown = server.memory().saturating_sub(memory);
    assert!(grown < 20 * 384 + 4_096, "{grown} KiB more for twenty who do not read");
    // Reading at last, each comes to the present state, and never back in time.
    for client in &mut deaf {
        let mut heard = 0;
        while heard < last {
            let next = version(&client.event().await).unwrap();
            assert!(next > heard, "{next} after {heard}");
            heard = next;
        }
    }
    drop((deaf, alert));
    server.back_to(files).await;
}

fn version(event: &Value) -> Option<u64> {
    event["params"]["version"].as_u64()
}

#[tokio::test]
async fn two_thousand_who_dribble_are_sent_away_and_others_are_served() {
    let directory = tempfile::tempdir().unwrap();
    let (server, leg) = serve(directory.path(), "1x3", &[]);
    let mut ana = server.client().await;
    ana.open().await;
    let files = server.files();
    let mut dribbling = Vec::new();
    for _ in 0..as_many_as(2_000) {
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        socket.write_all(b"{").await.unwrap();
        dribbling.push(socket);
    }
    let started = Instant::now();
    // A byte every now and then is no line, however long it goes on.
    while !dribbling.is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "{} left", dribbling.len());
        ana.hold(std::slice::from_ref(&leg)).await;
        ana.ok("cart.release", json!({})).await;
        dribbling.retain(|socket| {
            // Once the server has ended its side, what it said and the end are there to be read.
            let mut said = [0; 512];
            let ended = match socket.try_read(&mut said) {
                Ok(read) => read == 0 || said[..read].contains(&b'\n'),
                Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
            };
            !ended && socket.try_write(b" ").is_ok()
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    server.back_to(files).await;
}

#[tokio::test]
async fn a_gibibyte_without_an_end_is_cut_and_takes_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _) = serve(directory.path(), "1x1", &[]);
    let mut other = server.client().await;
    other.ok("server.ping", json!({})).await;
    let files = server.files();
    let memory = server.memory();
    for _ in 0..8 {
        flood(&server).await;
        other.ok("server.ping", json!({})).await;
    }
    // A few buffers, and no line.
    let grown = server.memory().saturating_sub(memory);
    assert!(grown < 2_048, "{grown} KiB more");
    server.back_to(files).await;
}

/// Sends up to a gibibyte without a line's end.
async fn flood(server: &Daemon) {
    let mut client = server.client().await;
    let mut writer = client.writer.take().unwrap();
    let piece = vec![b'x'; 1 << 20];
    let mut sent = 0;
    while sent < 1 << 10 && writer.write_all(&piece).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 1 << 10, "the server has hung up");
    let codes: Vec<i64> = client.until_closed().await.iter().map(error_code).collect();
    // The error may be lost to a peer that is reset before it reads.
    assert!(codes.is_empty() || codes == [-32600], "{codes:?}");
}

#[tokio::test]
async fn ten_thousand_requests_in_one_write_take_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    let (server, leg) = serve(directory.path(), "30x3-3", &[]);
    let memory = |server: &Daemon| server.memory();
    pour(&server, &leg, 2_000).await;
    let before = memory(&server);
    pour(&server, &leg, 10_000).await;
    let grown = memory(&server).saturating_sub(before);
    assert!(grown < 4_096, "{grown} KiB more");
}

/// So many requests in one write, all answered in order.
async fn pour(server: &Daemon, leg: &str, count: u64) {
    let mut lines = String::new();
    for id in 0..count {
        writeln!(
            lines,
            r#"{{"jsonrpc":"2.0","id":{id},"method":"legs.get","params":{{"leg":"{leg}"}}}}"#
        )
        .unwrap();
    }
    let mut client = server.client().await;
    let mut writer = client.writer.take().unwrap();
    let sending = tokio::spawn(async move {
        writer.write_all(lines.as_bytes()).await.unwrap();
        writer
    });
    for id in 0..count {
        assert_eq!(client.line().await.unwrap()["id"], json!(id));
    }
    drop(sending.await.unwrap());
}
