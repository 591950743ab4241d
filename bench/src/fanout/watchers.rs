//! Everyone who watches, on one thread: it reads each event of each of them.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use color_eyre::eyre::{Report, bail, ensure, eyre};
use mio::{Events, Interest, Poll, Token};

use super::news::News;
use super::peer::{EVENT_BYTES, Kind};

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// No event of ours is longer.
const LONGEST: usize = 1024;

/// How often it looks whether the run is over.
const LOOK: Duration = Duration::from_millis(100);

struct Watcher {
    stream: mio::net::TcpStream,
    /// The beginning of an event whose end has not come yet.
    begun: Vec<u8>,
}

/// Reads until the run has ended.
pub(super) fn watch(kind: Kind, streams: Vec<TcpStream>, news: &News) -> Result<(), Report> {
    let mut poll = Poll::new()?;
    let mut watchers = Vec::with_capacity(streams.len());
    for (number, stream) in streams.into_iter().enumerate() {
        // Closed with a reset at the end: the next run needs the ports.
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        let mut stream = mio::net::TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        watchers.push(Watcher { stream, begun: Vec::new() });
    }
    let mut reader = Reader { kind, news, first_version: None };
    let mut ready = Events::with_capacity(4096);
    let mut buffer = vec![0; READ_BYTES];
    while !news.has_ended() {
        poll.poll(&mut ready, Some(LOOK))?;
        for event in &ready {
            let watcher = &mut watchers[event.token().0];
            if !reader.drain(watcher, &mut buffer)? {
                news.lose_connection();
                poll.registry().deregister(&mut watcher.stream)?;
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    kind: Kind,
    news: &'a News,
    /// The version that the first event of all has.
    first_version: Option<usize>,
}

impl Reader<'_> {
    /// Reads all that there is; false if the connection has ended.
    fn drain(&mut self, watcher: &mut Watcher, buffer: &mut [u8]) -> Result<bool, Report> {
        loop {
            let kept = watcher.begun.len();
            buffer[..kept].copy_from_slice(&watcher.begun);
            match watcher.stream.read(&mut buffer[kept..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    let came = &buffer[..kept + count];
                    let taken = self.events(came, &mut watcher.stream)?;
                    watcher.begun.clear();
                    watcher.begun.extend_from_slice(&came[taken..]);
                    if came.len() < buffer.len() {
                        // All that there was; what comes later is told anew.
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
    }

    /// Takes the whole events that `came` begins with; says how many bytes they have.
    fn events(&mut self, came: &[u8], stream: &mut mio::net::TcpStream) -> Result<usize, Report> {
        let (head, tail) = (self.kind.head(), self.kind.tail());
        let now = self.news.now();
        let (mut taken, mut count) = (0, 0);
        loop {
            let rest = &came[taken..];
            if self.kind == Kind::Nats && rest.starts_with(b"PING\r\n") {
                stream.write_all(b"PONG\r\n")?;
                taken += 6;
                continue;
            }
            if rest.len() < head.len() {
                break;
            }
            ensure!(rest.starts_with(head), "no event: {:?}", shown(rest));
            let body = &rest[head.len()..];
            let Some(end) = memchr::memchr(b'\n', body) else {
                ensure!(body.len() < LONGEST, "an event without an end: {:?}", shown(body));
                break;
            };
            if body.len() < end + 1 + tail {
                break;
            }
            let event = self.number(&body[..end])?;
            self.news.hear(event, now);
            count += 1;
            taken += head.len() + end + 1 + tail;
        }
        self.news.count(count);
        Ok(taken)
    }

    /// Which event a line is, by its version.
    fn number(&mut self, line: &[u8]) -> Result<usize, Report> {
        let version = version(line).ok_or_else(|| eyre!("no version: {:?}", shown(line)))?;
        if self.kind != Kind::Ours && line.len() + 1 != EVENT_BYTES {
            bail!("an event of another length than was sent: {:?}", shown(line));
        }
        let first = *self.first_version.get_or_insert(version);
        version.checked_sub(first).ok_or_else(|| eyre!("an event older than the first"))
    }
}

/// The version, which is the last member but one.
fn version(line: &[u8]) -> Option<usize> {
    let reason = memchr::memrchr(b':', line)?;
    let colon = memchr::memrchr(b':', &line[..reason])?;
    let digits = line[colon + 1..reason].split(|byte| *byte == b',').next()?;
    let number = |number: usize, digit: &u8| {
        digit.is_ascii_digit().then(|| number * 10 + usize::from(digit - b'0'))
    };
    let named = line[..colon].ends_with(b"\"version\"") && digits.len() < 18;
    named.then(|| digits.iter().try_fold(0, number)).flatten()
}

fn shown(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_its_place_alone() {
        let event = Kind::Bare.publication(7);
        assert_eq!(version(&event[..event.len() - 1]), Some(10_000_007));
        for line in ["{}", r#"{"a":1,"b":2}"#, r#"{"version":x,"reason":"held"}"#, ""] {
            assert_eq!(version(line.as_bytes()), None, "{line}");
        }
    }
}
