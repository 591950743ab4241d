//! What a connection is, and what it does at moments that a peer cannot bring about.

use std::future::ready;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::listener::Admission;
use crate::origin::Trusted;
use crate::{Config, Server, ServerHandle, TimetableSource};

/// A connection step by step, and all that it needs.
struct Scene {
    session: Session,
    peer: BufReader<TcpStream>,
    _server: ServerHandle,
    _announcements: watch::Sender<Announcement>,
}

async fn scene(directory: &Path) -> Scene {
    let mut config = Config::new(directory.to_owned());
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.timetable = TimetableSource::None;
    let server = Server::start(config).await.unwrap();
    let service = server.service().unwrap();
    let doors = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(doors.local_addr().unwrap()).await.unwrap();
    let (socket, from) = doors.accept().await.unwrap();
    let admission = Arc::new(Admission::new(&service.limits, Trusted::default()));
    let place = admission.admit(from.ip()).unwrap();
    let (announce, announcements) = watch::channel(Announcement::Serving);
    let session = Session::new(Stream::plain(socket), service, place, announcements);
    let peer = BufReader::new(peer);
    Scene { session, peer, _server: server, _announcements: announce }
}

#[tokio::test]
async fn a_request_that_waits_goes_on_wherever_the_reply_before_it_was_heard() {
    let directory = tempfile::tempdir().unwrap();
    let Scene { session, peer, .. } = &mut scene(directory.path()).await;
    let lines = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bookings.get\",\"params\":\
        {\"locator\":\"H7KQ3M\",\"claim\":\"00000-00000-00000-00000-000000\"}}\n\
        {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"server.ping\"}\n";
    peer.write_all(lines.as_bytes()).await.unwrap();
    loop {
        session.start_requests().await.unwrap();
        if session.held.is_some() {
            break;
        }
        session.wait().await.unwrap();
    }
    // The reply is there when news is told, and is heard then.
    while !session.replies.is_empty() {
        session.replies.settle().await;
        session.hear_desk().unwrap();
    }
    session.flush().unwrap();
    let sleeps = tokio::select! {
        biased;
        _ = session.wait() => false,
        () = ready(()) => true,
    };
    assert!(!sleeps, "it has something to do");
    session.start_requests().await.unwrap();
    session.flush().unwrap();
    for id in 1..=2 {
        let mut line = String::new();
        peer.read_line(&mut line).await.unwrap();
        assert!(line.starts_with(&format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},")), "{line}");
    }
}

/// How large the task of a connection is, whatever it is doing.
fn size<F: Future>(
    _: fn(TcpStream, Arc<Service>, Place, watch::Receiver<Announcement>) -> F,
) -> usize {
    size_of::<F>()
}

#[test]
fn a_connection_s_task_is_small() {
    let bytes = size(serve);
    assert!(bytes <= 1_280, "{bytes} bytes: too many for ten thousand idle watchers");
}
