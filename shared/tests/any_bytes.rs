//! Whatever bytes arrive, and however they are cut: the same lines, and never a panic.

use proptest::prelude::*;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::message::{Event, Request};
use trecho_shared::rpc::{Call, Incoming};

const LIMIT: usize = 48;

/// What the decoder makes of `bytes` when they arrive in pieces of these lengths; `None` stands for
/// a line that was too long, after which nothing follows.
fn decode(mut bytes: &[u8], mut pieces: impl Iterator<Item = usize>) -> Vec<Option<Vec<u8>>> {
    let mut decoder = LineDecoder::new(LIMIT);
    let mut lines = Vec::new();
    while !bytes.is_empty() {
        let piece = pieces.next().unwrap_or(1).clamp(1, bytes.len());
        let taken = decoder.push(&bytes[..piece]);
        bytes = &bytes[taken..];
        while let Some(line) = decoder.next_line() {
            match line {
                Line::Whole(line) => lines.push(Some(line.to_vec())),
                Line::TooLong => {
                    lines.push(None);
                    return lines;
                }
            }
        }
        decoder.release_memory();
    }
    lines
}

/// Bytes in which line ends, carriage returns and long stretches are common.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => any::<u8>(),
        2 => Just(b'\n'),
        1 => Just(b'\r'),
    ];
    let stretch = prop_oneof![
        8 => prop::collection::vec(byte, 0..20),
        1 => Just(vec![b'x'; LIMIT - 1]),
        1 => Just(vec![b'x'; LIMIT]),
        1 => Just(vec![b'x'; LIMIT + 1]),
        1 => Just(b"\r\n".to_vec()),
    ];
    prop::collection::vec(stretch, 0..12).prop_map(|stretches| stretches.concat())
}

/// Text that is nearly a message: fragments of JSON and of the protocol, in any order.
fn nearly_a_message() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "null",
            "true",
            "1e400",
            "-0",
            "18446744073709551615",
            "\"jsonrpc\":\"2.0\"",
            "\"id\":1",
            "\"id\":\"a\"",
            "\"params\":{}",
            "\"result\":{}",
            "\"error\":{\"code\":1,\"message\":\"\"}",
            "\\u0000",
            "\\ud800",
            "\u{202e}",
            "é",
            " ",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(Request::METHODS).prop_map(|name| format!("\"method\":\"{name}\"")),
        prop::sample::select(Event::METHODS).prop_map(|name| format!("\"method\":\"{name}\"")),
        any::<String>(),
    ];
    prop::collection::vec(fragment, 0..16).prop_map(|fragments| fragments.concat())
}

/// Params of the right envelope and of any content.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        prop::sample::select(vec!["GRU", "12A", "2026-11-24", "TR1-20261124-GRU", "H7KQ3M"])
            .prop_map(Into::into),
    ];
    let name = prop::sample::select(vec![
        "leg",
        "legs",
        "seats",
        "count",
        "holds",
        "from",
        "to",
        "date",
        "text",
        "limit",
        "cursor",
        "passengers",
        "first_name",
        "last_name",
        "idempotency_key",
        "locator",
        "claim",
        "resume",
    ]);
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

fn read_every_way(bytes: &[u8]) {
    if let Ok(call) = Call::read(bytes) {
        let _ = Request::read(&call);
    }
    match Incoming::read(bytes) {
        Ok(Incoming::Event { method, params }) => {
            let _ = Event::read(&method, params.map(serde_json::value::RawValue::get));
        }
        Ok(Incoming::Reply { .. }) | Err(_) => {}
    }
}

proptest! {
    #[test]
    fn any_cut_of_the_same_bytes_gives_the_same_lines(
        bytes in stream(),
        pieces in prop::collection::vec(1_usize..70, 0..40),
    ) {
        let whole = decode(&bytes, std::iter::repeat(usize::MAX));
        prop_assert_eq!(&decode(&bytes, pieces.into_iter()), &whole);
        prop_assert_eq!(&decode(&bytes, std::iter::repeat(1)), &whole);
    }

    #[test]
    fn lines_hold_exactly_the_bytes_between_their_ends(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>().prop_filter(
            "no line end within a line", |byte| !b"\r\n".contains(byte)), 0..=LIMIT), 0..10),
    ) {
        let mut bytes = Vec::new();
        for line in &lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        let expected: Vec<_> = lines.into_iter().map(Some).collect();
        prop_assert_eq!(decode(&bytes, std::iter::repeat(7)), expected);
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_every_way(&bytes);
    }

    #[test]
    fn what_is_nearly_a_message_never_panics(text in nearly_a_message()) {
        read_every_way(text.as_bytes());
        read_every_way(format!("{{{text}}}").as_bytes());
    }

    #[test]
    fn params_of_any_content_never_panic(
        method in prop::sample::select(Request::METHODS),
        params in any_json(),
    ) {
        let line = serde_json::json!(
            { "jsonrpc": "2.0", "id": 1, "method": method, "params": params }
        );
        read_every_way(line.to_string().as_bytes());
    }
}
