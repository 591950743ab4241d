//! Who is connected, what they hold, and which seats are left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Content;
use super::legs::part;
use super::pen::{Cx, Pen, rows_of};
use crate::meters::Snapshot;
use crate::top::format::{bytes, count, rate, short, whole};
use crate::top::look::Role;
use crate::top::model::{Model, Panel};
use trecho_shared::text::scrub;

/// The columns of a line's label.
pub(super) const LABEL: u16 = 10;

/// From so many columns on there is room for what explains.
pub(super) const WIDE: u16 = 52;

/// A line of a panel: what it is about, and how it is.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) text: String,
    pub(super) role: Role,
}

pub(super) fn fact(label: &'static str, text: String) -> Fact {
    Fact { label, text, role: Role::Text }
}

/// Draws facts a line each, from the panel's first line on.
pub(super) fn facts(
    cx: Cx<'_>,
    buf: &mut Buffer,
    (panel, area): (Panel, Rect),
    facts: &[Fact],
) -> Content {
    let content = Content { lines: facts.len(), page: area.height.into() };
    let top = cx.model.tops[panel as usize].min(content.last_top());
    for (at, fact) in facts.iter().skip(top).take(content.page).enumerate() {
        let mut pen = Pen::new(cx, buf, (area, rows_of(at)));
        if fact.label.is_empty() {
            pen.skip(if area.width >= WIDE { LABEL } else { 0 });
        } else {
            pen.left(LABEL, fact.label, Role::Muted);
        }
        if fact.label == SEATS {
            bar(cx, &mut pen);
        } else {
            pen.put(&fact.text, fact.role);
        }
    }
    content
}

/// The line that is a bar.
const SEATS: &str = "seats";

pub(super) fn aside(model: &Model) -> String {
    let told = model.record().latest();
    told.map(|now| format!("{} legs", count(now.sold.legs))).unwrap_or_default()
}

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let record = cx.model.record();
    let Some(now) = record.latest() else { return Content::default() };
    let (wide, dot) = (area.width >= WIDE, cx.look.signs.dot);
    let (connections, sessions) = (&now.connections, &now.sessions);
    let (open, places) = (count(connections.open), count(connections.places));
    let accepted = rate(record.rate_of(|look| look.connections.accepted));
    let mut connected = format!("{open} of {places}");
    if wide {
        connected = format!("{connected} {dot} {} for carts", count(connections.reserved));
    }
    let of_state = |state: &str| short(now.seats.get(state).copied().unwrap_or(0));
    let [free, held, sold, blocked] = ["free", "held", "sold", "blocked"].map(of_state);
    let mut seats = format!("{free} free {dot} {held} held {dot} {sold} sold");
    if wide {
        seats = format!("{seats} {dot} {blocked} blocked");
    }
    let traffic = |counter: fn(&Snapshot) -> u64| bytes(whole(record.rate_of(counter)));
    let received = traffic(|look| look.connections.received_bytes);
    let sent = traffic(|look| look.connections.sent_bytes);
    let (attached, detached) = (count(sessions.attached), count(sessions.detached));
    let carts = count(sessions.carts);
    let conflicts = ["leg_taken", "seat_taken"].map(|kind| now.requests.refusals.get(kind));
    let lost: u64 =
        conflicts.into_iter().flatten().fold(0, |sum, count| sum.saturating_add(*count));
    let (lost, expired) = (short(lost), short(sessions.carts_expired));
    let (watching, overtaken) = (count(now.feed.watchers), short(now.feed.overtaken));
    let mut lines = vec![
        fact("connected", format!("{connected} {dot} {accepted} new/s")),
        fact("sessions", format!("{attached} {dot} {detached} away {dot} {carts} carts")),
        fact(SEATS, String::new()),
        fact("", seats),
        refused(cx, now),
        fact("watching", format!("{watching} {dot} {overtaken} overtaken")),
        fact("traffic", format!("{received}/s in {dot} {sent}/s out")),
        fact("too late", format!("{lost} races lost {dot} {expired} carts")),
        errors(cx, now, wide),
    ];
    if area.height < 5 {
        // Words say more than the bar.
        lines.retain(|fact| fact.label != SEATS);
    }
    facts(cx, buf, (Panel::Passengers, area), &lines)
}

/// Connections that were turned away since the start, by why.
fn refused(cx: Cx<'_>, now: &Snapshot) -> Fact {
    let dot = cx.look.signs.dot;
    let mut reasons: Vec<_> = now.connections.refused.iter().collect();
    reasons.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let reasons: Vec<String> = reasons
        .into_iter()
        .map(|(reason, times)| format!("{} {}", scrub(reason), count(*times)))
        .collect();
    if reasons.is_empty() {
        return fact("refused", "none".to_owned());
    }
    let text = reasons.join(&format!(" {dot} "));
    Fact { label: "refused", text, role: Role::Accent }
}

/// What should not happen: requests that the server failed to answer, accepts that failed.
fn errors(cx: Cx<'_>, now: &Snapshot, wide: bool) -> Fact {
    let dot = cx.look.signs.dot;
    let (failures, accepts) = (now.requests.failures, now.connections.accept_errors);
    let role = if failures > 0 || accepts > 0 { Role::Alarm } else { Role::Text };
    let (failures, breaches) = (count(failures), count(now.requests.breaches));
    let mut text = format!("{failures} failed {dot} {breaches} misspelt");
    if wide || accepts > 0 {
        text = format!("{text} {dot} {} accepts", count(accepts));
    }
    Fact { label: "errors", text, role }
}

/// All seats as a bar: sold, held, blocked, free.
fn bar(cx: Cx<'_>, pen: &mut Pen<'_, '_>) {
    let Some(now) = cx.model.record().latest() else { return };
    let seats = |state: &str| now.seats.get(state).copied().unwrap_or(0);
    let states = [("sold", Role::Strong), ("held", Role::Accent), ("blocked", Role::Alarm)];
    let all = now.seats.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let columns = pen.room();
    let [signs @ .., free] = cx.look.signs.bar;
    for ((state, role), sign) in states.into_iter().zip(signs) {
        pen.fill(part(seats(state), all, columns), sign, role);
    }
    let rest = pen.room();
    if seats("free") > 0 || all == 0 {
        pen.fill(rest, free, Role::Muted);
    } else {
        // What rounding left belongs to whoever has most.
        pen.fill(rest, signs[0], Role::Strong);
    }
}
