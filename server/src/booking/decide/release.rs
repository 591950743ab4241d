//! Seats out of the cart.

use trecho_shared::ids::HoldId;
use trecho_shared::time::Moment;

use super::{Decided, freed, set_clock};
use crate::booking::state::State;
use crate::booking::{Caller, CartClock, CartView, Decision, HoldRecord, Outcome, Reason, Refusal};

impl State {
    /// The holds named, or all of them. The deadline stays; an empty cart has none.
    pub(super) fn release(&self, caller: Caller, named: Option<&[HoldId]>, now: Moment) -> Decided {
        let session = self.speaking(caller)?;
        let (key, cart) = (caller.session, &session.cart);
        if let Some(named) = named {
            let unknown: Vec<HoldId> =
                named.iter().filter(|hold| !cart.has(**hold)).copied().collect();
            if !unknown.is_empty() {
                return Err(Refusal::HoldUnknown(unknown));
            }
        }
        let goes = |hold: HoldId| named.is_none_or(|named| named.contains(&hold));
        let (gone, kept): (Vec<HoldRecord>, Vec<HoldRecord>) =
            cart.holds.iter().partition(|hold| goes(hold.hold));
        if gone.is_empty() {
            return Ok(Decision::accept(Outcome::Cart(session.view(&self.policy)), Vec::new()));
        }
        let clock = if kept.is_empty() { CartClock::default() } else { cart.clock };
        let mut changes: Vec<_> =
            freed(key, &cart.holds, |place| goes(cart.holds[place].hold)).collect();
        set_clock(key, session, clock, &mut changes);
        self.note_contact(key, session, now, &mut changes);
        let touched = gone.iter().map(|hold| hold.leg).collect();
        self.tell_legs(touched, Reason::Released, &mut changes);
        let view = CartView::new(kept, clock, &self.policy);
        Ok(Decision::accept(Outcome::Cart(view), changes))
    }
}
