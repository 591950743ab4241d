//! A conversation without a socket and without time, for a fuzzer and its corpus: lines from a
//! server go in, news come out.

use super::*;
use crate::effect::{Ask, AskId};

/// What the link makes of lines, while whoever holds this plays the server.
pub(crate) struct Rehearsal {
    exchange: Exchange,
    decoder: LineDecoder,
}

impl Rehearsal {
    pub(crate) fn new() -> Self {
        let decoder = LineDecoder::new(REPLY_LINE_BYTES);
        Self { exchange: Exchange::new(), decoder }
    }

    /// What the server says on opening the session, if it makes sense.
    pub(crate) fn opened(line: &[u8]) -> Option<LinkNews> {
        let mut opened: SessionOpened = serde_json::from_slice(line).ok()?;
        scrub::opened(&mut opened);
        Some(LinkNews::Online { opened: Box::new(opened), resumed: false })
    }

    pub(crate) fn ask(&mut self, id: AskId, ask: Box<Ask>) {
        self.exchange.ask(id, ask);
        self.exchange.outgoing.clear();
    }

    /// The id on the wire of what was asked first and is not answered yet.
    pub(crate) fn oldest(&self) -> Option<i64> {
        self.exchange.pending.keys().min().copied()
    }

    /// What is still to be answered.
    pub(crate) fn pending(&self) -> usize {
        self.exchange.pending.len()
    }

    /// Hears one line, without its newline. `None` once the link would have hung up.
    pub(crate) fn hear(&mut self, line: &[u8]) -> Option<Vec<LinkNews>> {
        let mut news = Vec::new();
        let line = [line, b"\n"].concat();
        let mut rest = &line[..];
        while !rest.is_empty() {
            rest = &rest[self.decoder.push(rest)..];
            while let Some(line) = self.decoder.next_line() {
                let Line::Whole(line) = line else { return None };
                news.extend(self.exchange.line(line).ok()?);
            }
        }
        Some(news)
    }
}
