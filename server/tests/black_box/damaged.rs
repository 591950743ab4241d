//! Files and variables that are not what they should be: the real `trechod` says what is wrong, where,
//! and ends, and has changed nothing.

mod data;
mod owner;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::common::daemon::trechod;
use crate::common::run;
use crate::common::world::TIMETABLE;

/// What was said on both streams, which must print.
fn said(output: &std::process::Output) -> String {
    let said = [output.stdout.clone(), output.stderr.clone()].concat();
    let said = String::from_utf8(said).expect("what is said is UTF-8");
    assert_eq!(trecho_shared::text::scrub_lines(&said), said);
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_damaged_file_of_settings_is_named_and_nothing_starts() {
    let directory = tempfile::tempdir().unwrap();
    let (file, data) = (directory.path().join("trechod.toml"), directory.path().join("data"));
    let deep = format!("listen = {}", "[".repeat(20_000));
    let large = format!("seed = 1 #{}", " ".repeat(70_000));
    let cases: [(&[u8], &str); 14] = [
        (b"listen = \"127.0.0.1:0", "line 1"),
        (b"hold = '1m'\nhold = '2m'\n", "line 2"),
        (b"hold = 5\n", "line 1"),
        (b"\n[server]\nhold = '1m'\n", "server"),
        (b"seed = -1\n", "u64"),
        (b"seed = 1.0\n", "u64"),
        (b"seed = 99999999999999999999\n", "u64"),
        (b"seed = 1e400\n", "line 1"),
        (b"data = \"a\0b\"\n", "line 1"),
        (b"hold = '1m'\ndata = '\xff'\n", "line 2 is not UTF-8"),
        (b"\xff\xfeh\0o\0l\0d\0", "line 1 is not UTF-8"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "line 1"),
        (deep.as_bytes(), "recursion"),
        (large.as_bytes(), "64 KiB"),
    ];
    let serve = |file: &Path| {
        let words = ["serve", "--listen", "127.0.0.1:0", "--timetable", "none"].map(OsStr::new);
        let more =
            [OsStr::new("--data"), data.as_os_str(), OsStr::new("--config"), file.as_os_str()];
        trechod().args(words).args(more).output().unwrap()
    };
    let refused = |file: &Path, hint: &str| {
        let output = serve(file);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(hint) && said.contains(file.to_str().unwrap()), "{hint}: {said}");
    };
    for (content, hint) in cases {
        std::fs::write(&file, content).unwrap();
        refused(&file, hint);
    }
    refused(directory.path(), "Is a directory");
    refused(Path::new("/dev/zero"), "64 KiB");
    let circle = directory.path().join("circle.toml");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    refused(&circle, "symbolic links");
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn a_variable_that_is_no_text_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let junk = OsStr::from_bytes(b"\xff\xfe\x1b[2J");
    let serve = |name: &str| {
        let mut command = trechod();
        command.args(["serve", "--timetable", "/no/such/file"]);
        command.env("TRECHO_DATA", directory.path()).env(name, junk).output().unwrap()
    };
    for name in ["LISTEN", "HOLD", "ADMIN_SOCKET", "TRUSTED_NET", "LOG_LEVEL", "MAX_CONNECTIONS"] {
        let output = serve(&format!("TRECHO_{name}"));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("TRECHO_{name} is not UTF-8")), "{said}");
    }
    for (name, hint) in [("LOG", "--log"), ("PLAINTEXT", "--plaintext"), ("CONFIG", "cannot read")]
    {
        let output = serve(&format!("TRECHO_{name}"));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(hint), "{said}");
    }
    // What is not ours to read changes nothing: the timetable is what it ends over.
    for name in ["HOME", "LANG", "TERM", "NO_COLOR", "RUST_LOG", "RUST_BACKTRACE", "WATCHDOG_USEC"]
    {
        let output = serve(name);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(said(&output).contains("/no/such/file"), "{}", said(&output));
    }
}

#[test]
fn a_file_that_is_no_timetable_is_refused_whole_and_the_data_is_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let (file, data) = (directory.path().join("legs"), directory.path().join("data"));
    let import =
        |file: &Path| run(&["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    std::fs::write(&file, TIMETABLE).unwrap();
    let output = import(&file);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let ledger = || {
        let exported =
            run(&["export", "legs", "--format", "jsonl", "--data", data.to_str().unwrap()]);
        assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
        exported.stdout
    };
    let before = ledger();
    let ssim = include_bytes!("../../../assets/ssim/example.ssim");
    let header = TIMETABLE.lines().next().unwrap();
    let utf16 = format!("\u{feff}{TIMETABLE}");
    let utf16: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin =
        TIMETABLE.replace("TR900", "TR9\u{e7}").chars().map(|c| c as u8).collect::<Vec<u8>>();
    let hostile = format!(
        "{header}\nTR1\u{1b}]52;c;x\u{7}\u{202e},2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199\n"
    );
    let quote = format!("{header}\n\"TR1,2026-11-24,CGH,SDU,06:10,07:15,319,24x3-3,199\n");
    let long = format!("{header}\n{}\n", "x".repeat(1 << 20));
    let wide = format!("{header}\n{}\n", "x,".repeat(1 << 18));
    let cases: [(&str, &[u8], &str); 15] = [
        ("empty", b"", "line 1"),
        ("blank", b"\n\n\n", "line 1"),
        ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "line 1"),
        ("NULs", &[0; 4096], "line 1"),
        ("UTF-16", &utf16, "line 1 is not UTF-8"),
        ("Latin 1", &latin, "line 2 is not UTF-8"),
        ("JSON", b"{\"legs\": []}", "line 1"),
        ("a line cut off", &TIMETABLE.as_bytes()[..TIMETABLE.len() - 12], "line 5"),
        ("escape sequences", hostile.as_bytes(), "line 2"),
        ("a quote that nobody closes", quote.as_bytes(), "line 2"),
        ("a megabyte in a line", long.as_bytes(), "line 2"),
        ("too many cells", wide.as_bytes(), "line 2"),
        ("an SSIM file cut off", &ssim[..ssim.len() / 2], "nothing was imported"),
        ("an SSIM file without its end", &ssim[..202 * 3], "nothing was imported"),
        ("the header of an SSIM file", &ssim[..200], "nothing was imported"),
    ];
    for (what, content, hint) in cases {
        std::fs::write(&file, content).unwrap();
        let output = import(&file);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains(hint), "{what}: {hint} in {said}");
        assert!(said.len() < 64 << 10, "{what}: {} bytes of complaint", said.len());
        assert_eq!(ledger(), before, "{what}");
    }
    let output = import(directory.path());
    assert!(said(&output).contains("Is a directory"), "{}", said(&output));
    assert_eq!(ledger(), before);
    let output = run(&["verify", "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
