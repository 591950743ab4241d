//! Many bots at once.

use std::convert::Infallible;
use std::net::SocketAddr;

use tokio::task::JoinSet;

use super::caller::CallError;
use super::dice::Dice;
use super::habits::Passenger;

/// A demo has at most this many bots: each is a connection.
pub const MOST_BOTS: u16 = 500;

/// After a connection was lost a bot comes back after 1 to 4 seconds.
const COMES_BACK_MS: (u64, u64) = (1_000, 4_000);

/// Bots at work. Dropping it sends them all away; the server then sees their connections end.
#[derive(Debug)]
pub struct Crowd {
    bots: JoinSet<()>,
}

impl Crowd {
    /// Sends `count` bots to the server at `address`. The same seed, the same habits; what comes of
    /// them depends on the others. Call it within a runtime.
    pub fn start(address: SocketAddr, count: u16, seed: u64) -> Self {
        let mut bots = JoinSet::new();
        for number in 0..count.min(MOST_BOTS) {
            let dice = Dice::new(seed ^ (u64::from(number) << 32));
            bots.spawn(live(address, (number, count), dice));
        }
        Self { bots }
    }

    /// How many are at work.
    pub fn len(&self) -> usize {
        self.bots.len()
    }

    /// Whether nobody is at work.
    pub fn is_empty(&self) -> bool {
        self.bots.is_empty()
    }
}

/// One bot, its number and of how many: takes part in the rush, behaves, and comes back when the
/// server does.
async fn live(address: SocketAddr, place: (u16, u16), mut dice: Dice) {
    let (number, _) = place;
    let mut rushed = false;
    loop {
        let stay = async {
            let mut passenger = Passenger::arrive(address, number).await?;
            if !rushed {
                passenger.rush(place, &mut dice).await?;
                rushed = true;
            }
            Err(passenger.stay(&mut dice).await)
        };
        let ended: Result<Infallible, CallError> = stay.await;
        let Err(error) = ended;
        tracing::debug!(bot = number, %error, "bot lost its connection");
        let (least, most) = COMES_BACK_MS;
        tokio::time::sleep(dice.pause(least, most)).await;
    }
}
