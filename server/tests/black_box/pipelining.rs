//! Framing and order: whatever the pieces, every request is answered once, in the order sent.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::common::{World, error_code, leg};

const REQUESTS: u64 = 10_000;

#[tokio::test]
async fn ten_thousand_requests_in_one_write_are_answered_in_order() {
    let world = World::new().await;
    let mut client = world.client().await;
    let mut lines = String::new();
    for id in 0..REQUESTS {
        let method = match id % 4 {
            0 => r#""cart.hold","params":{"legs":[{"leg":"TR1042-20261124-GRU"}]}"#,
            1 => r#""cart.release""#,
            2 => r#""legs.get","params":{"leg":"TR1042-20261124-GRU"}"#,
            _ => r#""no.such""#,
        };
        writeln!(lines, r#"{{"jsonrpc":"2.0","id":{id},"method":{method}}}"#).unwrap();
    }
    // The server stops reading when too much is under way, so sending goes on beside.
    let mut writer = client.writer.take().unwrap();
    let sending = tokio::spawn(async move {
        tokio::io::AsyncWriteExt::write_all(&mut writer, lines.as_bytes()).await.unwrap();
        writer
    });
    for id in 0..REQUESTS {
        let reply = client.line().await.expect("a reply for each request");
        assert_eq!(reply["id"], json!(id));
        match id % 4 {
            0 => assert_eq!(reply["result"]["holds"].as_array().map(Vec::len), Some(1), "{reply}"),
            1 => assert_eq!(reply["result"]["holds"], json!([]), "{reply}"),
            // A read sees what all before it did.
            2 => assert_eq!(reply["result"]["seats_left"], 180, "{reply}"),
            _ => assert_eq!(error_code(&reply), -32601),
        }
    }
    drop(sending.await.unwrap());
}

#[tokio::test]
async fn requests_sent_byte_by_byte_are_answered_like_any() {
    let world = World::new().await;
    let mut client = world.client().await;
    let one = leg(7000);
    let lines = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"cart.hold\",\"params\":{{\"legs\":[{{\"leg\":\"{one}\"}}]}}}}\r\n\
         {{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"legs.get\",\"params\":{{\"leg\":\"{one}\"}}}}\n"
    );
    for byte in lines.as_bytes() {
        client.send([*byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.line().await.unwrap()["result"]["holds"][0]["seat"], "1A");
    assert_eq!(client.line().await.unwrap()["result"]["seats_left"], 0);
}

#[tokio::test]
async fn all_that_was_read_before_the_end_is_answered_first() {
    let world = World::new().await;
    let mut client = world.client().await;
    let mut ids = Vec::new();
    for leg in [leg(1042), leg(2210), leg(7000)] {
        ids.push(client.request("cart.hold", json!({ "legs": [{ "leg": leg }] })).await);
    }
    ids.push(client.request("legs.search", json!({})).await);
    client.send("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"server.ping\"").await;
    client.finish().await;
    let lines = client.until_closed().await;
    let answered: Vec<u64> = lines.iter().filter_map(|line| line["id"].as_u64()).collect();
    assert_eq!(answered, ids, "and not the line without an end");
    assert!(lines.iter().all(|line| line.get("result").is_some()), "{lines:?}");
}

#[tokio::test]
async fn a_line_at_the_limit_passes_and_a_longer_one_ends_the_connection() {
    let world = World::new().await;
    let mut client = world.client().await;
    let frame = r#"{"jsonrpc":"2.0","id":1,"method":"server.ping"}"#;
    let padded = |length: usize| format!("{frame}{}", " ".repeat(length - frame.len()));
    client.send(format!("{}\n", padded(65_536))).await;
    assert!(client.line().await.unwrap().get("result").is_some());
    client.send(format!("{}\n{frame}\n", padded(65_537))).await;
    let lines = client.until_closed().await;
    assert_eq!(lines.iter().map(error_code).collect::<Vec<_>>(), [-32600]);
}

#[tokio::test]
async fn an_endless_line_is_cut_and_others_go_on() {
    let world = World::new().await;
    let mut flood = world.client().await;
    let mut other = world.client().await;
    let mut writer = flood.writer.take().unwrap();
    let flooding = tokio::spawn(async move {
        let piece = vec![b'x'; 1 << 20];
        // Until the server has had enough, at the latest after a gibibyte.
        for _ in 0..1024 {
            if tokio::io::AsyncWriteExt::write_all(&mut writer, &piece).await.is_err() {
                return true;
            }
        }
        false
    });
    assert!(flooding.await.unwrap(), "the server has hung up");
    // The error may be lost to a peer that never reads before it is reset.
    let codes: Vec<i64> = flood.until_closed().await.iter().map(error_code).collect();
    assert!(codes.is_empty() || codes == [-32600], "{codes:?}");
    other.ok("server.ping", json!({})).await;
}

#[tokio::test]
async fn a_large_reply_arrives_whole() {
    let mut timetable =
        "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n".to_owned();
    for number in 1..=1200 {
        let (hour, minute) = (6 + number / 100, number % 60);
        writeln!(
            timetable,
            "TR{number},2026-11-24,GRU,REC,{hour:02}:{minute:02},23:15,320,30x3-3,412.90"
        )
        .unwrap();
    }
    let world = World::of(&timetable, |_| {}).await;
    let mut client = world.client().await;
    let (mut seen, mut cursor) = (std::collections::HashSet::new(), Value::Null);
    loop {
        let mut params = json!({ "limit": 500 });
        if cursor.is_string() {
            params["cursor"] = cursor.take();
        }
        let mut page = client.ok("legs.search", params).await;
        assert_eq!(page["total"], 1200);
        for leg in page["legs"].as_array().unwrap() {
            assert!(seen.insert(leg["leg"].to_string()), "{leg} is on two pages");
        }
        cursor = page["cursor"].take();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 1200);
}

#[tokio::test]
async fn replies_larger_than_what_may_wait_are_all_told_to_a_peer_that_reads() {
    let world = World::new().await;
    let mut client = world.client().await;
    // More than may wait to be written, from requests that come in one read.
    let mut lines = String::new();
    for id in 0..128 {
        writeln!(lines, r#"{{"jsonrpc":"2.0","id":{id},"method":"airports.list"}}"#).unwrap();
    }
    client.send(lines).await;
    for id in 0..128 {
        assert_eq!(client.line().await.expect("a reply for each request")["id"], json!(id));
    }
}
