//! The operators' pages over real sockets: that the numbers are right to the unit, and that health
//! goes red when it should.

mod assets;
mod ended;
mod limits;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use trecho_server::Config;
use trecho_server::origin::Trusted;

use crate::common::client::PATIENCE;
use crate::common::daemon::{run, trechod, two_days_on};
use crate::common::pages::{Numbers, fetch, get, until_status};
use crate::common::world::write_csv;
use crate::common::{Daemon, World, confirm, kind, leg};

/// A server with pages, and where they are.
async fn with_pages() -> (World, SocketAddr) {
    let world = World::with(|config| config.metrics_listen = "127.0.0.1:0".parse().ok()).await;
    let address = world.server().metrics_addr().unwrap();
    (world, address)
}

/// The same with a configuration of one's own.
async fn with_pages_and(adjust: impl FnOnce(&mut Config)) -> (World, SocketAddr) {
    let world = World::with(|config| {
        config.metrics_listen = "127.0.0.1:0".parse().ok();
        adjust(config);
    })
    .await;
    let address = world.server().metrics_addr().unwrap();
    (world, address)
}

/// The same, and its limits count for everyone.
async fn strict(adjust: impl FnOnce(&mut Config)) -> (World, SocketAddr) {
    with_pages_and(|config| {
        config.trusted = Trusted::nobody();
        adjust(config);
    })
    .await
}

/// Scrapes until exactly these of a family's series have counted anything, and so much.
async fn counted(address: SocketAddr, family: &str, expected: &[(&str, f64)]) {
    let end = Instant::now() + PATIENCE;
    loop {
        let numbers = Numbers::scrape(address).await;
        let begin = format!("{family}{{");
        let labels =
            |series: &str| Some(series.strip_prefix(&begin)?.strip_suffix('}')?.to_owned());
        let counts: Vec<(String, f64)> = numbers
            .series
            .iter()
            .filter(|(_, count)| **count > 0.0)
            .filter_map(|(series, count)| Some((labels(series)?, *count)))
            .collect();
        if counts
            .iter()
            .map(|(labels, count)| (labels.as_str(), *count))
            .eq(expected.iter().copied())
        {
            return;
        }
        assert!(Instant::now() < end, "{family}: {counts:?}, not {expected:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Scrapes until a counter has come to this at least.
async fn at_least(address: SocketAddr, family: &str, labels: &str, least: f64) {
    let end = Instant::now() + PATIENCE;
    let series =
        if labels.is_empty() { family.to_owned() } else { format!("{family}{{{labels}}}") };
    loop {
        let now = Numbers::scrape(address).await.of(&series);
        if now >= least {
            return;
        }
        assert!(Instant::now() < end, "{series} is {now}, not {least}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Scrapes until a number is as expected: what is counted after the reply takes a moment.
async fn until(address: SocketAddr, series: &str, expected: f64) -> Numbers {
    let end = Instant::now() + PATIENCE;
    loop {
        let numbers = Numbers::scrape(address).await;
        let now = numbers.of(series);
        #[expect(clippy::float_cmp, reason = "whole numbers")]
        if now == expected {
            return numbers;
        }
        assert!(Instant::now() < end, "{series} is {now}, not {expected}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Asserts that exactly these of the series that begin with `prefix` have changed, by so much.
fn assert_steps(now: &Numbers, before: &Numbers, prefix: &str, steps: &[(&str, f64)]) {
    let changed = now.since(before);
    let changed: Vec<_> = changed
        .iter()
        .filter(|(series, _)| series.starts_with(prefix))
        .map(|(series, step)| (series.as_str(), *step))
        .collect();
    assert_eq!(changed, steps, "{prefix}");
}

#[tokio::test]
async fn every_request_is_counted_once_with_its_outcome() {
    let (world, pages) = with_pages().await;
    let before = Numbers::scrape(pages).await;
    let mut ana = world.client().await;
    let mut bento = world.client().await;
    ana.open().await;
    ana.hold(&[leg(7000)]).await;
    let taken = bento.call("cart.hold", json!({ "legs": [{ "leg": leg(7000) }] })).await;
    assert_eq!(kind(&taken), "leg_taken");
    let seat = json!({ "legs": [{ "leg": leg(7004), "seats": ["1A"] }] });
    ana.ok("cart.hold", seat.clone()).await;
    assert_eq!(kind(&bento.call("cart.hold", seat).await), "seat_taken");
    ana.ok("cart.release", json!({ "holds": [2] })).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    ana.ok("cart.confirm", confirm("k")).await;
    let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    bento.ok("bookings.get", claim.clone()).await;
    bento.ok("bookings.cancel", claim).await;
    bento.call("legs.search", json!({ "from": "Paris" })).await;
    bento.call("legs.sell", json!({})).await;
    bento.send("what?\n").await;
    bento.line().await.unwrap();
    let now = Numbers::scrape(pages).await;
    assert_steps(
        &now,
        &before,
        "trecho_requests_total",
        &[
            (r#"trecho_requests_total{method="bookings.cancel",outcome="ok"}"#, 1.0),
            (r#"trecho_requests_total{method="bookings.get",outcome="ok"}"#, 1.0),
            (r#"trecho_requests_total{method="cart.confirm",outcome="ok"}"#, 2.0),
            (r#"trecho_requests_total{method="cart.hold",outcome="leg_taken"}"#, 1.0),
            (r#"trecho_requests_total{method="cart.hold",outcome="ok"}"#, 2.0),
            (r#"trecho_requests_total{method="cart.hold",outcome="seat_taken"}"#, 1.0),
            (r#"trecho_requests_total{method="cart.release",outcome="ok"}"#, 1.0),
            (r#"trecho_requests_total{method="legs.search",outcome="protocol_error"}"#, 1.0),
            (r#"trecho_requests_total{method="none",outcome="protocol_error"}"#, 2.0),
            (r#"trecho_requests_total{method="session.open",outcome="ok"}"#, 1.0),
        ],
    );
    assert_steps(
        &now,
        &before,
        "trecho_request_seconds_count",
        &[
            (r#"trecho_request_seconds_count{method="bookings.cancel"}"#, 1.0),
            (r#"trecho_request_seconds_count{method="bookings.get"}"#, 1.0),
            (r#"trecho_request_seconds_count{method="cart.confirm"}"#, 2.0),
            (r#"trecho_request_seconds_count{method="cart.hold"}"#, 4.0),
            (r#"trecho_request_seconds_count{method="cart.release"}"#, 1.0),
            (r#"trecho_request_seconds_count{method="legs.search"}"#, 1.0),
            (r#"trecho_request_seconds_count{method="session.open"}"#, 1.0),
        ],
    );
    assert_steps(
        &now,
        &before,
        "trecho_conflicts_total",
        &[
            (r#"trecho_conflicts_total{kind="leg_taken"}"#, 1.0),
            (r#"trecho_conflicts_total{kind="seat_taken"}"#, 1.0),
        ],
    );
}

#[tokio::test]
async fn seats_carts_and_sales_are_what_the_rules_say() {
    let (mut world, pages) = with_pages().await;
    let start = Numbers::scrape(pages).await;
    // 180 and 180 and 72 seats, and one and one and three.
    assert_steps(
        &start,
        &Numbers::default(),
        "trecho_seats",
        &[(r#"trecho_seats{state="free"}"#, 437.0)],
    );
    assert!((start.of("trecho_legs") - 6.0).abs() < 0.5);
    let mut ana = world.client().await;
    ana.open().await;
    ana.ok("cart.hold", json!({ "legs": [{ "leg": leg(1042), "count": 2 }] })).await;
    let held = Numbers::scrape(pages).await;
    assert_steps(
        &held,
        &start,
        "trecho_seats",
        &[(r#"trecho_seats{state="free"}"#, -2.0), (r#"trecho_seats{state="held"}"#, 2.0)],
    );
    assert_steps(&held, &start, "trecho_carts", &[("trecho_carts", 1.0)]);
    let two = json!({
        "passengers": [
            { "first_name": "Ana", "last_name": "Prado" },
            { "first_name": "Rui", "last_name": "Prado" },
        ],
        "idempotency_key": "k",
    });
    let booking = ana.ok("cart.confirm", two).await;
    let one_back = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    ana.hold(&[leg(7004)]).await;
    let sold = Numbers::scrape(pages).await;
    let steps: &[(&str, &str, f64)] = &[
        ("trecho_bookings", "trecho_bookings_total", 1.0),
        ("trecho_tickets_sold", "trecho_tickets_sold_total", 2.0),
        ("trecho_sales", "trecho_sales_centavos_total", 82_580.0),
    ];
    for &(prefix, series, step) in steps {
        assert_steps(&sold, &start, prefix, &[(series, step)]);
    }
    ana.ok("bookings.cancel", one_back).await;
    // The cart's time is up: its owner hears it, and it is counted.
    world.pass(Duration::from_secs(601)).await;
    let end = Numbers::scrape(pages).await;
    assert_steps(&end, &start, "trecho_seats", &[]);
    assert_steps(
        &end,
        &start,
        "trecho_tickets_cancelled",
        &[("trecho_tickets_cancelled_total", 2.0)],
    );
    assert_steps(&end, &start, "trecho_carts", &[("trecho_carts_expired_total", 1.0)]);
    assert_steps(
        &end,
        &start,
        "trecho_holds_lost",
        &[(r#"trecho_holds_lost_total{reason="expired"}"#, 1.0)],
    );
    // What a restart finds is counted as it is, and what was counted begins anew.
    ana.hold(&[leg(7000)]).await;
    world.abandon();
    world.restart().await;
    let pages = world.server().metrics_addr().unwrap();
    let again = Numbers::scrape(pages).await;
    for (series, number) in [
        (r#"trecho_seats{state="held"}"#, 1.0),
        (r#"trecho_seats{state="free"}"#, 436.0),
        (r#"trecho_sessions{state="detached"}"#, 1.0),
        (r#"trecho_sessions{state="attached"}"#, 0.0),
        ("trecho_carts", 1.0),
        ("trecho_bookings_total", 0.0),
    ] {
        assert!((again.of(series) - number).abs() < 0.5, "{series}: {}", again.of(series));
    }
}

#[tokio::test]
async fn connections_sessions_and_bytes_come_and_go() {
    let (world, pages) = with_pages().await;
    let mut ana = world.client().await;
    let request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n";
    ana.send(request).await;
    ana.line().await.unwrap();
    let read = u32::try_from(request.len()).unwrap();
    let numbers = until(pages, "trecho_received_bytes_total", f64::from(read)).await;
    let pong = r#"{"jsonrpc":"2.0","id":1,"result":{"now":"2026-11-23T12:00:00.000Z"}}"#.len() + 1;
    let written = f64::from(u32::try_from(pong).unwrap());
    until(pages, "trecho_sent_bytes_total", written).await;
    for (series, number) in [("trecho_connections_accepted_total", 1.0), ("trecho_watchers", 0.0)] {
        assert!((numbers.of(series) - number).abs() < 0.5, "{series}");
    }
    until(pages, "trecho_connections", 1.0).await;
    ana.open().await;
    ana.ok("feed.watch", json!({})).await;
    until(pages, "trecho_watchers", 1.0).await;
    until(pages, r#"trecho_sessions{state="attached"}"#, 1.0).await;
    ana.hold(&[leg(7000)]).await;
    ana.event().await;
    until(pages, "trecho_feed_changes_total", 1.0).await;
    drop(ana);
    until(pages, r#"trecho_sessions{state="detached"}"#, 1.0).await;
    until(pages, "trecho_connections", 0.0).await;
    until(pages, "trecho_watchers", 0.0).await;
}

#[tokio::test]
async fn who_is_turned_away_is_counted() {
    let world = World::with(|config| {
        config.limits.connections = 1;
        config.metrics_listen = "127.0.0.1:0".parse().ok();
    })
    .await;
    let pages = world.server().metrics_addr().unwrap();
    let mut ana = world.client().await;
    ana.open().await;
    world.client().await.until_closed().await;
    until(pages, r#"trecho_connections_refused_total{reason="full"}"#, 1.0).await;
    until(pages, "trecho_connections_accepted_total", 2.0).await;
}

#[tokio::test]
async fn both_formats_say_the_same_and_histograms_add_up() {
    let (world, pages) = with_pages().await;
    let mut ana = world.client().await;
    ana.open().await;
    ana.hold(&[leg(1042)]).await;
    let plain = get(pages, "/metrics").await;
    assert!(plain.head.contains("content-type: text/plain; version=0.0.4"), "{}", plain.head);
    let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n";
    let open = fetch(pages, "GET /metrics", accept).await;
    assert!(open.head.contains("content-type: application/openmetrics-text"), "{}", open.head);
    assert!(open.body.ends_with("# EOF\n"));
    let (plain, open) = (Numbers::parse(&plain.body), Numbers::parse(&open.body));
    assert_eq!(plain.names(), open.names());
    let mut histograms = 0;
    for (series, count) in &plain.series {
        let Some((name, labels)) = series.split_once("_count") else { continue };
        let labels = labels.trim_start_matches('{').trim_end_matches('}');
        let own = format!("{name}_bucket{{");
        let buckets: Vec<(f64, f64)> = plain
            .series
            .iter()
            .filter(|(series, _)| series.starts_with(&own) && series.contains(labels))
            .map(|(series, count)| {
                let le = series.split("le=\"").nth(1).unwrap().split('"').next().unwrap();
                (le.parse().unwrap(), *count)
            })
            .collect();
        let mut ascending = buckets.clone();
        ascending.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(ascending.is_sorted_by(|one, other| one.1 <= other.1), "{series}: {ascending:?}");
        let (bound, all) = ascending.last().unwrap();
        assert!(bound.is_infinite() && (all - count).abs() < 0.5, "{series}: {ascending:?}");
        histograms += 1;
    }
    assert!(histograms > 10, "{histograms}");
}

#[tokio::test]
async fn pages_are_only_read_and_only_those_that_there_are() {
    let (_world, pages) = with_pages().await;
    assert_eq!(get(pages, "/healthz").await.body, "alive\n");
    assert_eq!(get(pages, "/readyz?verbose").await.body, "ready\n");
    let head = fetch(pages, "HEAD /metrics", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let missing = get(pages, "/").await;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("/metrics"), "{}", missing.body);
    let post = fetch(pages, "POST /metrics", "Content-Length: 2\r\n\r\nhi").await;
    assert_eq!(post.status, 405);
    assert!(post.head.contains("allow: get, head"), "{}", post.head);
    let nonsense = fetch(pages, "\u{1}", "").await;
    assert_eq!(nonsense.status, 400);
}

#[tokio::test]
async fn who_opens_connections_and_says_nothing_is_cut_and_keeps_few_places() {
    let (world, pages) = with_pages().await;
    let mut silent = Vec::new();
    for _ in 0..17 {
        silent.push(TcpStream::connect(pages).await.unwrap());
    }
    // One too many: it is closed without a word, sooner than the others' time is up.
    let mut last = silent.pop().unwrap();
    assert_eq!(timeout(PATIENCE, last.read(&mut [0; 9])).await.unwrap().unwrap_or(0), 0);
    // Passengers do not notice.
    world.client().await.ok("server.ping", json!({})).await;
    drop(silent);
    until_status_or_closed(pages).await;
}

/// Waits until there is a place again.
async fn until_status_or_closed(pages: SocketAddr) {
    let end = Instant::now() + PATIENCE;
    loop {
        let mut socket = TcpStream::connect(pages).await.unwrap();
        let asked = tokio::io::AsyncWriteExt::write_all(
            &mut socket,
            b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n",
        );
        let mut answer = String::new();
        if asked.await.is_ok()
            && socket.read_to_string(&mut answer).await.is_ok_and(|read| read > 0)
        {
            assert!(answer.ends_with("alive\n"), "{answer}");
            return;
        }
        assert!(Instant::now() < end, "there is no place again");
    }
}

#[tokio::test]
async fn a_server_that_drains_is_alive_and_not_ready() {
    let world = World::with(|config| {
        config.metrics_listen = "127.0.0.1:0".parse().ok();
        config.limits.linger = PATIENCE;
        config.limits.drain = PATIENCE;
    })
    .await;
    let pages = world.server().metrics_addr().unwrap();
    assert_eq!(get(pages, "/readyz").await.status, 200);
    // A passenger who does not hang up keeps the server until its patience ends.
    let mut ana = world.client().await;
    ana.open().await;
    world.server().stop();
    let closing = ana.line().await.unwrap();
    assert_eq!(closing["method"], "server.closing");
    let page = get(pages, "/readyz").await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("about to stop"), "{}", page.body);
    assert_eq!(get(pages, "/healthz").await.status, 200);
    drop(ana);
    let mut world = world;
    world.server.as_mut().unwrap().wait().await.unwrap();
    assert!(TcpStream::connect(pages).await.is_err(), "the pages ended with the server");
}

#[tokio::test]
async fn a_full_disk_turns_the_server_red_and_room_turns_it_green() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let disk = directory.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let script = "mount -t tmpfs -o size=8m tmpfs \"$1\" && shift && exec \"$@\"";
    let possible = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(&disk)
        .arg("true")
        .output();
    if !possible.is_ok_and(|tried| tried.status.success()) {
        println!("SKIPPED: this user may not make a small disk of their own here");
        return;
    }
    let data = disk.join("data");
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(&disk).arg(env!("CARGO_BIN_EXE_trechod"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    command.arg("--data").arg(&data).arg("--timetable").arg(&csv);
    let (server, pages) = Daemon::spawn_with_pages(command);
    assert_eq!(get(pages, "/readyz").await.status, 200);
    let free = Numbers::scrape(pages).await.of("trecho_disk_free_bytes");
    assert!(free > 0.0 && free < 8.0 * 1024.0 * 1024.0, "{free}");
    let mut ana = server.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    // The disk as the server sees it.
    let ballast = format!("/proc/{}/root{}/ballast", server.pid(), disk.display());
    let filled = std::fs::write(&ballast, vec![1; 16 << 20]);
    assert!(filled.is_err(), "8 MiB took 16");
    let red = until_status(pages, "/readyz", 503).await;
    assert!(red.body.contains("no room"), "{}", red.body);
    assert_eq!(get(pages, "/healthz").await.status, 200);
    let full = ana.call("cart.hold", json!({ "legs": [{ "leg": leg }] })).await;
    assert_eq!(kind(&full), "storage_unavailable");
    until(pages, "trecho_disk_full", 1.0).await;
    std::fs::remove_file(&ballast).unwrap();
    until_status(pages, "/readyz", 200).await;
    let end = Instant::now() + PATIENCE;
    while ana.call("cart.hold", json!({ "legs": [{ "leg": leg }] })).await.get("error").is_some() {
        assert!(Instant::now() < end, "it does not sell again");
        sleep(Duration::from_millis(50)).await;
    }
    until(pages, "trecho_disk_full", 0.0).await;
}

#[tokio::test]
async fn the_pages_are_off_unless_asked_for_and_not_for_other_machines_by_mistake() {
    let world = World::new().await;
    assert_eq!(world.server().metrics_addr(), None);
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    let serve = |listen: &str| {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--timetable", "none"];
        run(&[&arguments[..], &["--data", data, "--metrics-listen", listen]].concat())
    };
    let exposed = serve("0.0.0.0:0");
    assert_eq!(exposed.status.code(), Some(2));
    let said = String::from_utf8_lossy(&exposed.stderr).into_owned();
    assert!(said.contains("--metrics-exposed"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = serve(&taken.local_addr().unwrap().to_string());
    assert_eq!(busy.status.code(), Some(1));
    let said = String::from_utf8_lossy(&busy.stderr).into_owned();
    assert!(said.contains("for metrics") && said.contains("--metrics-listen"), "{said}");
    let mut open = trechod();
    open.args(["serve", "--listen", "127.0.0.1:0", "--timetable", "none", "--data", data]);
    open.args(["--metrics-listen", "0.0.0.0:0", "--metrics-exposed"]);
    let (_server, pages) = Daemon::spawn_with_pages(open);
    assert_eq!(get(pages, "/healthz").await.status, 200);
}
