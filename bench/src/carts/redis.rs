//! Redis: each step a Lua script, so that it is atomic and one round trip.

use std::fmt::Write as _;
use std::sync::Arc;

use color_eyre::eyre::{Report, bail, ensure, eyre};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Options, Peer};

/// One seat of a leg, if there is one; a hold with its owner, in the order of expiry.
const HOLD: &str = "local f=tonumber(redis.call('GET',KEYS[1]) or '0') if f<=0 then return 0 end \
    redis.call('DECR',KEYS[1]) local id=redis.call('INCR','holdseq') \
    redis.call('HSET','hold:'..id,'leg',ARGV[1],'client',ARGV[2]) \
    redis.call('ZADD','expiry',ARGV[3],id) return id";

/// All holds of a cart into a booking, or nothing.
const CONFIRM: &str = "for i=2,#ARGV do \
    if redis.call('HGET','hold:'..ARGV[i],'client')~=ARGV[1] then return 0 end end \
    local b=redis.call('INCR','bookingseq') local k='booking:'..b \
    redis.call('HSET',k,'client',ARGV[1]) \
    for i=2,#ARGV do local h='hold:'..ARGV[i] \
    redis.call('HSET',k,'leg'..(i-1),redis.call('HGET',h,'leg')) \
    redis.call('DEL',h) redis.call('ZREM','expiry',ARGV[i]) end return b";

/// When holds expire, which nobody waits for here.
const EXPIRY: &str = "1900000000";

/// A client with a connection of its own.
pub(super) struct Client {
    link: Link,
    scripts: Arc<[String; 2]>,
    name: String,
    held: Vec<String>,
}

/// The legs with their seats, and everyone who is to book.
pub(super) async fn clients(options: &Options) -> Result<Vec<Client>, Report> {
    let mut first = Link::connect(options).await?;
    first.ask(&["FLUSHALL"]).await?;
    let seats = options.seats.to_string();
    let keys: Vec<String> = (0..options.legs).map(|leg| format!("leg:{leg}")).collect();
    for some in keys.chunks(500) {
        let pairs = some.iter().flat_map(|key| [key.as_str(), &seats]);
        let command: Vec<&str> = std::iter::once("MSET").chain(pairs).collect();
        first.ask(&command).await?;
    }
    let mut load = async |script| first.ask(&["SCRIPT", "LOAD", script]).await;
    let scripts = Arc::new([load(HOLD).await?, load(CONFIRM).await?]);
    let mut clients = Vec::new();
    for number in 0..options.clients {
        let link = Link::connect(options).await?;
        let (scripts, name) = (Arc::clone(&scripts), number.to_string());
        clients.push(Client { link, scripts, name, held: Vec::new() });
    }
    Ok(clients)
}

impl Peer for Client {
    async fn hold(&mut self, leg: usize) -> Result<(), Report> {
        let (leg, key) = (leg.to_string(), format!("leg:{leg}"));
        let [hold, _] = &*self.scripts;
        let command = ["EVALSHA", hold, "1", &key, &leg, &self.name, EXPIRY];
        let id = self.link.ask(&command).await?;
        ensure!(id != "0", "leg {leg} is sold out: give it more seats");
        self.held.push(id);
        Ok(())
    }

    async fn confirm(&mut self) -> Result<(), Report> {
        let [_, confirm] = &*self.scripts;
        let command = ["EVALSHA", confirm, "0", &self.name, &self.held[0], &self.held[1]];
        let booking = self.link.ask(&command).await?;
        ensure!(booking.parse::<u64>().is_ok_and(|id| id > 0), "a hold was gone: {booking}");
        self.held.clear();
        Ok(())
    }
}

/// RESP over TCP, one command under way at a time.
struct Link {
    stream: BufReader<TcpStream>,
    command: String,
    line: String,
}

impl Link {
    async fn connect(options: &Options) -> Result<Self, Report> {
        let stream = crate::lines::connect(options.addr).await?;
        Ok(Self { stream, command: String::new(), line: String::new() })
    }

    /// Sends a command and returns its reply: a status, a number or a text.
    async fn ask(&mut self, words: &[&str]) -> Result<String, Report> {
        self.command.clear();
        let _ = write!(self.command, "*{}\r\n", words.len());
        for word in words {
            let _ = write!(self.command, "${}\r\n{word}\r\n", word.len());
        }
        self.stream.get_mut().write_all(self.command.as_bytes()).await?;
        self.line.clear();
        self.stream.read_line(&mut self.line).await?;
        let line = self.line.trim_end();
        let kind = line.chars().next().ok_or_else(|| eyre!("Redis has closed the connection"))?;
        let rest = &line[1..];
        match kind {
            '+' | ':' => Ok(rest.to_owned()),
            '$' => {
                let mut text = vec![0; rest.parse::<usize>()? + 2];
                self.stream.read_exact(&mut text).await?;
                text.truncate(text.len() - 2);
                Ok(String::from_utf8(text)?)
            }
            _ => bail!("Redis said {line}"),
        }
    }
}
