//! Lines of styled text that scroll as one: help, log, tickets, reviews.

use ratatui::layout::Rect;

use super::paint::{Strip, rows_of, scroll_bar};
use super::{Canvas, Cx};
use crate::format;
use crate::theme::Role;

/// One line: pieces from the left, and one at the right end.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pieces: Vec<(String, Role)>,
    end: Option<(String, Role)>,
}

impl Line {
    /// A line of one piece.
    pub(super) fn of(words: impl Into<String>, role: Role) -> Self {
        Self::default().and(words, role)
    }

    /// With a further piece.
    pub(super) fn and(mut self, words: impl Into<String>, role: Role) -> Self {
        self.pieces.push((words.into(), role));
        self
    }

    /// With a piece at the right end.
    pub(super) fn end(mut self, words: impl Into<String>, role: Role) -> Self {
        self.end = Some((words.into(), role));
        self
    }
}

/// Lines, as many as there are.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    lines: Vec<Line>,
}

impl Sheet {
    pub(super) fn push(&mut self, line: Line) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> &mut Self {
        self.push(Line::default())
    }

    /// A sentence in as many lines as it takes.
    pub(super) fn words(&mut self, words: &str, role: Role, width: u16) -> &mut Self {
        let lines = format::wrap(words, width.into());
        self.lines.extend(lines.into_iter().map(|line| Line::of(line, role)));
        self
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Draws the lines that are on the screen when `top` is the first, and notes how far it
    /// scrolls; returns where the first line is.
    pub(super) fn draw(&self, cx: Cx, canvas: &mut Canvas, (area, top): (Rect, usize)) {
        let page = usize::from(area.height);
        canvas.scrolled(self.lines.len(), page);
        let top = top.min(self.lines.len().saturating_sub(page));
        let shown = top..(top + page).min(self.lines.len());
        for (row, line) in self.lines[shown.clone()].iter().enumerate() {
            let mut strip = Strip::new(cx, canvas.buf, (area, rows_of(row)));
            if let Some((words, role)) = &line.end {
                strip.last(1, words, cx.style(*role));
            }
            for (words, role) in &line.pieces {
                strip.put(words, cx.style(*role));
            }
        }
        canvas.point(area.x, area.y);
        // Beside the text, on the frame where there is one.
        scroll_bar(cx, canvas.buf, Rect { width: area.width + 1, ..area }, (shown, self.len()));
    }
}
