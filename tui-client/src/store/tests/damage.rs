//! Files that are not as they were left: nothing stops, and nothing is lost.

#![cfg(unix)]

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::*;

/// A directory with a session that holds something and one booking, and no client.
async fn lived_in() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let mut client = Client::start(&dir).await;
    client.store.write(Job::KeepSession(token(1)));
    client.store.write(Job::NotePurchase(Box::new(purchase())));
    client.store.write(Job::KeepBooking(Box::new(booking("H7KQ3M", TicketStatus::Sold))));
    client.crash().await;
    let data = dir.path().join("data");
    (dir, data)
}

impl Client {
    /// Everything that is told at the start; then a session, a purchase and a booking are kept.
    async fn goes_on(mut self) -> Vec<StoreNews> {
        self.store.write(Job::KeepSession(token(2)));
        self.store.write(Job::NotePurchase(Box::new(purchase())));
        let mut told = Vec::new();
        loop {
            match self.news().await {
                StoreNews::PurchaseNoted { .. } => break,
                news => told.push(news),
            }
        }
        self.store.write(Job::KeepBooking(Box::new(booking("AAAAAA", TicketStatus::Sold))));
        self.crash().await;
        told
    }
}

/// Where a damaged file was kept, if one was.
fn aside(told: &[StoreNews]) -> Option<PathBuf> {
    told.iter().find_map(|news| match news {
        StoreNews::Damaged { path } => Some(path.into()),
        _ => None,
    })
}

/// What makes no sense, for a file that holds `sound`.
fn nonsense(sound: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8(sound.to_vec()).unwrap();
    let mut nonsense: Vec<Vec<u8>> = vec![
        vec![],
        b"\n".to_vec(),
        vec![0; 4096],
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{\"bookings\":7,\"server\":7}".to_vec(),
        [b"\xef\xbb\xbf", sound].concat(),
        [sound, sound].concat(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ["[".repeat(100_000), "]".repeat(100_000)].concat().into_bytes(),
        text.replace("João", "Jo\\u001b[2Jo").into_bytes(),
        text.replace("TR1042-20261124-GRU", "TR1042").replace("purchase-1", "").into_bytes(),
    ];
    // Cut anywhere but in the blanks at its end.
    let cuts = (1..text.trim_end().len()).step_by(61);
    nonsense.extend(cuts.map(|cut| sound[..cut].to_vec()));
    nonsense
}

#[tokio::test]
async fn whatever_a_file_says_the_next_start_goes_on_and_keeps_it() {
    for name in ["sessions/0.json", "bookings.json"] {
        let sound = {
            let (_dir, data) = lived_in().await;
            fs::read(data.join(name)).unwrap()
        };
        for content in nonsense(&sound) {
            let (dir, data) = lived_in().await;
            fs::write(data.join(name), &content).unwrap();
            let client = Client::start(&dir).await;
            let resumed = client.resumed.clone();
            let told = client.goes_on().await;
            let what = String::from_utf8_lossy(&content).chars().take(80).collect::<String>();
            let kept = aside(&told).unwrap_or_else(|| panic!("{name} is not told of: {what}"));
            assert_eq!(fs::read(kept).unwrap(), content, "{name}: not a byte is lost: {what}");
            let (other, bookings) = match name {
                "bookings.json" => (Some(token(1)), 1),
                _ => (None, 2),
            };
            assert_eq!(resumed, other, "the other file is as it was");
            assert_eq!(Client::start(&dir).await.bookings().await.len(), bookings, "{what}");
        }
    }
}

#[tokio::test]
async fn what_is_no_file_is_put_aside_with_all_that_is_in_it() {
    for name in ["sessions/0.json", "bookings.json"] {
        let (dir, data) = lived_in().await;
        let path = data.join(name);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fs::write(path.join("mine"), "mine").unwrap();
        let told = Client::start(&dir).await.goes_on().await;
        let kept = aside(&told).unwrap_or_else(|| panic!("{name}: {told:?}"));
        assert_eq!(fs::read_to_string(kept.join("mine")).unwrap(), "mine");
        assert!(path.is_file());
    }
}

#[tokio::test]
async fn a_lock_that_cannot_be_taken_is_passed_by() {
    let (dir, data) = lived_in().await;
    let lock = data.join("sessions/0.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let before = fs::read(data.join("sessions/0.json")).unwrap();
    let client = Client::start(&dir).await;
    assert_eq!(client.resumed, None);
    let told = client.goes_on().await;
    let named =
        |news: &StoreNews| matches!(news, StoreNews::Failed { why, .. } if why.contains("0.lock"));
    assert!(told.iter().any(named), "{told:?}");
    assert_eq!(fs::read(data.join("sessions/0.json")).unwrap(), before, "it waits");
    fs::remove_dir(&lock).unwrap();
    assert_eq!(Client::start(&dir).await.resumed, Some(token(1)));
}

#[tokio::test]
async fn what_was_left_half_written_or_laid_in_its_place_is_never_written_through() {
    let (dir, data) = lived_in().await;
    let theirs = dir.path().join("theirs");
    fs::write(&theirs, "theirs").unwrap();
    symlink(&theirs, data.join("bookings.json.new")).unwrap();
    fs::write(data.join("sessions/0.json.new"), "{\"serv").unwrap();
    fs::set_permissions(data.join("sessions/0.json.new"), Permissions::from_mode(0o666)).unwrap();
    let told = Client::start(&dir).await.goes_on().await;
    assert_eq!(aside(&told), None);
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
    assert_eq!(Client::start(&dir).await.bookings().await.len(), 2);
    for name in ["sessions/0.json", "bookings.json"] {
        let mode = fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_link_is_read_and_what_it_leads_to_is_left_as_it_is() {
    let (dir, data) = lived_in().await;
    let elsewhere = dir.path().join("elsewhere.json");
    fs::rename(data.join("bookings.json"), &elsewhere).unwrap();
    symlink(&elsewhere, data.join("bookings.json")).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    let told = Client::start(&dir).await.goes_on().await;
    assert_eq!(aside(&told), None, "a link is no damage");
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert_eq!(Client::start(&dir).await.bookings().await.len(), 2, "all of it is in our file now");
    // One that leads nowhere is no file yet.
    fs::remove_file(data.join("bookings.json")).unwrap();
    symlink(dir.path().join("nowhere"), data.join("bookings.json")).unwrap();
    assert_eq!(aside(&Client::start(&dir).await.goes_on().await), None);
    assert_eq!(Client::start(&dir).await.bookings().await.len(), 1);
    assert!(!dir.path().join("nowhere").exists());
}

#[tokio::test]
async fn a_file_that_others_could_read_is_closed() {
    let (dir, data) = lived_in().await;
    let names = ["sessions/0.json", "bookings.json"];
    for name in names {
        fs::set_permissions(data.join(name), Permissions::from_mode(0o644)).unwrap();
    }
    let mut client = Client::start(&dir).await;
    assert_eq!(client.bookings().await.len(), 1);
    for name in names {
        let mode = fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_we_may_not_read_keeps_nobody_from_booking() {
    let (dir, data) = lived_in().await;
    let names = ["sessions/0.json", "bookings.json"];
    for name in names {
        fs::set_permissions(data.join(name), Permissions::from_mode(0o000)).unwrap();
    }
    if fs::read(data.join("bookings.json")).is_ok() {
        println!("SKIPPED: whoever runs this may read everything");
        return;
    }
    let client = Client::start(&dir).await;
    assert_eq!(client.resumed, None);
    let told = client.goes_on().await;
    let refused =
        |news: &StoreNews| matches!(news, StoreNews::Failed { why, .. } if why.contains("0.json"));
    assert!(told.iter().any(refused), "{told:?}");
    // The bookings make room for those to come; the session waits for whoever may read it.
    let kept = aside(&told).unwrap_or_else(|| panic!("{told:?}"));
    fs::set_permissions(&kept, Permissions::from_mode(0o600)).unwrap();
    assert!(fs::read_to_string(kept).unwrap().contains("H7KQ3M"));
    fs::set_permissions(data.join(names[0]), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(Client::start(&dir).await.resumed, Some(token(1)));
}

#[tokio::test]
async fn free_text_in_a_file_loses_what_does_not_print() {
    let (dir, data) = lived_in().await;
    let path = data.join("bookings.json");
    let text = fs::read_to_string(&path).unwrap();
    let hostile = text.replace(SERVER, "\\u001b]52;c;x\\u0007\\u202elocalhost:7470");
    assert_ne!(hostile, text);
    fs::write(&path, hostile).unwrap();
    let known = Client::start(&dir).await.bookings().await;
    assert_eq!(known[0].server, "]52;c;xlocalhost:7470");
}
