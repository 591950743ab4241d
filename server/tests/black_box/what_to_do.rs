//! Whatever is wrong around the server, the error says what to do about it: the address, the
//! certificate, the disk, who runs it, what is in the directory.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common::daemon::{trechod, two_days_on};
use crate::common::tls::{flags, pair};
use crate::common::{Daemon, run};

/// A user who is nobody in particular.
const NOBODY: u32 = 65_534;

/// A place for one test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("legs.csv"), two_days_on("2x1-1").0).unwrap();
        place
    }

    /// One with a ledger in `data`.
    fn with_data() -> Self {
        let place = Self::new();
        let output = place.run(&["import", "legs.csv", "--data", "data"]);
        assert!(output.status.success(), "{output:?}");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = trechod();
        command.args(arguments).current_dir(self.0.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that fails, or was misused, says: all of it that is expected.
    fn complains(&self, code: i32, arguments: &[&str], expected: &[&str]) {
        complains(&self.run(arguments), code, &format!("{arguments:?}"), expected);
    }
}

fn complains(output: &Output, code: i32, what: &str, expected: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{what}: {said}");
    for words in expected {
        assert!(said.contains(words), "{what}: no {words:?} in {said}");
    }
}

#[test]
fn of_a_wrong_flag_what_is_expected_is_said() {
    let place = Place::new();
    for (flag, value, expected) in [
        ("--listen", "localhost", "such as 127.0.0.1:7470"),
        ("--listen", "127.0.0.1", "such as 127.0.0.1:7470"),
        ("--hold", "0s", "such as 90s"),
        ("--hold", "1ms", "from 50ms"),
        ("--max-connections", "0", "zero"),
        ("--metrics-listen", "here", "127.0.0.1:7471"),
        ("--trusted-net", "10.0.0.0/99", "10.1.0.0/16"),
        ("--lissten", "127.0.0.1:0", "'--listen'"),
    ] {
        place.complains(2, &["serve", "--data", "data", flag, value], &[expected]);
    }
    place.complains(2, &["serve", "--config", "no.toml"], &["no.toml", "--config"]);
    place.complains(2, &["admin", "leg", "TR1"], &["such as TR1042-20261124-GRU"]);
    place.complains(2, &["admin", "sell"], &["--help"]);
    place.complains(2, &["export", "names", "--data", "data"], &["bookings, legs"]);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--timetable", "sampel"];
    place.complains(1, &serve, &["sampel", "a file, or sample or none"]);
    assert!(!place.path("data").exists(), "nothing was begun");
}

#[test]
fn of_an_address_that_cannot_be_had_the_reason_and_the_flag_are_said() {
    let place = Place::new();
    let server = Daemon::serve(&place.path("data"), &["--timetable", "none"]);
    let busy = server.address.to_string();
    let serve = ["serve", "--data", "other", "--timetable", "none"];
    let listen = |more: &[&str], expected: &[&str]| {
        place.complains(1, &[&serve[..], more].concat(), expected);
    };
    listen(&["--listen", &busy], &[&busy, "maybe another server", "--listen"]);
    listen(
        &["--listen", "127.0.0.1:0", "--metrics-listen", &busy],
        &[&busy, "maybe another server", "--metrics-listen"],
    );
    listen(&["--listen", "192.0.2.1:7470", "--plaintext"], &["no such address", "--listen"]);
    let twice = ["--listen", "127.0.0.1:7499", "--metrics-listen", "127.0.0.1:7499"];
    place.complains(2, &[&serve[..], &twice].concat(), &["both have port 7499", "another"]);
    place.complains(1, &["healthcheck", "127.0.0.1:1"], &["start the server, or name its address"]);
    drop(server);
}

#[test]
fn of_a_certificate_or_key_that_cannot_be_used_the_file_and_the_remedy_are_said() {
    let place = Place::new();
    let (files, _) = pair(&place.path("pair"));
    let [_, cert, _, key] = flags(&files);
    let key_file = place.path("rubbish.pem");
    std::fs::write(&key_file, "rubbish").unwrap();
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let tls = |cert: &str, key: &str, expected: &[&str]| {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--timetable", "none"];
        let pair = ["--tls-cert", cert, "--tls-key", key];
        place.complains(1, &[&serve[..], &pair].concat(), expected);
    };
    tls("no.pem", key, &["no.pem", "trechod cert makes a pair"]);
    tls("pair", key, &["cannot read pair", "trechod cert makes a pair"]);
    tls("rubbish.pem", key, &["no certificate in rubbish.pem", "BEGIN CERTIFICATE"]);
    tls(cert, "rubbish.pem", &["rubbish.pem", "BEGIN"]);
    place.complains(1, &["cert", "--host", "x", "--out", "legs.csv"], &["legs.csv", "--out"]);
    for host in ["", "bad host name!", "booking.example.com:7470", "são.example", "-x"] {
        let cert = ["cert", &format!("--host={host}"), "--out", "never"];
        place.complains(2, &cert, &["--host", "such as booking.example.com"]);
    }
    assert!(!place.path("never").exists(), "nothing was begun");
    for host in ["localhost", "*.example.com", "203.0.113.7", "::1", "xn--so-yia.example"] {
        let output = place.run(&["cert", "--host", host, "--out", &format!("of-{host}")]);
        assert!(output.status.success(), "{host}: {output:?}");
    }
}

#[test]
fn of_a_server_that_is_not_well_it_is_said_what_to_name_or_where_to_look() {
    let place = Place::new();
    let (files, _) = pair(&place.path("pair"));
    let (others, _) = pair(&place.path("others"));
    let [_, cert, _, key] = flags(&files);
    let serve = |data: &str, more: &[&str]| {
        Daemon::serve(&place.path(data), &[&["--timetable", "none"][..], more].concat())
    };
    let encrypted = serve("encrypted", &["--tls-cert", cert, "--tls-key", key]);
    let plain = serve("plain", &[]);
    let asks = |server: &Daemon, more: &[&str], expected: &[&str]| {
        let address = server.address.to_string();
        place.complains(1, &[&["healthcheck", &address][..], more].concat(), expected);
    };
    asks(&encrypted, &[], &["it encrypts", "--tls-cert FILE", "TRECHO_TLS_CERT"]);
    let other = others.cert.to_str().unwrap();
    asks(&encrypted, &["--tls-cert", other], &["another key than", other, "--tls-cert FILE"]);
    asks(&plain, &["--tls-cert", cert], &["it does not encrypt", "without --tls-cert"]);
    plain.freeze();
    asks(&plain, &[], &["has not answered for 3 s", "log"]);
    plain.signal(rustix::process::Signal::CONT);
}

#[test]
fn where_no_directory_is_named_every_command_takes_that_of_the_server() {
    let place = Place::new();
    let home = place.path("home");
    let at_home = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("XDG_DATA_HOME", &home);
        // A variable that is set to nothing says nothing.
        command.env("TRECHO_DATA", "").env("TRECHO_ADMIN_SOCKET", "").env("TRECHO_LOG", "");
        command.output().unwrap()
    };
    complains(&at_home(&["verify"]), 1, "verify", &["no ledger in", "home/trechod", "--data"]);
    let done = |arguments: &[&str]| {
        let output = at_home(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    let imported = at_home(&["import", "legs.csv"]);
    let said = String::from_utf8_lossy(&imported.stdout);
    assert!(said.contains("1 legs added") && said.contains("home/trechod"), "{imported:?}");
    assert!(home.join("trechod/trecho.db").exists());
    done(&["verify"]);
    done(&["backup", "copy.db"]);
    done(&["export", "legs"]);
    complains(&at_home(&["restore", "copy.db"]), 1, "restore", &["has a ledger already"]);
    done(&["restore", "copy.db", "--replace"]);
}

/// What a user does who may not: nobody if the test is root, else this user with a directory that is
/// closed to it.
fn as_another(mut command: Command) -> Output {
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().unwrap()
}

fn close(directory: &Path, mode: u32) {
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn who_may_not_use_the_data_is_told_as_whom_to_run_the_command() {
    let place = Place::with_data();
    // Everyone may come as far as the data directory, and copies of the program and the file are open.
    close(place.0.path(), 0o755);
    let program = place.path("trechod");
    std::fs::copy(env!("CARGO_BIN_EXE_trechod"), &program).unwrap();
    let data = place.path("data");
    let server = Daemon::serve(&data, &["--timetable", "none"]);
    let root = rustix::process::geteuid().is_root();
    close(&data, if root { 0o700 } else { 0 });
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["import", "legs.csv"],
        &["verify"],
        &["backup", "/tmp/never.db"],
        &["restore", "legs.csv"],
        &["export", "legs"],
        &["admin", "legs"],
        &["admin", "drain"],
    ] {
        let mut command = Command::new(&program);
        command.args(arguments).args(["--data", "data"]).current_dir(place.0.path());
        command.env_remove("TRECHO_DATA").env("RUST_BACKTRACE", "0");
        let output = as_another(command);
        complains(&output, 1, &format!("{arguments:?}"), &["run this as the user that the"]);
    }
    close(&data, 0o700);
    drop(server);
    if root {
        let mut command = Command::new(&program);
        command.args(["serve", "--data", "new", "--listen", "127.0.0.1:0"]);
        let output = as_another_in(command, place.0.path());
        complains(&output, 1, "a new directory", &["cannot use new", "--data"]);
    }
}

fn as_another_in(mut command: Command, directory: &Path) -> Output {
    command.current_dir(directory);
    as_another(command)
}

#[test]
fn of_a_database_that_is_damaged_newer_or_another_s_it_is_said_what_to_keep_and_what_to_start() {
    let place = Place::with_data();
    let database = place.path("data/trecho.db");
    let whole = std::fs::read(&database).unwrap();
    let every = |code: i32, expected: &[&str]| {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let commands: [&[&str]; 4] =
            [&serve, &["verify"], &["backup", "copy.db"], &["import", "legs.csv"]];
        for command in commands {
            place.complains(code, &[command, &["--data", "data"]].concat(), expected);
        }
        assert!(!place.path("copy.db").exists());
    };
    let edit = |statement: &str| {
        std::fs::write(&database, &whole).unwrap();
        let ledger = rusqlite::Connection::open(&database).unwrap();
        ledger.execute_batch(statement).unwrap();
    };
    std::fs::write(&database, [b"no database at all".as_slice(), &whole[18..]].concat()).unwrap();
    every(1, &["is damaged", "keep a copy of the whole directory", "from a backup"]);
    edit("PRAGMA user_version = 99");
    every(1, &["a newer version of the server", "schema 99", "start that version or a later one"]);
    edit("PRAGMA application_id = 7");
    every(1, &["is not a ledger of this server", "another data directory"]);

    let mut torn = whole.clone();
    torn[4_096..].fill(0xA5);
    std::fs::write(&database, &torn).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data"];
    place.complains(1, &serve, &["damaged", "from a backup"]);
    let verify = ["verify", "--data", "data"];
    place.complains(1, &verify, &["is damaged", "keep a copy of the whole directory"]);
    assert_eq!(place.run(&verify).stdout, b"", "one thing is said of it, and not each rule");

    let restore = |file: &str, expected: &[&str]| {
        place.complains(1, &["restore", file, "--data", "fresh"], expected);
    };
    restore("nowhere.db", &["no backup at nowhere.db", "`trechod backup`"]);
    restore("legs.csv", &["legs.csv is damaged, or no backup", "name another file"]);
    restore("data/trecho.db", &["was not restored"]);
}

/// A file system of 512 KiB in memory, which is gone with this.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir(&at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=512k", "trecho"]).arg(&at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at));
        }
        println!("SKIPPED: a small file system cannot be mounted here (that is root's)");
        None
    }
}

/// Takes the room that there is, but so many bytes.
fn fill(ballast: &Path, but: u64) {
    let mut file = std::fs::File::create(ballast).unwrap();
    while file.write_all(&[0; 4 << 10]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length - but).unwrap();
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn where_the_disk_is_full_it_is_said_and_nothing_is_half_there() {
    let place = Place::with_data();
    let Some(_tiny) = Tiny::mount(place.path("tiny")) else { return };
    // The sample timetable has far more than there is room for.
    let output = place.run(&["serve", "--listen", "127.0.0.1:0", "--data", "tiny/data"]);
    complains(&output, 1, "serve", &["no room", "free some and try again"]);
    std::fs::remove_dir_all(place.path("tiny/data")).unwrap();

    let leg = |n: u32| format!("TR{n},2098-01-15,CGH,SDU,18:00,19:05,320,1x1,199.00\n");
    let table: String = (1..=3_000).map(leg).collect();
    let header = two_days_on("1x1").0.lines().next().unwrap().to_owned();
    std::fs::write(place.path("many.csv"), format!("{header}\n{table}")).unwrap();
    let import = ["import", "many.csv", "--data", "data"];
    assert!(place.run(&import).status.success());
    fill(&place.path("tiny/ballast"), 100 << 10);
    let backup = ["backup", "tiny/copy.db", "--data", "data"];
    place.complains(1, &backup, &["no room", "tiny/copy.db", "free some and try again"]);
    let left: Vec<_> = std::fs::read_dir(place.path("tiny")).unwrap().collect();
    assert_eq!(left.len(), 1, "only the ballast: {left:?}");

    assert!(place.run(&["backup", "copy.db", "--data", "data"]).status.success());
    let restore = ["restore", "copy.db", "--data", "tiny/restored"];
    place.complains(1, &restore, &["free some room and try again"]);
    assert!(!place.path("tiny/restored/trecho.db").exists());

    // A running server takes no part of a piece that there is no room for.
    std::fs::remove_file(place.path("tiny/ballast")).unwrap();
    let server = Daemon::serve(&place.path("tiny/data"), &["--timetable", "none"]);
    fill(&place.path("tiny/ballast"), 8 << 10);
    let import = ["import", "many.csv", "--data", "tiny/data"];
    place.complains(1, &import, &["no room", "make room"]);
    drop(server);
    let sound = run(&["verify", "--data", place.path("tiny/data").to_str().unwrap()]);
    assert!(sound.status.success(), "{sound:?}");
}
