//! A client that sends and receives lines, and nothing more.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any machine; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    pub(crate) reader: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    pub(crate) writer: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    next_id: u64,
    /// Events that came while a reply was awaited.
    events: VecDeque<Value>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self::over(socket)
    }

    /// Connects from this address of the machine.
    pub(crate) async fn from(source: &str, address: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
        Self::over(socket.connect(address).await.unwrap())
    }

    pub(crate) fn over(socket: TcpStream) -> Self {
        let (reader, writer) = socket.into_split();
        Self::of(Box::new(reader), Box::new(writer))
    }

    /// Over any two halves.
    pub(crate) fn of(
        reader: Box<dyn AsyncRead + Send + Unpin>,
        writer: Box<dyn AsyncWrite + Send + Unpin>,
    ) -> Self {
        let reader = BufReader::new(reader);
        Self { reader, writer: Some(writer), next_id: 1, events: VecDeque::new() }
    }

    /// Sends bytes as they are.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes.as_ref()).await.unwrap();
        // Encryption may hold some of it back.
        writer.flush().await.unwrap();
    }

    /// Ends the sending side.
    pub(crate) async fn finish(&mut self) {
        self.writer.take().unwrap().shutdown().await.unwrap();
    }

    /// The next line of any kind; `None` at the end.
    pub(crate) async fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.reader.read_line(&mut line));
        match read.await.expect("a line in time") {
            // A server that crashed has reset the connection.
            Ok(0) | Err(_) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("a line of JSON")),
        }
    }

    /// Sends a request; its id.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(format!("{line}\n")).await;
        id
    }

    /// The reply to request `id`, which is the next reply; events before it are kept.
    pub(crate) async fn reply(&mut self, id: u64) -> Value {
        loop {
            let line = self.line().await.expect("a reply before the end");
            if line.get("id").is_some() {
                assert_eq!(line["id"], json!(id), "replies come in order: {line}");
                return line;
            }
            self.events.push_back(line);
        }
    }

    /// The next reply; null if the server closes before.
    pub(crate) async fn until_reply(&mut self) -> Value {
        loop {
            match self.line().await {
                Some(line) if line.get("id").is_some() => return line,
                Some(event) => self.events.push_back(event),
                None => return Value::Null,
            }
        }
    }

    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params).await;
        self.reply(id).await
    }

    /// The result of a request that must succeed.
    pub(crate) async fn ok(&mut self, method: &str, params: Value) -> Value {
        let mut reply = self.call(method, params).await;
        assert!(reply.get("error").is_none(), "{method}: {reply}");
        reply["result"].take()
    }

    /// The kind and data of a request that must be refused.
    pub(crate) async fn refusal(&mut self, method: &str, params: Value) -> Value {
        let mut reply = self.call(method, params).await;
        assert_eq!(reply["error"]["code"], 1, "{method}: {reply}");
        reply["error"]["data"].take()
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> Value {
        if let Some(event) = self.events.pop_front() {
            return event;
        }
        let line = self.line().await.expect("an event before the end");
        assert!(line.get("id").is_none(), "an event, not a reply: {line}");
        line
    }

    /// The events of everything that was answered so far, on whatever connection. The desk is asked
    /// first: it answers when it has published all that it answered before.
    pub(crate) async fn events_so_far(&mut self) -> Vec<Value> {
        self.ok("cart.get", json!({})).await;
        self.ok("server.ping", json!({})).await;
        self.events.drain(..).collect()
    }

    /// Reads until the server closes; all lines that still came.
    pub(crate) async fn until_closed(&mut self) -> Vec<Value> {
        let mut lines: Vec<Value> = self.events.drain(..).collect();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }

    /// Opens a session; its token.
    pub(crate) async fn open(&mut self) -> String {
        let opened = self.ok("session.open", json!({})).await;
        opened["token"].as_str().unwrap().to_owned()
    }

    /// Holds one seat on each leg; the cart.
    pub(crate) async fn hold(&mut self, legs: &[String]) -> Value {
        let legs: Vec<Value> = legs.iter().map(|leg| json!({ "leg": leg })).collect();
        self.ok("cart.hold", json!({ "legs": legs })).await
    }

    pub(crate) async fn cart(&mut self) -> Value {
        self.ok("cart.get", json!({})).await
    }

    pub(crate) async fn seats_left(&mut self, leg: &str) -> u64 {
        self.ok("legs.get", json!({ "leg": leg })).await["seats_left"].as_u64().unwrap()
    }
}

/// Params of a confirm for one passenger.
pub(crate) fn confirm(key: &str) -> Value {
    json!({
        "passengers": [{ "first_name": "Ana", "last_name": "Conceição" }],
        "idempotency_key": key,
    })
}

pub(crate) fn kind(reply: &Value) -> &str {
    reply["error"]["data"]["kind"].as_str().unwrap_or("")
}

pub(crate) fn error_code(reply: &Value) -> i64 {
    reply["error"]["code"].as_i64().unwrap_or(0)
}
