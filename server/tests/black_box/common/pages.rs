//! The operators' pages, as whatever fetches them sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::client::PATIENCE;

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Fetches a page with a request line of one's own and more headers, each with its end of line.
pub(crate) async fn fetch(address: SocketAddr, request: &str, headers: &str) -> Page {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: trecho\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut answer)).await.expect("a page in time").unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Page {
    fetch(address, &format!("GET {path}"), "").await
}

/// Fetches a page until it has this status.
pub(crate) async fn until_status(address: SocketAddr, path: &str, status: u16) -> Page {
    let end = Instant::now() + PATIENCE;
    loop {
        let page = get(address, path).await;
        if page.status == status {
            return page;
        }
        assert!(Instant::now() < end, "{path} stays {}: {}", page.status, page.body);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// The numbers of one scrape, by series as written: `name{label="value"}`.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) series: BTreeMap<String, f64>,
    /// The type of each family, by name.
    pub(crate) kinds: BTreeMap<String, String>,
}

impl Numbers {
    pub(crate) async fn scrape(address: SocketAddr) -> Self {
        let page = get(address, "/metrics").await;
        assert_eq!(page.status, 200, "{}", page.body);
        Self::parse(&page.body)
    }

    /// Reads the page strictly: every line is a comment of a known kind or a sample of a family that
    /// was announced before, and no series comes twice.
    pub(crate) fn parse(text: &str) -> Self {
        let mut numbers = Self::default();
        let mut helped = BTreeSet::new();
        assert!(text.ends_with('\n'));
        for line in text.lines().filter(|line| *line != "# EOF") {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                assert!(help.len() > 5 && help.ends_with('.'), "{line}");
                assert!(helped.insert(name.to_owned()), "explained twice: {line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                let before = numbers.kinds.insert(name.to_owned(), kind.to_owned());
                assert!(before.is_none(), "announced twice: {line}");
            } else {
                numbers.sample(line);
            }
        }
        assert_eq!(helped, numbers.kinds.keys().cloned().collect());
        numbers
    }

    fn sample(&mut self, line: &str) {
        let (series, value) = line.rsplit_once(' ').expect(line);
        let name = series.split('{').next().unwrap();
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(name.bytes().all(plain), "{line}");
        let family = ["_bucket", "_sum", "_count", "_total", "_info"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|base| self.kinds.contains_key(*base)))
            .unwrap_or(name);
        assert!(self.kinds.contains_key(family), "nobody announced {line}");
        let value: f64 = value.parse().expect(line);
        assert!(self.series.insert(series.to_owned(), value).is_none(), "twice: {line}");
    }

    /// A number that must be there.
    pub(crate) fn of(&self, series: &str) -> f64 {
        *self.series.get(series).unwrap_or_else(|| panic!("there is no {series}"))
    }

    /// The names of all samples.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.series.keys().map(|series| series.split('{').next().unwrap()).collect()
    }

    /// What has changed since, but for what is measured rather than counted.
    pub(crate) fn since(&self, before: &Self) -> BTreeMap<String, f64> {
        let changed = self.series.iter().filter_map(|(series, value)| {
            let step = value - before.series.get(series).unwrap_or(&0.0);
            (step != 0.0).then(|| (series.clone(), step))
        });
        changed.collect()
    }
}
