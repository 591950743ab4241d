//! Who makes events.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use color_eyre::eyre::{Report, bail, ensure, eyre};

use super::news::News;
use super::peer::{Kind, read_until};

/// Nothing new for so long: what is still missing will not come.
const STILL: Duration = Duration::from_secs(2);

/// A connection that publishes, one event after the other.
pub(super) struct Publisher {
    kind: Kind,
    stream: TcpStream,
    news: Arc<News>,
    /// The leg that is held and given back in turns; `trechod`'s alone.
    leg: String,
    published: usize,
    /// What has come back, up to the last whole line.
    heard: Vec<u8>,
    replies: usize,
    refused: u64,
}

impl Publisher {
    pub(super) fn connect(kind: Kind, addr: SocketAddr, news: Arc<News>) -> Result<Self, Report> {
        let mut stream = kind.connect(addr)?;
        let mut leg = String::new();
        match kind {
            Kind::Ours => leg = any_leg(&mut stream)?,
            Kind::Bare => {
                stream.write_all(b"PUB\n")?;
                read_until(&mut stream, b"OK\n")?;
            }
            Kind::Redis | Kind::Nats => {}
        }
        news.wake_me();
        let (heard, published, replies, refused) = (Vec::new(), 0, 0, 0);
        Ok(Self { kind, stream, news, leg, published, heard, replies, refused })
    }

    pub(super) fn news(&self) -> &Arc<News> {
        &self.news
    }

    /// How many events there have been.
    pub(super) fn published(&self) -> usize {
        self.published
    }

    /// How many were refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Publishes the next event, timed from now or from when it was due, and says which it is.
    pub(super) fn publish(&mut self, due: Option<Duration>) -> Result<usize, Report> {
        let event = self.published;
        self.published += 1;
        let bytes = match self.kind {
            Kind::Ours => self.request(event),
            Kind::Redis | Kind::Nats | Kind::Bare => self.kind.publication(event),
        };
        self.news.send(event, due.unwrap_or_else(|| self.news.now()));
        self.stream.write_all(&bytes)?;
        self.take_replies()?;
        Ok(event)
    }

    /// The request that makes event number `event`: a hold, then its release.
    fn request(&self, event: usize) -> Vec<u8> {
        let (method, params) = if event.is_multiple_of(2) {
            ("cart.hold", format!("{{\"legs\":[{{\"leg\":\"{}\"}}]}}", self.leg))
        } else {
            ("cart.release", "{}".to_owned())
        };
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{event},\"method\":\"{method}\",\"params\":{params}}}\n"
        )
        .into_bytes()
    }

    /// Reads what there is, without waiting for more.
    fn take_replies(&mut self) -> Result<(), Report> {
        self.stream.set_nonblocking(true)?;
        let mut piece = [0; 16 * 1024];
        let ended = loop {
            match self.stream.read(&mut piece) {
                Ok(0) => break Err(eyre!("the server has closed the publisher's connection")),
                Ok(count) => self.heard.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error.into()),
            }
        };
        self.stream.set_nonblocking(false)?;
        ended?;
        let whole = self.heard.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.heard.drain(..whole).collect();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.reply(line)?;
        }
        Ok(())
    }

    fn reply(&mut self, line: &[u8]) -> Result<(), Report> {
        let starts = |start: &str| line.starts_with(start.as_bytes());
        match self.kind {
            Kind::Ours => {
                // Replies come in the order of the requests.
                let expected = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\"", self.replies);
                self.replies += 1;
                self.refused += u64::from(!starts(&expected));
            }
            Kind::Redis => {
                self.replies += 1;
                self.refused += u64::from(!starts(":"));
            }
            Kind::Nats if starts("PING") => self.stream.write_all(b"PONG\r\n")?,
            Kind::Nats | Kind::Bare => bail!("it said {}", String::from_utf8_lossy(line)),
        }
        Ok(())
    }

    /// Waits until everyone has `event`, or for `limit`.
    pub(super) fn wait(&self, event: usize, limit: Duration) {
        let began = Instant::now();
        while !self.news.is_complete(event) && began.elapsed() < limit {
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits until everyone has everything and all replies are here, or nothing comes any more.
    pub(super) fn settle(&mut self, limit: Duration) -> Result<(), Report> {
        let answers = matches!(self.kind, Kind::Ours | Kind::Redis);
        let began = Instant::now();
        let (mut last, mut since) = ((0, 0), Instant::now());
        while began.elapsed() < limit && since.elapsed() < STILL {
            self.take_replies()?;
            let so_far = (self.news.delivered(), self.replies);
            if so_far != last {
                (last, since) = (so_far, Instant::now());
            }
            let answered = !answers || self.replies == self.published;
            if answered && self.news.complete() == self.published {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        if answers {
            ensure!(
                self.replies == self.published,
                "{} replies to {} events",
                self.replies,
                self.published
            );
        }
        Ok(())
    }
}

/// Waits until an event is complete, or a moment.
pub(super) fn pause() {
    thread::park_timeout(Duration::from_millis(1));
}

/// The first leg that is on sale.
fn any_leg(stream: &mut TcpStream) -> Result<String, Report> {
    stream.write_all(
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"legs.search\",\"params\":{\"limit\":1}}\n",
    )?;
    let page: serde_json::Value = serde_json::from_str(&read_until(stream, b"\n")?)?;
    let leg = page["result"]["legs"][0]["leg"].as_str();
    Ok(leg.ok_or_else(|| eyre!("no leg is on sale there: {page}"))?.to_owned())
}
