//! What the keys do here and now: the most important first, the help always at the end.

use ratatui::layout::Rect;

use super::layout::Areas;
use super::paint::{Strip, columns_of};
use super::{Canvas, Cx};
use crate::input::{Hit, Key};
use crate::keys::{self, Action};
use crate::notice::WhyNot;
use crate::theme::Role;
use crate::words;

/// One hint: its key in words, the key itself, what it does, and why it would not now.
struct Hint {
    name: String,
    key: Key,
    label: &'static str,
    why_not: Option<WhyNot>,
}

impl Hint {
    fn columns(&self) -> u16 {
        columns_of(&self.name) + 1 + columns_of(self.label)
    }
}

/// Draws the footer. Hints that do not fit whole are left out, the least important first.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let area = areas.footer;
    let mut hints = Vec::new();
    let mut pinned = Vec::new();
    for (binding, why_not) in keys::footer(cx.model) {
        let Some(key) = words::shown_key(binding, cx.lang()) else { continue };
        let name = words::key(key, cx.lang());
        let label = words::action(binding.action, cx.lang());
        let hint = Hint { name, key, label, why_not };
        let last = matches!(binding.action, Action::Help)
            || (binding.action == Action::Quit && area.width >= 76);
        if last { pinned.push(hint) } else { hints.push(hint) }
    }
    let reserved: u16 = pinned.iter().map(|hint| hint.columns() + 3).sum();
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2 + reserved), ..area };
    let gap = if area.width >= 110 { 3 } else { 2 };
    let mut x = line.x;
    for hint in &hints {
        let columns = hint.columns();
        if x + columns > line.right() {
            break;
        }
        hint_at(cx, canvas, (Rect { x, width: columns, ..area }, hint));
        x += columns + gap;
    }
    let mut end = area.right().saturating_sub(1);
    for hint in pinned.iter().rev() {
        let columns = hint.columns();
        if end < columns + area.x {
            break;
        }
        let place = Rect { x: end - columns, width: columns, ..area };
        hint_at(cx, canvas, (place, hint));
        end = place.x.saturating_sub(gap);
    }
}

fn hint_at(cx: Cx, canvas: &mut Canvas, (place, hint): (Rect, &Hint)) {
    let (key, label) = match hint.why_not {
        None => (Role::Key, Role::Text),
        Some(_) => (Role::Muted, Role::Muted),
    };
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    strip.put(&hint.name, cx.style(key)).skip(1).put(hint.label, cx.style(label));
    canvas.target(place, Hit::Key(hint.key));
}
