//! What changes what is sold: orders in the desk's queue, each with its line in the audit log.

use std::collections::HashSet;

use tokio::time::timeout;
use trecho_shared::ids::{LegId, SeatLabel};
use trecho_shared::text::scrub_to;

use super::{Answer, legs, refusal, words};
use crate::admin::Steering;
use crate::admin::wire::{
    BlockSeats, Problem, ReleaseCart, ReleaseHold, Released, ReleasedHold, ShowLeg, Steered,
    UnblockSeats,
};
use crate::booking::{
    Action, Command, HoldRecord, LegKey, Operated, Operation, Operator, Outcome, SeatIx,
    SessionKey, outcome_of,
};
use crate::desk::Rejection;
use crate::dispatch::Service;
use crate::limits::{ADMIN_NOTE, ADMIN_SEATS};

/// So much the audit log keeps of what was refused before the rules were asked.
const REFUSED_CHARS: usize = 300;

/// Who asks, and whom.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) steering: &'a Steering,
    pub(super) by: &'a Operator,
    /// The method's name, which the audit log has, too.
    pub(super) name: &'static str,
}

impl Act<'_> {
    fn service(&self) -> &Service {
        &self.steering.service
    }

    pub(super) async fn block(self, ask: BlockSeats) -> Answer<Steered> {
        let BlockSeats { leg, seats, reason } = ask;
        let checked =
            words::reason(&reason).and_then(|reason| Ok((reason, self.places(leg, &seats)?)));
        let subject = format!("{leg} {}", list(&seats));
        let (reason, (key, places)) =
            self.or_note(&format!("{subject}: {reason}"), checked).await?;
        let subject = format!("{subject}: {reason}");
        let action = Action::Block { leg: key, seats: places, reason, claims: Vec::new() };
        self.steer(key, leg, subject, action).await
    }

    pub(super) async fn unblock(self, ask: UnblockSeats) -> Answer<Steered> {
        let UnblockSeats { leg, seats } = ask;
        let subject = format!("{leg} {}", list(&seats));
        let (key, places) = self.or_note(&subject, self.places(leg, &seats)).await?;
        let action = Action::Unblock { leg: key, seats: places, claims: Vec::new() };
        self.steer(key, leg, subject, action).await
    }

    pub(super) async fn close(self, ShowLeg { leg }: ShowLeg) -> Answer<Steered> {
        let key = self.or_note(&leg.to_string(), self.key(leg)).await?;
        self.steer(key, leg, leg.to_string(), Action::Close(key)).await
    }

    pub(super) async fn open(self, ShowLeg { leg }: ShowLeg) -> Answer<Steered> {
        let key = self.or_note(&leg.to_string(), self.key(leg)).await?;
        self.steer(key, leg, leg.to_string(), Action::Open(key)).await
    }

    pub(super) async fn release_hold(self, ReleaseHold { hold }: ReleaseHold) -> Answer<Released> {
        let operated = self.operate(format!("hold {}", hold.0), Action::ReleaseHold(hold)).await?;
        Ok(Released { released: self.released(operated) })
    }

    pub(super) async fn release_cart(self, ask: ReleaseCart) -> Answer<Released> {
        let ReleaseCart { session } = ask;
        let action = Action::ReleaseCart(SessionKey(session));
        let operated = self.operate(format!("session {session}"), action).await?;
        Ok(Released { released: self.released(operated) })
    }

    /// Notes what changes nothing that is sold; false if that cannot be kept.
    pub(super) async fn note(self, subject: &str) -> bool {
        // A desk that waits for a broken disk keeps nobody from ending the server.
        let noted = self.ask(subject.to_owned(), Action::Note);
        timeout(ADMIN_NOTE, noted).await.is_ok_and(|noted| noted.is_ok())
    }

    /// Of what is refused before the rules are asked, the audit log has a line as well.
    pub(super) async fn or_note<T>(self, subject: &str, checked: Answer<T>) -> Answer<T> {
        if let Err(problem) = &checked {
            let subject = scrub_to(subject, REFUSED_CHARS);
            let noted = self.ask(subject, Action::Refused(problem.word()));
            // It is refused, whether that can be kept or not.
            let _kept = timeout(ADMIN_NOTE, noted).await;
        }
        checked
    }

    async fn steer(
        self,
        key: LegKey,
        leg: LegId,
        subject: String,
        action: Action,
    ) -> Answer<Steered> {
        let operated = self.operate(subject, action).await?;
        // The board has the change before the answer comes.
        let row = legs::by_key(self.service(), key).ok_or_else(|| Problem::leg_unknown(leg))?;
        Ok(Steered { changed: operated.changed, leg: row, released: self.released(operated) })
    }

    async fn operate(self, subject: String, action: Action) -> Answer<Operated> {
        match self.ask(subject, action).await? {
            Outcome::Operated(operated) => Ok(operated),
            outcome => unreachable!("an action is carried out, and not {outcome:?}"),
        }
    }

    /// Hands an action in, and waits for what comes of it.
    pub(super) async fn ask(self, subject: String, action: Action) -> Answer<Outcome> {
        let Self { steering, by, name } = self;
        let refused = if let Action::Refused(why) = action { Some(why) } else { None };
        let operation = Operation { by: by.clone(), name, subject: subject.clone(), action };
        let asked = steering.service.desk.ask(Command::Operate(Box::new(operation)), None).await;
        let outcome = match (refused, &asked) {
            (Some(why), _) => format!("refused: {why}"),
            (None, Ok(outcome)) => outcome_of(Ok(outcome)),
            (None, Err(Rejection::Refused(refusal))) => outcome_of(Err(refusal)),
            (None, Err(rejection)) => format!("failed: {rejection}"),
        };
        tracing::info!(subject, outcome, "{name}");
        asked.map_err(|rejection| refusal::rejected(&steering.service, rejection))
    }

    fn key(self, leg: LegId) -> Answer<LegKey> {
        self.service().board.key(&leg).ok_or_else(|| Problem::leg_unknown(leg))
    }

    /// The leg and its seats as the rules call them.
    fn places(self, leg: LegId, seats: &[SeatLabel]) -> Answer<(LegKey, Vec<SeatIx>)> {
        if seats.is_empty() || seats.len() > ADMIN_SEATS {
            return Err(Problem::params(format!("name 1 to {ADMIN_SEATS} seats")));
        }
        let mut named = HashSet::new();
        if let Some(twice) = seats.iter().find(|seat| !named.insert(**seat)) {
            return Err(Problem::params(format!("seat {twice} is named twice")));
        }
        let key = self.key(leg)?;
        let facts = self.service().facts(key);
        let unknown: Vec<SeatLabel> =
            seats.iter().filter(|seat| facts.cabin.seat(**seat).is_none()).copied().collect();
        if !unknown.is_empty() {
            return Err(Problem::seats_unknown(leg, &list(&unknown), &facts.cabin.to_string()));
        }
        Ok((key, seats.iter().filter_map(|seat| facts.cabin.seat(*seat)).collect()))
    }

    fn released(self, operated: Operated) -> Vec<ReleasedHold> {
        let shown = |(session, record): (SessionKey, HoldRecord)| {
            let HoldRecord { hold, leg, seat, fare: _ } = record;
            let facts = self.service().facts(leg);
            let seat = facts.cabin.label(seat);
            ReleasedHold { session: session.0, hold, leg: facts.id, seat }
        };
        operated.released.into_iter().map(shown).collect()
    }
}

/// Seats one after the other.
fn list(seats: &[SeatLabel]) -> String {
    seats.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
