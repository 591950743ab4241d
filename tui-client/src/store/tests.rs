mod damage;

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;
use trecho_shared::ids::{IdempotencyKey, SessionToken};
use trecho_shared::message::{Booking, Passenger, Ticket, TicketStatus};
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

use super::*;

const GENEROUS: Duration = Duration::from_secs(30);
const SERVER: &str = "localhost:7470";

fn token(byte: u8) -> SessionToken {
    SessionToken::from_random([byte; 32])
}

fn settings(dir: &Path, server: &str) -> Settings {
    Settings { dir: Some(dir.join("data")), server: server.into(), text_dir: dir.to_owned() }
}

struct Client {
    store: Store,
    resumed: Option<SessionToken>,
}

impl Client {
    async fn of(dir: &TempDir, server: &str) -> Self {
        let (store, token) = start(settings(dir.path(), server));
        let resumed = timeout(GENEROUS, token).await.unwrap().ok().flatten();
        Self { store, resumed }
    }

    async fn start(dir: &TempDir) -> Self {
        Self::of(dir, SERVER).await
    }

    async fn news(&mut self) -> StoreNews {
        timeout(GENEROUS, self.store.news()).await.unwrap().unwrap()
    }

    /// Dies without a word, once all that was asked is done: as a crash would, its lock goes.
    async fn crash(self) {
        self.leave(Leave::Keep).await;
    }

    async fn leave(self, leave: Leave) {
        timeout(GENEROUS, self.store.finish(leave)).await.unwrap();
    }

    async fn bookings(&mut self) -> Vec<SavedBooking> {
        loop {
            if let StoreNews::Bookings(known) = self.news().await {
                return known;
            }
        }
    }
}

fn purchase() -> ConfirmCart {
    ConfirmCart {
        passengers: vec![passenger()],
        email: None,
        holds: Some(vec![]),
        idempotency_key: key(),
    }
}

fn key() -> IdempotencyKey {
    "purchase-1".parse().unwrap()
}

fn passenger() -> Passenger {
    Passenger { first_name: "João".parse().unwrap(), last_name: "Sá".parse().unwrap() }
}

fn booking(locator: &str, status: TicketStatus) -> SavedBooking {
    let ticket = Ticket {
        leg: "TR1042-20261124-GRU".parse().unwrap(),
        seat: "1A".parse().unwrap(),
        passenger: passenger(),
        fare_centavos: Centavos(1),
        status,
    };
    let booking = Booking {
        locator: locator.parse().unwrap(),
        claim: token(1).claim_code(&key()),
        tickets: vec![ticket],
        total_centavos: Centavos(1),
    };
    SavedBooking { booking, legs: vec![], saved_at: Moment(0), server: SERVER.into() }
}

#[tokio::test]
async fn a_crash_leaves_its_session_to_the_next_start() {
    let dir = TempDir::new().unwrap();
    let mut client = Client::start(&dir).await;
    assert_eq!(client.resumed, None);
    client.store.write(Job::KeepSession(token(1)));
    client.crash().await;
    assert_eq!(Client::start(&dir).await.resumed, Some(token(1)));
}

#[tokio::test]
async fn a_second_client_never_takes_the_session_of_a_running_one() {
    let dir = TempDir::new().unwrap();
    let mut first = Client::start(&dir).await;
    first.store.write(Job::KeepSession(token(1)));
    first.store.write(Job::NotePurchase(Box::new(purchase())));
    while !matches!(first.news().await, StoreNews::PurchaseNoted { .. }) {}
    let mut second = Client::start(&dir).await;
    assert_eq!(second.resumed, None);
    second.store.write(Job::KeepSession(token(2)));
    second.crash().await;
    let third = Client::start(&dir).await;
    assert_eq!(third.resumed, Some(token(2)), "only what nobody owns any more");
    first.crash().await;
    assert_eq!(Client::start(&dir).await.resumed, Some(token(1)));
}

#[tokio::test]
async fn a_session_of_another_server_is_not_taken_up() {
    let dir = TempDir::new().unwrap();
    let mut client = Client::of(&dir, "elsewhere:7470").await;
    client.store.write(Job::KeepSession(token(1)));
    client.crash().await;
    let mut here = Client::start(&dir).await;
    assert_eq!(here.resumed, None);
    here.store.write(Job::KeepSession(token(2)));
    here.crash().await;
    assert_eq!(Client::of(&dir, "elsewhere:7470").await.resumed, Some(token(1)));
}

#[tokio::test]
async fn a_clean_end_forgets_the_session_and_a_kept_one_does_not() {
    for (leave, resumed) in [(Leave::Close, None), (Leave::Keep, Some(token(1)))] {
        let dir = TempDir::new().unwrap();
        let mut client = Client::start(&dir).await;
        client.store.write(Job::KeepSession(token(1)));
        client.leave(leave).await;
        assert_eq!(Client::start(&dir).await.resumed, resumed);
    }
}

#[tokio::test]
async fn a_purchase_is_on_disk_when_it_is_said_to_be_and_found_by_the_next_start() {
    let dir = TempDir::new().unwrap();
    let mut client = Client::start(&dir).await;
    client.store.write(Job::KeepSession(token(1)));
    client.store.write(Job::NotePurchase(Box::new(purchase())));
    loop {
        if let StoreNews::PurchaseNoted { key: noted } = client.news().await {
            assert_eq!(noted, key());
            break;
        }
    }
    let file = fs::read_to_string(dir.path().join("data/sessions/0.json")).unwrap();
    assert!(file.contains("purchase-1") && file.contains(&token(1).to_string()));
    // Even a clean end keeps what is not settled.
    client.leave(Leave::Close).await;
    let mut next = Client::start(&dir).await;
    assert_eq!(next.resumed, Some(token(1)));
    let first = next.news().await;
    let StoreNews::Unsettled { purchase: found } = first else { panic!("{first:?}") };
    assert_eq!(*found, purchase());
    next.store.write(Job::ForgetPurchase);
    next.crash().await;
    let mut last = Client::start(&dir).await;
    assert!(matches!(last.news().await, StoreNews::Bookings(_)));
}

#[tokio::test]
async fn a_session_that_is_another_s_now_is_forgotten() {
    let dir = TempDir::new().unwrap();
    let mut client = Client::start(&dir).await;
    client.store.write(Job::KeepSession(token(1)));
    client.store.write(Job::ForgetSession);
    client.crash().await;
    assert_eq!(Client::start(&dir).await.resumed, None);
}

#[tokio::test]
async fn bookings_are_kept_newest_first_and_replaced_by_what_is_heard_last() {
    let dir = TempDir::new().unwrap();
    let mut first = Client::start(&dir).await;
    let mut second = Client::start(&dir).await;
    first.store.write(Job::KeepBooking(Box::new(booking("H7KQ3M", TicketStatus::Sold))));
    first.crash().await;
    second.store.write(Job::KeepBooking(Box::new(booking("AAAAAA", TicketStatus::Sold))));
    second.store.write(Job::KeepBooking(Box::new(booking("H7KQ3M", TicketStatus::Cancelled))));
    second.crash().await;
    let known = Client::start(&dir).await.bookings().await;
    let wanted =
        [booking("AAAAAA", TicketStatus::Sold), booking("H7KQ3M", TicketStatus::Cancelled)];
    assert_eq!(known, wanted, "two clients share one list and lose nothing");
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside_and_stops_nothing() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    fs::create_dir_all(data.join("sessions")).unwrap();
    fs::write(data.join("bookings.json"), "{\"bookings\": [oops").unwrap();
    fs::write(data.join("sessions/0.json"), [0xff, 0xfe]).unwrap();
    let mut client = Client::start(&dir).await;
    assert_eq!(client.resumed, None);
    assert_eq!(client.bookings().await, []);
    let mut aside = Vec::new();
    for _ in 0..2 {
        let news = client.news().await;
        let StoreNews::Damaged { path } = news else { panic!("{news:?}") };
        aside.push(path);
    }
    assert!(aside.iter().all(|path| path.ends_with(".damaged") && Path::new(path).exists()));
    let kept = fs::read_to_string(data.join("bookings.json.damaged")).unwrap();
    assert_eq!(kept, "{\"bookings\": [oops", "nothing of it is lost");
    client.store.write(Job::KeepBooking(Box::new(booking("H7KQ3M", TicketStatus::Sold))));
    client.crash().await;
    assert_eq!(Client::start(&dir).await.bookings().await.len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn credentials_are_for_their_owner_s_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path().join("data"), open).unwrap();
    let mut client = Client::start(&dir).await;
    client.store.write(Job::KeepSession(token(1)));
    client.store.write(Job::KeepBooking(Box::new(booking("H7KQ3M", TicketStatus::Sold))));
    client.store.write(Job::SaveText { name: "trecho-H7KQ3M.txt".into(), text: "t".into() });
    client.crash().await;
    let mode =
        |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("data/sessions"), 0o700);
    for file in ["data/bookings.json", "data/sessions/0.json", "trecho-H7KQ3M.txt"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_saved_text_overwrites_nothing() {
    let dir = TempDir::new().unwrap();
    let mut client = Client::start(&dir).await;
    fs::write(dir.path().join("trecho-H7KQ3M.txt"), "mine").unwrap();
    client.store.write(Job::SaveText { name: "trecho-H7KQ3M.txt".into(), text: "new".into() });
    let path = loop {
        if let StoreNews::Saved { path } = client.news().await {
            break path;
        }
    };
    assert!(path.ends_with("trecho-H7KQ3M-2.txt"));
    assert_eq!(fs::read_to_string(path).unwrap(), "new");
    assert_eq!(fs::read_to_string(dir.path().join("trecho-H7KQ3M.txt")).unwrap(), "mine");
}

#[tokio::test]
async fn without_a_directory_a_purchase_is_not_noted_and_says_so() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("data"), "a file is in the way").unwrap();
    let mut client = Client::start(&dir).await;
    assert_eq!(client.resumed, None);
    assert!(matches!(client.news().await, StoreNews::Failed { .. }));
    client.store.write(Job::NotePurchase(Box::new(purchase())));
    let news = client.news().await;
    let StoreNews::PurchaseNotNoted { key: refused, .. } = news else { panic!("{news:?}") };
    assert_eq!(refused, key());
}
