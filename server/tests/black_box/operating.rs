//! The operator's page, `docs/operating.md`, command by command, by the real program against real
//! servers. What passengers type on it (`trecho …`) is tried by the client's tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::common::daemon::trechod;
use crate::common::{Client, Daemon, confirm, run};

/// A leg of `assets/legs-example.csv`, which the page steers.
const LEG: &str = "TR1042-20300115-GRU";

/// What the page says where only a running server knows better.
const HOLD: &str = "release-hold 17";
const SESSION: &str = "release-cart 4";
const LOCATOR: &str = "booking K7QXPM";

fn page() -> String {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(top.join("docs/operating.md")).unwrap()
}

/// The lines of the `sh` blocks of a page, each under its heading.
fn commands(page: &str) -> Vec<(&str, &str)> {
    let sections = page.split("\n## ").skip(1);
    sections
        .flat_map(|section| {
            let title = section.lines().next().unwrap_or_default();
            let blocks = section.split("```sh\n").skip(1);
            let blocks = blocks.filter_map(|rest| rest.split("```").next());
            blocks.flat_map(str::lines).map(move |line| (title, line))
        })
        .collect()
}

/// Whoever follows the page.
struct Reader {
    directory: tempfile::TempDir,
    server: Option<Daemon>,
    /// What has been exported: `TRECHO_DATA`.
    exported: Vec<(String, String)>,
    /// What the page says, and what it is here.
    facts: Vec<(&'static str, String)>,
}

impl Reader {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for made in ["backups", "lib", "etc"] {
            std::fs::create_dir(directory.path().join(made)).unwrap();
        }
        Self { directory, server: None, exported: Vec::new(), facts: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The command as it is typed here.
    fn here(&self, command: &str) -> String {
        let inside = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let mut here = command
            .replace("/var/lib", &inside("lib"))
            .replace("/var/backups", &inside("backups"))
            .replace("/etc/trecho", &inside("etc/trecho"))
            .replace("0.0.0.0:7470", "127.0.0.1:0")
            .replace(" > ", &format!(" > {}/", inside("")));
        if let Some(server) = &self.server {
            here = here
                .replace("127.0.0.1:7470", &server.address.to_string())
                .replace("$(pidof trechod)", &server.pid().to_string());
        }
        for (said, is) in &self.facts {
            here = here.replace(said, is);
        }
        here
    }

    fn shell(&self, command: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_trechod")).parent().unwrap();
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", &self.here(command)])
            .env("PATH", program)
            .env_remove("TRECHO_DATA")
            .envs(self.exported.iter().map(|(name, value)| (name, value)))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .stdin(Stdio::null());
        shell
    }

    /// Does what a line of the page says.
    fn follow(&mut self, line: &str) {
        let (command, _remark) = line.split_once(" # ").unwrap_or((line, ""));
        let command = command.trim_end();
        if let Some(set) = command.strip_prefix("export ") {
            let (name, value) = set.split_once('=').unwrap();
            self.exported = vec![(name.to_owned(), self.here(value))];
        } else if command.starts_with("trechod serve ") {
            self.end();
            let mut shell = self.shell(&format!("exec {command}"));
            shell.env("RUST_BACKTRACE", "0");
            self.server = Some(Daemon::spawn(shell));
        } else {
            assert!(command.starts_with("trechod ") || command.starts_with("kill -HUP "), "{line}");
            let output = self.shell(command).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{command}: {said}");
        }
    }

    /// Ends the server that runs, if there is one, as systemd does.
    fn end(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.signal(Signal::TERM);
            assert_eq!(server.wait().0.code(), Some(0));
        }
    }

    fn serve(&mut self) {
        let data = self.path("lib/trecho");
        let mut command = trechod();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        self.server = Some(Daemon::spawn(command));
    }

    fn admin(&self, arguments: &[&str]) -> Vec<Value> {
        let data = self.path("lib/trecho");
        let ends = ["--json", "--data", data.to_str().unwrap()];
        let output = run(&[&["admin"], arguments, &ends[..]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A passenger with a booking and two seats in the cart: what the page looks at and releases.
    async fn passenger(&mut self) -> Client {
        let mut ana = self.server.as_ref().unwrap().client().await;
        ana.hold(&[LEG.to_owned()]).await;
        let bought = ana.ok("cart.confirm", confirm("k")).await;
        let named = json!({ "legs": [{ "leg": LEG, "seats": ["20A", "20B"] }] });
        ana.ok("cart.hold", named).await;
        let carts = self.admin(&["carts"]);
        let hold = &carts[0]["cart"]["holds"][0]["hold"];
        self.facts = vec![
            (HOLD, format!("release-hold {hold}")),
            (SESSION, format!("release-cart {}", carts[0]["session"])),
            (LOCATOR, format!("booking {}", bought["locator"].as_str().unwrap())),
        ];
        ana
    }
}

#[tokio::test]
async fn the_commands_of_the_operator_s_page_do_what_it_says() {
    let page = page();
    let mut reader = Reader::new();
    let mut passenger = None;
    let mut section = "";
    for (title, line) in commands(&page) {
        if title != section {
            section = title;
            reader.exported.clear();
            if title == "Steer" {
                reader.serve();
            }
        }
        if line.starts_with("trecho ") {
            continue;
        }
        if line.starts_with("trechod admin carts") {
            passenger = Some(reader.passenger().await);
        }
        reader.follow(line);
        if line.starts_with("trechod admin drain") {
            let mut server = reader.server.take().unwrap();
            assert_eq!(server.wait().0.code(), Some(0), "{line}");
            let heard = passenger.take().unwrap().until_closed().await;
            let said = |event: &Value| event["method"].as_str().unwrap_or_default().to_owned();
            let heard: Vec<String> = heard.iter().map(said).collect();
            assert_eq!(heard, ["cart.changed", "cart.changed", "server.notice", "server.closing"]);
        }
        if line.starts_with("kill -HUP ") {
            reader.server.as_mut().unwrap().says("read just now");
        }
    }
    reader.end();
    assert!(reader.path("lib/trecho/before-restore-1.db").exists());
    let legs = std::fs::read_to_string(reader.path("legs.jsonl")).unwrap();
    assert!(legs.lines().all(|line| line.starts_with(r#"{"leg":"TR"#)), "{legs}");
    let verified = run(&["verify", "--data", reader.path("lib/trecho").to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// What `trechod admin --help` lists.
fn listed(help: &str) -> Vec<&str> {
    let list = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    // What stands further in goes on with the line before.
    let lines = list.lines().filter_map(|line| line.strip_prefix("  "));
    let words =
        lines.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(' ').next());
    words.filter(|word| *word != "help").collect()
}

#[test]
fn the_page_has_every_command_of_the_program() {
    let page = page();
    let shown = |command: &str| {
        let lines = page.lines().filter(|line| line.starts_with(command));
        lines.count() > 0
    };
    for (arguments, before) in
        [(&["admin", "--help"][..], "trechod admin"), (&["--help"], "trechod")]
    {
        let help = String::from_utf8(run(arguments).stdout).unwrap();
        let commands = listed(&help);
        assert!(commands.len() >= 9, "{help}");
        for command in commands {
            assert!(shown(&format!("{before} {command}")), "{before} {command} is not shown");
        }
    }
}

#[test]
fn every_setting_of_the_server_is_in_the_readme_or_on_the_page_of_its_operators() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let told = page() + &std::fs::read_to_string(readme).unwrap();
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).unwrap();
    let flags: Vec<&str> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    assert!(flags.contains(&"--listen") && flags.contains(&"--line-time"), "{help}");
    for flag in flags {
        // What stands in brackets: a value that may be left out.
        let flag = flag.split(['[', '=']).next().unwrap();
        if flag.len() > 2 && flag != "--help" {
            assert!(told.contains(&format!("`{flag}")), "{flag} is nowhere told of");
        }
    }
    let short = String::from_utf8(run(&["serve", "-h"]).stdout).unwrap();
    assert!(!short.contains("--line-time"), "who asks for little is shown little: {short}");
}
