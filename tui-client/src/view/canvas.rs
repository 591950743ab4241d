//! What is drawn on, and what is noted while drawing: what can be clicked, where the cursor is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Painted;
use crate::input::{Drawn, Hit, Target};

/// A buffer, and notes of what is put where.
pub(super) struct Canvas<'b> {
    pub(super) buf: &'b mut Buffer,
    area: Rect,
    cursor: Option<Position>,
    kept: Rect,
    drawn: Drawn,
    toasts: Vec<Rect>,
}

impl<'b> Canvas<'b> {
    pub(super) fn new(area: Rect, buf: &'b mut Buffer) -> Self {
        Self {
            buf,
            area,
            cursor: None,
            kept: Rect::ZERO,
            drawn: Drawn::default(),
            toasts: Vec::new(),
        }
    }

    /// The terminal's cursor belongs here: the last word counts, so the uppermost layer's.
    pub(super) fn point(&mut self, column: u16, row: u16) {
        if self.area.contains(Position::new(column, row)) {
            self.cursor = Some(Position::new(column, row));
            self.kept = Rect { x: self.area.x, y: row, width: self.area.width, height: 1 };
        }
    }

    /// Nothing may float over these rows: a dialog that has the keys.
    pub(super) fn keep(&mut self, rows: Rect) {
        self.kept = rows.intersection(self.area);
    }

    /// The rows over which nothing may float.
    pub(super) fn kept(&self) -> Rect {
        self.kept
    }

    /// A click in this area means `hit`.
    pub(super) fn target(&mut self, area: Rect, hit: Hit) {
        let area = area.intersection(self.area);
        if !area.is_empty() {
            let Rect { x: column, y: row, width, height } = area;
            self.drawn.targets.push(Target { column, row, width, height, hit });
        }
    }

    /// What lies below this area is not clicked through it.
    pub(super) fn cover(&mut self, area: Rect) {
        self.target(area, Hit::Nothing);
    }

    /// The list of the screen has room for so many rows.
    pub(super) fn page(&mut self, rows: usize) {
        self.drawn.page = rows;
    }

    /// Lines are scrolled: so many in all, so many fit.
    pub(super) fn scrolled(&mut self, lines: usize, page: usize) {
        self.drawn.scroll_max = lines.saturating_sub(page);
        self.drawn.page = page;
    }

    /// A notice floats here.
    pub(super) fn toast(&mut self, area: Rect) {
        self.toasts.push(area);
        self.cover(area);
    }

    /// The notes, once all is drawn.
    pub(super) fn finish(self) -> Painted {
        Painted { cursor: self.cursor, drawn: self.drawn, kept: self.kept, toasts: self.toasts }
    }
}
