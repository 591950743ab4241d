//! The operators' pages, over HTTP on a port of their own: `/metrics` for Prometheus, `/healthz`
//! (the process answers) and `/readyz` (it can sell) for whatever restarts it or sends passengers
//! to it.
//!
//! Few connections at once, one request on each, and little time for it: nobody who asks, or who
//! only pretends to, takes anything from passengers.

mod readiness;
mod text;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::dispatch::Service;
use crate::limits::{PAGE_BACK_OFF, PAGE_CONNECTIONS, PAGE_HEAD, PAGE_TIME};
use crate::listener;
use crate::meters::OperatorsDoor;
use crate::session::Announcement;
use readiness::Readiness;
use text::Format;

type Page = Response<Full<Bytes>>;

/// The port on which the pages will be served.
#[derive(Debug)]
pub(crate) struct Bound(TcpListener);

/// Takes the address.
///
/// # Errors
/// If it cannot be had.
pub(crate) fn bind(address: SocketAddr) -> io::Result<Bound> {
    listener::bind(address).map(Bound)
}

impl Bound {
    /// Where it is: with the port that was picked for port 0.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// What the pages are written from.
pub(crate) struct Pages {
    service: Arc<Service>,
    readiness: Readiness,
}

impl Pages {
    /// The pages of a server that announces its end on `announcements`.
    pub(crate) fn new(service: Arc<Service>, announcements: watch::Receiver<Announcement>) -> Self {
        let readiness = Readiness::new(Arc::clone(&service), announcements);
        Self { service, readiness }
    }

    /// Serves until it is dropped: its connections end with it.
    pub(crate) async fn serve(self, Bound(listener): Bound) {
        let pages = Arc::new(self);
        let places = Arc::new(Semaphore::new(PAGE_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Some(_ended) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((socket, peer)) => {
                        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                            connections.spawn(Arc::clone(&pages).converse(socket, place));
                        } else {
                            pages.service.meters.limits.operators.of(OperatorsDoor::Pages).inc();
                            tracing::debug!(%peer, "too many ask for pages at once");
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept on the metrics port");
                        sleep(PAGE_BACK_OFF).await;
                    }
                },
            }
        }
    }

    /// One request and its answer.
    async fn converse(self: Arc<Self>, socket: TcpStream, _place: OwnedSemaphorePermit) {
        let answer = service_fn(move |request: Request<Incoming>| {
            let pages = Arc::clone(&self);
            async move { Ok::<_, Infallible>(pages.answer(&request).await) }
        });
        let connection = http1::Builder::new()
            .keep_alive(false)
            .timer(TokioTimer::new())
            .header_read_timeout(PAGE_HEAD)
            .serve_connection(TokioIo::new(socket), answer);
        match timeout(PAGE_TIME, connection).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a page was not served"),
            Err(_) => tracing::debug!("a page was not taken in time"),
        }
    }

    async fn answer<B>(&self, request: &Request<B>) -> Page {
        let path = request.uri().path();
        if !matches!(path, "/metrics" | "/healthz" | "/readyz") {
            return page(
                StatusCode::NOT_FOUND,
                "no such page; there are /metrics, /healthz and /readyz",
            );
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refusal = page(StatusCode::METHOD_NOT_ALLOWED, "pages are only read");
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refusal;
        }
        match path {
            "/metrics" => self.metrics(request),
            "/readyz" => match self.readiness.ask().await {
                Ok(()) => page(StatusCode::OK, "ready"),
                Err(not_ready) => page(StatusCode::SERVICE_UNAVAILABLE, not_ready.to_string()),
            },
            _ => page(StatusCode::OK, "alive"),
        }
    }

    fn metrics<B>(&self, request: &Request<B>) -> Page {
        let format = Format::wanted(request.headers().get(ACCEPT));
        match text::write(&self.service, format) {
            Ok(text) => {
                let mut page = Response::new(Full::new(Bytes::from(text)));
                let kind = HeaderValue::from_static(format.content_type());
                page.headers_mut().insert(CONTENT_TYPE, kind);
                page
            }
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be written out");
                page(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written out")
            }
        }
    }
}

/// A sentence for whoever looks with their own eyes; programs read the status.
fn page(status: StatusCode, sentence: impl Into<String>) -> Page {
    let mut text = sentence.into();
    text.push('\n');
    let mut page = Response::new(Full::new(Bytes::from(text)));
    *page.status_mut() = status;
    let headers = page.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}
