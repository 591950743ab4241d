//! Draws the model, and changes nothing. What it looks like ([`Look`]) is an argument.

mod banner;
mod board;
mod layout;
mod paint;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::glyphs::Glyphs;
use crate::model::Model;
use crate::theme::{Role, Theme};
use crate::words::{Lang, Text};

/// What the screen looks like: chosen once, at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Colours and weights.
    pub theme: Theme,
    /// The signs that are no letters.
    pub glyphs: Glyphs,
}

/// Draws the whole screen.
pub fn draw(model: &Model, look: &Look, frame: &mut Frame) {
    let area = frame.area();
    let cursor = paint(model, look, area, frame.buffer_mut());
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// Draws the whole screen into `buf`; returns where the terminal's own cursor belongs, so that a
/// screen reader follows what has the keys.
pub fn paint(model: &Model, look: &Look, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let cx = Cx { model, look };
    let areas = layout::Areas::of(area);
    board::draw(cx, buf, areas)
}

/// What every part of the view reads.
#[derive(Debug, Clone, Copy)]
struct Cx<'a> {
    model: &'a Model,
    look: &'a Look,
}

impl<'a> Cx<'a> {
    fn style(self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    fn glyphs(self) -> &'a Glyphs {
        &self.look.glyphs
    }

    fn lang(self) -> Lang {
        self.model.preferences.lang
    }

    fn say(self, text: Text) -> &'static str {
        text.say(self.lang())
    }
}
