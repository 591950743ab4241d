//! Sends each line back, read and written as a type. No rule, no disk: what sockets and JSON cost.

use color_eyre::eyre::Report;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::Options;

/// A message of the shape and size of a hold.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    jsonrpc: String,
    id: u64,
    method: String,
    params: Params,
}

#[derive(Debug, Serialize, Deserialize)]
struct Params {
    legs: Vec<Leg>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Leg {
    leg: String,
}

/// The line of request `id`.
pub(crate) fn request(id: u64) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"cart.hold\",\"params\":{{\"legs\":[{{\"leg\":\"TR1042-20261124-GRU\"}}]}}}}\n"
    )
}

/// Serves until it is ended.
pub(crate) fn serve(options: &Options) -> Result<(), Report> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = super::listen(options.addr)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(echo(stream));
        }
    })
}

async fn echo(mut stream: TcpStream) {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    let (mut line, mut out) = (Vec::new(), Vec::new());
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|count| count > 0) {
        let Ok(message) = serde_json::from_slice::<Message>(&line) else { return };
        out.clear();
        if serde_json::to_writer(&mut out, &message).is_err() {
            return;
        }
        out.push(b'\n');
        if writer.write_all(&out).await.is_err() {
            return;
        }
        line.clear();
    }
}
