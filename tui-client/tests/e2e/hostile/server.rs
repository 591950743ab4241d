//! A server that speaks the protocol and means harm: in every text whatever might move a cursor,
//! reorder, or write on the clipboard, and in every number the largest.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::captured::noise;

/// How the server behaves beside that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It refuses the first connection, the first hold and the first confirm, then plays along.
    Plays,
    /// It refuses everything.
    Refuses,
    /// It says far more than anybody asked for, and then a line without an end.
    Floods,
}

/// A server. Its threads end with the test.
pub(super) struct Hostile {
    address: SocketAddr,
    turn: Arc<Turn>,
}

/// What has come so far.
#[derive(Default)]
struct Turn {
    connections: AtomicU32,
    holds: AtomicU32,
    confirms: AtomicU32,
    /// The flood may go on with a line that does not end.
    without_end: AtomicBool,
}

impl Hostile {
    pub(super) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let address = listener.local_addr().expect("it has just been bound");
        let turn = Arc::new(Turn::default());
        let shared = Arc::clone(&turn);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let turn = Arc::clone(&shared);
                // A client that hangs up ends its thread, and nothing else.
                thread::spawn(move || converse(&stream, &turn, manner));
            }
        });
        Self { address, turn }
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// How many confirms have come.
    pub(super) fn confirms(&self) -> u32 {
        self.turn.confirms.load(Ordering::SeqCst)
    }

    /// Says a line without an end after the flood.
    pub(super) fn say_without_end(&self) {
        self.turn.without_end.store(true, Ordering::SeqCst);
    }
}

fn converse(stream: &TcpStream, turn: &Turn, manner: Manner) -> Option<()> {
    let mut writer = stream;
    let first = turn.connections.fetch_add(1, Ordering::SeqCst) == 0;
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let call: Value = serde_json::from_str(&line).ok()?;
        let method = call["method"].as_str()?;
        if first && method == "session.open" && manner == Manner::Plays {
            return say(writer, &refused(&call, "limit_exceeded", 1));
        }
        if manner == Manner::Refuses {
            say(writer, &refused(&call, "limit_exceeded", 1))?;
            continue;
        }
        say(writer, &answer(&call, turn))?;
        match (method, manner) {
            ("feed.watch", Manner::Plays) => {
                writer.write_all(events().concat().as_bytes()).ok()?;
            }
            ("feed.watch", Manner::Floods) => flood(writer, turn)?,
            _ => {}
        }
    }
    Some(())
}

fn say(mut writer: &TcpStream, line: &Value) -> Option<()> {
    writer.write_all(format!("{line}\n").as_bytes()).ok()
}

fn refused(call: &Value, kind: &str, code: i32) -> Value {
    let legs: Vec<String> = (0..2_000).map(|number| leg_id(1 + number)).collect();
    let data = json!({ "kind": kind, "legs": legs, "retry_after_ms": u64::MAX });
    let error = json!({ "code": code, "message": noise(), "data": data });
    json!({ "jsonrpc": "2.0", "id": call["id"], "error": error })
}

fn answer(call: &Value, turn: &Turn) -> Value {
    let result = match call["method"].as_str().unwrap_or_default() {
        "session.open" => json!({
            "token": "A".repeat(43), "protocol": 1, "server": noise(), "epoch": u64::MAX,
            "hold_ms": u64::MAX, "now": "9999-12-30T12:00:00.999Z",
            "cart": { "holds": [], "total_centavos": i64::MIN },
        }),
        "server.ping" => json!({ "now": "0000-01-01T00:00:00.000Z" }),
        "airports.list" => {
            let airports = ["GRU", "REC", "FOR"].map(airport);
            json!({ "airports": airports })
        }
        "feed.watch" => json!({ "epoch": 1 }),
        "legs.search" => json!({
            "legs": (1001..1030).map(leg).collect::<Value>(), "total": u32::MAX,
            "total_more": true, "cursor": noise(),
        }),
        "legs.get" => leg(1001),
        "legs.seats" => seats(&call["params"]["leg"]),
        "trips.search" => json!({ "trips": [
            { "legs": [leg(1001), leg(1002)], "duration_minutes": u32::MAX, "fare_centavos": i64::MAX },
            { "legs": [], "duration_minutes": 0, "fare_centavos": i64::MIN },
        ] }),
        "cart.hold" if turn.holds.fetch_add(1, Ordering::SeqCst) == 0 => {
            return refused(call, "leg_taken", 1);
        }
        "cart.hold" | "cart.get" => cart(),
        "cart.confirm" => booking(turn.confirms.fetch_add(1, Ordering::SeqCst) == 0),
        "bookings.get" => booking(false),
        _ => return refused(call, "closing", i32::MIN),
    };
    json!({ "jsonrpc": "2.0", "id": call["id"], "result": result, "more": noise() })
}

fn leg_id(number: u32) -> String {
    format!("TR{number}-20300115-GRU")
}

fn airport(iata: &str) -> Value {
    json!({
        "iata": iata, "name": noise(), "city": noise(), "state": noise(), "latitude": f64::MAX,
        "longitude": -1e-300, "timezone": noise(),
    })
}

fn leg(number: u32) -> Value {
    json!({
        "leg": leg_id(number), "flight": format!("TR{number}"), "from": "GRU", "to": "REC",
        "departs_at": "2030-01-15T06:10:00-03:00", "arrives_at": "9999-12-30T12:00:00-03:00",
        "aircraft": noise(), "capacity": 0, "seats_left": u32::MAX, "fare_centavos": i64::MIN,
        "status": "open", "version": 1,
    })
}

fn seats(leg: &Value) -> Value {
    let row = |row: u32| {
        let seat = |letter: &str| json!({ "seat": format!("1{letter}"), "status": "free" });
        json!({ "row": row, "blocks": [[seat("A"), seat("B")], [], [seat("C")]] })
    };
    let mut rows: Vec<Value> = (1..9).map(row).collect();
    rows.push(json!({ "row": u32::MAX, "blocks": [] }));
    json!({ "leg": leg, "aircraft": noise(), "rows": rows, "version": u64::MAX })
}

fn cart() -> Value {
    let hold = json!({ "hold": 1, "leg": leg_id(1001), "seat": "1A", "fare_centavos": i64::MIN });
    json!({
        "holds": [hold], "total_centavos": i64::MIN, "expires_at": "9999-12-30T12:00:00.999Z",
        "expires_in_ms": u64::MAX,
    })
}

fn booking(hostile: bool) -> Value {
    let last_name = if hostile { noise() } else { "Souza".to_owned() };
    let passenger = json!({ "first_name": "Ana", "last_name": last_name });
    let ticket = json!({
        "leg": leg_id(1001), "seat": "1A", "passenger": passenger, "fare_centavos": i64::MIN,
        "status": "sold",
    });
    json!({
        "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000",
        "tickets": vec![ticket; 2], "total_centavos": i64::MIN,
    })
}

/// Every kind of event, and some that are none.
fn events() -> Vec<String> {
    let event = |method: &str, params: Value| {
        format!("{}\n", json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    };
    let changed = |number: u32, seats_left: u32, version: u64| {
        json!({
            "leg": leg_id(number), "flight": format!("TR{number}"), "from": "GRU", "to": "REC",
            "departs_at": "2030-01-15T06:10:00-03:00", "seats_left": seats_left,
            "version": version, "reason": "held",
        })
    };
    let lone =
        r#"{"jsonrpc":"2.0","method":"server.notice","params":{"text":"\ud800\udc00\ud800"}}"#;
    vec![
        event("server.notice", json!({ "text": noise() })),
        format!("{lone}\n"),
        event("leg.taken", changed(1003, 0, 2)),
        event("leg.reopened", changed(1003, u32::MAX, 3)),
        event("leg.updated", changed(1004, 7, u64::MAX)),
        event("leg.taken", json!({ "leg": noise() })),
        event(&noise(), json!({ "text": noise() })),
        event("server.notice", json!({ "text": "x".repeat(1_000_000) })),
    ]
}

/// How much a flood comes to at least.
pub(super) const FLOOD_BYTES: usize = 30 * 1024 * 1024;

/// More than anybody asked for: notices, carts and nonsense, all nearly as large as a line may be.
fn flood(mut writer: &TcpStream, turn: &Turn) -> Option<()> {
    let hold = |number: u32| json!({ "hold": number, "leg": leg_id(1 + number), "seat": "1A", "fare_centavos": 1 });
    let holds: Value = (1..9_000).map(hold).collect();
    let cart = json!({ "holds": holds, "total_centavos": 1, "expires_in_ms": 60_000 });
    let event = |method: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#)
    };
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let piece = [
        event("cart.changed", &json!({ "lost": [], "cart": cart }).to_string()),
        event("server.notice", &json!({ "text": "a".repeat(900_000) }).to_string()),
        event("later", &format!(r#"{{"x":{deep}}}"#)),
        event("server.notice", &format!(r#"{{"x":{deep},"text":"b"}}"#)),
        String::new(),
    ];
    let piece = piece.join("\n");
    for _ in 0..=FLOOD_BYTES / piece.len() {
        writer.write_all(piece.as_bytes()).ok()?;
    }
    // Far more notices than a log keeps.
    let small = event("server.notice", r#"{"text":"over and over"}"#) + "\n";
    writer.write_all(small.repeat(5_000).as_bytes()).ok()?;
    let end = json!({ "text": "the flood is over" });
    say(writer, &json!({ "jsonrpc": "2.0", "method": "server.notice", "params": end }))?;
    while !turn.without_end.load(Ordering::SeqCst) {
        thread::yield_now();
    }
    writer.write_all(&vec![b'x'; 4 * 1024 * 1024]).ok()
}
