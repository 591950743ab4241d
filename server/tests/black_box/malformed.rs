//! Lines that are no requests, or nearly: each gets its one error under the right code and id, the
//! connection goes on, and nothing has changed, for whoever sent it and for whoever watches.

mod lines;
pub(crate) mod texts;

use serde_json::{Value, json};
use trecho_server::ledger;
use trecho_shared::limits::MESSAGE_CHARACTERS;
use trecho_shared::text::scrub;

use crate::common::{Client, World, confirm, error_code, kind, leg};

/// A line, without its end, and what is answered.
struct Case {
    what: String,
    line: Vec<u8>,
    code: i64,
    id: Value,
}

impl Case {
    /// Not JSON: nobody can say which request it was.
    fn broken(what: &str, line: impl AsRef<[u8]>) -> Self {
        Self { what: what.to_owned(), line: line.as_ref().to_vec(), code: -32700, id: Value::Null }
    }

    /// JSON, and no request. Answered under `id`, where it has one.
    fn no_request(what: &str, id: Value, line: impl AsRef<[u8]>) -> Self {
        Self { code: -32600, id, ..Self::broken(what, line) }
    }

    /// A request whose params are wrong.
    fn wrong_params(what: &str, method: &str, params: &str) -> Self {
        let line = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{params}}}"#);
        Self { code: -32602, id: json!(7), ..Self::broken(what, line) }
    }

    /// A request that is understood and refused.
    fn refused(what: &str, method: &str, params: &str) -> Self {
        Self { code: 1, ..Self::wrong_params(what, method, params) }
    }
}

/// Every line of these tests.
pub(crate) fn every_line() -> impl Iterator<Item = Vec<u8>> {
    let cases = [
        lines::broken(),
        lines::no_requests(),
        lines::wrong_shapes(),
        lines::wrong_numbers(),
        texts::refused(),
    ];
    cases.into_iter().flatten().map(|case| case.line)
}

/// Everything that a wrong line could have changed.
async fn state(client: &mut Client) -> Vec<Value> {
    let mut state = vec![client.cart().await];
    for number in [1042, 7000] {
        state.push(client.ok("legs.seats", json!({ "leg": leg(number) })).await);
    }
    state.push(client.ok("legs.search", json!({ "include": "all" })).await);
    state
}

/// Sends each line between two looks at everything.
async fn play(cases: &[Case]) {
    let world = World::new().await;
    let (mut watcher, mut client) = (world.client().await, world.client().await);
    client.hold(&[leg(1042), leg(7000)]).await;
    watcher.ok("feed.watch", json!({})).await;
    // The hold may still be on its way to whoever watches.
    watcher.events_so_far().await;
    let before = state(&mut client).await;
    for Case { what, line, code, id } in cases {
        client.send([line.as_slice(), b"\n"].concat()).await;
        let reply =
            client.line().await.unwrap_or_else(|| panic!("{what}: the connection is closed"));
        assert_eq!((error_code(&reply), &reply["id"]), (*code, id), "{what}: {reply}");
        let message = reply["error"]["message"].as_str().unwrap();
        assert_eq!(scrub(message), message, "{what}: it is told in characters that print");
        assert!(message.chars().count() <= MESSAGE_CHARACTERS, "{what}: {message}");
        assert_eq!(kind(&reply).is_empty(), *code != 1, "{what}: {reply}");
        // The next request works, and finds the cart and its clock as they were.
        assert_eq!(client.cart().await, before[0], "{what}");
    }
    assert_eq!(state(&mut client).await, before);
    assert_eq!(watcher.events_so_far().await, [json!(null); 0], "nothing to tell anybody");
    client.ok("cart.confirm", confirm("k")).await;
    assert_eq!(client.cart().await["holds"], json!([]), "what was held could still be bought");
    assert_eq!(ledger::verify(&world.config.data_dir).unwrap(), []);
}

#[tokio::test]
async fn bytes_that_are_no_json_are_answered_and_change_nothing() {
    play(&lines::broken()).await;
}

#[tokio::test]
async fn json_that_is_no_request_is_answered_and_changes_nothing() {
    play(&lines::no_requests()).await;
}

#[tokio::test]
async fn params_of_the_wrong_shape_are_answered_and_change_nothing() {
    play(&lines::wrong_shapes()).await;
}

#[tokio::test]
async fn numbers_that_are_none_or_too_large_are_answered_and_change_nothing() {
    play(&lines::wrong_numbers()).await;
}

#[tokio::test]
async fn text_that_could_do_more_than_be_read_is_refused_in_every_field() {
    play(&texts::refused()).await;
}

#[tokio::test]
async fn a_session_is_not_opened_under_a_name_that_could_do_more_than_be_read() {
    let world = World::new().await;
    let mut client = world.client().await;
    for (what, name) in texts::HOSTILE {
        let reply = client.call("session.open", json!({ "name": name })).await;
        assert_eq!(error_code(&reply), -32602, "{what}: {reply}");
    }
    // None of them was opened: a connection opens one session.
    client.open().await;
}

#[tokio::test]
async fn what_is_odd_and_legal_is_a_request_like_any() {
    let world = World::new().await;
    let mut client = world.client().await;
    for (line, id) in lines::odd() {
        client.send(format!("{line}\n")).await;
        let reply = client.line().await.expect("the connection goes on");
        assert_eq!(reply["id"], id, "{line}");
        assert!(reply.get("result").is_some(), "{line}: {reply}");
    }
    for (at, (name, kept)) in texts::WELCOME.iter().enumerate() {
        let mut purchase = confirm("k");
        purchase["passengers"][0]["last_name"] = json!(name);
        purchase["idempotency_key"] = json!(format!("k-{at}"));
        client.hold(&[leg(2210)]).await;
        let booking = client.ok("cart.confirm", purchase).await;
        assert_eq!(booking["tickets"][0]["passenger"]["last_name"], *kept);
    }
}
