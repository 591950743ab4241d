//! How long well-behaved clients wait, alone and beside each attacker: a report, and no judgement,
//! since a shared machine would decide it. `TRECHO_ATTACK_SECONDS` makes each part longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::serve;
use crate::common::{Client, Daemon};

/// So many well-behaved clients, each asking about fifty times a second.
const CLIENTS: usize = 8;
const PAUSE: Duration = Duration::from_millis(20);

/// Who attacks.
#[derive(Debug, Clone, Copy)]
enum Attacker {
    Nobody,
    Dribbler,
    Flooder,
    Deaf,
    EndlessLine,
    Pourer,
    Guesser,
}

const ALL: [(Attacker, &str); 7] = [
    (Attacker::Nobody, "nobody"),
    (Attacker::Dribbler, "500 who send a byte now and then"),
    (Attacker::Flooder, "connects and hangs up without a pause"),
    (Attacker::Deaf, "20 who watch and never read"),
    (Attacker::EndlessLine, "a line without an end, again and again"),
    (Attacker::Pourer, "requests without a pause"),
    (Attacker::Guesser, "guesses at bookings without a pause"),
];

#[tokio::test(flavor = "multi_thread")]
async fn how_long_the_well_behaved_wait_beside_each_attacker() {
    let seconds = std::env::var("TRECHO_ATTACK_SECONDS").ok();
    let time = Duration::from_secs(seconds.map_or(1, |seconds| seconds.parse().unwrap()));
    let directory = tempfile::tempdir().unwrap();
    // The attackers' limits count, as those of strangers do.
    let (server, leg) = serve(directory.path(), "30x3-3", &["--trusted-net", "none"]);
    println!(
        "{:40} {:>8} {:>10} {:>10} {:>10}",
        "beside", "requests", "median", "p99", "to get in"
    );
    for (attacker, name) in ALL {
        let over = Arc::new(AtomicBool::new(false));
        let mut attack = start(attacker, &server, &leg, &over).await;
        let (longest_in, mut waits) = well_behaved(&server, &leg, time).await;
        over.store(true, Ordering::Relaxed);
        attack.shutdown().await;
        waits.sort_unstable();
        let at = |share: usize| waits[(waits.len() - 1) * share / 100];
        let (median, p99, count) = (at(50), at(99), waits.len());
        println!("{name:40} {count:>8} {median:>10.1?} {p99:>10.1?} {longest_in:>10.1?}");
    }
}

/// The longest time from a connect to the first reply, and what each request took from then on.
async fn well_behaved(server: &Daemon, leg: &str, time: Duration) -> (Duration, Vec<Duration>) {
    let mut tasks = JoinSet::new();
    for _ in 0..CLIENTS {
        let (address, leg) = (server.address, leg.to_owned());
        tasks.spawn(async move {
            let connecting = Instant::now();
            let mut client = Client::connect(address).await;
            client.open().await;
            let to_get_in = connecting.elapsed();
            let (mut waits, started) = (Vec::new(), Instant::now());
            while started.elapsed() < time {
                for (method, params) in [
                    ("legs.search", json!({ "limit": 10 })),
                    ("cart.hold", json!({ "legs": [{ "leg": leg }] })),
                    ("cart.release", json!({})),
                ] {
                    let asked = Instant::now();
                    client.ok(method, params).await;
                    waits.push(asked.elapsed());
                    tokio::time::sleep(PAUSE).await;
                }
            }
            (to_get_in, waits)
        });
    }
    let (in_after, waits): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().unzip();
    (in_after.into_iter().max().unwrap_or_default(), waits.concat())
}

/// Starts an attack, which goes on until it is over.
async fn start(
    attacker: Attacker,
    server: &Daemon,
    leg: &str,
    over: &Arc<AtomicBool>,
) -> JoinSet<()> {
    let (address, over, mut tasks) = (server.address, Arc::clone(over), JoinSet::new());
    let source = "127.0.0.2";
    match attacker {
        Attacker::Nobody => {}
        Attacker::Dribbler => {
            let mut sockets = Vec::new();
            for number in 0..500 {
                let from = format!("127.0.1.{}", 1 + number % 200);
                sockets.push(Client::from(&from, address).await);
            }
            tasks.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    for socket in &mut sockets {
                        // Those that were sent away are as good as silent.
                        let _ = socket.writer.as_mut().unwrap().write_all(b" ").await;
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            });
        }
        Attacker::Flooder => {
            tasks.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let socket = TcpSocket::new_v4().unwrap();
                    socket.bind((std::net::Ipv4Addr::new(127, 0, 0, 2), 0).into()).unwrap();
                    let connecting = socket.connect(address);
                    // The door lets in so many a second; the rest wait before it.
                    drop(tokio::time::timeout(Duration::from_millis(50), connecting).await);
                }
            });
        }
        Attacker::Deaf => {
            let mut deaf: Vec<TcpStream> = Vec::new();
            for _ in 0..20 {
                let socket = TcpSocket::new_v4().unwrap();
                socket.set_recv_buffer_size(4 * 1024).unwrap();
                let mut socket = socket.connect(address).await.unwrap();
                let watch = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"feed.watch\"}\n";
                socket.write_all(watch.as_bytes()).await.unwrap();
                deaf.push(socket);
            }
            tasks.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                drop(deaf);
            });
        }
        Attacker::EndlessLine => repeat(&mut tasks, over, move || async move {
            let mut client = Client::from(source, address).await;
            let piece = vec![b'x'; 64 * 1024];
            while client.writer.as_mut().unwrap().write_all(&piece).await.is_ok() {}
        }),
        Attacker::Pourer => {
            let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "legs.get", "params": { "leg": leg } });
            pour(&mut tasks, over, Client::from(source, address).await, format!("{request}\n"));
        }
        Attacker::Guesser => {
            let params = json!({ "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000" });
            let request =
                json!({ "jsonrpc": "2.0", "id": 1, "method": "bookings.get", "params": params });
            pour(&mut tasks, over, Client::from(source, address).await, format!("{request}\n"));
        }
    }
    tasks
}

/// Does the same until it is over.
fn repeat<F: Future<Output = ()> + Send + 'static>(
    tasks: &mut JoinSet<()>,
    over: Arc<AtomicBool>,
    attack: impl Fn() -> F + Send + Sync + 'static,
) {
    tasks.spawn(async move {
        while !over.load(Ordering::Relaxed) {
            attack().await;
        }
    });
}

/// Sends the line as fast as it is taken, and reads what comes.
fn pour(tasks: &mut JoinSet<()>, over: Arc<AtomicBool>, mut client: Client, line: String) {
    let mut writer = client.writer.take().unwrap();
    tasks.spawn(async move {
        let lines = line.repeat(64);
        while !over.load(Ordering::Relaxed) {
            // A server that does not read is what is to be seen here.
            let writing = writer.write_all(lines.as_bytes());
            drop(tokio::time::timeout(Duration::from_millis(100), writing).await);
        }
    });
    tasks.spawn(async move {
        while tokio::io::AsyncBufReadExt::lines(&mut client.reader)
            .next_line()
            .await
            .is_ok_and(|line| line.is_some())
        {}
    });
}
