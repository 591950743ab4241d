//! Ways from A to B with connections.

use trecho_shared::message::{SearchTrips, Trip};

use crate::effect::AskId;

/// The trips screen. Its from, to and date are those of the board.
#[derive(Debug, Default)]
pub struct TripsScreen {
    /// What the trips answer.
    pub query: Option<SearchTrips>,
    /// The trips found.
    pub trips: Vec<Trip>,
    /// Which trip the cursor is on.
    pub cursor: usize,
    /// The first trip on the screen.
    pub top: usize,
    /// The search under way.
    pub waiting: Option<AskId>,
}
