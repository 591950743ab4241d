//! Whole sessions: bytes into a real server over a real socket, and what comes back.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::limits::{REPLY_LINE_BYTES, REQUEST_LINE_BYTES};
use trecho_shared::message::Request;
use trecho_shared::rpc::{Call, Id, Incoming};
use trecho_shared::time::Moment;

use crate::clock::{Clock, Hand};
use crate::{Config, Server, ServerHandle, TimetableSource};

/// The timetable of `PROTOCOL.md`'s examples, which are the first of the corpus.
const TIMETABLE: &str = "\
flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais
TR1042,2026-11-24,GRU,REC,06:10,09:15,320,30x3-3,412.90
TR2210,2026-11-24,REC,FOR,10:30,11:45,AT7,18x2-2,239.00
TR7000,2026-11-24,CGH,SDU,18:00,19:05,CNC,1x1,199.00
";

/// Noon UTC on 23 November 2026.
const NOON: Moment = Moment(1_795_435_200_000);

/// After so many sessions a new server takes over, so that the seats do not run out.
const SESSIONS: u32 = 2_000;

/// Longer than a cart and a lost connection are remembered.
const AFTERWARDS_MS: u32 = 4_000;

/// A server at whose counter one session comes after the other.
#[derive(Debug)]
pub struct Counter {
    runtime: Runtime,
    directory: PathBuf,
    server: ServerHandle,
    hand: Hand,
    served: u32,
}

impl Counter {
    /// Opens one that keeps its things under `directory`, best one that is memory.
    ///
    /// # Panics
    /// If no server starts.
    pub fn open(directory: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("the system has a runtime to give");
        let (server, hand) = runtime.block_on(start(directory, 0));
        Self { runtime, directory: directory.to_owned(), server, hand, served: 0 }
    }

    /// Sends `input` as one connection does, and reads until the server closes: every request has
    /// got exactly one reply, in order, and nothing else can be shown that cannot be.
    ///
    /// # Panics
    /// If not.
    pub fn serve(&mut self, input: &[u8]) {
        let bytes = &input[..input.len().min(2 * REQUEST_LINE_BYTES)];
        let address = self.server.local_addr();
        let heard = self.runtime.block_on(converse(address, bytes));
        let heard = heard.expect("a connection to this machine stays");
        assert_answered(&expected(bytes), &heard);
        self.hand.advance_ms(AFTERWARDS_MS);
        self.served += 1;
        if self.served.is_multiple_of(SESSIONS) {
            let (server, hand) = self.runtime.block_on(start(&self.directory, self.served));
            (self.server, self.hand) = (server, hand);
        }
    }
}

async fn start(directory: &Path, number: u32) -> (ServerHandle, Hand) {
    let file = directory.join("legs.csv");
    std::fs::write(&file, TIMETABLE).expect("there is room for a file");
    let data = directory.join(number.to_string());
    // The last server's data are of no use any more.
    if let Some(before) = number.checked_sub(SESSIONS) {
        let _ = std::fs::remove_dir_all(directory.join(before.to_string()));
    }
    let (clock, hand) = Clock::by_hand(NOON);
    let mut config = Config::new(data);
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.timetable = TimetableSource::File(file);
    config.clock = clock;
    (config.hold, config.grace) =
        (std::time::Duration::from_secs(1), std::time::Duration::from_secs(1));
    (Server::start(config).await.expect("a server starts"), hand)
}

/// Writes all and reads all, at the same time: either may fill the system's buffers.
async fn converse(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let (mut reader, mut writer) = stream.split();
    let mut heard = Vec::new();
    let speak = async {
        // A server that has had enough may have closed already.
        let _ = writer.write_all(bytes).await;
        let _ = writer.shutdown().await;
    };
    let ((), read) = tokio::join!(speak, reader.read_to_end(&mut heard));
    read.map(|_| heard)
}

/// The ids of the replies that `bytes` must get, in order: `None` where a line has none that can be
/// read.
fn expected(mut bytes: &[u8]) -> Vec<Option<Id>> {
    let mut decoder = LineDecoder::new(REQUEST_LINE_BYTES);
    let mut replies = Vec::new();
    while !bytes.is_empty() {
        bytes = &bytes[decoder.push(bytes)..];
        while let Some(line) = decoder.next_line() {
            let Line::Whole(line) = line else {
                replies.push(None);
                return replies;
            };
            match Call::read(line) {
                Ok(Call { id: None, .. }) => {}
                Ok(call) => {
                    let closes = matches!(Request::read(&call), Ok(Request::SessionClose(_)));
                    replies.push(call.id);
                    if closes {
                        return replies;
                    }
                }
                Err((_, id)) => replies.push(id),
            }
        }
    }
    replies
}

fn assert_answered(expected: &[Option<Id>], heard: &[u8]) {
    let mut ids = Vec::new();
    for line in heard.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").expect("a reply is a whole line");
        assert!(line.len() <= REPLY_LINE_BYTES, "a line of {} bytes", line.len());
        match Incoming::read(line).expect("a client can read what a server says") {
            Incoming::Reply { id, .. } => ids.push(id),
            Incoming::Event { .. } => {}
        }
        assert_texts_shown(&serde_json::from_slice(line).expect("it was read just now"));
    }
    assert_eq!(ids, expected, "one reply for each request, in order");
}

/// All that a reply says can be shown, but the id, which is the client's own.
fn assert_texts_shown(value: &serde_json::Value) {
    match value {
        serde_json::Value::String(text) => super::assert_shown(text),
        serde_json::Value::Array(elements) => elements.iter().for_each(assert_texts_shown),
        serde_json::Value::Object(members) => {
            members.iter().filter(|(name, _)| *name != "id").for_each(|(_, value)| {
                assert_texts_shown(value);
            });
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
