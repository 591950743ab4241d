//! `trechod`, in its own protocol: each reply is read and compared with what was asked for.

use std::fmt::Write as _;
use std::sync::Arc;

use color_eyre::eyre::{Report, bail, ensure, eyre};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Options, Peer};
use crate::lines::Lines;

/// How many legs are asked for at a time.
const PAGE: usize = 500;

/// A passenger with a session of its own.
pub(super) struct Passenger {
    lines: Lines,
    legs: Arc<[String]>,
    /// What the cart must have, by the legs' numbers.
    held: Vec<usize>,
    id: u64,
    request: String,
}

/// A reply: a result, or why there is none.
#[derive(Debug, Deserialize)]
struct Reply<'line> {
    id: Option<u64>,
    #[serde(borrow)]
    result: Option<&'line RawValue>,
    #[serde(borrow)]
    error: Option<&'line RawValue>,
}

#[derive(Debug, Deserialize)]
struct Cart<'line> {
    #[serde(borrow)]
    holds: Vec<OfLeg<'line>>,
}

#[derive(Debug, Deserialize)]
struct Booking<'line> {
    locator: &'line str,
    #[serde(borrow)]
    tickets: Vec<OfLeg<'line>>,
}

#[derive(Debug, Deserialize)]
struct Page<'line> {
    #[serde(borrow)]
    legs: Vec<OfLeg<'line>>,
    #[serde(borrow)]
    cursor: Option<&'line str>,
}

/// A hold, a ticket or a leg: anything that names its leg.
#[derive(Debug, Deserialize)]
struct OfLeg<'line> {
    leg: &'line str,
}

/// Everyone who is to book, each connected.
pub(super) async fn passengers(options: &Options) -> Result<Vec<Passenger>, Report> {
    let legs: Arc<[String]> = find_legs(options).await?.into();
    let mut passengers = Vec::new();
    for _ in 0..options.clients {
        let lines = Lines::connect(options.addr).await?;
        let (legs, request) = (Arc::clone(&legs), String::new());
        passengers.push(Passenger { lines, legs, held: Vec::new(), id: 0, request });
    }
    Ok(passengers)
}

/// The first legs by departure that are on sale.
async fn find_legs(options: &Options) -> Result<Vec<String>, Report> {
    let mut scout = Lines::connect(options.addr).await?;
    let mut legs = Vec::new();
    let mut cursor = String::new();
    while legs.len() < options.legs {
        let limit = PAGE.min(options.legs - legs.len());
        let request = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"legs.search\",\"params\":{{\"limit\":{limit}{cursor}}}}}\n"
        );
        let page: Page = result(scout.ask(request.as_bytes()).await?, 1)?;
        legs.extend(page.legs.iter().map(|leg| leg.leg.to_owned()));
        let Some(next) = page.cursor else { break };
        cursor = format!(",\"cursor\":\"{next}\"");
    }
    ensure!(
        legs.len() == options.legs,
        "{} legs are on sale there, fewer than the {} asked for",
        legs.len(),
        options.legs
    );
    Ok(legs)
}

/// The result of request `id`, as what it is to be.
fn result<'line, T: Deserialize<'line>>(line: &'line [u8], id: u64) -> Result<T, Report> {
    let reply: Reply = serde_json::from_slice(line)?;
    if let Some(error) = reply.error {
        bail!("refused: {error}");
    }
    ensure!(reply.id == Some(id), "a reply to request {:?} instead of {id}", reply.id);
    let result = reply.result.ok_or_else(|| eyre!("neither a result nor an error"))?;
    Ok(serde_json::from_str(result.get())?)
}

impl Passenger {
    /// Begins a request.
    fn request(&mut self, method: &str) {
        self.id += 1;
        self.request.clear();
        let _ = write!(
            self.request,
            "{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{method}\",\"params\":",
            self.id
        );
    }
}

/// Sees that `told` are the legs held, in the order asked for.
fn check(told: &[OfLeg], held: &[usize], legs: &[String]) -> Result<(), Report> {
    let expected = held.iter().map(|leg| legs[*leg].as_str());
    ensure!(
        told.iter().map(|one| one.leg).eq(expected),
        "told of other legs than were asked for: {told:?}"
    );
    Ok(())
}

impl Peer for Passenger {
    async fn hold(&mut self, leg: usize) -> Result<(), Report> {
        self.held.push(leg);
        self.request("cart.hold");
        let _ = writeln!(self.request, "{{\"legs\":[{{\"leg\":\"{}\"}}]}}}}", self.legs[leg]);
        let line = self.lines.ask(self.request.as_bytes()).await?;
        let Cart { holds } = result(line, self.id)?;
        check(&holds, &self.held, &self.legs)
    }

    async fn confirm(&mut self) -> Result<(), Report> {
        const PASSENGER: &str = r#"{"first_name":"Ana","last_name":"Conceição"}"#;
        // Two seats of one leg are for two passengers.
        let second = if self.held.first() == self.held.last() { PASSENGER } else { "" };
        let comma = if second.is_empty() { "" } else { "," };
        self.request("cart.confirm");
        let _ = writeln!(
            self.request,
            "{{\"passengers\":[{PASSENGER}{comma}{second}],\"idempotency_key\":\"bench-{}\"}}}}",
            self.id
        );
        let line = self.lines.ask(self.request.as_bytes()).await?;
        let Booking { locator, tickets } = result(line, self.id)?;
        ensure!(locator.len() == 6, "a locator of six characters, not {locator:?}");
        check(&tickets, &self.held, &self.legs)?;
        self.held.clear();
        Ok(())
    }
}
