//! The real server as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use tempfile::TempDir;

/// A timetable far ahead: one leg with a single seat, one with two, and one with many.
pub(crate) const TIMETABLE: &str = "\
flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais
TR1001,2030-01-15,GRU,SSA,06:10,08:35,L4T,1x1,412.90
TR1002,2030-01-15,GRU,REC,07:40,10:45,L4T,1x2,538.00
TR1003,2030-01-15,SSA,REC,10:20,11:45,320,29x3-3,188.00
TR1004,2030-01-15,GRU,SSA,12:00,14:25,AT7,18x2-2,375.50
";

/// A server with [`TIMETABLE`]. Dropping it kills the process and removes what it kept.
pub(crate) struct Company {
    directory: TempDir,
    timetable: PathBuf,
    hold: &'static str,
    pair: Option<PathBuf>,
    process: Option<Child>,
    address: SocketAddr,
}

impl Company {
    /// Starts a server whose carts live as long as `hold` says.
    pub(crate) fn open(hold: &'static str) -> Self {
        Self::open_at(hold, 0)
    }

    /// The same on this port.
    pub(crate) fn open_at(hold: &'static str, port: u16) -> Self {
        let mut company = Self::closed(hold, port);
        company.start();
        company
    }

    /// Starts a server that speaks TLS alone.
    pub(crate) fn encrypted(hold: &'static str) -> Self {
        let mut company = Self::closed(hold, 0);
        company.take_pair("first");
        company.start();
        company
    }

    /// Makes a certificate with a new key, for the next start. Returns the key's fingerprint.
    pub(crate) fn take_pair(&mut self, name: &str) -> String {
        let pair = self.directory.path().join(name);
        let output = trechod()
            .args(["cert", "--host", "localhost", "--host", "127.0.0.1", "--out"])
            .arg(&pair)
            .output()
            .expect("the program starts");
        let said = String::from_utf8(output.stdout).expect("it says text");
        let key = said.split("the key is ").nth(1).expect("it names the key").trim().to_owned();
        self.pair = Some(pair);
        key
    }

    /// The directory of the certificate and its key.
    pub(crate) fn pair(&self) -> &Path {
        self.pair.as_deref().expect("this server speaks TLS")
    }

    fn closed(hold: &'static str, port: u16) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let timetable = directory.path().join("legs.csv");
        std::fs::write(&timetable, TIMETABLE).expect("a new file can be written");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self { directory, timetable, hold, pair: None, process: None, address }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// A directory for one passenger's own things.
    pub(crate) fn home(&self, name: &str) -> PathBuf {
        let home = self.directory.path().join(name);
        std::fs::create_dir_all(&home).expect("a directory can be made");
        home
    }

    /// The server's data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("server")
    }

    /// Kills the server, as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("our own child can be killed");
            process.wait().expect("our own child can be waited for");
        }
    }

    /// Starts it, on the address that it had before if there was one.
    pub(crate) fn start(&mut self) {
        let mut command = serve(&self.data(), self.address, self.hold);
        command.arg("--timetable").arg(&self.timetable);
        if let Some(pair) = &self.pair {
            command.arg("--tls-cert").arg(pair.join("cert.pem"));
            command.arg("--tls-key").arg(pair.join("key.pem"));
        }
        let mut process = command.spawn().expect("the program starts");
        let log = process.stderr.take().expect("it was piped");
        self.process = Some(process);
        self.address = listening(log);
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The server's command line.
fn trechod() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trecho"));
    command.arg("server").env_clear();
    command
}

fn serve(data: &Path, listen: SocketAddr, hold: &str) -> Command {
    let mut command = trechod();
    command
        .args(["serve", "--hold", hold, "--listen", &listen.to_string()])
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Reads the log until it says where the server listens, then lets it run dry.
fn listening(log: ChildStderr) -> SocketAddr {
    let mut lines = BufReader::new(log).lines();
    let mut said = String::new();
    for line in lines.by_ref() {
        let line = line.expect("a log is text");
        let word = line.split_whitespace().find_map(|word| word.parse::<SocketAddr>().ok());
        if let Some(address) = word {
            std::thread::spawn(move || lines.for_each(drop));
            return address;
        }
        said.push_str(&line);
        said.push('\n');
    }
    panic!("the server ended before it served:\n{said}");
}
