//! A server with believable numbers, second by second, for tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::json;
use trecho_shared::time::Moment;

use crate::meters::Snapshot;

use super::model::{Message, Model, News, update};

/// When the scene's server was started.
pub(super) const STARTED: i64 = 1_796_000_000_000;

/// The same number every time, as if it were drawn.
fn drawn(second: i64, of: i64) -> u64 {
    let mixed = second.wrapping_mul(2_654_435_761).rem_euclid(4_294_967_296) >> 8;
    u64::try_from(mixed % of.max(1)).unwrap_or(0)
}

/// How much had happened after so many seconds, in hundredths of what happens in a second on average.
fn happened(second: i64) -> u64 {
    static SUMS: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let grown = (0..9_000).scan(0, |sum, second| {
            *sum += 50 + drawn(second / 9, 70) + drawn(second, 15);
            Some(*sum)
        });
        std::iter::once(0).chain(grown).collect()
    });
    SUMS[usize::try_from(second).unwrap()]
}

/// A distribution of so many values around one bucket.
fn spread(buckets: usize, around: usize, total: u64) -> serde_json::Value {
    let mut counts = vec![0_u64; buckets];
    counts[around] = total / 2;
    counts[around + 1] = total * 45 / 100;
    counts[around + 3] = total - total / 2 - total * 45 / 100;
    json!({ "counts": counts, "sum": total.saturating_mul(1 << (around + 3)) })
}

fn powers(first: u32, count: u32) -> Vec<u64> {
    (first..first + count).map(|power| 1 << power).collect()
}

/// What the server tells so many seconds after its start.
pub(super) fn snapshot(second: i64) -> Snapshot {
    let at = Moment(STARTED + second * 1_000);
    let total = |each: u64| each * happened(second) / 100;
    let method = |name: &str, each: u64, refused: u64, around: usize| {
        json!({
            "method": name, "done": total(each), "refused": total(refused),
            "time_us": spread(22, around, total(each + refused)),
        })
    };
    let leg = |number: i64, to: &str, sold: u64, left: u64, capacity: u64, hour: i64| {
        json!({
            "leg": format!("TR{number}-20261201-GRU"), "to": to,
            "departs_at": format!("2026-12-01T{hour:02}:40:00-03:00"),
            "sold": sold, "seats_left": left, "capacity": capacity,
        })
    };
    let booking = |index: i64, seats: u64| {
        let legs: Vec<String> =
            (0..=index % 3).map(|leg| format!("TR{}-20261201-GRU", 1042 + leg)).collect();
        json!({
            "locator": trecho_shared::ids::Locator::from_index(drawn(second - index, 900_000)),
            "at": Moment(at.0 - index * index * 700), "seats": seats, "legs": legs,
            "total_centavos": 41_290 * seats,
        })
    };
    let told = json!({
        "server": {
            "version": "0.1.0", "address": "127.0.0.1:7470", "tls": true,
            "epoch": 4_503_599_627_370_497_u64, "draining": false,
        },
        "at": at, "started_at": Moment(STARTED),
        "connections": {
            "open": 1_234, "places": 16_384, "reserved": 4_096, "accepted": total(12),
            "refused": { "rate": 312, "full": 4 }, "accept_errors": 0,
            "received_bytes": total(1_250_000), "sent_bytes": total(9_400_000),
        },
        "requests": {
            "bounds_us": powers(3, 21),
            "methods": [
                method("session.open", 12, 0, 2), method("server.ping", 60, 0, 0),
                method("legs.search", 4_000, 0, 3), method("legs.get", 40, 1, 1),
                method("trips.search", 300, 0, 6), method("cart.hold", 1_900, 120, 7),
                method("cart.release", 14, 0, 7), method("cart.confirm", 900, 8, 8),
                method("bookings.get", 2, 1, 4), method("feed.watch", 11, 0, 1),
            ],
            "refusals": { "leg_taken": total(115), "cart_expired": total(5) },
            "breaches": 3, "failures": 0,
        },
        "desk": {
            "queued": 3, "queue_room": 1_024, "batch_bounds": powers(0, 10),
            "batch_orders": spread(11, 2, total(600)), "commit_us": spread(22, 6, total(600)),
        },
        "sessions": { "attached": 1_180, "detached": 34, "carts": 512, "carts_expired": 77 },
        "seats": { "free": 2_410_551, "held": 1_044, "sold": 388_120, "blocked": 12 },
        "sold": {
            "bookings": total(900), "tickets": total(1_800), "cancelled": 9,
            "centavos": total(900 * 82_580), "legs": 25_310, "pace_over_ms": 300_000,
            "fastest": [
                leg(1042, "SSA", 171, 3, 174, 6), leg(1109, "REC", 140, 22, 180, 21),
                leg(9, "BSB", 96, 78, 174, 9), leg(1310, "POA", 64, 0, 64, 10),
                leg(1544, "CNF", 31, 113, 144, 18), leg(1002, "FOR", 12, 168, 180, 23),
            ],
            "recent": (0..12).map(|index| booking(index, drawn(index, 9) + 1)).collect::<Vec<_>>(),
        },
        "feed": { "watchers": 1_000, "changes": total(2_800), "overtaken": 23 },
        "disk": {
            "full": false, "free_bytes": 57_123_456_789_u64, "ledger_bytes": 91_750_400,
            "log_pages": 811, "checkpoints": 45,
        },
        "process": {
            "open_files": 1_260, "most_files": 20_000, "resident_bytes": 39_845_888,
            "cpu_seconds": 0.93 * f64::from(i32::try_from(second).unwrap()),
        },
    });
    serde_json::from_value(told).unwrap()
}

/// A model that has watched the server for so many seconds.
pub(super) fn watched(seconds: i64) -> Model {
    let mut model = Model::new("/var/lib/trecho/admin/admin.sock");
    let before = 7_980 - seconds;
    for second in 0..=seconds {
        update(&mut model, Message::Now(u64::try_from(second).unwrap() * 1_000));
        tell(&mut model, snapshot(before + second));
    }
    model
}

/// The server tells this.
pub(super) fn tell(model: &mut Model, snapshot: Snapshot) {
    update(model, Message::News(News::Told(Box::new(snapshot))));
}

/// A server that nobody has used yet.
pub(super) fn unused() -> Snapshot {
    let mut snapshot = snapshot(0);
    snapshot.requests.methods.clear();
    snapshot.requests.refusals = BTreeMap::new();
    snapshot.connections.refused = BTreeMap::new();
    snapshot.sold.fastest.clear();
    snapshot.sold.recent.clear();
    snapshot
}
