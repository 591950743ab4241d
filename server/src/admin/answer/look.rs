//! What only looks: sessions as an order that changes nothing, the rest read beside the writer.

use trecho_shared::message::TicketStatus;
use trecho_shared::time::Moment;

use super::{Answer, refusal};
use crate::admin::wire::{
    AuditListed, AuditRow, BookingSheet, CartRow, HoldRow, Kind, ListAudit, ListSessions, Problem,
    SeatRow, SeatsListed, SessionRow, SessionsListed, ShowBooking, ShowLeg,
};
use crate::booking::{
    AuditRecord, Command, HoldRecord, Operator, Outcome, SessionKey, SessionView, Survey, Surveyed,
    Which,
};
use crate::dispatch::Service;
use crate::ledger::{RecordsError, Sheet};
use crate::limits::ADMIN_SEATS_LISTED;

/// A page has so many if it does not say.
const PAGE: u32 = 50;

/// A page has at most so many.
const LONGEST_PAGE: u32 = 500;

pub(super) async fn sessions(service: &Service, ask: ListSessions) -> Answer<SessionsListed> {
    let ListSessions { holding, after, limit } = ask;
    let which = if holding { Which::WithHolds } else { Which::All };
    let (after, most) = (SessionKey(after.unwrap_or(0)), page(limit)? as usize);
    let asked = service.desk.ask(Command::Survey(Survey { after, most, which }), None).await;
    let Surveyed { sessions, more } =
        match asked.map_err(|rejection| refusal::rejected(service, rejection))? {
            Outcome::Surveyed(surveyed) => surveyed,
            outcome => unreachable!("a survey tells sessions, and not {outcome:?}"),
        };
    let now = service.clock.now();
    let rows = sessions.into_iter().map(|view| session(service, view, now)).collect::<Vec<_>>();
    let after = rows.last().filter(|_| more).map(|last| last.session);
    Ok(SessionsListed { sessions: rows, after })
}

fn session(service: &Service, view: SessionView, now: Moment) -> SessionRow {
    let SessionView { session, name, detached_until, last_contact, holds, clock, since } = view;
    let ms = |ms: i64| u64::try_from(ms).unwrap_or(0);
    let ends_at = [clock.deadline, detached_until].into_iter().flatten().min();
    let cart = ends_at.filter(|_| !holds.is_empty()).map(|ends_at| CartRow {
        age_ms: since.map_or(0, |since| ms(now.ms_since(since))),
        ends_at,
        ends_in_ms: ms(ends_at.ms_since(now)),
        holds: holds.into_iter().map(|record| hold(service, record)).collect(),
    });
    let (session, attached) = (session.0, detached_until.is_none());
    SessionRow { session, name, attached, last_contact, cart }
}

fn hold(service: &Service, record: HoldRecord) -> HoldRow {
    let HoldRecord { hold, leg, seat, fare } = record;
    let facts = service.facts(leg);
    HoldRow { hold, leg: facts.id, seat: facts.cabin.label(seat), fare_centavos: fare }
}

pub(super) async fn seats(service: &Service, ShowLeg { leg }: ShowLeg) -> Answer<SeatsListed> {
    let key = service.board.key(&leg).ok_or_else(|| Problem::leg_unknown(leg))?;
    let mut claims = read(service.records.claims(key, ADMIN_SEATS_LISTED + 1).await)?;
    let more = claims.len() > ADMIN_SEATS_LISTED as usize;
    claims.truncate(ADMIN_SEATS_LISTED as usize);
    let cabin = &service.facts(key).cabin;
    // A leg that has lost its last claim meanwhile may have got another cabin.
    let claims = claims.into_iter().filter(|(seat, _)| seat.0 < cabin.capacity());
    let seats = claims
        .map(|(seat, claim)| SeatRow { seat: cabin.label(seat), whose: refusal::whose(claim) })
        .collect();
    Ok(SeatsListed { leg, seats, more })
}

pub(super) async fn booking(service: &Service, ask: ShowBooking) -> Answer<BookingSheet> {
    let ShowBooking { locator } = ask;
    tracing::info!(%locator, "an operator looks a booking up");
    let found = read(service.records.sheet(locator).await)?;
    let Sheet { booked_at, email, tickets } = found.ok_or_else(|| {
        let unknown =
            format!("there is no booking {locator}: `trechod export bookings` has all there are");
        Problem::bare(Kind::BookingUnknown, unknown)
    })?;
    let good = tickets.iter().filter(|ticket| ticket.status == TicketStatus::Sold);
    let total_centavos = good.map(|ticket| ticket.fare_centavos).sum();
    Ok(BookingSheet { locator, booked_at, email, tickets, total_centavos })
}

pub(super) async fn audit(service: &Service, ask: ListAudit) -> Answer<AuditListed> {
    let ListAudit { before, limit } = ask;
    let most = page(limit)?;
    let mut lines = read(service.records.audit(before.unwrap_or(u64::MAX), most + 1).await)?;
    let more = lines.len() > most as usize;
    lines.truncate(most as usize);
    let before = lines.last().filter(|_| more).map(|(number, _)| *number);
    let row = |(line, record): (u64, AuditRecord)| {
        let AuditRecord { at, by: Operator { uid, user }, action, subject, outcome } = record;
        AuditRow { line, at, uid, user, action, subject, outcome }
    };
    Ok(AuditListed { lines: lines.into_iter().map(row).collect(), before })
}

fn page(limit: Option<u32>) -> Answer<u32> {
    let limit = limit.unwrap_or(PAGE);
    let fits = (1..=LONGEST_PAGE).contains(&limit);
    fits.then_some(limit).ok_or_else(|| Problem::params(format!("`limit` is 1 to {LONGEST_PAGE}")))
}

fn read<T>(read: Result<T, RecordsError>) -> Answer<T> {
    read.map_err(|error| {
        tracing::error!(%error, "the ledger cannot be read");
        Problem::internal()
    })
}
