//! Lines by what is wrong with them.

use serde_json::{Value, json};

use super::Case;

/// A request that would work, up to its last brace.
const PING: &str = r#"{"jsonrpc":"2.0","id":7,"method":"server.ping""#;

pub(super) fn broken() -> Vec<Case> {
    let ping = format!("{PING}}}");
    let utf16: Vec<u8> = ping.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let named = |name: &[u8]| {
        let (begins, ends) =
            (br#"{"jsonrpc":"2.0","id":7,"method":"session.open","params":{"name":""#, b"\"}}");
        [begins.as_slice(), name, ends].concat()
    };
    let mut cases = vec![
        Case::broken("an empty line", ""),
        Case::broken("blanks", "  \t "),
        Case::broken("60,000 brackets that nobody closes", "[".repeat(60_000)),
        Case::broken("30,000 objects that nobody closes", r#"{"":"#.repeat(12_000)),
        Case::broken("half a request", PING),
        Case::broken("two requests in one line", format!("{ping}{ping}")),
        Case::broken("a request and a comma", format!("{ping},")),
        Case::broken("a member without quotes", r#"{jsonrpc:"2.0","id":7,"method":"server.ping"}"#),
        Case::broken("single quotes", "{'jsonrpc':'2.0','id':7,'method':'server.ping'}"),
        Case::broken("a comment", format!("{ping}// thanks")),
        Case::broken("a comma too many", format!("{PING},}}")),
        Case::broken("HTTP", "GET / HTTP/1.1\r"),
        Case::broken("the first bytes of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        Case::broken("UTF-16", utf16),
        Case::broken("a byte order mark", format!("\u{feff}{ping}")),
        Case::broken("a NUL after it", format!("{ping}\0")),
        Case::broken("a half surrogate in UTF-8", named(b"\xed\xa0\x80")),
        Case::broken("a blank in two bytes", named(b"\xc0\xa0")),
        Case::broken("a character cut in two", named(b"Concei\xc3")),
        Case::broken("Latin 1", named(b"Concei\xe7\xe3o")),
        Case::broken("more than Unicode has", named(b"\xf4\x90\x80\x80")),
        Case::broken("an escape that JSON lacks", named(br"\x1b")),
        Case::broken("an escape cut short", named(br"\u12")),
    ];
    for control in (0..0x20).filter(|byte| *byte != b'\n') {
        cases.push(Case::broken(&format!("a raw control {control:#04x}"), named(&[b'a', control])));
    }
    for number in
        ["NaN", "Infinity", "-Infinity", "0x10", "01", "+1", ".5", "1.", "1e", "-", "1_000"]
    {
        let line = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"legs.search","params":{{"limit":{number}}}}}"#
        );
        cases.push(Case::broken(&format!("the number {number}"), line));
    }
    cases
}

pub(super) fn no_requests() -> Vec<Case> {
    let null = || Value::Null;
    let mut cases = vec![
        Case::no_request("a number", null(), "7"),
        Case::no_request("null", null(), "null"),
        Case::no_request("a text", null(), r#""server.ping""#),
        Case::no_request("nothing in it", null(), "{}"),
        Case::no_request("an empty batch", null(), "[]"),
        Case::no_request("an array for the request", null(), r#"["2.0",7,"server.ping",{}]"#),
        Case::no_request("no version", json!(7), r#"{"id":7,"method":"server.ping"}"#),
        Case::no_request(
            "version 1",
            json!(7),
            r#"{"jsonrpc":"1.0","id":7,"method":"server.ping"}"#,
        ),
        Case::no_request(
            "a version that is a number",
            json!(7),
            r#"{"jsonrpc":2.0,"id":7,"method":"server.ping"}"#,
        ),
        Case::no_request(
            "a version in an array",
            json!(7),
            r#"{"jsonrpc":["2.0"],"id":7,"method":"server.ping"}"#,
        ),
        Case::no_request("no method", json!(7), r#"{"jsonrpc":"2.0","id":7}"#),
        Case::no_request(
            "a method that is a number",
            json!(7),
            r#"{"jsonrpc":"2.0","id":7,"method":1}"#,
        ),
        Case::no_request(
            "half a surrogate in the method",
            json!(7),
            r#"{"jsonrpc":"2.0","id":7,"method":"\ud800"}"#,
        ),
        Case::no_request("a member more", json!(7), format!(r#"{PING},"to":"GRU"}}"#)),
        Case::no_request(
            "half a surrogate in a member's name",
            null(),
            format!(r#"{PING},"\ud800":1}}"#),
        ),
        Case::no_request(
            "another case",
            json!(7),
            r#"{"JSONRPC":"2.0","id":7,"method":"server.ping"}"#,
        ),
        Case::no_request("a result", json!(7), r#"{"jsonrpc":"2.0","id":7,"result":{}}"#),
        Case::no_request("two methods", json!(7), format!(r#"{PING},"method":"session.close"}}"#)),
        Case::no_request(
            "two methods, one in disguise",
            json!(7),
            format!(r#"{PING},"m\u0065thod":"session.close"}}"#),
        ),
        Case::no_request(
            "params twice",
            json!(7),
            format!(r#"{PING},"params":{{}},"params":{{}}}}"#),
        ),
        Case::no_request("two ids", null(), format!(r#"{PING},"id":8}}"#)),
        Case::no_request("params that are null", json!(7), format!(r#"{PING},"params":null}}"#)),
        Case::no_request(
            "params in an array",
            json!(7),
            format!(r#"{PING},"params":["TR1042-20261124-GRU"]}}"#),
        ),
        Case::no_request(
            "params that are a text",
            json!(7),
            format!(r#"{PING},"params":"{{}}"}}"#),
        ),
        Case::no_request("30,000 arrays for params", json!(7), {
            format!(r#"{PING},"params":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000))
        }),
        Case::no_request("30,000 arrays", null(), "[".repeat(30_000) + &"]".repeat(30_000)),
    ];
    let long = format!(r#""{}""#, "x".repeat(65));
    for id in [
        "null",
        "true",
        "1.0",
        "1e2",
        "1e400",
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
        "[7]",
        "{}",
        r#""\ud800""#,
        &long,
    ] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"server.ping"}}"#);
        cases.push(Case::no_request(&format!("the id {id}"), null(), line));
    }
    cases
}

pub(super) fn wrong_shapes() -> Vec<Case> {
    let hold = |what, params: &str| Case::wrong_params(what, "cart.hold", params);
    let confirm = |what, params: &str| Case::wrong_params(what, "cart.confirm", params);
    let deep = "[".repeat(15_000) + &"]".repeat(15_000);
    vec![
        hold("no params", "{}"),
        hold("legs that are null", r#"{"legs":null}"#),
        hold("no legs", r#"{"legs":[]}"#),
        hold("an object for the list", r#"{"legs":{"leg":"TR2210-20261124-REC"}}"#),
        hold("a text for the leg", r#"{"legs":["TR2210-20261124-REC"]}"#),
        hold("an array for the leg", r#"{"legs":[["TR2210-20261124-REC"]]}"#),
        hold("an array for the leg and its seats", r#"{"legs":[["TR2210-20261124-REC",1,null]]}"#),
        hold(
            "a leg twice",
            r#"{"legs":[{"leg":"TR2210-20261124-REC"},{"leg":"TR2210-20261124-REC"}]}"#,
        ),
        hold(
            "two legs in one",
            r#"{"legs":[{"leg":"TR2210-20261124-REC","leg":"TR1042-20261124-GRU"}]}"#,
        ),
        hold(
            "two legs in one, one in disguise",
            r#"{"legs":[{"leg":"TR2210-20261124-REC","l\u0065g":"TR1042-20261124-GRU"}]}"#,
        ),
        hold("two lists of legs", r#"{"legs":[{"leg":"TR2210-20261124-REC"}],"legs":[]}"#),
        hold("two counts", r#"{"legs":[{"leg":"TR2210-20261124-REC","count":1,"count":2}]}"#),
        hold(
            "a count and seats",
            r#"{"legs":[{"leg":"TR2210-20261124-REC","count":1,"seats":["1A"]}]}"#,
        ),
        hold("seats misspelt", r#"{"legs":[{"leg":"TR2210-20261124-REC","seat":"1A"}]}"#),
        hold("a seat twice", r#"{"legs":[{"leg":"TR2210-20261124-REC","seats":["1A","1A"]}]}"#),
        hold("no seats", r#"{"legs":[{"leg":"TR2210-20261124-REC","seats":[]}]}"#),
        hold(
            "a seat in small letters",
            r#"{"legs":[{"leg":"TR2210-20261124-REC","seats":["1a"]}]}"#,
        ),
        hold(
            "a seat with a NUL",
            r#"{"legs":[{"leg":"TR2210-20261124-REC","seats":["1A\u0000"]}]}"#,
        ),
        hold("a leg with a NUL", r#"{"legs":[{"leg":"TR2210-20261124-REC\u0000"}]}"#),
        hold("a leg on a day that never was", r#"{"legs":[{"leg":"TR2210-20260230-REC"}]}"#),
        hold("a leg in other digits", r#"{"legs":[{"leg":"TR٢٢١٠-20261124-REC"}]}"#),
        hold("a leg 15,000 arrays deep", &format!(r#"{{"legs":[{{"leg":{deep}}}]}}"#)),
        hold("legs 15,000 arrays deep", &format!(r#"{{"legs":{deep}}}"#)),
        hold(
            "a member 15,000 arrays deep that nobody asked for",
            &format!(r#"{{"legs":[{{"leg":"TR2210-20261124-REC","x":{deep}}}]}}"#),
        ),
        hold(
            "half a surrogate that nobody asked for",
            r#"{"legs":[{"leg":"TR2210-20261124-REC"}],"x":"\ud800"}"#,
        ),
        confirm(
            "an array for the passenger",
            r#"{"passengers":[["Ana","Costa"]],"idempotency_key":"k"}"#,
        ),
        confirm(
            "an object for the passengers",
            r#"{"passengers":{"first_name":"Ana","last_name":"Costa"},"idempotency_key":"k"}"#,
        ),
        confirm("no passengers", r#"{"passengers":[],"idempotency_key":"k"}"#),
        confirm("no key", r#"{"passengers":[{"first_name":"Ana","last_name":"Costa"}]}"#),
        confirm(
            "two keys",
            r#"{"passengers":[{"first_name":"Ana","last_name":"Costa"}],"idempotency_key":"k","idempotency_key":"l"}"#,
        ),
        confirm(
            "two names",
            r#"{"passengers":[{"first_name":"Ana","first_name":"Bia","last_name":"Costa"}],"idempotency_key":"k"}"#,
        ),
        confirm(
            "a name that is a number",
            r#"{"passengers":[{"first_name":1,"last_name":"Costa"}],"idempotency_key":"k"}"#,
        ),
        confirm(
            "a name that is null",
            r#"{"passengers":[{"first_name":null,"last_name":"Costa"}],"idempotency_key":"k"}"#,
        ),
        Case::wrong_params("a token that is none", "session.open", r#"{"resume":"AAAA"}"#),
        Case::wrong_params(
            "a claim code that is none",
            "bookings.get",
            r#"{"locator":"H7KQ3M","claim":"0"}"#,
        ),
        Case::wrong_params(
            "a locator with a NUL",
            "bookings.get",
            r#"{"locator":"H7KQ3\u0000","claim":"00000-00000-00000-00000-000000"}"#,
        ),
        Case::wrong_params(
            "a route and legs",
            "feed.watch",
            r#"{"from":"GRU","legs":["TR1042-20261124-GRU"]}"#,
        ),
        Case::wrong_params("a cursor of nobody's", "legs.search", r#"{"cursor":"\u0000"}"#),
        Case::wrong_params("a ping with params", "server.ping", r#"{"legs":[]}"#),
    ]
}

pub(super) fn wrong_numbers() -> Vec<Case> {
    let mut cases = Vec::new();
    for number in [
        "-1",
        "-0.0",
        "1.0",
        "0.5",
        "1e0",
        "1e400",
        "-1e400",
        "4294967296",
        "18446744073709551616",
        r#""1""#,
        "true",
        "[]",
        "{}",
    ] {
        let case = |what: &str, method, params: &str| {
            Case::wrong_params(&format!("{what} {number}"), method, params)
        };
        cases.extend([
            case(
                "count",
                "cart.hold",
                &format!(r#"{{"legs":[{{"leg":"TR2210-20261124-REC","count":{number}}}]}}"#),
            ),
            case("limit", "legs.search", &format!(r#"{{"limit":{number}}}"#)),
            case(
                "max_legs",
                "trips.search",
                &format!(r#"{{"from":"GRU","to":"REC","date":"2026-11-24","max_legs":{number}}}"#),
            ),
        ]);
        // A hold's id has 64 bits.
        if number != "4294967296" {
            cases.push(case("hold", "cart.release", &format!(r#"{{"holds":[{number}]}}"#)));
        }
    }
    for (method, params) in [
        ("cart.hold", r#"{"legs":[{"leg":"TR2210-20261124-REC","count":0}]}"#),
        ("legs.search", r#"{"limit":0}"#),
        ("legs.search", r#"{"limit":501}"#),
        ("trips.search", r#"{"from":"GRU","to":"REC","date":"2026-11-24","max_legs":4}"#),
        (
            "trips.search",
            r#"{"from":"GRU","to":"REC","date":"2026-11-24","min_connection_minutes":721}"#,
        ),
        ("trips.search", r#"{"from":"GRU","to":"REC","date":20261124}"#),
    ] {
        cases.push(Case::wrong_params(params, method, params));
    }
    for (method, params) in [
        ("cart.hold", r#"{"legs":[{"leg":"TR2210-20261124-REC","count":4294967295}]}"#),
        ("cart.release", r#"{"holds":[18446744073709551615]}"#),
        ("cart.release", r#"{"holds":[9007199254740993]}"#),
        (
            "cart.confirm",
            r#"{"passengers":[{"first_name":"Ana","last_name":"Costa"}],"idempotency_key":"k","holds":[18446744073709551615]}"#,
        ),
    ] {
        cases.push(Case::refused(params, method, params));
    }
    cases
}

/// Lines that look wrong and are not, and the id that they are answered under.
pub(super) fn odd() -> Vec<(&'static str, Value)> {
    vec![
        (" \t{ \"jsonrpc\" : \"2.0\" , \"id\" : 7 , \"method\" : \"server.ping\" } \t\r", json!(7)),
        (r#"{"method":"server.ping","id":7,"jsonrpc":"2.0"}"#, json!(7)),
        (r#"{"jsonrp\u0063":"2\u002e0","id":7,"m\u0065thod":"server\u002Eping"}"#, json!(7)),
        (
            r#"{"jsonrpc":"2.0","id":9007199254740992,"method":"server.ping"}"#,
            json!(9_007_199_254_740_992_u64),
        ),
        (
            r#"{"jsonrpc":"2.0","id":-9007199254740992,"method":"server.ping"}"#,
            json!(-9_007_199_254_740_992_i64),
        ),
        (r#"{"jsonrpc":"2.0","id":"","method":"server.ping"}"#, json!("")),
        (
            r#"{"jsonrpc":"2.0","id":"\u001b\u0000\ud83d\ude00","method":"server.ping"}"#,
            json!("\u{1b}\0😀"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"legs.search","params":{"limit":null,"text":null,"cursor":null}}"#,
            json!(7),
        ),
    ]
}
