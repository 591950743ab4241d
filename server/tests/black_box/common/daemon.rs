//! The real `trechod`, as a process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::Client;

/// A `trechod` with no settings but those given.
pub(crate) fn trechod() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trechod"));
    for (name, _) in std::env::vars_os() {
        // But the defect that the tests are to find, if there is one.
        if name.to_string_lossy().starts_with("TRECHO") && name != "TRECHO_FAULT" {
            command.env_remove(name);
        }
    }
    // Where it is set, each error looks for its own: nobody reads them, and they take their time.
    command.env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null());
    command
}

/// A timetable of one leg with this cabin, the day after tomorrow by the machine's clock; and the
/// leg's id.
pub(crate) fn two_days_on(cabin: &str) -> (String, String) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let then = jiff::Timestamp::from_second(i64::try_from(now).unwrap() + 2 * 86_400).unwrap();
    let date = jiff::tz::Offset::UTC.to_datetime(then).date();
    let leg = format!("TR7000-{}-CGH", date.to_string().replace('-', ""));
    let header = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais";
    (format!("{header}\nTR7000,{date},CGH,SDU,18:00,19:05,CNC,{cabin},199.00\n"), leg)
}

/// What a process uses.
#[derive(Debug)]
pub(crate) struct Resources {
    files: usize,
    threads: usize,
    resident_kib: u64,
}

pub(crate) struct Daemon {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) stderr: BufReader<ChildStderr>,
    /// What it said before it served.
    said: String,
}

impl Daemon {
    /// Starts `trechod serve` and waits until it says where it serves.
    pub(crate) fn serve(data: &Path, arguments: &[&str]) -> Self {
        Self::serve_with(data, arguments, |_| {})
    }

    /// The same, with more to say to the command.
    pub(crate) fn serve_with(
        data: &Path,
        arguments: &[&str],
        adjust: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = trechod();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(arguments);
        adjust(&mut command);
        Self::spawn(command)
    }

    /// The same under a limit on open files.
    pub(crate) fn serve_with_files(data: &Path, files: u32) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_trechod"))
            .args(["serve", "--listen", "127.0.0.1:0", "--timetable", "none", "--data"])
            .arg(data)
            .stdin(Stdio::null());
        Self::spawn(command)
    }

    /// Runs a command that becomes a `trechod` with pages for operators, and says where they are.
    pub(crate) fn spawn_with_pages(mut command: Command) -> (Self, SocketAddr) {
        command.stdin(Stdio::null());
        let daemon = Self::spawn(command);
        let pages = daemon
            .said
            .lines()
            .find_map(|line| line.split("http://").nth(1)?.split_whitespace().next()?.parse().ok());
        let pages = pages.unwrap_or_else(|| panic!("no pages: {}", daemon.said));
        (daemon, pages)
    }

    /// What it said before it served.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// How many files it has open.
    pub(crate) fn files(&self) -> usize {
        self.resources().files
    }

    /// How much memory it has resident, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        self.resources().resident_kib
    }

    /// Waits until it has no more files open than this.
    pub(crate) async fn back_to(&self, files: usize) {
        let patience = Instant::now() + Duration::from_secs(45);
        while self.files() > files {
            assert!(Instant::now() < patience, "{} files open, and were {files}", self.files());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts a command that serves, and waits until it says where.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it did not serve: {said}");
            if let Some(rest) = line.strip_prefix("trechod serves ") {
                break rest.split(' ').next().unwrap().parse().unwrap();
            }
            said.push_str(&line);
        };
        Self { child, address, stderr, said }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it uses now.
    pub(crate) fn resources(&self) -> Resources {
        let of = |what: &str| format!("/proc/{}/{what}", self.child.id());
        let count = |what| std::fs::read_dir(of(what)).unwrap().count();
        let status = std::fs::read_to_string(of("status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident_kib = resident.trim().trim_end_matches(" kB").parse().unwrap();
        Resources { files: count("fd"), threads: count("task"), resident_kib }
    }

    /// Waits until it uses no more files and threads than before, and little more memory.
    pub(crate) async fn comes_back_to(&self, before: &Resources) {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let now = self.resources();
            let more_kib = now.resident_kib.saturating_sub(before.resident_kib);
            if now.files <= before.files && now.threads <= before.threads && more_kib < 32 << 10 {
                return;
            }
            assert!(Instant::now() < patience, "it used {before:?} before, and uses {now:?}");
            tokio::task::yield_now().await;
        }
    }

    /// Waits until it has no more files and threads than before.
    pub(crate) async fn has_no_more_open_than(&self, before: &Resources) {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let now = self.resources();
            if now.files <= before.files && now.threads <= before.threads {
                return;
            }
            assert!(Instant::now() < patience, "it used {before:?} before, and uses {now:?}");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// SIGSTOP, and waits until the last of its threads stands still.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
        let stopped = waitpid(Some(Pid::from_child(&self.child)), WaitOptions::UNTRACED);
        let (_, status) = stopped.unwrap().expect("it was waited for");
        assert!(status.stopped(), "{status:?}");
    }

    /// Reads its log up to the first line with these words; the line.
    pub(crate) fn says(&mut self, words: &str) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.stderr.read_line(&mut line).unwrap(), 0, "never {words:?}: {said}");
            if line.contains(words) {
                return line;
            }
            said.push_str(&line);
        }
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// How it ended, and what it said at last.
    pub(crate) fn wait(&mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        while self.stderr.read_line(&mut rest).unwrap() > 0 {}
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that ends by itself.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut child = trechod();
    // An error would look up where it came from for a second or two, and never tells.
    child.env_remove("RUST_BACKTRACE");
    let child = child.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let output = child.output().unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "it took too long");
    output
}
