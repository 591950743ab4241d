//! PostgreSQL, tuned: a function a step, so one round trip; a few connections for all clients. Holds
//! do not wait for the disk, confirms do, and the sync of a confirm covers its holds.

mod link;

use std::sync::Arc;

use color_eyre::eyre::{Report, ensure, eyre};
use tokio::sync::{Mutex, Semaphore};

use self::link::Link;
use super::{Options, Peer};

const SCHEMA: &str = "
DROP TABLE IF EXISTS booking_legs, bookings, holds, legs CASCADE;
CREATE TABLE legs (id bigint PRIMARY KEY, origin text NOT NULL, dest text NOT NULL,
  free bigint NOT NULL CHECK (free >= 0));
CREATE TABLE holds (id bigserial PRIMARY KEY, leg_id bigint NOT NULL REFERENCES legs(id),
  client_id bigint NOT NULL, status text NOT NULL DEFAULT 'held', expires_at timestamptz NOT NULL);
CREATE TABLE bookings (id bigserial PRIMARY KEY, client_id bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE booking_legs (booking_id bigint NOT NULL REFERENCES bookings(id),
  leg_id bigint NOT NULL, hold_id bigint NOT NULL, PRIMARY KEY (booking_id, leg_id, hold_id));
CREATE OR REPLACE FUNCTION hold_leg(l bigint, c bigint) RETURNS bigint LANGUAGE sql AS $$
  WITH u AS (UPDATE legs SET free = free - 1 WHERE id = l AND free > 0 RETURNING id)
  INSERT INTO holds(leg_id, client_id, expires_at)
    SELECT id, c, now() + interval '5 minutes' FROM u RETURNING id $$;
CREATE OR REPLACE FUNCTION confirm_cart(c bigint, h bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n int; b bigint;
BEGIN
  UPDATE holds SET status = 'confirmed'
    WHERE id = ANY(h) AND client_id = c AND status = 'held' AND expires_at > now();
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n <> cardinality(h) THEN RAISE EXCEPTION 'hold gone'; END IF;
  INSERT INTO bookings(client_id) VALUES (c) RETURNING id INTO b;
  INSERT INTO booking_legs(booking_id, leg_id, hold_id)
    SELECT b, leg_id, id FROM holds WHERE id = ANY(h);
  RETURN b;
END $$;";

/// So many connections hold, and so many confirm: what was found to be fastest on two cores.
const HOLDING: usize = 8;
const CONFIRMING: usize = 32;

/// A client, with the pools that all share.
pub(super) struct Client {
    holding: Arc<Pool>,
    confirming: Arc<Pool>,
    name: String,
    held: Vec<String>,
}

/// The legs with their seats, and everyone who is to book.
pub(super) async fn clients(options: &Options) -> Result<Vec<Client>, Report> {
    let mut first = Link::connect(options.addr, "").await?;
    first.run(SCHEMA).await?;
    let (legs, seats) = (options.legs, options.seats);
    first
        .run(&format!(
            "INSERT INTO legs SELECT i, 'A'||i, 'B'||i, {seats} FROM generate_series(0, {legs} - 1) i"
        ))
        .await?;
    first.run("VACUUM ANALYZE legs").await?;
    first.run("CHECKPOINT").await?;
    let holding = Pool::open(options, HOLDING, "-c synchronous_commit=off", "hold_leg").await?;
    let confirming =
        Pool::open(options, CONFIRMING, "-c synchronous_commit=on", "confirm_cart").await?;
    let client = |number: usize| Client {
        holding: Arc::clone(&holding),
        confirming: Arc::clone(&confirming),
        name: number.to_string(),
        held: Vec::new(),
    };
    Ok((0..options.clients).map(client).collect())
}

impl Peer for Client {
    async fn hold(&mut self, leg: usize) -> Result<(), Report> {
        let id = self.holding.call([&leg.to_string(), &self.name]).await?;
        self.held.push(id.ok_or_else(|| eyre!("leg {leg} is sold out: give it more seats"))?);
        Ok(())
    }

    async fn confirm(&mut self) -> Result<(), Report> {
        let holds = format!("{{{}}}", self.held.join(","));
        let booking = self.confirming.call([&self.name, &holds]).await?;
        ensure!(booking.is_some(), "no booking");
        self.held.clear();
        Ok(())
    }
}

/// Connections on which one function is prepared; who finds none free waits.
struct Pool {
    free: Mutex<Vec<Link>>,
    places: Semaphore,
}

impl Pool {
    async fn open(
        options: &Options,
        size: usize,
        settings: &str,
        function: &str,
    ) -> Result<Arc<Self>, Report> {
        let mut free = Vec::new();
        for _ in 0..size {
            let mut link = Link::connect(options.addr, settings).await?;
            link.prepare(&format!("SELECT {function}($1, $2)")).await?;
            free.push(link);
        }
        Ok(Arc::new(Self { free: Mutex::new(free), places: Semaphore::new(size) }))
    }

    /// Calls the function. A link that failed is not used again.
    async fn call(&self, params: [&str; 2]) -> Result<Option<String>, Report> {
        let place = self.places.acquire().await?;
        let link = self.free.lock().await.pop();
        let mut link = link.ok_or_else(|| eyre!("every connection has failed"))?;
        let value = link.call(params).await?;
        self.free.lock().await.push(link);
        drop(place);
        Ok(value)
    }
}
