//! Every example of `shared/PROTOCOL.md` is sent to a real server, and every method, event and
//! refusal of version 1 is in that page.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::time::Duration;

use crate::common::world::TIMETABLE;
use crate::common::{Client, World};
use serde_json::{Value, json};
use trecho_shared::message::{Event, Request};

const PAGE: &str = include_str!("../../../shared/PROTOCOL.md");
const SCHEMA: &str = include_str!("../../../shared/schema/trecho-v1.json");

/// One line of a transcript, with what goes on below it.
#[derive(Debug)]
enum Step<'a> {
    Send(&'a str, String),
    Receive(&'a str, Value),
    Closed(&'a str),
    Happens(&'a str),
}

#[derive(Debug)]
struct Transcript<'a> {
    line: usize,
    steps: Vec<Step<'a>>,
}

fn transcripts(page: &str) -> Vec<Transcript<'_>> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line != "```transcript" {
            continue;
        }
        let mut steps = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| *line != "```") {
            let mut text = line.to_owned();
            while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with("    ")) {
                text.push_str(more.trim_start());
            }
            steps.push(step(line, &text));
        }
        found.push(Transcript { line: number + 1, steps });
    }
    found
}

fn step<'a>(line: &'a str, text: &str) -> Step<'a> {
    if let Some(what) = line.strip_prefix("! ") {
        return Step::Happens(what);
    }
    if let Some(who) = line.strip_suffix("is closed") {
        return Step::Closed(who.trim());
    }
    let arrow = |arrow: &str| {
        let (who, _) = line.split_once(arrow)?;
        let named = who.chars().all(|letter| letter.is_ascii_lowercase() || letter == ' ');
        let (_, rest) = text.split_once(arrow)?;
        named.then(|| (who.trim(), rest.trim().to_owned()))
    };
    if let Some((who, sent)) = arrow("->") {
        return Step::Send(who, sent);
    }
    let (who, received) = arrow("<-").unwrap_or_else(|| panic!("no step of a transcript: {line}"));
    let received = serde_json::from_str(&received)
        .unwrap_or_else(|error| panic!("not JSON ({error}): {received}"));
    Step::Receive(who, received)
}

/// What the words after `…` stand for.
type Names = HashMap<String, Value>;

fn compare(expected: &Value, found: &Value, names: &mut Names) -> Result<(), String> {
    let differ = || Err(format!("expected {expected}, found {found}"));
    match (expected, found) {
        (Value::String(text), _) if text.starts_with('…') => {
            let name = text.trim_start_matches('…');
            let known = names.get(name);
            if known.is_some_and(|known| known != found) {
                return differ();
            }
            if !name.is_empty() {
                names.insert(name.to_owned(), found.clone());
            }
            Ok(())
        }
        (Value::Object(members), Value::Object(others)) => {
            let open = members.contains_key("…");
            if !open && members.len() != others.len() {
                return differ();
            }
            members.iter().filter(|(name, _)| *name != "…").try_for_each(|(name, member)| {
                let Some(other) = others.get(name) else { return differ() };
                compare(member, other, names).map_err(|error| format!("{name}: {error}"))
            })
        }
        (Value::Array(elements), Value::Array(others)) => {
            let open = elements.last().is_some_and(|last| *last == "…");
            let elements = if open { &elements[..elements.len() - 1] } else { &elements[..] };
            if others.len() < elements.len() || !open && others.len() != elements.len() {
                return differ();
            }
            elements.iter().zip(others).try_for_each(|(one, other)| compare(one, other, names))
        }
        (expected, found) if expected == found => Ok(()),
        _ => differ(),
    }
}

/// The line to send, with the words after `…` replaced by what they stand for.
fn spell(line: &str, names: &Names) -> String {
    names.iter().fold(line.to_owned(), |line, (name, value)| {
        line.replace(&format!("\"…{name}\""), &value.to_string())
    })
}

async fn play(transcript: &Transcript<'_>) -> Result<(), String> {
    let world = World::of(TIMETABLE, |_| {}).await;
    let mut names = Names::new();
    let mut clients: HashMap<&str, Client> = HashMap::new();
    for step in &transcript.steps {
        match step {
            Step::Send(who, line) => {
                if !clients.contains_key(who) {
                    clients.insert(who, world.client().await);
                }
                let client = clients.get_mut(who).expect("it was put there just now");
                client.send(format!("{}\n", spell(line, &names))).await;
            }
            Step::Receive(who, expected) => {
                let client = clients.get_mut(who).ok_or("nobody of that name has sent anything")?;
                let found = client.line().await.ok_or("the connection is closed")?;
                compare(expected, &found, &mut names)?;
            }
            Step::Closed(who) => {
                let mut client = clients.remove(who).ok_or("nobody of that name is connected")?;
                if let Some(line) = client.line().await {
                    return Err(format!("expected the end, found {line}"));
                }
            }
            Step::Happens(what) => happen(what, &world, &mut clients).await?,
        }
    }
    for (who, mut client) in clients {
        client.send("{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"server.ping\"}\n").await;
        let line = client.line().await.ok_or("the connection is closed")?;
        if line["id"] != json!("last") {
            return Err(format!("{who} was sent one more line: {line}"));
        }
    }
    Ok(())
}

async fn happen(
    what: &str,
    world: &World,
    clients: &mut HashMap<&str, Client>,
) -> Result<(), String> {
    let words: Vec<&str> = what.split(' ').collect();
    match words[..] {
        [count, unit, "pass"] => {
            let seconds = match unit {
                "seconds" => 1,
                "minutes" => 60,
                _ => return Err(format!("no unit of time: {unit}")),
            };
            let count: u64 = count.parse().map_err(|_| format!("no number: {count}"))?;
            world.pass(Duration::from_secs(count * seconds)).await;
        }
        [who, "loses", "her", "connection"] => drop(clients.remove(who)),
        ["the", "server", "is", "told", "to", "stop"] => world.server().stop(),
        ["an", "operator", "says", ref words @ ..] => world.server().notice(&words.join(" ")),
        _ => return Err(format!("nobody knows how this happens: {what}")),
    }
    Ok(())
}

#[tokio::test]
async fn every_example_is_what_a_real_server_says() {
    let transcripts = transcripts(PAGE);
    assert!(transcripts.len() > 20, "only {} transcripts were found", transcripts.len());
    let mut wrong = String::new();
    for transcript in &transcripts {
        if let Err(error) = play(transcript).await {
            writeln!(wrong, "PROTOCOL.md, line {}: {error}", transcript.line).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_method_is_called_in_an_example() {
    let called: BTreeSet<String> = transcripts(PAGE)
        .iter()
        .flat_map(|transcript| &transcript.steps)
        .filter_map(|step| match step {
            Step::Send(_, line) => {
                let call: Value = serde_json::from_str(line).ok()?;
                Some(call["method"].as_str()?.to_owned())
            }
            Step::Receive(..) | Step::Closed(_) | Step::Happens(_) => None,
        })
        .collect();
    for method in Request::METHODS {
        assert!(called.contains(*method), "no example calls {method}");
    }
}

#[test]
fn every_event_and_every_refusal_of_the_closed_list_has_its_row() {
    for event in Event::METHODS {
        assert!(PAGE.contains(&format!("| `{event}` |")), "{event} has no row");
    }
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds: Vec<&str> = schema["$defs"]["RefusalKind"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["const"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 19, "the list is closed: {kinds:?}");
    for kind in kinds {
        assert!(PAGE.contains(&format!("| `{kind}` |")), "{kind} has no row");
    }
}

#[test]
fn what_an_example_leaves_open_is_open_and_nothing_else() {
    let mut names = Names::new();
    let mut same = |expected: Value, found: Value| compare(&expected, &found, &mut names).is_ok();
    assert!(same(json!({ "a": 1, "…": "…" }), json!({ "a": 1, "b": 2 })));
    assert!(!same(json!({ "a": 1 }), json!({ "a": 1, "b": 2 })));
    assert!(!same(json!({ "a": 1, "…": "…" }), json!({ "b": 2 })));
    assert!(same(json!([1, "…"]), json!([1, 2, 3])));
    assert!(!same(json!([1, "…"]), json!([2])));
    assert!(!same(json!([1]), json!([1, 2])));
    assert!(same(json!(["…x", "…x"]), json!([7, 7])));
    assert!(!same(json!("…x"), json!(8)));
}
