//! What breaks the protocol: an error that says so, and the connection goes on.

use serde_json::json;

use crate::common::{Client, World, error_code, leg};

/// Sends one line; the code of the answer, after which the connection must still serve.
async fn code(client: &mut Client, line: &[u8]) -> i64 {
    client.send(line).await;
    client.send("\n").await;
    let reply = client.line().await.expect("the connection goes on");
    client.ok("server.ping", json!({})).await;
    error_code(&reply)
}

fn hold_with(params: &str) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":"x","method":"cart.hold","params":{params}}}"#).into_bytes()
}

#[tokio::test]
async fn what_is_no_json_is_32700() {
    let world = World::new().await;
    let mut client = world.client().await;
    for line in [
        &b"hello"[..],
        b"",
        b"{",
        b"{\"jsonrpc\":\"2.0\"",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\x01\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\",\"params\":{\"a\":NaN}}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc3\x28\"}",
    ] {
        assert_eq!(code(&mut client, line).await, -32700, "{}", String::from_utf8_lossy(line));
    }
}

#[tokio::test]
async fn deep_nesting_is_an_error_and_no_crash() {
    let world = World::new().await;
    let mut client = world.client().await;
    let deep = "[".repeat(60_000);
    assert_eq!(code(&mut client, deep.as_bytes()).await, -32700);
    let closed = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_ne!(code(&mut client, closed.as_bytes()).await, 0);
    let inside =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"server.ping","params":{{"a":{closed}}}}}"#);
    assert_ne!(code(&mut client, inside.as_bytes()).await, 0);
}

#[tokio::test]
async fn json_that_is_no_request_is_32600() {
    let world = World::new().await;
    let mut client = world.client().await;
    for line in [
        "[]",
        r#"[{"jsonrpc":"2.0","id":1,"method":"server.ping"}]"#,
        r#"["2.0",1,"server.ping",{}]"#,
        "7",
        "null",
        r#""server.ping""#,
        "{}",
        r#"{"jsonrpc":"1.0","id":1,"method":"server.ping"}"#,
        r#"{"id":1,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":1.0,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":9007199254740993,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":1e400,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"server.ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"server.ping","method":"cart.get"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"server.ping","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"server.ping","params":"x"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"server.ping","token":"x"}"#,
    ] {
        assert_eq!(code(&mut client, line.as_bytes()).await, -32600, "{line}");
    }
    let long_id = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"m"}}"#, "x".repeat(65));
    assert_eq!(code(&mut client, long_id.as_bytes()).await, -32600);
}

#[tokio::test]
async fn wrong_unknown_and_duplicate_params_are_32602() {
    let world = World::new().await;
    let mut client = world.client().await;
    let (one, other) = (leg(1042), leg(2210));
    for params in [
        "{}".to_owned(),
        r#"{"legs":[]}"#.to_owned(),
        r#"{"legs":{}}"#.to_owned(),
        r#"{"legs":["x"]}"#.to_owned(),
        format!(r#"{{"legs":[["{one}",1]]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}"}},{{"leg":"{one}"}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","leg":"{other}"}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}"}}],"legs":[{{"leg":"{other}"}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":0}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":-1}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":1.0}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":1e400}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":18446744073709551616}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":"1"}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","seats":[]}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","seats":["1A","1A"]}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","seats":["01A"]}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","count":1,"seats":["1A"]}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}","price":1}}]}}"#),
        format!(r#"{{"legs":[{{"leg":"{one}"}}],"\ud800":1}}"#),
    ] {
        let found = code(&mut client, &hold_with(&params)).await;
        assert!(found == -32602 || found == -32700, "{params}: {found}");
    }
    assert_eq!(client.cart().await["holds"], json!([]), "nothing of it was held");
}

#[tokio::test]
async fn text_that_moves_hides_or_reorders_is_refused() {
    let world = World::new().await;
    let mut client = world.client().await;
    client.hold(&[leg(1042)]).await;
    for name in ["a\\u0000b", "a\\u001b[2J", "a\\u202eb", "a\\u200bb", "a\\r\\nb", "", "  "] {
        let line = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"cart.confirm","params":{{"idempotency_key":"k","passengers":[{{"first_name":"{name}","last_name":"B"}}]}}}}"#
        );
        assert_eq!(code(&mut client, line.as_bytes()).await, -32602, "{name}");
    }
    let marks = "\u{301}".repeat(10_000);
    let reply = client.call("legs.search", json!({ "text": format!("a{marks}") })).await;
    assert_eq!(error_code(&reply), -32602);
    assert_eq!(client.cart().await["holds"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_unknown_method_is_32601_and_shows_nothing_that_moves() {
    let world = World::new().await;
    let mut client = world.client().await;
    let reply = client.call("legs.\u{1b}[2Jpaint", json!({})).await;
    assert_eq!(error_code(&reply), -32601);
    assert!(!reply.to_string().contains("\\u001b"), "{reply}");
}

#[tokio::test]
async fn a_notification_is_neither_executed_nor_answered() {
    let world = World::new().await;
    let mut client = world.client().await;
    let (one, other) = (leg(7000), leg(7002));
    client
        .send(format!(
            "{{\"jsonrpc\":\"2.0\",\"method\":\"cart.hold\",\"params\":{{\"legs\":[{{\"leg\":\"{one}\"}}]}}}}\n\
             {{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}}\n\
             {{\"jsonrpc\":\"2.0\",\"method\":\"cart.hold\",\"params\":7}}\n"
        ))
        .await;
    // The last of them has a broken envelope, which is answered with a null id.
    assert_eq!(error_code(&client.line().await.unwrap()), -32600);
    assert_eq!(client.seats_left(&one).await, 1);
    assert_eq!(client.seats_left(&other).await, 1);
}

#[tokio::test]
async fn searches_out_of_bounds_are_32602() {
    let world = World::new().await;
    let mut client = world.client().await;
    for params in [
        json!({ "limit": 0 }),
        json!({ "limit": 501 }),
        json!({ "cursor": "" }),
        json!({ "cursor": "'; DROP TABLE leg; --" }),
        json!({ "date": "2026-13-01" }),
        json!({ "from": "gru" }),
        json!({ "include": "some" }),
    ] {
        let reply = client.call("legs.search", params.clone()).await;
        assert_eq!(error_code(&reply), -32602, "{params}");
    }
    for params in [
        json!({ "from": "GRU", "to": "REC" }),
        json!({ "from": "GRU", "to": "REC", "date": "2026-11-24", "max_legs": 4 }),
        json!({ "from": "GRU", "to": "REC", "date": "2026-11-24", "max_legs": 0 }),
        json!({ "from": "GRU", "to": "REC", "date": "2026-11-24", "min_connection_minutes": 721 }),
        json!({ "from": "GRU", "to": "REC", "date": "2026-11-24", "limit": 101 }),
    ] {
        let reply = client.call("trips.search", params.clone()).await;
        assert_eq!(error_code(&reply), -32602, "{params}");
    }
}
