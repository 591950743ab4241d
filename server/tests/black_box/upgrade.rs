//! A new version takes a server's place: passengers are seen off, wait, come back by themselves, and
//! have what they had.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::common::client::PATIENCE;
use crate::common::daemon::{trechod, two_days_on};
use crate::common::{Client, Daemon, confirm, run};

/// Who has a cart, and how to take it up again.
struct Passenger {
    client: Client,
    token: String,
    cart: Value,
}

impl Passenger {
    async fn new(address: SocketAddr, leg: &str) -> Self {
        let mut client = Client::connect(address).await;
        let token = client.open().await;
        let cart = client.hold(&[leg.to_owned()]).await;
        Self { client, token, cart }
    }

    /// Hears that the server closes, and the end. For how long to wait then.
    async fn is_seen_off(&mut self) -> Duration {
        let said = self.client.until_closed().await;
        let [closing] = &said[..] else { panic!("{said:?}") };
        assert_eq!(closing["method"], "server.closing");
        Duration::from_millis(closing["params"]["retry_in_ms"].as_u64().unwrap())
    }

    /// Does as the protocol says: waits, connects until somebody is there, resumes, looks at the cart.
    async fn comes_back(mut self, wait: Duration, address: SocketAddr) -> Self {
        tokio::time::sleep(wait).await;
        let until = Instant::now() + PATIENCE;
        self.client = loop {
            match TcpStream::connect(address).await {
                Ok(socket) => break Client::over(socket),
                Err(error) => assert!(Instant::now() < until, "nobody is there: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let opened = self.client.ok("session.open", json!({ "resume": self.token })).await;
        for part in ["holds", "total_centavos", "expires_at"] {
            assert_eq!(opened["cart"][part], self.cart[part], "{part}");
        }
        self
    }
}

fn serve(data: &Path, listen: &str, more: &[&str]) -> Daemon {
    let mut command = trechod();
    command.args(["serve", "--listen", listen, "--data"]).arg(data).args(more);
    Daemon::spawn(command)
}

/// How an operator ends the old server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Drain,
    Terminate,
}

#[tokio::test]
async fn passengers_with_carts_come_back_to_a_new_process_and_buy_what_they_held() {
    for ending in [Ending::Drain, Ending::Terminate] {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let (table, leg) = two_days_on("4x1-1");
        let file = directory.path().join("legs.csv");
        std::fs::write(&file, table).unwrap();
        let mut old = serve(&data, "127.0.0.1:0", &["--timetable", file.to_str().unwrap()]);
        let address = old.address;
        let mut passengers = Vec::new();
        for _ in 0..5 {
            passengers.push(Passenger::new(address, &leg).await);
        }
        // One has bought already; what it says again after the change is no second purchase.
        let booking = passengers[0].client.ok("cart.confirm", confirm("before")).await;
        passengers[0].cart = passengers[0].client.cart().await;

        match ending {
            Ending::Drain => {
                let drain = ["admin", "drain", "--data", data.to_str().unwrap()];
                assert!(run(&drain).status.success());
            }
            Ending::Terminate => old.signal(Signal::TERM),
        }
        let mut coming = Vec::new();
        for mut passenger in passengers {
            let wait = passenger.is_seen_off().await;
            assert!(wait > Duration::ZERO);
            coming.push(tokio::spawn(passenger.comes_back(wait, address)));
        }
        assert_eq!(old.wait().0.code(), Some(0), "{ending:?}");
        drop(old);

        let new = serve(&data, &address.to_string(), &[]);
        let mut seats = Vec::new();
        for (at, coming) in coming.into_iter().enumerate() {
            let mut passenger = coming.await.unwrap();
            if at == 0 {
                let again = passenger.client.ok("cart.confirm", confirm("before")).await;
                assert_eq!(again, booking);
            } else {
                let bought = passenger.client.ok("cart.confirm", confirm("after")).await;
                assert_eq!(bought["tickets"][0]["seat"], passenger.cart["holds"][0]["seat"]);
            }
            let bought = passenger.client.ok("cart.get", json!({})).await;
            assert_eq!(bought["holds"], json!([]));
            seats.push(passenger.cart["holds"][0]["seat"].clone());
        }
        assert_eq!(new.client().await.seats_left(&leg).await, 3, "{seats:?}");
        drop(new);
        let sound = run(&["verify", "--data", data.to_str().unwrap()]);
        assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    }
}

#[tokio::test]
async fn the_way_back_to_an_older_version_is_the_backup_from_before() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (table, leg) = two_days_on("1x3");
    let file = directory.path().join("legs.csv");
    std::fs::write(&file, table).unwrap();
    let (data_dir, backup) = (data.to_str().unwrap(), directory.path().join("before.db"));
    let mut old = serve(&data, "127.0.0.1:0", &["--timetable", file.to_str().unwrap()]);
    let mut ana = old.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let copied = run(&["backup", backup.to_str().unwrap(), "--data", data_dir]);
    assert!(copied.status.success(), "{copied:?}");
    old.signal(Signal::TERM);
    assert_eq!(old.wait().0.code(), Some(0));

    // What a later version would have made of it.
    let later = rusqlite::Connection::open(data.join("trecho.db")).unwrap();
    later.execute_batch("PRAGMA user_version = 1000").unwrap();
    drop(later);
    let refused = run(&["serve", "--listen", "127.0.0.1:0", "--data", data_dir]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("a newer version") && said.contains("from before"), "{said}");

    let restored = run(&["restore", backup.to_str().unwrap(), "--replace", "--data", data_dir]);
    assert!(restored.status.success(), "{restored:?}");
    let again = serve(&data, "127.0.0.1:0", &[]);
    let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(again.client().await.ok("bookings.get", claim).await, booking);
}
