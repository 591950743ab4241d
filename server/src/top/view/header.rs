//! The first lines, who is looked at and how it is; and the last, which keys there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pen::{Cx, Pen, columns_of};
use crate::top::format;
use crate::top::history::Series;
use crate::top::keys::{Action, TABLE};
use crate::top::look::Role;
use crate::top::model::{Link, Model, Panel};
use trecho_shared::text::scrub;

/// The server's state as a patch.
fn state(model: &Model) -> (String, Role) {
    match &model.link {
        Link::Lost { .. } => return (" GONE ".to_owned(), Role::AlarmChip),
        Link::Trying { .. } => return (" CONNECTING ".to_owned(), Role::AccentChip),
        Link::Live { .. } => {}
    }
    if let Some(seconds) = model.silent_seconds() {
        return (format!(" SILENT {seconds} s "), Role::AlarmChip);
    }
    match model.live().latest() {
        None => (" CONNECTING ".to_owned(), Role::AccentChip),
        Some(now) if now.server.draining => (" DRAINING ".to_owned(), Role::AccentChip),
        Some(now) if now.disk.full => (" DISK FULL ".to_owned(), Role::AlarmChip),
        Some(_) => (" READY ".to_owned(), Role::GoodChip),
    }
}

/// What is wrong, and what becomes of it; `None` if all is well.
pub(super) fn banner(model: &Model) -> Option<String> {
    let (what, why) = match &model.link {
        Link::Lost { why, .. } => {
            let seconds = model.retry_seconds().unwrap_or(0);
            (format!("next try in {seconds} s, r tries now"), why)
        }
        Link::Trying { why } if why.is_empty() => return None,
        Link::Trying { why } => ("trying".to_owned(), why),
        Link::Live { .. } => {
            let disk = model.live().latest().is_some_and(|now| now.disk.full);
            let full = "the disk is full: nothing is held or sold until there is room";
            let silent = "no news: the server stands still, or this machine has no time for it";
            return match model.silent_seconds() {
                Some(_) => Some(silent.to_owned()),
                None => disk.then(|| full.to_owned()),
            };
        }
    };
    Some(format!("{what}: {why}"))
}

/// A piece of the first line: the less important goes first where there is no room.
struct Piece {
    text: String,
    role: Role,
    importance: u8,
}

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) {
    let model = cx.model;
    let piece = |text: String, role, importance| Piece { text, role, importance };
    let (state, state_role) = state(model);
    let mut pieces =
        vec![piece(" trechod ".to_owned(), Role::AccentChip, 8), piece(state, state_role, 9)];
    if model.paused() {
        pieces.push(piece(" PAUSED ".to_owned(), Role::AccentChip, 10));
    }
    if let Some(now) = model.record().latest() {
        let server = &now.server;
        let tls = if server.tls { "TLS" } else { "plaintext" };
        let up = format::uptime(now.at.0.saturating_sub(now.started_at.0));
        pieces.push(piece(server.address.to_string(), Role::Strong, 7));
        pieces.push(piece(tls.to_owned(), Role::Text, 5));
        pieces.push(piece(format!("up {up}"), Role::Text, 6));
        pieces.push(piece(format!("version {}", scrub(&server.version)), Role::Muted, 4));
        pieces.push(piece(format!("epoch {}", server.epoch.0), Role::Muted, 3));
    } else {
        pieces.push(piece(model.socket.clone(), Role::Strong, 7));
    }
    let width = |pieces: &[Piece]| -> usize {
        pieces.iter().map(|piece| usize::from(columns_of(&piece.text)) + 2).sum()
    };
    while pieces.len() > 1 && width(&pieces) > usize::from(area.width) + 2 {
        let least = (0..pieces.len()).min_by_key(|at| pieces[*at].importance).unwrap_or(0);
        pieces.remove(least);
    }
    let mut pen = Pen::new(cx, buf, (area, 0));
    for piece in pieces {
        pen.put(&piece.text, piece.role).skip(2);
    }
}

/// All there is room for on a terminal that is too small for anything else.
pub(super) fn tiny(cx: Cx<'_>, buf: &mut Buffer, area: Rect) {
    let (state, role) = state(cx.model);
    let rates = cx.model.record().history().latest();
    let requests = rates.map_or(0.0, |rates| rates[Series::Requests as usize]);
    Pen::new(cx, buf, (area, 0))
        .put(state.trim(), role)
        .skip(1)
        .put(&format!("{} requests/s", format::rate(requests)), Role::Text);
    Pen::new(cx, buf, (area, 1)).put("more on a larger terminal", Role::Muted);
}

/// The keys that do something now.
pub(super) fn footer(cx: Cx<'_>, buf: &mut Buffer, area: Rect) {
    let model = cx.model;
    let mut pen = Pen::new(cx, buf, (area, 0));
    pen.skip(1);
    for binding in TABLE {
        let (mut word, sorts) = (binding.word, matches!(model.panel, Panel::Latency | Panel::Legs));
        match binding.action {
            Action::Pause if model.paused() => word = "go on",
            Action::Zoom if model.zoomed => word = "all panels",
            Action::Order if !sorts => word = "",
            Action::Span if model.panel != Panel::Load => word = "",
            Action::Help if model.help.is_some() => word = "close",
            Action::Retry if matches!(model.link, Link::Lost { .. }) => word = "try now",
            _ => {}
        }
        let columns = columns_of(binding.shown) + 1 + columns_of(word);
        if word.is_empty() || columns > pen.room() {
            continue;
        }
        pen.put(binding.shown, Role::Accent).skip(1).put(word, Role::Muted).skip(2);
    }
}
