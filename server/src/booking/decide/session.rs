//! Sessions come, are taken up again, lose their connection, and go.

use trecho_shared::time::Moment;

use super::{Decided, freed, set_clock};
use crate::booking::state::{Session, State};
use crate::booking::{
    Caller, CartClock, CartView, Change, Decision, Generation, Outcome, Reason, Refusal, SessionKey,
};

impl State {
    /// A new session. (Tokens are random; one that is known already is refused like one that is
    /// not, so that nobody ever gets into another's session.)
    pub(super) fn open(&self, token_hash: [u8; 32], name: Option<&String>, now: Moment) -> Decided {
        if self.sessions.of_token(&token_hash).is_some() {
            return Err(Refusal::SessionUnknown);
        }
        let session = self.counters.session;
        let caller = Caller { session, generation: Generation(0) };
        let opened = Change::SessionOpened { session, token_hash, name: name.cloned(), at: now };
        let outcome = Outcome::Attached { caller, cart: CartView::default() };
        Ok(Decision::accept(outcome, vec![opened]))
    }

    /// The session goes on, on another connection. Whoever spoke for it before does so no longer.
    pub(super) fn resume(&self, token_hash: &[u8; 32], now: Moment) -> Decided {
        let key = self.sessions.of_token(token_hash).ok_or(Refusal::SessionUnknown)?;
        let session = self.sessions.get(key).ok_or(Refusal::SessionUnknown)?;
        let generation = Generation(session.generation.0.wrapping_add(1));
        let before = session.detached_until;
        let mut changes = vec![Change::SessionAttached { session: key, generation, before }];
        self.note_contact(key, session, now, &mut changes);
        let caller = Caller { session: key, generation };
        let outcome = Outcome::Attached { caller, cart: session.view(&self.policy) };
        Ok(Decision::accept(outcome, changes))
    }

    /// The connection is gone: the cart has its grace. Only the last connection can be lost, and
    /// only once.
    pub(super) fn detach(&self, caller: Caller, now: Moment) -> Decided {
        if self.is_gone(caller) {
            return Ok(Decision::accept(Outcome::Done, Vec::new()));
        }
        let session = self.speaking(caller)?;
        let until = now.plus_ms(self.policy.grace_ms);
        let mut changes =
            vec![Change::SessionDetached { session: caller.session, before: None, until }];
        self.note_contact(caller.session, session, now, &mut changes);
        Ok(Decision::accept(Outcome::Done, changes))
    }

    /// The passenger left: holds are free at once. A session that ever held anything rests, so that
    /// a confirm whose reply was lost can be repeated; another is forgotten.
    pub(super) fn close(&self, caller: Caller, now: Moment) -> Decided {
        if self.is_gone(caller) {
            return Ok(Decision::accept(Outcome::Done, Vec::new()));
        }
        let session = self.speaking(caller)?;
        let key = caller.session;
        let mut changes = Vec::new();
        if session.kept {
            let holds = &session.cart.holds;
            changes.extend(freed(key, holds, |_| true));
            set_clock(key, session, CartClock::default(), &mut changes);
            changes.push(Change::SessionDetached { session: key, before: None, until: now });
            self.note_contact(key, session, now, &mut changes);
            let touched = holds.iter().map(|hold| hold.leg).collect();
            self.tell_legs(touched, Reason::Released, &mut changes);
        } else {
            changes.push(forgotten(key, session));
        }
        Ok(Decision::accept(Outcome::Done, changes))
    }

    /// The cart as it is.
    pub(super) fn look(&self, caller: Caller) -> Decided {
        let session = self.speaking(caller)?;
        Ok(Decision::accept(Outcome::Cart(session.view(&self.policy)), Vec::new()))
    }

    /// Whether it is known already that this connection, the session's last, is gone.
    fn is_gone(&self, caller: Caller) -> bool {
        self.sessions.get(caller.session).is_some_and(|session| {
            session.generation == caller.generation && session.detached_until.is_some()
        })
    }
}

/// The session is forgotten. Its cart is empty, and so is its clock.
pub(super) fn forgotten(key: SessionKey, session: &Session) -> Change {
    debug_assert!(session.cart.holds.is_empty(), "holds were freed before");
    Change::SessionForgotten {
        session: key,
        token_hash: session.token_hash,
        name: session.name.clone(),
        generation: session.generation,
        kept: session.kept,
        purchases: session.purchases,
        detached_until: session.detached_until,
        last_contact: session.last_contact,
    }
}
