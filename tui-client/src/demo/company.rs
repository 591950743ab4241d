//! A server in this process, and its crowd.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use tempfile::TempDir;
use tokio::time::timeout;
use trecho_server::{Config, Server, ServerHandle};

use super::Options;
use crate::bot::Crowd;
use crate::config::Address;
use crate::run::Host;
use crate::trust::Trust;

/// The server drains at most this long.
const DRAIN: Duration = Duration::from_secs(5);

/// The demo's airline: starts with the program and ends with it.
pub(super) struct Company {
    options: Options,
    directory: TempDir,
    crowd: Option<Crowd>,
    server: Option<ServerHandle>,
}

impl Company {
    pub(super) fn new(options: Options, directory: TempDir) -> Self {
        Self { options, directory, crowd: None, server: None }
    }
}

impl Host for Company {
    async fn server(&mut self) -> Result<(Address, Trust), Report> {
        let mut config = Config::new(self.directory.path().join("server"));
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.hold = self.options.hold.into();
        config.seed = self.options.seed;
        let server = Server::start(config).await.wrap_err("the demo's server did not start")?;
        let address = server.local_addr();
        self.server = Some(server);
        self.crowd = Some(Crowd::start(address, self.options.bots, self.options.seed));
        // It is this very process, whatever is demanded of servers elsewhere.
        Ok((Address::new(address.ip().to_string(), address.port()), Trust::in_anyone()))
    }

    async fn fault(&mut self) -> Report {
        match &mut self.server {
            Some(server) => match server.wait().await {
                Ok(()) => eyre!("the demo's server stopped"),
                Err(fault) => Report::new(fault).wrap_err("the demo's server failed"),
            },
            None => std::future::pending().await,
        }
    }

    async fn close(self) {
        let Self { options: _, directory, crowd, server } = self;
        drop(crowd);
        if let Some(mut server) = server {
            server.stop();
            // Whatever it still writes is thrown away in a moment.
            let _ = timeout(DRAIN, server.wait()).await;
        }
        if let Err(error) = directory.close() {
            tracing::warn!(%error, "the demo's directory could not be removed");
        }
    }
}
