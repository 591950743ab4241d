//! The link against a server that says what the test wants, over real sockets or, where time
//! matters, over a pipe in paused time.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use trecho_shared::ids::SessionToken;
use trecho_shared::message::{HoldLegs, LegAsk};

use super::conversation::{End, PATIENCE, SILENCE, converse, open_session};
use super::task::Task;
use super::*;
use crate::message::{Answer, Trouble};

/// Longer than anything takes, so that only what never happens fails.
const GENEROUS: Duration = Duration::from_secs(30);

fn token(byte: u8) -> SessionToken {
    SessionToken::from_random([byte; 32])
}

fn opened(byte: u8) -> String {
    format!(
        r#"{{"token":"{}","protocol":1,"server":"trechod\u001b[2J 1","epoch":1,"hold_ms":600000,"now":"2026-11-24T12:00:00.000Z","cart":{{"holds":[],"total_centavos":0}}}}"#,
        token(byte)
    )
}

/// A server that a test speaks for.
struct Server {
    listener: TcpListener,
}

struct Peer {
    lines: tokio::io::Lines<BufReader<tokio::net::tcp::OwnedReadHalf>>,
    writer: tokio::net::tcp::OwnedWriteHalf,
}

impl Server {
    async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    async fn accept(&self) -> Peer {
        let (stream, _) = timeout(GENEROUS, self.listener.accept()).await.unwrap().unwrap();
        Peer::new(stream)
    }

    /// Accepts a connection and opens its session.
    async fn welcome(&self, byte: u8) -> Peer {
        let mut peer = self.accept().await;
        let open = peer.request().await;
        assert_eq!(open["method"], "session.open");
        peer.reply(&open, &opened(byte)).await;
        peer.echo().await;
        peer
    }
}

impl Peer {
    fn new(stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self { lines: BufReader::new(reader).lines(), writer }
    }

    async fn request(&mut self) -> serde_json::Value {
        let line = timeout(GENEROUS, self.lines.next_line()).await.unwrap().unwrap();
        serde_json::from_str(&line.expect("a request")).unwrap()
    }

    /// Answers the ping that measures the way.
    async fn echo(&mut self) {
        let ping = self.request().await;
        assert_eq!(ping["method"], "server.ping");
        self.reply(&ping, r#"{"now":"2026-11-24T12:00:00.000Z"}"#).await;
    }

    async fn say(&mut self, line: &str) {
        self.writer.write_all(line.as_bytes()).await.unwrap();
        self.writer.write_all(b"\n").await.unwrap();
    }

    async fn reply(&mut self, request: &serde_json::Value, result: &str) {
        let id = &request["id"];
        self.say(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)).await;
    }

    async fn refuse(&mut self, request: &serde_json::Value, kind: &str) {
        let id = &request["id"];
        let error = format!(r#"{{"code":1,"message":"no","data":{{"kind":"{kind}"}}}}"#);
        self.say(&format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)).await;
    }
}

fn link_to(address: String, resume: Option<SessionToken>) -> Link {
    let (send, receive) = oneshot::channel();
    send.send(resume).unwrap();
    let (trust, clock_start) = (Trust::in_anyone(), Instant::now());
    start(Settings { address, trust, name: None, resume: receive, clock_start })
}

impl Link {
    async fn next(&mut self) -> LinkNews {
        timeout(GENEROUS, self.news()).await.expect("news in time").expect("the task runs")
    }

    /// The next news that `wanted` picks; the others are dropped.
    async fn until<T>(&mut self, wanted: impl Fn(LinkNews) -> Option<T>) -> T {
        let found = async {
            loop {
                if let Some(found) = wanted(self.next().await) {
                    return found;
                }
            }
        };
        timeout(GENEROUS, found).await.expect("what is waited for comes in time")
    }

    async fn online(&mut self) -> bool {
        self.until(|news| match news {
            LinkNews::Online { resumed, .. } => Some(resumed),
            _ => None,
        })
        .await
    }

    async fn trouble(&mut self) -> Trouble {
        self.until(|news| match news {
            LinkNews::Offline { why, .. } => Some(why),
            _ => None,
        })
        .await
    }

    async fn outcome(&mut self, of: AskId) -> Result<Answer, Failure> {
        self.until(|news| match news {
            LinkNews::Answer { id, outcome, .. } if id == of => Some(outcome),
            _ => None,
        })
        .await
    }
}

const CART: &str = r#"{"holds":[],"total_centavos":0}"#;

#[tokio::test]
async fn answers_are_paired_with_asks_whatever_their_order() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    assert!(!link.online().await);
    link.ask(AskId(7), Box::new(Ask::Cart));
    link.ask(AskId(8), Box::new(Ask::Airports));
    let cart = peer.request().await;
    let airports = peer.request().await;
    assert_eq!(
        (&cart["method"], &airports["method"]),
        (&"cart.get".into(), &"airports.list".into())
    );
    peer.reply(&airports, r#"{"airports":[]}"#).await;
    peer.reply(&cart, CART).await;
    assert!(matches!(link.outcome(AskId(8)).await, Ok(Answer::Airports(_))));
    assert!(matches!(link.outcome(AskId(7)).await, Ok(Answer::Cart(_))));
}

#[tokio::test]
async fn what_was_asked_when_the_connection_goes_is_lost_and_never_sent_again() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    let leg = "TR1042-20261124-GRU".parse().unwrap();
    link.ask(AskId(1), Box::new(Ask::Hold(HoldLegs { legs: vec![LegAsk::one(leg)] })));
    assert_eq!(peer.request().await["method"], "cart.hold");
    drop(peer);
    assert_eq!(link.outcome(AskId(1)).await.unwrap_err(), Failure::Lost);
    assert_eq!(link.trouble().await, Trouble::Dropped);
    link.retry_now();
    let mut peer = server.accept().await;
    let open = peer.request().await;
    assert_eq!(open["params"]["resume"], token(1).to_string(), "the session is resumed");
    peer.reply(&open, &opened(1)).await;
    peer.echo().await;
    assert!(link.online().await);
    link.ask(AskId(2), Box::new(Ask::Cart));
    assert_eq!(peer.request().await["method"], "cart.get", "the hold was not sent again");
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_replaced_by_a_new_one() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), Some(token(9)));
    let mut peer = server.accept().await;
    let open = peer.request().await;
    assert_eq!(open["params"]["resume"], token(9).to_string());
    peer.refuse(&open, "session_unknown").await;
    let open = peer.request().await;
    assert!(open["params"].get("resume").is_none());
    peer.reply(&open, &opened(2)).await;
    assert!(!link.online().await, "it is not the one that was asked for");
}

#[tokio::test]
async fn a_session_that_was_taken_up_elsewhere_stays_down_until_a_new_one_is_wanted() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    peer.say(r#"{"jsonrpc":"2.0","method":"session.replaced","params":{}}"#).await;
    link.until(|news| matches!(news, LinkNews::Replaced).then_some(())).await;
    link.ask(AskId(1), Box::new(Ask::Cart));
    assert_eq!(link.outcome(AskId(1)).await.unwrap_err(), Failure::Offline);
    link.retry_now();
    link.new_session();
    let mut peer = server.accept().await;
    let open = peer.request().await;
    assert!(open["params"].get("resume").is_none(), "what is another's is not taken back");
}

#[tokio::test]
async fn a_server_that_says_it_stops_is_left_alone_as_long_as_it_wants() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    let closing = r#"{"jsonrpc":"2.0","method":"server.closing","params":{"retry_in_ms":40000}}"#;
    peer.say(closing).await;
    drop(peer);
    let before = link.until(|news| match news {
        LinkNews::Offline { why, next_try_ms } => Some((why, next_try_ms)),
        _ => None,
    });
    let (why, next_try_ms) = before.await;
    assert_eq!(why, Trouble::ServerClosing);
    assert!(next_try_ms >= 40_000);
}

#[tokio::test]
async fn text_of_the_server_is_scrubbed_where_it_enters() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    let name = link.until(|news| match news {
        LinkNews::Online { opened, .. } => Some(opened.server),
        _ => None,
    });
    assert_eq!(name.await, "trechod[2J 1");
    let notice = r#"{"jsonrpc":"2.0","method":"server.notice","params":{"text":"a\u202eb\u0007"}}"#;
    peer.say(notice).await;
    let text = link.until(|news| match news {
        LinkNews::Event(event) => match *event {
            trecho_shared::message::Event::ServerNotice(notice) => Some(notice.text),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(text.await, "ab");
}

#[tokio::test]
async fn what_a_newer_server_says_and_we_do_not_know_is_ignored() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    peer.say(r#"{"jsonrpc":"2.0","method":"seat.upgraded","params":{"a":1}}"#).await;
    link.ask(AskId(1), Box::new(Ask::Cart));
    let request = peer.request().await;
    peer.reply(&request, r#"{"holds":[],"total_centavos":0,"later":[1]}"#).await;
    assert!(link.outcome(AskId(1)).await.is_ok());
}

#[tokio::test]
async fn what_is_no_trecho_server_is_said_to_be_none() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.accept().await;
    peer.request().await;
    peer.say("HTTP/1.1 400 Bad Request").await;
    assert_eq!(link.trouble().await, Trouble::NotTrecho);
}

#[tokio::test]
async fn an_answer_of_another_shape_is_a_failure_of_the_server() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    link.ask(AskId(1), Box::new(Ask::Cart));
    let request = peer.request().await;
    peer.reply(&request, r#"{"holds":"none"}"#).await;
    let outcome = link.outcome(AskId(1)).await;
    let Err(Failure::Refused(error)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((error.code, error.data), (-32603, None));
}

#[tokio::test]
async fn nobody_listening_is_refused_and_tried_again_for_ever() {
    let server = Server::start().await;
    let address = server.address();
    drop(server);
    let mut link = link_to(address, None);
    for expected in 1..=3 {
        let attempt = link.until(|news| match news {
            LinkNews::Connecting { attempt } => Some(attempt),
            _ => None,
        });
        assert_eq!(attempt.await, expected);
        assert_eq!(link.trouble().await, Trouble::Refused);
        link.retry_now();
    }
    link.ask(AskId(1), Box::new(Ask::Cart));
    assert_eq!(link.outcome(AskId(1)).await.unwrap_err(), Failure::Offline);
}

#[tokio::test]
async fn a_name_without_an_address_is_said() {
    let mut link = link_to("no.such.host.invalid:7470".into(), None);
    assert!(matches!(link.trouble().await, Trouble::UnknownHost | Trouble::Timeout));
}

#[tokio::test]
async fn leaving_closes_the_session_and_waits_until_the_server_has_taken_note() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    let serve = async {
        let close = peer.request().await;
        assert_eq!(close["method"], "session.close");
        peer.reply(&close, "{}").await;
        drop(peer);
    };
    let (_, ()) = tokio::join!(timeout(GENEROUS, link.close(Leave::Close)), serve);
}

#[tokio::test]
async fn leaving_and_keeping_the_holds_says_nothing_to_the_server() {
    let server = Server::start().await;
    let mut link = link_to(server.address(), None);
    let mut peer = server.welcome(1).await;
    link.online().await;
    timeout(GENEROUS, link.close(Leave::Keep)).await.unwrap();
    let rest = timeout(GENEROUS, peer.lines.next_line()).await.unwrap();
    assert!(rest.is_err() || rest.unwrap().is_none());
}

/// A task over a pipe in paused time: what it is told, what it says, and the server's end.
async fn over_a_pipe()
-> (tokio::task::JoinHandle<End>, mpsc::Receiver<LinkNews>, mpsc::Sender<Command>, DuplexStream) {
    let (ours, mut theirs) = duplex(64 * 1024);
    let opening = tokio::spawn(open_session(ours, None, None));
    read_line(&mut theirs).await;
    let reply = format!("{{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}}\n", opened(1));
    theirs.write_all(reply.as_bytes()).await.unwrap();
    let session = opening.await.unwrap().unwrap();
    let (commands, asked) = mpsc::channel(8);
    let (tell, news) = mpsc::channel(8);
    let mut task = Task::for_test(asked, tell);
    let talking = tokio::spawn(async move { converse(&mut task, session).await });
    (talking, news, commands, theirs)
}

async fn read_line(stream: &mut DuplexStream) -> String {
    let mut line = String::new();
    loop {
        match stream.read_u8().await.unwrap() {
            b'\n' => return line,
            byte => line.push(char::from(byte)),
        }
    }
}

/// Reads a ping and answers it after 30 ms.
async fn echo(server: &mut DuplexStream) {
    let ping: serde_json::Value = serde_json::from_str(&read_line(server).await).unwrap();
    assert_eq!(ping["method"], "server.ping");
    tokio::time::sleep(Duration::from_millis(30)).await;
    let id = &ping["id"];
    let answer = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"now\":\"2026-11-24T12:00:00.000Z\"}}}}\n"
    );
    server.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_fifteen_seconds_of_silence_a_ping_asks_for_a_sign_of_life() {
    let (_talking, _news, _commands, mut server) = over_a_pipe().await;
    let start = tokio::time::Instant::now();
    echo(&mut server).await;
    echo(&mut server).await;
    assert_eq!(start.elapsed().as_secs(), SILENCE.as_secs());
    read_line(&mut server).await;
    assert_eq!(start.elapsed().as_secs(), 2 * SILENCE.as_secs(), "and again after more silence");
}

#[tokio::test(start_paused = true)]
async fn the_way_is_measured_at_once_and_again_amid_many_events() {
    let (_talking, mut news, _commands, mut server) = over_a_pipe().await;
    let start = tokio::time::Instant::now();
    let busy = tokio::spawn(async move {
        echo(&mut server).await;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            server.write_all(b" ").await.unwrap();
        }
        echo(&mut server).await;
        server
    });
    let mut measured = Vec::new();
    while measured.len() < 2 {
        match news.recv().await.unwrap() {
            LinkNews::RoundTrip { ms } if ms > 0 => measured.push((ms, start.elapsed().as_secs())),
            _ => {}
        }
    }
    let (first, again) = (measured[0], measured[1]);
    assert!((30..40).contains(&first.0) && first.1 == 0, "{first:?}");
    assert!((15..=20).contains(&again.1), "{again:?}");
    drop(busy.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_the_ping_is_given_up() {
    let (talking, mut news, commands, mut server) = over_a_pipe().await;
    let start = tokio::time::Instant::now();
    commands.send(Command::Ask(AskId(4), Box::new(Ask::Cart))).await.unwrap();
    let drain = tokio::spawn(async move {
        let mut told = Vec::new();
        while let Some(news) = news.recv().await {
            told.push(news);
        }
        told
    });
    assert_eq!(talking.await.unwrap(), End::from(Trouble::Timeout));
    assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
    let told = drain.await.unwrap();
    assert!(told.iter().any(|news| matches!(
        news,
        LinkNews::Answer { id: AskId(4), outcome: Err(Failure::Lost), .. }
    )));
    read_line(&mut server).await;
}

#[tokio::test(start_paused = true)]
async fn any_byte_is_a_sign_of_life() {
    let (talking, _news, _commands, mut server) = over_a_pipe().await;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_secs(9)).await;
        // A line that takes its time is life, too.
        server.write_all(b" ").await.unwrap();
    }
    assert!(!talking.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let (ours, _theirs) = duplex(1024);
    let end = open_session(ours, None, None).await.unwrap_err();
    assert_eq!(end, End::from(Trouble::Timeout));
}

#[tokio::test(start_paused = true)]
async fn an_endless_line_ends_the_connection() {
    let (talking, _news, _commands, mut server) = over_a_pipe().await;
    let flood = vec![b'x'; 64 * 1024];
    while server.write_all(&flood).await.is_ok() {}
    assert_eq!(talking.await.unwrap(), End::from(Trouble::NotTrecho));
}
