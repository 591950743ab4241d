//! As much of PostgreSQL's protocol as it takes to call a prepared function: version 3.0, trust
//! authentication, parameters and results as text.

use std::net::SocketAddr;

use color_eyre::eyre::{Report, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Version 3.0.
const PROTOCOL: u32 = 3 << 16;

/// No message of a sound server is longer here.
const LONGEST: u32 = 1 << 20;

/// A connection with one query under way at a time.
pub(super) struct Link {
    stream: BufReader<TcpStream>,
    out: Vec<u8>,
    message: Vec<u8>,
}

impl Link {
    /// Connects as `postgres`, with settings such as `-c synchronous_commit=off`.
    pub(super) async fn connect(addr: SocketAddr, settings: &str) -> Result<Self, Report> {
        let stream = crate::lines::connect(addr).await?;
        let mut link = Self { stream, out: Vec::new(), message: Vec::new() };
        let mut startup = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", "postgres", "database", "postgres", "options", settings, ""] {
            startup.extend_from_slice(text.as_bytes());
            startup.push(0);
        }
        link.out.extend_from_slice(&length(startup.len() + 4).to_be_bytes());
        link.out.extend_from_slice(&startup);
        link.exchange().await?;
        Ok(link)
    }

    /// Runs statements that return nothing of interest.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), Report> {
        self.begin(b'Q', |body| text(body, sql));
        self.exchange().await.map(drop)
    }

    /// Prepares the statement that `call` executes.
    pub(super) async fn prepare(&mut self, sql: &str) -> Result<(), Report> {
        self.begin(b'P', |body| {
            text(body, "f");
            text(body, sql);
            body.extend_from_slice(&[0, 0]);
        });
        self.begin(b'S', |_| {});
        self.exchange().await.map(drop)
    }

    /// Executes the prepared statement; the first column of its row, unless that is null.
    pub(super) async fn call(&mut self, params: [&str; 2]) -> Result<Option<String>, Report> {
        self.begin(b'B', |body| {
            text(body, "");
            text(body, "f");
            body.extend_from_slice(&[0, 0, 0, 2]);
            for param in params {
                body.extend_from_slice(&length(param.len()).to_be_bytes());
                body.extend_from_slice(param.as_bytes());
            }
            body.extend_from_slice(&[0, 0]);
        });
        self.begin(b'E', |body| {
            text(body, "");
            body.extend_from_slice(&[0; 4]);
        });
        self.begin(b'S', |_| {});
        self.exchange().await
    }

    /// Appends a message to what is sent next.
    fn begin(&mut self, kind: u8, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(kind);
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        write(&mut self.out);
        let length = length(self.out.len() - start);
        self.out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// Sends what was written, and reads until the server is ready for more.
    async fn exchange(&mut self) -> Result<Option<String>, Report> {
        self.stream.get_mut().write_all(&self.out).await?;
        self.out.clear();
        let mut value = None;
        let mut error = None;
        loop {
            let kind = self.stream.read_u8().await?;
            let length = self.stream.read_u32().await?;
            ensure!((4..LONGEST).contains(&length), "a message of {length} bytes");
            self.message.resize(length as usize - 4, 0);
            self.stream.read_exact(&mut self.message).await?;
            match kind {
                b'Z' => break,
                b'D' => value = first_column(&self.message)?,
                b'E' => error = Some(String::from_utf8_lossy(&self.message).replace('\0', " ")),
                b'R' => ensure!(
                    self.message == [0; 4],
                    "PostgreSQL asks for a password: it must be started with trust"
                ),
                // Parameters, notices, completions.
                _ => {}
            }
        }
        match error {
            Some(error) => bail!("PostgreSQL said {error}"),
            None => Ok(value),
        }
    }
}

fn first_column(row: &[u8]) -> Result<Option<String>, Report> {
    let Some(([_, _], rest)) = row.split_first_chunk() else { bail!("a row without columns") };
    let Some((length, rest)) = rest.split_first_chunk() else { bail!("a column without length") };
    let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else { return Ok(None) };
    ensure!(length <= rest.len(), "a column longer than its row");
    Ok(Some(String::from_utf8(rest[..length].to_vec())?))
}

fn text(body: &mut Vec<u8>, text: &str) {
    body.extend_from_slice(text.as_bytes());
    body.push(0);
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("messages of ours are short")
}
