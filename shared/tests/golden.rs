//! Each message as it stands on the wire: a change of these texts is a change of the protocol.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use trecho_shared::message::{
    Booking, CancelBooking, Cart, ConfirmCart, Event, HoldLegs, Leg, Legs, OpenSession,
    RefusalData, RefusalKind, ReleaseHolds, Request, SearchLegs, SearchTrips, SeatMap,
    SessionOpened, Trips, WatchFeed, Watching,
};
use trecho_shared::rpc::{Call, ErrorObject, Id, Incoming, reply_error, reply_result, request};

/// `text` reads as `T`, and what was read writes the same JSON.
fn stands<T: Serialize + DeserializeOwned>(text: Value) {
    let read: T = serde_json::from_value(text.clone()).expect("the golden text reads");
    assert_eq!(serde_json::to_value(&read).ok(), Some(text));
}

fn leg() -> Value {
    json!({
        "leg": "TR1042-20261124-GRU", "flight": "TR1042", "from": "GRU", "to": "REC",
        "departs_at": "2026-11-24T06:10:00-03:00", "arrives_at": "2026-11-24T09:15:00-03:00",
        "aircraft": "320", "capacity": 180, "seats_left": 12, "fare_centavos": 41290,
        "status": "open", "version": 7
    })
}

fn cart() -> Value {
    json!({
        "holds": [{ "hold": 1, "leg": "TR1042-20261124-GRU", "seat": "1A", "fare_centavos": 41290 }],
        "total_centavos": 41290, "expires_at": "2026-11-23T12:09:58.000Z", "expires_in_ms": 597_998
    })
}

#[test]
fn params_stand() {
    stands::<OpenSession>(json!({ "name": "João" }));
    stands::<OpenSession>(json!({ "resume": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" }));
    stands::<SearchLegs>(json!({
        "from": "GRU", "to": "REC", "date": "2026-11-24", "text": "goiania", "include": "all",
        "limit": 20, "cursor": "x"
    }));
    stands::<SearchTrips>(json!({
        "from": "GRU", "to": "REC", "date": "2026-11-24", "max_legs": 2,
        "min_connection_minutes": 60, "limit": 5
    }));
    stands::<HoldLegs>(json!({ "legs": [
        { "leg": "TR1042-20261124-GRU", "count": 2 },
        { "leg": "TR1043-20261124-REC", "seats": ["1A", "12F"] },
    ]}));
    stands::<ReleaseHolds>(json!({ "holds": [1, 2] }));
    stands::<ConfirmCart>(json!({
        "passengers": [{ "first_name": "Ana", "last_name": "Conceição" }],
        "email": "ana@example.com", "holds": [1], "idempotency_key": "k-1"
    }));
    stands::<CancelBooking>(json!({
        "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000",
        "legs": ["TR1042-20261124-GRU"]
    }));
    stands::<WatchFeed>(json!({ "from": "GRU", "to": "REC", "date": "2026-11-24" }));
}

#[test]
fn results_stand() {
    stands::<Leg>(leg());
    stands::<Legs>(json!({ "legs": [leg()], "total": 10_000, "total_more": true, "cursor": "x" }));
    stands::<Cart>(cart());
    stands::<Cart>(json!({ "holds": [], "total_centavos": 0 }));
    stands::<SessionOpened>(json!({
        "token": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "protocol": 1,
        "server": "trechod 0.1.0", "epoch": 5, "hold_ms": 600_000,
        "now": "2026-11-23T12:00:00.000Z", "cart": cart()
    }));
    stands::<SeatMap>(json!({
        "leg": "TR1042-20261124-GRU", "aircraft": "AT7", "version": 3,
        "rows": [{ "row": 1, "blocks": [
            [{ "seat": "1A", "status": "free" }, { "seat": "1B", "status": "held" }],
            [{ "seat": "1C", "status": "sold" }, { "seat": "1D", "status": "blocked" }],
        ]}]
    }));
    stands::<Trips>(json!({ "trips": [
        { "legs": [leg()], "duration_minutes": 185, "fare_centavos": 41290 },
    ]}));
    stands::<Booking>(json!({
        "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000", "tickets": [{
            "leg": "TR1042-20261124-GRU", "seat": "1A",
            "passenger": { "first_name": "Ana", "last_name": "Conceição" },
            "fare_centavos": 41290, "status": "cancelled"
        }], "total_centavos": 0
    }));
    stands::<Watching>(json!({ "epoch": 5 }));
}

#[test]
fn events_stand() {
    let change = json!({
        "leg": "TR1042-20261124-GRU", "flight": "TR1042", "from": "GRU", "to": "REC",
        "departs_at": "2026-11-24T06:10:00-03:00", "seats_left": 0, "version": 8, "reason": "held"
    });
    let lost = json!({ "lost": [
        { "hold": 1, "leg": "TR1042-20261124-GRU", "seat": "1A", "reason": "expired" },
    ], "cart": { "holds": [], "total_centavos": 0 } });
    for (method, params) in [
        ("leg.taken", change.clone()),
        ("leg.reopened", change.clone()),
        ("leg.updated", change),
        ("cart.expired", lost.clone()),
        ("cart.changed", lost),
        ("session.replaced", json!({})),
        ("server.notice", json!({ "text": "Good night." })),
        ("server.closing", json!({ "retry_in_ms": 2_000 })),
    ] {
        let event = Event::read(method, Some(&params.to_string())).unwrap().unwrap();
        let line: Value = serde_json::from_slice(&event.line()).unwrap();
        assert_eq!(line, json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }
    assert_eq!(Event::read("leg.painted", None).unwrap(), None);
}

#[test]
fn envelopes_stand() {
    let call = request(&Id::Text("a".into()), "legs.get", &json!({ "leg": "TR1-20261124-GRU" }));
    assert_eq!(
        String::from_utf8(call).unwrap(),
        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"legs.get\",\
         \"params\":{\"leg\":\"TR1-20261124-GRU\"}}\n"
    );
    let reply = reply_result(&Id::Number(1), &json!({}));
    assert_eq!(reply, b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    let refusal = RefusalData {
        legs: vec!["TR1-20261124-GRU".parse().unwrap()],
        ..RefusalData::bare(RefusalKind::LegTaken)
    };
    let reply = reply_error(None, &ErrorObject::from(refusal));
    assert_eq!(
        serde_json::from_slice::<Value>(&reply).unwrap(),
        json!({ "jsonrpc": "2.0", "id": null, "error": {
            "code": 1, "message": "not enough free seats on these legs; nothing was held",
            "data": { "kind": "leg_taken", "legs": ["TR1-20261124-GRU"] }
        }})
    );
}

#[test]
fn every_request_that_a_client_writes_the_server_reads() {
    for method in Request::METHODS {
        let params = match *method {
            "legs.get" | "legs.seats" => json!({ "leg": "TR1-20261124-GRU" }),
            "trips.search" => json!({ "from": "GRU", "to": "REC", "date": "2026-11-24" }),
            "cart.hold" => json!({ "legs": [{ "leg": "TR1-20261124-GRU" }] }),
            "cart.confirm" => json!({
                "passengers": [{ "first_name": "A", "last_name": "B" }], "idempotency_key": "k"
            }),
            "bookings.get" | "bookings.cancel" => {
                json!({ "locator": "h7kq3m", "claim": "00000-00000-00000-00000-000000" })
            }
            _ => json!({}),
        };
        let line = request(&Id::Number(1), method, &params);
        let call = Call::read(&line).unwrap();
        assert_eq!(Request::read(&call).map(|request| request.method()), Ok(*method));
    }
}

#[test]
fn the_server_is_strict_about_params_and_a_client_lenient_about_results() {
    let wrong = |method: &str, params: Value| {
        let line = request(&Id::Number(1), method, &params);
        Request::read(&Call::read(&line).unwrap()).unwrap_err().code()
    };
    assert_eq!(wrong("server.ping", json!({ "now": 1 })), -32602);
    assert_eq!(wrong("legs.get", json!({ "leg": ["TR1-20261124-GRU"] })), -32602);
    assert_eq!(wrong("cart.hold", json!({ "legs": [["TR1-20261124-GRU"]] })), -32602);
    assert_eq!(wrong("cart.hold", json!({ "legs": [] })), -32602);
    assert_eq!(wrong("legs.paint", json!({})), -32601);
    let twice = br#"{"jsonrpc":"2.0","id":1,"method":"legs.get","params":{"leg":"TR1-20261124-GRU","leg":"TR2-20261124-GRU"}}"#;
    assert_eq!(Request::read(&Call::read(twice).unwrap()).unwrap_err().code(), -32602);
    let line = br#"{"jsonrpc":"2.0","id":1,"result":{"epoch":5,"mood":"good"}}"#;
    let Ok(Incoming::Reply { outcome: Ok(result), .. }) = Incoming::read(line) else {
        panic!("a reply with a result");
    };
    assert!(serde_json::from_str::<Watching>(result.get()).is_ok());
}
