//! How many seats one address may hold at once, and how long whoever lets one cart after the other
//! end has to wait.
//!
//! Holding seats that one does not mean to buy costs an airline its sales. The rules bound a cart;
//! here is what keeps many carts of one address in bounds, whatever the sockets do: the desk decides
//! every hold, so nobody gets past by asking on many connections at once. Only sessions of
//! connections whose limits count are known here; what one let lapse is remembered as long as the
//! rules remember the session, so these tables are no larger than theirs. After a restart they begin
//! anew, as the sessions are resumed.

use std::collections::HashMap;

use trecho_shared::time::Moment;

use crate::booking::{CartClock, Change, Policy, SessionKey};
use crate::meters::Refuser;
use crate::origin::Origin;

/// What an address is told to wait that holds as much as it may: carts end all the time.
const FULL_RETRY_MS: i64 = 30_000;

/// Who has what, by session and by address.
#[derive(Debug)]
pub(super) struct Budgets {
    policy: Policy,
    sessions: HashMap<SessionKey, Holder>,
    origins: HashMap<Origin, Account>,
}

/// One session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Holder {
    origin: Origin,
    held: u32,
    /// So many of its carts have come to nothing, one after the other.
    lapses: u32,
    again_at: Option<Moment>,
}

/// All sessions of one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Account {
    sessions: u32,
    held: u32,
    /// So many seats have come to nothing since the last purchase.
    lapsed: u32,
    again_at: Option<Moment>,
}

impl Budgets {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, sessions: HashMap::new(), origins: HashMap::new() }
    }

    /// A connection from `origin` speaks for the session from now on, which has so many holds; none
    /// if no limits count for it.
    pub(super) fn attach(&mut self, session: SessionKey, origin: Option<Origin>, held: usize) {
        let before = self.sessions.get(&session).copied();
        if before.map(|before| before.origin) == origin {
            return;
        }
        self.forget(session);
        let Some(origin) = origin else { return };
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        let (lapses, again_at) =
            before.map_or((0, None), |before| (before.lapses, before.again_at));
        self.sessions.insert(session, Holder { origin, held, lapses, again_at });
        let account = self.origins.entry(origin).or_default();
        account.sessions += 1;
        account.held += held;
    }

    /// Whether the session may hold so many more seats; if not, by which limit, and after how many
    /// milliseconds.
    pub(super) fn permit(
        &self,
        session: SessionKey,
        wanted: usize,
        now: Moment,
    ) -> Result<(), (Refuser, i64)> {
        let Some(holder) = self.sessions.get(&session) else { return Ok(()) };
        let Some(account) = self.origins.get(&holder.origin) else { return Ok(()) };
        // Told is the one that lasts longer.
        let pauses =
            [(Refuser::SessionLapses, holder.again_at), (Refuser::AddressLapses, account.again_at)];
        let pause = pauses.into_iter().max_by_key(|(_, again_at)| *again_at);
        if let Some((limit, Some(again_at))) = pause.filter(|(_, again_at)| *again_at > Some(now)) {
            return Err((limit, again_at.ms_since(now)));
        }
        let most = self.policy.address_seats;
        let fits = most == 0 || (account.held as usize).saturating_add(wanted) <= most;
        if fits { Ok(()) } else { Err((Refuser::HoldsPerAddress, FULL_RETRY_MS)) }
    }

    /// A change has been put into effect.
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Held { session, .. } => self.add(*session, 1),
            Change::Freed { session, .. } => self.add(*session, -1),
            Change::Booked { session, holds, .. } => self.add(*session, -count(holds.len())),
            _ => {}
        }
    }

    /// A change has been taken out again.
    pub(super) fn revert(&mut self, change: &Change) {
        match change {
            Change::Held { session, .. } => self.add(*session, -1),
            Change::Freed { session, .. } => self.add(*session, 1),
            Change::Booked { session, holds, .. } => self.add(*session, count(holds.len())),
            _ => {}
        }
    }

    /// These changes are on disk: which carts came to nothing, and who has bought.
    pub(super) fn note(&mut self, changes: &[Change], now: Moment) {
        let mut freed: Option<(SessionKey, u32)> = None;
        for change in changes {
            match change {
                Change::Freed { session, .. } => {
                    let before = freed.filter(|(owner, _)| owner == session);
                    freed = Some((*session, before.map_or(0, |(_, seats)| seats) + 1));
                }
                Change::CartClock { session, before, after } => {
                    let Some((owner, seats)) = freed.take() else { continue };
                    let ended = owner == *session && after.deadline.is_none();
                    if ended && (after.expired || self.was_kept_long(*before, now)) {
                        self.lapse(*session, seats, now);
                    }
                }
                Change::Booked { session, .. } => {
                    freed = None;
                    self.bought(*session);
                }
                Change::SessionForgotten { session, .. } => self.forget(*session),
                _ => {}
            }
        }
    }

    /// Whether a cart that was given back was held for more than a period: as good as expired, and
    /// no way around that.
    fn was_kept_long(&self, clock: CartClock, now: Moment) -> bool {
        let periods = self.policy.renewals.max(1).saturating_sub(1);
        let long = |cap: Moment| {
            cap.plus_ms(self.policy.hold_ms.saturating_mul(periods).saturating_neg()) <= now
        };
        clock.cap.is_some_and(long)
    }

    fn lapse(&mut self, session: SessionKey, seats: u32, now: Moment) {
        let policy = self.policy;
        let Some(holder) = self.sessions.get_mut(&session) else { return };
        holder.lapses = holder.lapses.saturating_add(1);
        if policy.lapses > 0 && holder.lapses >= policy.lapses {
            holder.again_at = Some(now.plus_ms(policy.hold_ms / 2));
        }
        let Some(account) = self.origins.get_mut(&holder.origin) else { return };
        account.lapsed = account.lapsed.saturating_add(seats);
        if policy.lapses > 0 && account.lapsed as usize >= policy.address_seats.saturating_mul(2) {
            let longest = policy.hold_ms.saturating_mul(policy.renewals.max(1));
            account.again_at = Some(now.plus_ms(longest));
        }
    }

    fn bought(&mut self, session: SessionKey) {
        let Some(holder) = self.sessions.get_mut(&session) else { return };
        holder.lapses = 0;
        if let Some(account) = self.origins.get_mut(&holder.origin) {
            account.lapsed = 0;
        }
    }

    fn forget(&mut self, session: SessionKey) {
        let Some(holder) = self.sessions.remove(&session) else { return };
        let Some(account) = self.origins.get_mut(&holder.origin) else { return };
        account.sessions -= 1;
        account.held = account.held.saturating_sub(holder.held);
        if account.sessions == 0 {
            self.origins.remove(&holder.origin);
        }
    }

    fn add(&mut self, session: SessionKey, seats: i32) {
        let Some(holder) = self.sessions.get_mut(&session) else { return };
        holder.held = holder.held.saturating_add_signed(seats);
        if let Some(account) = self.origins.get_mut(&holder.origin) {
            account.held = account.held.saturating_add_signed(seats);
        }
    }
}

/// A cart's holds are few.
fn count(holds: usize) -> i32 {
    i32::try_from(holds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use trecho_shared::ids::HoldId;
    use trecho_shared::money::Centavos;

    use super::*;
    use crate::booking::{HoldRecord, LegKey, SeatIx};

    const MINUTE: i64 = 60_000;
    const FULL: (Refuser, i64) = (Refuser::HoldsPerAddress, FULL_RETRY_MS);

    fn policy() -> Policy {
        Policy { address_seats: 10, ..Policy::default() }
    }

    fn from(number: u8) -> Origin {
        Origin::V4([192, 0, 2, number])
    }

    fn record() -> HoldRecord {
        HoldRecord { hold: HoldId(1), leg: LegKey(1), seat: SeatIx(0), fare: Centavos(1) }
    }

    fn held(session: u64) -> Change {
        Change::Held { session: SessionKey(session), hold: record() }
    }

    fn hold(budgets: &mut Budgets, session: u64, seats: usize) {
        (0..seats).for_each(|_| budgets.apply(&held(session)));
    }

    /// The cart of `session`, held since `since`, ends.
    fn end(budgets: &mut Budgets, session: u64, after: CartClock, (since, now): (i64, i64)) {
        let session = SessionKey(session);
        let seats = budgets.sessions[&session].held;
        let cap = Some(Moment(since + 30 * MINUTE));
        let before = CartClock { deadline: cap, cap, expired: false };
        let mut changes: Vec<_> =
            (0..seats).map(|_| Change::Freed { session, hold: record(), place: 0 }).collect();
        changes.push(Change::CartClock { session, before, after });
        for change in &changes {
            budgets.apply(change);
        }
        budgets.note(&changes, Moment(now));
    }

    const EXPIRED: CartClock = CartClock { deadline: None, cap: None, expired: true };
    const GIVEN_BACK: CartClock = CartClock { deadline: None, cap: None, expired: false };

    #[test]
    fn an_address_holds_so_many_seats_in_whatever_sessions_and_another_is_free_to() {
        let mut budgets = Budgets::new(policy());
        for (session, number) in [(1, 1), (2, 1), (3, 2)] {
            budgets.attach(SessionKey(session), Some(from(number)), 0);
        }
        hold(&mut budgets, 1, 6);
        let permit = |budgets: &Budgets, session, seats| {
            budgets.permit(SessionKey(session), seats, Moment(0))
        };
        assert_eq!(permit(&budgets, 2, 4), Ok(()));
        assert_eq!(permit(&budgets, 2, 5), Err(FULL));
        assert_eq!(permit(&budgets, 3, 10), Ok(()));
        // What was undone is not held.
        budgets.revert(&held(1));
        assert_eq!(permit(&budgets, 2, 5), Ok(()));
        // A session takes its seats along to where it is resumed.
        budgets.attach(SessionKey(1), Some(from(2)), 5);
        assert_eq!(permit(&budgets, 2, 10), Ok(()));
        assert_eq!(permit(&budgets, 3, 6), Err(FULL));
        // Where no limits count, none are counted.
        budgets.attach(SessionKey(1), None, 5);
        assert_eq!(permit(&budgets, 1, 99), Ok(()));
        assert_eq!(permit(&budgets, 3, 10), Ok(()));
    }

    #[test]
    fn three_carts_that_expire_one_after_the_other_pause_their_session_and_a_purchase_clears_it() {
        let mut budgets = Budgets::new(policy());
        budgets.attach(SessionKey(1), Some(from(1)), 0);
        for round in 0..3 {
            assert_eq!(budgets.permit(SessionKey(1), 1, Moment(0)), Ok(()), "round {round}");
            hold(&mut budgets, 1, 1);
            end(&mut budgets, 1, EXPIRED, (0, 0));
        }
        assert_eq!(
            budgets.permit(SessionKey(1), 1, Moment(1)),
            Err((Refuser::SessionLapses, 5 * MINUTE - 1))
        );
        assert_eq!(budgets.permit(SessionKey(1), 1, Moment(5 * MINUTE)), Ok(()));
        budgets.bought(SessionKey(1));
        for _ in 0..2 {
            hold(&mut budgets, 1, 1);
            end(&mut budgets, 1, EXPIRED, (0, 6 * MINUTE));
        }
        assert_eq!(budgets.permit(SessionKey(1), 1, Moment(6 * MINUTE)), Ok(()));
    }

    #[test]
    fn a_cart_given_back_soon_counts_for_nothing_and_one_given_back_late_like_one_that_expired() {
        let mut budgets = Budgets::new(policy());
        budgets.attach(SessionKey(1), Some(from(1)), 0);
        for _ in 0..9 {
            hold(&mut budgets, 1, 1);
            end(&mut budgets, 1, GIVEN_BACK, (0, 10 * MINUTE - 1));
        }
        assert_eq!(budgets.sessions[&SessionKey(1)].lapses, 0);
        hold(&mut budgets, 1, 1);
        end(&mut budgets, 1, GIVEN_BACK, (0, 10 * MINUTE));
        assert_eq!(budgets.sessions[&SessionKey(1)].lapses, 1);
    }

    #[test]
    fn an_address_that_lets_twice_its_seats_lapse_pauses_with_every_session_it_has() {
        let mut budgets = Budgets::new(policy());
        for session in 1..=5 {
            budgets.attach(SessionKey(session), Some(from(1)), 0);
        }
        for session in 1..=4 {
            hold(&mut budgets, session, 5);
            end(&mut budgets, session, EXPIRED, (0, 0));
        }
        assert_eq!(
            budgets.permit(SessionKey(5), 1, Moment(0)),
            Err((Refuser::AddressLapses, 30 * MINUTE))
        );
        assert_eq!(budgets.permit(SessionKey(5), 1, Moment(30 * MINUTE)), Ok(()));
        budgets.attach(SessionKey(6), Some(from(2)), 0);
        assert_eq!(budgets.permit(SessionKey(6), 1, Moment(0)), Ok(()));
    }

    #[test]
    fn nothing_is_left_of_sessions_that_are_forgotten() {
        let mut budgets = Budgets::new(policy());
        for session in 1..=3 {
            budgets.attach(SessionKey(session), Some(from(1)), 2);
            budgets.forget(SessionKey(session));
        }
        assert!(budgets.sessions.is_empty() && budgets.origins.is_empty());
    }
}
