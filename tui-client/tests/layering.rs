//! Who may know whom. Reads the sources of all crates and fails when a module names what its place
//! in the design forbids; `ARCHITECTURE.md` says why each of these walls stands.

use std::fs;
use std::path::{Path, PathBuf};

/// One wall: files under these places name none of these words.
struct Wall {
    /// What the wall is for, as the failure tells it.
    why: &'static str,
    /// Where it stands: files or directories, from the workspace's root; `x` means `x.rs` and all
    /// under `x/`.
    inside: &'static [&'static str],
    /// Files and directories inside that may.
    but: &'static [&'static str],
    /// The words.
    never: &'static [&'static str],
}

/// Reading a clock, the disk, the network or the environment.
const OUTSIDE: &[&str] = &[
    "tokio",
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
    ".await",
];

const SOCKETS: &[&str] =
    &["tokio::net", "TcpListener", "TcpStream", "TcpSocket", "UdpSocket", "UnixStream", "socket2"];

const WALLS: &[Wall] = &[
    Wall {
        why: "the contract knows neither end, and does nothing by itself",
        inside: &["shared/src"],
        but: &[],
        never: &["trecho_server", "trecho_tui", "ratatui", "crossterm", "rusqlite"],
    },
    Wall {
        why: "the contract does nothing by itself",
        inside: &["shared/src"],
        but: &[],
        never: OUTSIDE,
    },
    Wall {
        why: "the server never depends on the client, tests included",
        inside: &["server/src", "server/tests", "server/benches", "server/Cargo.toml"],
        but: &[],
        never: &["trecho_tui", "trecho-tui"],
    },
    Wall {
        why: "of the server, only what operators look at knows terminals (tests included)",
        inside: &["server/src", "server/tests", "server/benches"],
        but: &["server/src/top"],
        never: &["ratatui", "crossterm"],
    },
    Wall {
        why: "nothing in the server stands on its full screen but the command line",
        inside: &["server/src"],
        but: &["server/src/top", "server/src/cli"],
        never: &["crate::top"],
    },
    Wall {
        why: "the full screen's model and view know no terminal, socket, file or clock",
        inside: &[
            "server/src/top/model",
            "server/src/top/record",
            "server/src/top/history",
            "server/src/top/spread",
            "server/src/top/format",
            "server/src/top/keys",
            "server/src/top/view",
        ],
        but: &[],
        never: OUTSIDE,
    },
    Wall {
        why: "one module touches the operators' terminal",
        inside: &["server/src/top"],
        but: &["server/src/top/terminal"],
        never: &["crossterm"],
    },
    Wall {
        why: "the contract's crate depends on neither end",
        inside: &["shared/Cargo.toml"],
        but: &[],
        never: &["trecho-server", "trecho-tui", "tokio"],
    },
    Wall {
        why: "the rules are pure: state, command and time go in, outcome and changes come out",
        inside: &["server/src/booking"],
        but: &[],
        never: OUTSIDE,
    },
    Wall {
        why: "of the contract, the rules know ids, money and time only",
        inside: &["server/src/booking"],
        but: &[],
        never: &[
            "trecho_shared::message",
            "trecho_shared::rpc",
            "trecho_shared::codec",
            "trecho_shared::text",
            "trecho_shared::{",
            "crate::board",
            "crate::desk",
            "crate::ledger",
            "crate::feed",
            "crate::session",
            "crate::listener",
            "crate::timetable",
            "crate::dispatch",
            "crate::config",
            "crate::limits",
            "rusqlite",
            "tracing",
            "serde",
        ],
    },
    Wall {
        why: "only listener, session, the operators' door and their pages touch sockets (and clients: the health check, the fuzzer's session)",
        inside: &["server/src"],
        but: &[
            "server/src/listener",
            "server/src/session",
            "server/src/admin",
            "server/src/pages",
            "server/src/cli/healthcheck",
            "server/src/fuzz/session",
        ],
        never: SOCKETS,
    },
    Wall {
        why: "only the ledger speaks SQL",
        inside: &["server/src", "shared/src", "tui-client/src"],
        but: &["server/src/ledger"],
        never: &["rusqlite", "SELECT ", "INSERT INTO", "DELETE FROM"],
    },
    Wall {
        why: "readers never wait for the writer or the disk",
        inside: &["server/src/board", "server/src/feed"],
        but: &[],
        never: &["crate::ledger", "rusqlite", "std::fs"],
    },
    Wall {
        why: "update knows no terminal, socket, file or clock",
        inside: &[
            "tui-client/src/update",
            "tui-client/src/model",
            "tui-client/src/message",
            "tui-client/src/effect",
            "tui-client/src/input",
            "tui-client/src/notice",
            "tui-client/src/keys",
        ],
        but: &[],
        never: OUTSIDE,
    },
    Wall {
        why: "update knows no terminal and no drawing",
        inside: &["tui-client/src/update", "tui-client/src/model", "tui-client/src/keys"],
        but: &[],
        never: &["crossterm", "ratatui", "crate::view", "crate::terminal", "crate::run"],
    },
    Wall {
        why: "the view looks and changes nothing",
        inside: &["tui-client/src/view"],
        // Scenes are models made up to be looked at.
        but: &["tui-client/src/view/scenes"],
        never: &["&mut Model", "crate::update", "crate::link", "crate::store", "crate::run"],
    },
    Wall {
        why: "the view looks and changes nothing",
        inside: &["tui-client/src/view", "tui-client/src/words", "tui-client/src/theme"],
        but: &[],
        never: OUTSIDE,
    },
    Wall {
        why: "one module touches the terminal, so that another library could take crossterm's place",
        inside: &["tui-client/src"],
        but: &["tui-client/src/terminal"],
        never: &["crossterm"],
    },
    Wall {
        why: "the link owns the passenger's socket; bots and the demo are programs of their own",
        inside: &["tui-client/src"],
        but: &["tui-client/src/link", "tui-client/src/bot", "tui-client/src/demo"],
        never: SOCKETS,
    },
    Wall {
        why: "only the link and what it trusts know how encryption is done",
        inside: &["tui-client/src"],
        but: &["tui-client/src/link", "tui-client/src/trust"],
        never: &["rustls"],
    },
    Wall {
        why: "the client takes the server only for the demo and for `trecho server`",
        inside: &["tui-client/src"],
        but: &["tui-client/src/demo", "tui-client/src/cli"],
        never: &["trecho_server"],
    },
    Wall {
        why: "who measures is a stranger to what is measured",
        inside: &["bench/src", "bench/Cargo.toml"],
        but: &[],
        never: &[
            "trecho_server",
            "trecho_tui",
            "trecho_shared",
            "trecho-server",
            "trecho-tui",
            "trecho-shared",
        ],
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files of a place: itself if it is a file, `place.rs`, and whatever is under it.
fn files(place: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(place), root().join(format!("{place}.rs"))];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a directory of the workspace is readable");
            open.extend(entries.map(|entry| entry.expect("its entries are too").path()));
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "toml") {
            found.push(path);
        }
    }
    found.retain(|path| path.exists());
    found
}

/// The code of a file, line by line with its number: without comments, and without unit tests,
/// which may use what they like.
fn code(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            // Unit tests stand last in their file.
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        if !code.trim().is_empty() {
            kept.push((at + 1, code));
        }
    }
    kept
}

/// Files that hold nothing but tests and what those need.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        let name = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
        matches!(name.as_str(), "rehearsal" | "contract" | "fixtures")
            || name.ends_with("tests")
            || name.ends_with("_test")
    })
}

fn breaches(wall: &Wall, path: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for word in wall.never {
            if line.contains(word) {
                let path = path.strip_prefix(root()).unwrap_or(path).display().to_string();
                found.push(format!("{path}:{number} names `{word}`: {}", wall.why));
            }
        }
    }
    found
}

#[test]
fn every_module_keeps_to_its_place() {
    let mut found = Vec::new();
    for wall in WALLS {
        let excepted: Vec<PathBuf> = wall.but.iter().flat_map(|place| files(place)).collect();
        for path in wall.inside.iter().flat_map(|place| files(place)) {
            let tests_alone = is_test(&path) && !wall.why.contains("tests included");
            if tests_alone || excepted.contains(&path) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file is readable");
            found.extend(breaches(wall, &path, &text));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_wall_stands_around_something() {
    // A place that was renamed must not take its walls with it.
    let optional = ["server/tests", "server/benches", "server/src/cli/healthcheck"];
    for place in WALLS.iter().flat_map(|wall| wall.inside.iter().chain(wall.but)) {
        assert!(optional.contains(place) || !files(place).is_empty(), "there is no {place}");
    }
}

#[test]
fn a_breach_is_found_and_a_comment_or_a_unit_test_is_none() {
    let wall = Wall { why: "so", inside: &[], but: &[], never: &["TcpStream"] };
    let find = |text: &str| breaches(&wall, Path::new("x.rs"), text).len();
    assert_eq!(find("use tokio::net::TcpStream;\nlet a: TcpStream;\n"), 2);
    assert_eq!(find("//! A TcpStream.\n/// TcpStream\nlet a = 1; // TcpStream\n"), 0);
    assert_eq!(find("let a = 1;\n#[cfg(test)]\nmod tests {\n    use TcpStream;\n}\n"), 0);
    assert_eq!(find("#[cfg(test)]\nmod tests;\nuse TcpStream;\n"), 1);
}
