//! Texts that could do more than be read, and names that only look so.

use serde_json::json;

use super::Case;

/// What does more than be read, by what it does.
pub(crate) const HOSTILE: &[(&str, &str)] = &[
    ("a NUL, where SQLite and other databases differ", "An\0a"),
    ("escape: clears the screen", "\u{1b}[2JAna"),
    ("escape: writes the clipboard", "Ana\u{1b}]52;c;cm0gLXJm\u{7}"),
    ("escape: asks the terminal to type", "Ana\u{1b}[6n"),
    ("C1: an escape in one character", "Ana\u{9b}31m"),
    ("C1: a string that swallows the rest", "Ana\u{90}"),
    ("a line break: a line of its own in a log", "Ana\n2026-11-23T12:00:00Z INFO all is well"),
    ("a carriage return: overwrites the line", "Ana\rBia"),
    ("a tab", "An\ta"),
    ("a backspace", "Ana\u{8}\u{8}"),
    ("delete", "Ana\u{7f}"),
    ("bidi: turns round what follows", "Ana\u{202e}gnp.exe"),
    ("bidi: an isolate", "Ana\u{2066}Bia\u{2069}"),
    ("bidi: a mark", "Ana\u{200f}"),
    ("zero width", "An\u{200b}a"),
    ("a joiner", "An\u{200d}a"),
    ("a byte order mark", "Ana\u{feff}"),
    ("a soft hyphen", "An\u{ad}a"),
    ("a filler that shows nothing", "\u{3164}"),
    ("a variation selector", "Ana\u{fe0f}"),
    ("tags: a text that nobody sees", "Ana\u{e0041}\u{e0042}"),
    ("a line separator", "Ana\u{2028}Bia"),
    ("a paragraph separator", "Ana\u{2029}Bia"),
    ("private use: whatever a font says", "Ana\u{e000}"),
    ("private use, higher up", "Ana\u{f0000}"),
    ("unassigned: no terminal knows how wide", "Ana\u{378}"),
    ("no character at all", "Ana\u{fffe}"),
    ("four marks on one letter", "Anq\u{323}\u{302}\u{308}\u{301}"),
    ("a mark without a letter, and four more", "\u{323}\u{302}\u{308}\u{301}\u{300}"),
];

/// Names that are refused for less.
const NO_NAMES: &[(&str, &str)] = &[("nothing", ""), ("blanks", "  \u{a0}\u{2003} ")];

/// Names that look unusual, and how they are kept.
pub(crate) const WELCOME: &[(&str, &str)] = &[
    ("  d'A\u{301}vila-Nu\u{301}n\u{303}ez ", "d'Ávila-Núñez"),
    ("Łukasiewicz", "Łukasiewicz"),
    ("Nguyê\u{303}n", "Nguyễn"),
    ("O’Connor 3º", "O’Connor 3º"),
    ("王小明", "王小明"),
    ("فاطمة", "فاطمة"),
    ("'); DROP TABLE tickets; --", "'); DROP TABLE tickets; --"),
    ("${jndi:ldap://x} %s %n {{7*7}}", "${jndi:ldap://x} %s %n {{7*7}}"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
];

/// Every hostile text in every field that takes a text, as it is and escaped.
pub(super) fn refused() -> Vec<Case> {
    let mut cases = Vec::new();
    let marks = format!("a{}", "\u{301}".repeat(300));
    let long = "a".repeat(65);
    let more = [("300 marks", marks.as_str()), ("65 letters", long.as_str())];
    for (what, text) in HOSTILE.iter().chain(NO_NAMES).chain(&more) {
        for written in [json!(text).to_string(), escaped(text)] {
            cases.extend(in_every_field(what, &written));
        }
    }
    for email in
        ["ana", "@example.com", "ana@", "ana@example..com", "a na@example.com", "ána@example.com"]
    {
        let params = format!(
            r#"{{"passengers":[{{"first_name":"Ana","last_name":"Costa"}}],"email":"{email}","idempotency_key":"k"}}"#
        );
        cases.push(Case::wrong_params(&format!("the address {email}"), "cart.confirm", &params));
    }
    cases
}

/// As JSON of nothing but ASCII.
fn escaped(text: &str) -> String {
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{}\"", units.concat())
}

fn in_every_field(what: &str, text: &str) -> Vec<Case> {
    let confirm = |first: &str, email: &str, key: &str| {
        format!(
            r#"{{"passengers":[{{"first_name":{first},"last_name":"Costa"}}],"email":{email},"idempotency_key":{key}}}"#
        )
    };
    let (ana, none, key) = (r#""Ana""#, "null", r#""k""#);
    let last = format!(
        r#"{{"passengers":[{{"first_name":"Ana","last_name":{text}}}],"idempotency_key":"k"}}"#
    );
    [
        ("first name", "cart.confirm", confirm(text, none, key)),
        ("last name", "cart.confirm", last),
        ("address", "cart.confirm", confirm(ana, text, key)),
        ("key", "cart.confirm", confirm(ana, none, text)),
        ("search", "legs.search", format!(r#"{{"text":{text}}}"#)),
        ("token", "session.open", format!(r#"{{"resume":{text}}}"#)),
        ("leg", "legs.get", format!(r#"{{"leg":{text}}}"#)),
        ("airport", "feed.watch", format!(r#"{{"from":{text}}}"#)),
        ("date", "legs.search", format!(r#"{{"date":{text}}}"#)),
    ]
    .into_iter()
    .map(|(field, method, params)| {
        Case::wrong_params(&format!("{what}, as {field}"), method, &params)
    })
    .collect()
}
