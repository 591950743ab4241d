//! Encryption: real certificates, real handshakes, over real sockets.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use trecho_server::{Config, IdentityError, Server, StartError, TimetableSource};

use crate::common::daemon::trechod;
use crate::common::tls::{client, flags, pair, shake};
use crate::common::{Client, Daemon, World, confirm, leg, run};

#[tokio::test]
async fn a_seat_is_held_sold_and_told_of_over_tls() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let world = World::with(|config| config.tls = Some(files.clone())).await;
    let address = world.server().local_addr();
    let mut watcher = client(address, &files.cert).await;
    watcher.ok("feed.watch", json!({})).await;
    let mut ana = client(address, &files.cert).await;
    let token = ana.open().await;
    ana.hold(&[leg(7000)]).await;
    assert_eq!(watcher.event().await["method"], "leg.taken");
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    // A reply of many records comes whole, and so does each of many that are asked for at once.
    for _ in 0..64 {
        ana.request("airports.list", json!({})).await;
    }
    for _ in 0..64 {
        let airports = ana.line().await.unwrap();
        assert!(airports["result"]["airports"].as_array().unwrap().len() > 50);
    }
    drop(ana);
    let mut ana = client(address, &files.cert).await;
    ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    // A clean end: the reply, and then a farewell of TLS rather than an error.
    let id = ana.request("session.close", json!({})).await;
    ana.reply(id).await;
    let mut rest = Vec::new();
    assert_eq!(ana.reader.read_to_end(&mut rest).await.unwrap(), 0);
}

#[tokio::test]
async fn who_does_not_read_over_tls_gets_everything_when_it_reads_again() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let world = World::with(|config| config.tls = Some(files.clone())).await;
    let mut deaf = client(world.server().local_addr(), &files.cert).await;
    let line = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"airports.list\"}\n";
    let (count, mut writer) = (150, deaf.writer.take().unwrap());
    let sending = tokio::spawn(async move {
        for _ in 0..count {
            writer.write_all(line.as_bytes()).await.unwrap();
        }
        writer.shutdown().await.unwrap();
        writer
    });
    // Others are served meanwhile.
    let mut other = client(world.server().local_addr(), &files.cert).await;
    other.ok("server.ping", json!({})).await;
    assert_eq!(deaf.until_closed().await.len(), count);
    sending.await.unwrap();
}

#[tokio::test]
async fn a_slow_handshake_ends_in_time_and_delays_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let world = World::with(|config| {
        config.tls = Some(files.clone());
        config.limits.handshake = Duration::from_millis(300);
    })
    .await;
    let address = world.server().local_addr();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    client(address, &files.cert).await.ok("server.ping", json!({})).await;
    for socket in [&mut silent, &mut slow] {
        let mut rest = Vec::new();
        // Ended or reset: what counts is that the server has let go.
        let _ = socket.read_to_end(&mut rest).await;
        assert_eq!(rest, b"");
    }
}

#[tokio::test]
async fn who_speaks_plain_text_to_tls_or_tls_to_plain_text_gets_a_clear_word() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let encrypted = World::with(|config| config.tls = Some(files.clone())).await;
    let mut plain = Client::connect(encrypted.server().local_addr()).await;
    plain.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
    let lines = plain.until_closed().await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    let message = lines[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("connect with --tls"), "{message}");
    let open = World::new().await;
    let error = shake(open.server().local_addr(), &files.cert, "localhost").await.unwrap_err();
    assert!(error.to_string().contains("corrupt message"), "{error}");
    let mut hello = Client::connect(open.server().local_addr()).await;
    hello.send([0x16, 0x03, 0x01, 0x00, 0x05, b'\n', b'\n', 0, 0, 0]).await;
    let lines = hello.until_closed().await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    let message = lines[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("connect without --tls"), "{message}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(directory.path());
    let world = World::with(|config| config.tls = Some(files.clone())).await;
    let address = world.server().local_addr();
    assert!(shake(address, &files.cert, "127.0.0.1").await.is_ok());
    let error = shake(address, &files.cert, "booking.example.com").await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
}

#[tokio::test]
async fn a_hangup_reads_the_certificate_again_and_a_bad_one_leaves_the_old() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(&directory.path().join("used"));
    let (next, said) = pair(&directory.path().join("next"));
    let data = directory.path().join("data");
    let mut server = Daemon::serve(&data, &[&flags(&files)[..], &["--timetable", "none"]].concat());
    let mut ana = client(server.address, &files.cert).await;
    let old = directory.path().join("old.pem");
    fs::copy(&files.cert, &old).unwrap();
    // The certificate has come, its key not yet.
    fs::copy(&next.cert, &files.cert).unwrap();
    server.signal(Signal::HUP);
    server.says("does not belong to the certificate");
    client(server.address, &old).await.ok("server.ping", json!({})).await;
    fs::copy(&next.key, &files.key).unwrap();
    server.signal(Signal::HUP);
    let line = server.says("read just now");
    let key = said.split("the key is ").nth(1).unwrap().trim();
    assert!(line.contains(key), "{line} names {key}");
    client(server.address, &next.cert).await.ok("server.ping", json!({})).await;
    assert!(shake(server.address, &old, "localhost").await.is_err());
    ana.ok("server.ping", json!({})).await;
    server.signal(Signal::TERM);
    assert_eq!(server.wait().0.code(), Some(0));
}

#[tokio::test]
async fn a_health_check_of_tls_believes_the_server_s_own_certificate_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(&directory.path().join("used"));
    let (other, _) = pair(&directory.path().join("other"));
    let data = directory.path().join("data");
    let server = Daemon::serve(&data, &[&flags(&files)[..], &["--timetable", "none"]].concat());
    let address = server.address.to_string();
    let check = |cert: &[&str]| run(&[&["healthcheck", &address], cert].concat());
    let cert = files.cert.to_str().unwrap();
    assert_eq!(check(&["--tls-cert", cert]).status.code(), Some(0));
    assert_eq!(check(&["--tls-cert", other.cert.to_str().unwrap()]).status.code(), Some(1));
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--tls-cert FILE"), "{said}");
}

#[tokio::test]
async fn without_a_certificate_only_this_machine_is_served_unless_told() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(&directory.path().join("pair"));
    let mut config = Config::new(directory.path().join("data"));
    config.listen = "0.0.0.0:0".parse().unwrap();
    config.timetable = TimetableSource::None;
    let error = Server::start(config.clone()).await.unwrap_err();
    let (said, exposed) = (error.to_string(), matches!(error, StartError::Exposed(_)));
    assert!(exposed && said.contains("--tls-cert") && said.contains("--plaintext"), "{said}");
    config.tls = Some(files);
    Server::start(config).await.unwrap();
}

#[tokio::test]
async fn files_that_are_no_pair_are_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let (one, _) = pair(&directory.path().join("one"));
    let (two, _) = pair(&directory.path().join("two"));
    let start = |cert: &std::path::Path, key: &std::path::Path| {
        let mut config = Config::new(directory.path().join("data"));
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.timetable = TimetableSource::None;
        config.tls = Some(trecho_server::TlsFiles { cert: cert.into(), key: key.into() });
        async move {
            match Server::start(config).await {
                Err(StartError::Identity(error)) => error,
                other => panic!("{other:?}"),
            }
        }
    };
    let missing = directory.path().join("missing.pem");
    assert!(matches!(start(&missing, &one.key).await, IdentityError::Unreadable { .. }));
    assert!(matches!(start(&one.cert, &missing).await, IdentityError::Unreadable { .. }));
    assert!(matches!(start(&one.key, &one.key).await, IdentityError::NoCertificate(_)));
    assert!(matches!(
        start(&one.cert, &one.cert).await,
        IdentityError::NoKey(_) | IdentityError::Exposed(_)
    ));
    assert!(matches!(start(&one.cert, &two.key).await, IdentityError::Mismatched { .. }));
    fs::set_permissions(&one.key, fs::Permissions::from_mode(0o644)).unwrap();
    let error = start(&one.cert, &one.key).await;
    assert!(matches!(error, IdentityError::Exposed(_)));
    assert!(error.to_string().contains("chmod 600"), "{error}");
    let half = run(&["serve", "--data", "/nowhere", "--tls-cert", one.cert.to_str().unwrap()]);
    assert_eq!(half.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&half.stderr).contains("both --tls-cert and --tls-key"));
}

#[test]
fn a_key_that_is_another_user_s_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let (files, _) = pair(&directory.path().join("pair"));
    let data = directory.path().join("data");
    fs::create_dir(&data).unwrap();
    let nobody = 65_534;
    let given = std::os::unix::fs::chown(&data, Some(nobody), Some(nobody));
    let mut command = trechod();
    command.args(["serve", "--listen", "127.0.0.1:0", "--timetable", "none", "--data"]);
    command.arg(&data).args(flags(&files));
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    command.uid(nobody).gid(nobody);
    let Some(output) = given.ok().and_then(|()| command.output().ok()) else {
        println!("SKIPPED: this user can be no other, or another may not run trechod here");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let key = files.key.display();
    assert!(said.contains(&format!("chown 65534 {key}")), "{said}");
    assert!(said.contains("LoadCredential="), "{said}");
}

#[tokio::test]
async fn a_hangup_under_systemd_says_that_a_renewed_certificate_takes_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    // What LoadCredential= leaves: copies that nobody writes again, for one user.
    let credentials = directory.path().join("credentials");
    let (files, _) = pair(&credentials);
    for file in [&files.cert, &files.key] {
        fs::set_permissions(file, fs::Permissions::from_mode(0o400)).unwrap();
    }
    let data = directory.path().join("data");
    let arguments = [&flags(&files)[..], &["--timetable", "none"]].concat();
    let mut server = Daemon::serve_with(&data, &arguments, |command| {
        command.env("CREDENTIALS_DIRECTORY", &credentials);
    });
    client(server.address, &files.cert).await.ok("server.ping", json!({})).await;
    server.signal(Signal::HUP);
    server.says("systemctl restart");
    client(server.address, &files.cert).await.ok("server.ping", json!({})).await;
}

#[test]
fn a_pair_is_made_once_and_its_key_is_nobody_else_s() {
    let directory = tempfile::tempdir().unwrap();
    let (files, said) = pair(directory.path());
    assert!(said.contains("localhost, 127.0.0.1") && said.contains("SHA256:"), "{said}");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&files.key), mode(&files.cert)), (0o600, 0o644));
    let before = fs::read(&files.key).unwrap();
    let out = directory.path().to_str().unwrap();
    let again = run(&["cert", "--host", "localhost", "--out", out]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    assert_eq!(fs::read(&files.key).unwrap(), before);
    let wrong = run(&["cert", "--host", "São Paulo", "--out", &format!("{out}/x")]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("such as booking.example.com"));
}
