//! What the wire costs, without a socket: framing, and messages from bytes to types and back.
//!
//! `cargo bench -p trecho-shared`, or with a name after it, such as `wire/hold`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::limits::REQUEST_LINE_BYTES;
use trecho_shared::message::{Booking, Cart, Event, Legs, Request};
use trecho_shared::rpc::{Call, Id, Incoming, reply_result};

const HOLD: &str = r#"{"jsonrpc":"2.0","id":71,"method":"cart.hold","params":{"legs":[{"leg":"TR1042-20261124-GRU"}]}}"#;

const CONFIRM: &str = r#"{"jsonrpc":"2.0","id":73,"method":"cart.confirm","params":{"passengers":[{"first_name":"Ana","last_name":"Conceição"}],"idempotency_key":"k-2026-0001"}}"#;

const SEARCH: &str = r#"{"jsonrpc":"2.0","id":70,"method":"legs.search","params":{"from":"GRU","to":"REC","date":"2026-11-24","limit":50}}"#;

const CART: &str = r#"{"holds":[{"hold":81273,"leg":"TR1042-20261124-GRU","seat":"12A","fare_centavos":41290},{"hold":81274,"leg":"TR2210-20261124-REC","seat":"3C","fare_centavos":23900}],"total_centavos":65190,"expires_at":"2026-11-23T12:10:00.000Z","expires_in_ms":598000}"#;

const BOOKING: &str = r#"{"locator":"H7KQ3M","claim":"00000-00000-00000-00000-000000","tickets":[{"leg":"TR1042-20261124-GRU","seat":"12A","passenger":{"first_name":"Ana","last_name":"Conceição"},"fare_centavos":41290,"status":"sold"},{"leg":"TR2210-20261124-REC","seat":"3C","passenger":{"first_name":"Ana","last_name":"Conceição"},"fare_centavos":23900,"status":"sold"}],"total_centavos":65190}"#;

const LEG: &str = r#"{"leg":"TR1042-20261124-GRU","flight":"TR1042","from":"GRU","to":"REC","departs_at":"2026-11-24T06:10:00-03:00","arrives_at":"2026-11-24T09:15:00-03:00","aircraft":"320","capacity":180,"seats_left":17,"fare_centavos":41290,"status":"open","version":90210}"#;

const UPDATED: &str = r#"{"leg":"TR1042-20261124-GRU","flight":"TR1042","from":"GRU","to":"REC","departs_at":"2026-11-24T06:10:00-03:00","seats_left":17,"version":90210,"reason":"held"}"#;

/// How much one read of a socket gives at most.
const PIECE: usize = 16 * 1024;

/// Whole lines out of what a pipelining client sends.
fn lines(c: &mut Criterion) {
    let sent = format!("{HOLD}\n").repeat(1_000);
    let mut group = c.benchmark_group("lines");
    group.throughput(Throughput::Bytes(sent.len() as u64));
    group.bench_function("1,000 requests in pieces of 16 KiB", |b| {
        b.iter(|| {
            let mut decoder = LineDecoder::new(REQUEST_LINE_BYTES);
            let mut whole = 0;
            for mut piece in sent.as_bytes().chunks(PIECE) {
                while !piece.is_empty() {
                    piece = &piece[decoder.push(piece)..];
                    while let Some(Line::Whole(line)) = decoder.next_line() {
                        whole += usize::from(!black_box(line).is_empty());
                    }
                }
            }
            assert_eq!(whole, 1_000);
        });
    });
    group.finish();
}

/// From a line to a typed request, as the server reads it.
fn requests(c: &mut Criterion) {
    let mut group = c.benchmark_group("request");
    for (name, line) in [("hold", HOLD), ("confirm", CONFIRM), ("search", SEARCH)] {
        group.throughput(Throughput::Bytes(line.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let call = Call::read(black_box(line.as_bytes())).expect("a sound line");
                Request::read(&call).expect("sound params")
            });
        });
    }
    group.finish();
}

/// From a result to its line, as the server writes it.
fn replies(c: &mut Criterion) {
    let id = Id::Number(71);
    let mut group = c.benchmark_group("reply");
    let (cart, booking, legs) = (cart(), booking(), page());
    group.bench_function("cart", |b| b.iter(|| reply_result(&id, black_box(&cart))));
    group.bench_function("booking", |b| b.iter(|| reply_result(&id, black_box(&booking))));
    group.bench_function("page of 50 legs", |b| b.iter(|| reply_result(&id, black_box(&legs))));
    group.finish();
}

/// From a reply's line to its type, as the client reads it.
fn answers(c: &mut Criterion) {
    let id = Id::Number(71);
    let (cart, legs) = (reply_result(&id, &cart()), reply_result(&id, &page()));
    let mut group = c.benchmark_group("answer");
    group.throughput(Throughput::Bytes(cart.len() as u64));
    group.bench_function("cart", |b| b.iter(|| read::<Cart>(black_box(&cart))));
    group.throughput(Throughput::Bytes(legs.len() as u64));
    group.bench_function("page of 50 legs", |b| b.iter(|| read::<Legs>(black_box(&legs))));
    group.finish();
}

/// The news of a leg, written once for all who watch, and read by each of them.
fn events(c: &mut Criterion) {
    let event = Event::LegUpdated(serde_json::from_str(UPDATED).expect("a sound event"));
    let line = event.line();
    let mut group = c.benchmark_group("event");
    group.throughput(Throughput::Bytes(line.len() as u64));
    group.bench_function("written", |b| b.iter(|| black_box(&event).line()));
    group.bench_function("read", |b| {
        b.iter(|| match Incoming::read(black_box(&line)) {
            Ok(Incoming::Event { method, params }) => {
                Event::read(&method, params.map(serde_json::value::RawValue::get))
                    .expect("sound params")
            }
            other => panic!("no event: {other:?}"),
        });
    });
    group.finish();
}

/// A result out of its line.
fn read<T: serde::de::DeserializeOwned>(line: &[u8]) -> T {
    match Incoming::read(line) {
        Ok(Incoming::Reply { outcome: Ok(result), .. }) => {
            serde_json::from_str(result.get()).expect("a sound result")
        }
        other => panic!("no result: {other:?}"),
    }
}

fn cart() -> Cart {
    serde_json::from_str(CART).expect("a sound cart")
}

fn booking() -> Booking {
    serde_json::from_str(BOOKING).expect("a sound booking")
}

fn page() -> Legs {
    let leg = serde_json::from_str(LEG).expect("a sound leg");
    Legs { legs: vec![leg; 50], total: 1_204, total_more: false, cursor: Some("c".to_owned()) }
}

criterion_group!(benches, lines, requests, replies, answers, events);
criterion_main!(benches);
