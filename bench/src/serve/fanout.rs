//! Copies a publisher's events to everyone who watches: a broadcast channel, a task a connection, and
//! one write for all that waits. A connection says `SUB` or `PUB` first, and hears `OK`.

use std::sync::Arc;

use color_eyre::eyre::Report;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::Options;
use crate::fanout::EVENT_BYTES;

/// So many events may wait for one watcher.
const WAITING: usize = 65_536;

/// So many bytes are joined into one write.
const WRITE_BYTES: usize = 64 * 1024;

type Event = Arc<[u8]>;

/// Serves until it is ended.
pub(crate) fn serve(options: &Options) -> Result<(), Report> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = super::listen(options.addr)?;
        let (events, _) = broadcast::channel(WAITING);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(greet(stream, events.clone()));
        }
    })
}

async fn greet(mut stream: TcpStream, events: Sender<Event>) -> std::io::Result<()> {
    let mut word = [0; 4];
    stream.read_exact(&mut word).await?;
    let watched = events.subscribe();
    if word == *b"SUB\n" {
        // What publishes is none of a watcher's business.
        drop(events);
        stream.write_all(b"OK\n").await?;
        watch(stream, watched).await
    } else {
        drop(watched);
        stream.write_all(b"OK\n").await?;
        publish(stream, events).await
    }
}

async fn publish(mut stream: TcpStream, events: Sender<Event>) -> std::io::Result<()> {
    let mut event = [0; EVENT_BYTES];
    loop {
        stream.read_exact(&mut event).await?;
        // Nobody may be watching.
        let _ = events.send(Arc::from(&event[..]));
    }
}

async fn watch(mut stream: TcpStream, mut events: Receiver<Event>) -> std::io::Result<()> {
    let mut out = Vec::new();
    while let Ok(event) = events.recv().await {
        out.clear();
        out.extend_from_slice(&event);
        while out.len() < WRITE_BYTES
            && let Ok(event) = events.try_recv()
        {
            out.extend_from_slice(&event);
        }
        stream.write_all(&out).await?;
    }
    Ok(())
}
