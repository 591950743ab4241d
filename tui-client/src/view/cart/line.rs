//! The cart folded into one line, for a compact screen: the countdown has the last word.

use ratatui::layout::Rect;

use super::super::layout::Areas;
use super::super::paint::{Strip, columns_of};
use super::super::{Canvas, Cx};
use super::{urgency_role, urgency_words};
use crate::format;
use crate::theme::Role;
use crate::words::Text;

/// Draws the line, and the rule above it where there is one.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    if areas.rule.height > 0 {
        let rule = cx.glyphs().rule;
        let line = Rect { x: areas.rule.x + 1, width: areas.rule.width - 2, ..areas.rule };
        Strip::new(cx, canvas.buf, (line, 0)).fill(rule, cx.style(Role::Border));
    }
    let panel = &cx.model.cart;
    let line = Rect { x: areas.cart.x + 1, width: areas.cart.width - 2, ..areas.cart };
    let mut strip = Strip::new(cx, canvas.buf, (line, 0));
    let Some(left) = panel.remaining_ms(cx.model.now.mono_ms).filter(|_| !panel.is_empty()) else {
        let text = if panel.holding.is_some() {
            format!("{}{}", cx.say(Text::Holding), cx.glyphs().ellipsis)
        } else {
            cx.say(Text::CartEmptyShort).to_owned()
        };
        strip.put(&text, cx.style(Role::Muted));
        return;
    };
    strip.last(1, &format::countdown(left), cx.style(urgency_role(cx)));
    if let Some(words) = urgency_words(cx) {
        // What matters now is how little time there is: said before the rest.
        let words = format!("{} {words}", cx.glyphs().warning);
        strip.put(&words, cx.style(Role::Alarm));
        return;
    }
    let name = cx.say(Text::Cart).to_lowercase();
    let seats = panel.cart.holds.len().to_string();
    let total = format::money(panel.total(), cx.lang());
    let basics = columns_of(&name) + 1 + columns_of(&seats) + 2 + columns_of(&total) + 1;
    let word = cx.say(Text::ExpiresShort);
    if basics + columns_of(word) <= strip.room() {
        strip.last(1, word, cx.style(Role::Muted));
    }
    if basics - 1 <= strip.room() {
        strip.put(&name, cx.style(Role::Muted)).skip(1);
    }
    strip.put(&seats, cx.style(Role::Strong)).skip(2);
    if columns_of(&total) <= strip.room() {
        strip.put(&total, cx.style(Role::Strong));
    }
}
