//! A server that does nothing: three requests a cart, of the size of ours.

use color_eyre::eyre::{Report, ensure};

use super::{Options, Peer};
use crate::lines::Lines;
use crate::serve::echo;

/// A client with a connection of its own.
pub(super) struct Client {
    lines: Lines,
    id: u64,
}

/// Everyone who is to ask.
pub(super) async fn clients(options: &Options) -> Result<Vec<Client>, Report> {
    let mut clients = Vec::new();
    for _ in 0..options.clients {
        clients.push(Client { lines: Lines::connect(options.addr).await?, id: 0 });
    }
    Ok(clients)
}

impl Client {
    async fn ask(&mut self) -> Result<(), Report> {
        self.id += 1;
        let request = echo::request(self.id);
        let reply = self.lines.ask(request.as_bytes()).await?;
        ensure!(reply == request.as_bytes(), "another line than was sent");
        Ok(())
    }
}

impl Peer for Client {
    async fn hold(&mut self, _leg: usize) -> Result<(), Report> {
        self.ask().await
    }

    async fn confirm(&mut self) -> Result<(), Report> {
        self.ask().await
    }
}
