//! A terminal too small for anything but a line: the countdown stays, the rest waits.

use ratatui::layout::Rect;

use super::paint::Strip;
use super::{Canvas, Cx};
use crate::format;
use crate::theme::Role;
use crate::words::Text;

/// Draws the line, and below it what the terminal would need.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let mut line = 0;
    if let Some(left) = cx.model.cart.remaining_ms(cx.model.now.mono_ms) {
        let role = super::cart::urgency_role(cx);
        let mut strip = Strip::new(cx, canvas.buf, (area, 0));
        strip.put(&format::countdown(left), cx.style(role));
        strip.skip(1).put(cx.say(Text::Cart), cx.style(Role::Text));
        line = 1;
    }
    let (columns, rows) = super::layout::FLOOR;
    let needed = format!("{} ({columns}x{rows})", cx.say(Text::TooSmall));
    let mut strip = Strip::new(cx, canvas.buf, (area, line));
    strip.put(&needed, cx.style(Role::Muted));
}
