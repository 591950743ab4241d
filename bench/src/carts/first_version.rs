//! The first version's protocol: `{"op": …}` lines.

use color_eyre::eyre::{Report, ensure, eyre};
use serde::Deserialize;

use super::{Options, Peer};
use crate::lines::Lines;

/// A client with a connection of its own.
pub(super) struct Client {
    lines: Lines,
    held: Vec<u64>,
}

#[derive(Debug, Deserialize)]
struct Reply {
    ok: bool,
    hold: Option<u64>,
}

/// Everyone who is to book.
pub(super) async fn clients(options: &Options) -> Result<Vec<Client>, Report> {
    let mut clients = Vec::new();
    for _ in 0..options.clients {
        clients.push(Client { lines: Lines::connect(options.addr).await?, held: Vec::new() });
    }
    Ok(clients)
}

impl Client {
    async fn ask(&mut self, request: String) -> Result<Reply, Report> {
        let line = self.lines.ask(request.as_bytes()).await?;
        let reply: Reply = serde_json::from_slice(line)?;
        ensure!(reply.ok, "refused: {}", String::from_utf8_lossy(line));
        Ok(reply)
    }
}

impl Peer for Client {
    async fn hold(&mut self, leg: usize) -> Result<(), Report> {
        let reply = self.ask(format!("{{\"op\":\"hold\",\"leg\":{leg}}}\n")).await?;
        self.held.push(reply.hold.ok_or_else(|| eyre!("a hold without an id"))?);
        Ok(())
    }

    async fn confirm(&mut self) -> Result<(), Report> {
        let request = format!("{{\"op\":\"confirm\",\"holds\":{:?}}}\n", self.held);
        self.ask(request).await?;
        self.held.clear();
        Ok(())
    }
}
