//! `trechod import` into the timetable of a server that runs, by the real programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use serde_json::{Value, json};

use crate::common::client::PATIENCE;
use crate::common::daemon::{trechod, two_days_on};
use crate::common::{Client, Daemon, confirm, run};

const HEADER: &str = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n";

/// A table with so many legs, on 100 flights a day.
fn table(legs: u32) -> String {
    let mut text = HEADER.to_owned();
    let first = jiff::civil::date(2098, 1, 1);
    for leg in 0..legs {
        let date = first.checked_add(jiff::Span::new().days(i64::from(leg / 100))).unwrap();
        let flight = 1 + leg % 100;
        writeln!(text, "TR{flight},{date},CGH,SDU,18:00,19:05,320,30x3-3,199.00").unwrap();
    }
    text
}

/// A directory with a server that has one leg, and the leg.
struct Airline {
    there: tempfile::TempDir,
    daemon: Daemon,
    leg: String,
}

impl Airline {
    fn new() -> Self {
        let there = tempfile::tempdir().unwrap();
        let (text, leg) = two_days_on("2x1-1");
        let file = there.path().join("first.csv");
        std::fs::write(&file, text).unwrap();
        let data = there.path().join("data");
        let daemon = Daemon::serve(&data, &["--timetable", file.to_str().unwrap()]);
        Self { there, daemon, leg }
    }

    fn write(&self, text: &str) -> PathBuf {
        let file = self.there.path().join("more.csv");
        std::fs::write(&file, text).unwrap();
        file
    }

    fn data(&self) -> PathBuf {
        self.there.path().join("data")
    }

    fn import(&self, text: &str) -> Output {
        import(&self.write(text), &self.data(), &[])
    }

    /// The audit log, the newest line first.
    fn audit(&self) -> Vec<Value> {
        let data = self.data();
        let listed = run(&["admin", "audit", "--json", "--data", data.to_str().unwrap()]);
        let text = String::from_utf8(listed.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn import(file: &Path, data: &Path, flags: &[&str]) -> Output {
    let words = ["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    run(&[&words[..], flags].concat())
}

/// Starts an import, and does not wait for its end.
fn begin(file: &Path, data: &Path) -> Child {
    trechod()
        .args(["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a summary says: added, revised, unchanged, departed.
fn numbers(output: &Output) -> [u64; 4] {
    assert_eq!(output.status.code(), Some(0), "{}", told(&output.stderr));
    let said = told(&output.stdout);
    let numbers: Vec<u64> = said.split(' ').filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", told(&output.stdout));
    told(&output.stderr)
}

async fn total(client: &mut Client) -> u64 {
    client.ok("legs.search", json!({ "include": "all" })).await["total"].as_u64().unwrap()
}

#[tokio::test]
async fn legs_come_while_passengers_are_connected_and_are_found_and_held_at_once() {
    let airline = Airline::new();
    let (mut ana, mut bia) = (airline.daemon.client().await, airline.daemon.client().await);
    ana.ok("feed.watch", json!({ "from": "CGH", "to": "SDU" })).await;
    bia.ok("feed.watch", json!({ "from": "GRU" })).await;
    ana.hold(std::slice::from_ref(&airline.leg)).await;
    ana.events_so_far().await;

    assert_eq!(numbers(&airline.import(&table(2))), [2, 0, 0, 0]);
    let events = ana.events_so_far().await;
    let legs: Vec<&str> = events.iter().map(|e| e["params"]["leg"].as_str().unwrap()).collect();
    assert_eq!(legs, ["TR1-20980101-CGH", "TR2-20980101-CGH"], "{events:?}");
    let first = &events[0];
    assert_eq!(
        (&first["method"], &first["params"]["seats_left"]),
        (&json!("leg.updated"), &json!(180))
    );
    assert_eq!(bia.events_so_far().await, [] as [Value; 0], "it watches another route");

    assert_eq!(total(&mut ana).await, 3);
    let cart = ana.hold(&["TR1-20980101-CGH".to_owned()]).await;
    assert_eq!(cart["holds"].as_array().unwrap().len(), 2, "the cart is as it was, and one more");
    ana.ok("cart.confirm", confirm("both")).await;
    let line = &airline.audit()[0];
    assert_eq!((&line["action"], &line["subject"]), (&json!("legs.import"), &json!("more.csv")));
    assert_eq!(line["outcome"], "done; legs added: 2, revised: 0, refused: 0");
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_claimed_legs_keep_their_times() {
    let airline = Airline::new();
    let mut ana = airline.daemon.client().await;
    assert_eq!(numbers(&airline.import(&table(3))), [3, 0, 0, 0]);
    assert_eq!(numbers(&airline.import(&table(3))), [0, 0, 3, 0]);
    ana.hold(&["TR2-20980101-CGH".to_owned()]).await;
    let later = table(3).replace("18:00", "18:30");
    let output = airline.import(&later);
    let said = complaint(&output);
    assert!(said.contains("1 legs were left as they were") && said.contains("TR2-"), "{said}");
    assert!(told(&output.stdout).starts_with("0 legs added, 2 revised, 0 unchanged"));
    let leg = |flight: &str| json!({ "leg": format!("{flight}-20980101-CGH") });
    let departs = ana.ok("legs.get", leg("TR1")).await["departs_at"].clone();
    assert_eq!(departs, "2098-01-01T18:30:00-03:00");
    let departs = ana.ok("legs.get", leg("TR2")).await["departs_at"].clone();
    assert_eq!(departs, "2098-01-01T18:00:00-03:00");
}

#[tokio::test]
async fn a_wrong_line_refuses_the_whole_file_by_its_number() {
    let airline = Airline::new();
    // In the last of three pieces.
    let wrong = table(2_500) + "TR9,2098-02-30,CGH,SDU,18:00,19:05,320,30x3-3,199.00\n";
    let said = complaint(&airline.import(&wrong));
    assert!(said.contains("line 2502: ") && said.contains("nothing was imported"), "{said}");
    assert_eq!(total(&mut airline.daemon.client().await).await, 1);
    assert_eq!(airline.audit(), [] as [Value; 0]);
}

#[tokio::test]
async fn an_airline_s_file_with_lines_that_cannot_be_sold_takes_the_flag_as_ever() {
    let airline = Airline::new();
    let data = airline.data();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/ssim/sample.ssim");
    let said = complaint(&import(&file, &data, &[]));
    assert!(said.contains("line 11: ") && said.contains("--skip-unserved"), "{said}");
    let output = import(&file, &data, &["--skip-unserved"]);
    assert_eq!(numbers(&output), [0; 4]);
    assert!(told(&output.stderr).contains("left out: line 11: "), "{output:?}");
}

#[tokio::test]
async fn many_legs_come_in_pieces_between_which_passengers_are_served() {
    let airline = Airline::new();
    let mut ana = airline.daemon.client().await;
    ana.ok("feed.watch", json!({})).await;
    let file = airline.write(&table(20_000));
    let importing = begin(&file, &airline.data());
    // What was asked meanwhile is answered meanwhile: between the first piece and the last.
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    loop {
        let cart = ana.hold(std::slice::from_ref(&airline.leg)).await;
        assert_eq!(cart["holds"].as_array().unwrap().len(), 1);
        ana.ok("cart.release", json!({})).await;
        let page = ana.ok("legs.search", json!({ "date": "2098-07-19" })).await;
        let last = page["total"].as_u64().unwrap();
        let legs = total(&mut ana).await;
        if seen.last() != Some(&legs) {
            seen.push(legs);
        }
        if last == 100 {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "{seen:?}");
    }
    assert!(seen.iter().any(|legs| (2..10_000).contains(legs)), "never in between: {seen:?}");
    assert_eq!(numbers(&importing.wait_with_output().unwrap()), [20_000, 0, 0, 0]);
    let heard = ana.events_so_far().await;
    let about = |event: &&Value| event["params"]["leg"] != json!(airline.leg);
    assert_eq!(heard.iter().filter(about).count(), 0, "a whole timetable is not told leg by leg");
    let audit = airline.audit();
    assert_eq!(audit.len(), 20);
    assert_eq!(audit[0]["subject"], "more.csv, piece 20 of 20");
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let airline = Airline::new();
    assert_eq!(numbers(&airline.import(&table(1_500))), [1_500, 0, 0, 0]);
    let Airline { there, daemon, leg: _ } = airline;
    daemon.kill();
    let data = there.path().join("data");
    let sound = run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(sound.status.success(), "{}", told(&sound.stdout));
    let daemon = Daemon::serve(&data, &[]);
    assert_eq!(total(&mut daemon.client().await).await, 1_501);
}

#[tokio::test]
async fn an_import_that_the_server_does_not_outlive_says_how_far_it_came() {
    let airline = Airline::new();
    let file = airline.write(&table(40_000));
    let data = airline.data();
    let importing = begin(&file, &data);
    let mut ana = airline.daemon.client().await;
    while total(&mut ana).await < 2 {}
    drop(ana);
    let Airline { there, daemon, leg: _ } = airline;
    daemon.kill();
    let said = complaint(&importing.wait_with_output().unwrap());
    for words in ["Of 40000 legs at least the first ", "import the file again"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    let taken: u64 =
        said.split("the first ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let again = numbers(&import(&file, &data, &[]));
    assert!(again[2] >= taken, "what was answered is there: {taken}, {again:?}");
    assert_eq!(again[0] + again[2], 40_000, "{again:?}");
    drop(there);
}

#[test]
fn without_a_way_to_the_server_the_command_says_what_to_do() {
    let there = tempfile::tempdir().unwrap();
    let data = there.path().join("data");
    let file = there.path().join("more.csv");
    std::fs::write(&file, table(1)).unwrap();
    let daemon = Daemon::serve(&data, &["--timetable", "none", "--admin-socket", "none"]);
    let said = complaint(&import(&file, &data, &[]));
    for words in ["is in use", "no server listens on the admin socket", "--socket PATH", "stop it"]
    {
        assert!(said.contains(words), "{words} in {said}");
    }
    drop(daemon);

    let elsewhere = there.path().join("steer/admin.sock");
    let socket = elsewhere.to_str().unwrap();
    let daemon = Daemon::serve(&data, &["--timetable", "none", "--admin-socket", socket]);
    let through = ["import", file.to_str().unwrap(), "--socket", socket];
    assert_eq!(numbers(&run(&through)), [1, 0, 0, 0]);
    assert_eq!(numbers(&import(&file, &data, &["--socket", socket])), [0, 0, 1, 0]);
    drop(daemon);
    assert!(complaint(&run(&through)).contains("no server listens on"));
    assert_eq!(numbers(&import(&file, &data, &["--socket", socket])), [0, 0, 1, 0], "at rest");
}
