//! Each reason for which a connection is not served, or ends, counts under a name of its own, when it
//! really happens; and what is said at such an end counts as no request.

use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use trecho_server::rate::Rate;

use super::{at_least, counted, strict, with_pages, with_pages_and};
use crate::common::client::PATIENCE;
use crate::common::daemon::trechod;
use crate::common::namespace::Namespace;
use crate::common::pages::Numbers;
use crate::common::tls::{client, pair};
use crate::common::{Client, Daemon};

const REFUSED: &str = "trecho_connections_refused_total";
const ENDED: &str = "trecho_connections_ended_total";
const REQUESTS: &str = "trecho_requests_total";
const PING: &str = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n";

#[tokio::test]
async fn who_comes_from_an_address_with_enough_connections_is_counted() {
    let (world, pages) = strict(|config| config.limits.connections_per_address = 1).await;
    let mut first = world.client_from("127.0.0.2").await;
    first.ok("server.ping", json!({})).await;
    let _second = world.client_from("127.0.0.2").await;
    counted(pages, REFUSED, &[("reason=\"address\"", 1.0)]).await;
}

#[tokio::test]
async fn who_comes_from_an_address_that_connects_too_often_is_counted() {
    let (world, pages) =
        strict(|config| config.limits.accepts_per_address = Rate::per_hour(1)).await;
    world.client_from("127.0.0.2").await.ok("server.ping", json!({})).await;
    let _second = world.client_from("127.0.0.2").await;
    counted(pages, REFUSED, &[("reason=\"rate\"", 1.0)]).await;
}

#[tokio::test]
async fn who_is_on_trial_in_vain_is_counted_whether_it_asks_or_is_silent() {
    let (world, pages) = strict(|config| {
        config.limits.connections = 4;
        config.limits.trial = Duration::from_millis(300);
    })
    .await;
    let mut strangers = Vec::new();
    for _ in 0..3 {
        let mut stranger = world.client().await;
        stranger.ok("server.ping", json!({})).await;
        strangers.push(stranger);
    }
    let silent = world.client().await;
    counted(pages, REFUSED, &[("reason=\"trial\"", 1.0)]).await;
    drop(silent);
    let asking = json!({ "jsonrpc": "2.0", "id": 1, "method": "legs.search", "params": {} });
    // The place has to be free again.
    loop {
        let mut client = world.client().await;
        client.send(format!("{asking}\n")).await;
        let told = client.until_closed().await;
        if told.first().is_some_and(|line| line["id"] == 1) {
            break;
        }
    }
    at_least(pages, REFUSED, "reason=\"trial\"", 2.0).await;
    at_least(pages, ENDED, "reason=\"trial\"", 2.0).await;
}

#[tokio::test]
async fn who_finds_no_open_file_is_counted_with_the_accepts_that_failed() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = trechod();
    command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    command.args(["--timetable", "none", "--data"]).arg(directory.path().join("data"));
    let (server, pages) = Daemon::spawn_with_pages(command);
    let mut known = server.client().await;
    known.ok("server.ping", json!({})).await;
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap());
    let limit = |files: usize| {
        let limits = Rlimit { current: Some(files as u64), maximum: Some(1 << 12) };
        prlimit(pid, Resource::Nofile, limits).unwrap();
    };
    limit(server.files() + 4);
    let mut flood = Vec::new();
    for _ in 0..32 {
        flood.push(server.client().await);
    }
    // The last has waited at the door, and was told.
    flood.last_mut().unwrap().until_closed().await;
    drop(flood);
    limit(1 << 12);
    at_least(pages, REFUSED, "reason=\"files\"", 1.0).await;
    at_least(pages, "trecho_accept_errors_total", "", 1.0).await;
}

#[tokio::test]
async fn who_hangs_up_at_the_door_is_counted() {
    let (world, pages) = strict(|config| {
        config.limits.accepts = Rate { every: Duration::from_secs(2), burst: 1 };
    })
    .await;
    let _first = world.client_from("127.0.0.2").await;
    drop(world.client_from("127.0.0.3").await);
    counted(pages, REFUSED, &[("reason=\"gone\"", 1.0)]).await;
}

#[tokio::test]
async fn handshakes_that_come_to_nothing_are_counted_by_why() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let (world, pages) = with_pages_and(|config| config.tls = Some(files.clone())).await;
    let address = world.server().local_addr();
    let mut plain = world.client().await;
    plain.send(PING).await;
    assert_eq!(plain.until_closed().await.len(), 1);
    // A record of the handshake with nothing in it that makes sense.
    let mut garbled = TcpStream::connect(address).await.unwrap();
    garbled.write_all(&[0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]).await.unwrap();
    let why = ["handshake", "plaintext"].map(|why| format!("reason=\"{why}\""));
    counted(pages, ENDED, &why.each_ref().map(|why| (why.as_str(), 1.0))).await;
    counted(pages, REQUESTS, &[]).await;
    // One that agrees, and then hangs up, is an ordinary one.
    client(address, &files.cert).await.ok("server.ping", json!({})).await;
    at_least(pages, ENDED, "reason=\"done\"", 1.0).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_in_time_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let (world, pages) = with_pages_and(|config| {
        config.tls = Some(files.clone());
        config.limits.handshake = Duration::from_millis(200);
    })
    .await;
    let _silent = TcpStream::connect(world.server().local_addr()).await.unwrap();
    counted(pages, ENDED, &[("reason=\"handshake_late\"", 1.0)]).await;
    counted(pages, REQUESTS, &[]).await;
}

#[tokio::test]
async fn who_speaks_tls_where_there_is_none_is_counted() {
    let (world, pages) = with_pages().await;
    let mut hello = world.client().await;
    hello.send([0x16, 0x03, 0x01, 0x00, 0x05, b'\n', b'\n', 0, 0, 0]).await;
    assert_eq!(hello.until_closed().await.len(), 1);
    counted(pages, ENDED, &[("reason=\"encrypted\"", 1.0)]).await;
    counted(pages, REQUESTS, &[]).await;
}

#[tokio::test]
async fn who_is_late_with_the_first_line_is_counted_and_has_made_no_request() {
    let (world, pages) =
        with_pages_and(|config| config.limits.first_line = Duration::from_millis(200)).await;
    let mut slow = world.client().await;
    slow.send("{\"jsonrpc\":").await;
    assert_eq!(slow.until_closed().await.len(), 1);
    counted(pages, ENDED, &[("reason=\"first_line_late\"", 1.0)]).await;
    counted(pages, REQUESTS, &[]).await;
}

#[tokio::test]
async fn who_is_late_with_a_later_line_is_counted_apart() {
    let (world, pages) =
        with_pages_and(|config| config.limits.line = Duration::from_millis(200)).await;
    let mut slow = world.client().await;
    slow.ok("server.ping", json!({})).await;
    slow.send("{\"jsonrpc\":").await;
    assert_eq!(slow.until_closed().await.len(), 1);
    counted(pages, ENDED, &[("reason=\"line_late\"", 1.0)]).await;
    counted(pages, REQUESTS, &[("method=\"server.ping\",outcome=\"ok\"", 1.0)]).await;
}

#[tokio::test]
async fn who_sends_a_line_without_an_end_is_counted() {
    let (world, pages) = with_pages().await;
    let mut endless = world.client().await;
    endless.send(vec![b'x'; 65 * 1024]).await;
    endless.until_closed().await;
    counted(pages, ENDED, &[("reason=\"line_too_long\"", 1.0)]).await;
    counted(pages, REQUESTS, &[("method=\"none\",outcome=\"protocol_error\"", 1.0)]).await;
}

#[tokio::test]
async fn who_is_done_and_who_is_lost_are_counted_apart() {
    let (world, pages) = with_pages().await;
    let mut closing = world.client().await;
    closing.ok("session.close", json!({})).await;
    closing.until_closed().await;
    let mut leaving = world.client().await;
    leaving.ok("server.ping", json!({})).await;
    drop(leaving);
    counted(pages, ENDED, &[("reason=\"done\"", 2.0)]).await;
    let mut lost = TcpStream::connect(world.server().local_addr()).await.unwrap();
    lost.write_all(PING.as_bytes()).await.unwrap();
    // A socket that is closed over what has not been read is reset.
    lost.readable().await.unwrap();
    drop(lost);
    counted(pages, ENDED, &[("reason=\"done\"", 2.0), ("reason=\"lost\"", 1.0)]).await;
}

#[tokio::test]
async fn who_does_not_read_to_the_end_is_counted() {
    let (world, pages) = with_pages_and(|config| {
        config.limits.line = Duration::from_millis(300);
        // So much that all requests are answered, and their end is read.
        config.limits.unsent_bytes = 64 << 20;
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let mut deaf = Client::over(socket.connect(world.server().local_addr()).await.unwrap());
    for _ in 0..100 {
        deaf.request("airports.list", json!({})).await;
    }
    deaf.finish().await;
    counted(pages, ENDED, &[("reason=\"unread\"", 1.0)]).await;
}

#[tokio::test]
async fn who_is_replaced_by_another_connection_is_counted() {
    let (world, pages) = with_pages().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let mut again = world.client().await;
    again.ok("session.open", json!({ "resume": token })).await;
    ana.until_closed().await;
    counted(pages, ENDED, &[("reason=\"replaced\"", 1.0)]).await;
}

#[tokio::test]
async fn who_is_seen_off_by_a_server_that_stops_is_counted() {
    let (world, pages) = with_pages_and(|config| {
        // As long as it has not hung up, too, the pages are there.
        config.limits.linger = PATIENCE;
        config.limits.drain = PATIENCE;
    })
    .await;
    let mut ana = world.client().await;
    ana.open().await;
    world.server().stop();
    assert_eq!(ana.line().await.unwrap()["method"], "server.closing");
    counted(pages, ENDED, &[("reason=\"closing\"", 1.0)]).await;
}

#[tokio::test]
async fn a_peer_that_the_system_gives_up_is_counted() {
    let Some(network) = Namespace::new() else { return };
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["--timetable", "none", "--dead-peer", "2s", "--metrics-listen", "0.0.0.0:0"];
    let arguments = [&arguments[..], &["--metrics-exposed"]].concat();
    let (server, pages) =
        Daemon::spawn_with_pages(network.command(&directory.path().join("data"), &arguments));
    let pages = SocketAddr::new(server.address.ip(), pages.port());
    let mut ana = server.client().await;
    ana.ok("server.ping", json!({})).await;
    let files = server.files();
    network.cut();
    server.back_to(files - 1).await;
    network.mend();
    counted(pages, ENDED, &[("reason=\"dead\"", 1.0)]).await;
}

#[tokio::test]
async fn every_connection_that_was_accepted_was_refused_or_has_ended_or_is_open() {
    let (world, pages) = strict(|config| config.limits.connections = 3).await;
    for _ in 0..20 {
        let mut client = world.client().await;
        client.send(PING).await;
        client.finish().await;
        client.until_closed().await;
    }
    let _open = world.client().await;
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let numbers = Numbers::scrape(pages).await;
        let sum = |family: &str| -> f64 {
            let of = numbers.series.iter().filter(|(series, _)| series.starts_with(family));
            of.filter(|(series, _)| !series.contains("\"trial\"")).map(|(_, count)| count).sum()
        };
        let trials = numbers.of(&format!("{ENDED}{{reason=\"trial\"}}"));
        let seen = sum(REFUSED) + sum(ENDED) + trials + numbers.of("trecho_connections");
        if (numbers.of("trecho_connections_accepted_total") - 21.0).abs() < 0.5
            && (seen - 21.0).abs() < 0.5
        {
            return;
        }
        assert!(tokio::time::Instant::now() < end, "{seen} of 21: {:?}", numbers.series);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn when_many_do_not_read_some_are_cut_and_counted_and_who_reads_is_served() {
    const DEAF: usize = 12;
    let (world, pages) = with_pages_and(|config| {
        config.limits.requests = Rate::per_second(1_000_000, 1_000_000);
        config.limits.unsent_bytes_in_all = 1024 * 1024;
    })
    .await;
    let asks = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"airports.list\"}\n".repeat(2_000);
    let mut deaf = Vec::new();
    for _ in 0..DEAF {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        let stream = socket.connect(world.server().local_addr()).await.unwrap();
        let mut client = Client::over(stream);
        client.send(&asks).await;
        deaf.push(client);
        // Whoever reads is served, however many do not.
        let mut alert = world.client().await;
        for _ in 0..100 {
            alert.ok("airports.list", json!({})).await;
        }
    }
    // Each has up to 256 KiB here, so three of them fill it, and the others are cut.
    at_least(pages, ENDED, "reason=\"crowded\"", 6.0).await;
    let mut whole = 0;
    for client in &mut deaf {
        if let Some(mut writer) = client.writer.take() {
            // Of one that was cut there is nothing left to end.
            let _gone = writer.shutdown().await;
        }
        let mut heard = Vec::new();
        let _reset = client.reader.read_to_end(&mut heard).await;
        whole += usize::from(String::from_utf8_lossy(&heard).lines().count() == 2_000);
    }
    assert!((1..=6).contains(&whole), "{whole} of {DEAF} had all that they were owed");
}
