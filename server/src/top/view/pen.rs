//! How cells are filled: lines written from the left, cut where they end; frames; rules.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, Widget as _};

use super::Content;
use crate::top::look::{Look, Role};
use crate::top::model::Model;

/// What everything is drawn from.
#[derive(Clone, Copy)]
pub(super) struct Cx<'m> {
    pub(super) model: &'m Model,
    pub(super) look: &'m Look,
}

/// How many columns a text takes.
pub(super) fn columns_of(text: &str) -> u16 {
    u16::try_from(Span::raw(text).width()).unwrap_or(u16::MAX)
}

/// A number of lines, as the screen counts.
pub(super) fn rows_of(lines: usize) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX)
}

/// One line of an area, filled from the left and cut at its end.
pub(super) struct Pen<'m, 'b> {
    cx: Cx<'m>,
    buf: &'b mut Buffer,
    at: u16,
    end: u16,
    row: u16,
}

impl<'m, 'b> Pen<'m, 'b> {
    /// Line `line` of `area`, from 0. A line outside of it takes no ink.
    pub(super) fn new(cx: Cx<'m>, buf: &'b mut Buffer, (area, line): (Rect, u16)) -> Self {
        let visible = area.intersection(buf.area);
        let row = area.y.saturating_add(line);
        let inside = row >= visible.y && row < visible.bottom();
        let (at, end) = if inside { (visible.x, visible.right()) } else { (0, 0) };
        Self { cx, buf, at, end, row }
    }

    /// How many columns are left.
    pub(super) fn room(&self) -> u16 {
        self.end.saturating_sub(self.at)
    }

    /// Writes text; what does not fit ends in an ellipsis.
    pub(super) fn put(&mut self, text: &str, role: Role) -> &mut Self {
        let room = self.room();
        if room > 0 && !text.is_empty() {
            let text = fit(text, room, self.cx.look.signs.ellipsis);
            let style = self.cx.look.style(role);
            (self.at, _) = self.buf.set_stringn(self.at, self.row, text, room.into(), style);
        }
        self
    }

    /// Leaves columns empty.
    pub(super) fn skip(&mut self, columns: u16) -> &mut Self {
        self.at = self.at.saturating_add(columns).min(self.end);
        self
    }

    /// Writes text into exactly `columns` columns, at their left.
    pub(super) fn left(&mut self, columns: u16, text: &str, role: Role) -> &mut Self {
        self.within(columns, 0, (text, role))
    }

    /// Writes text into exactly `columns` columns, at their right.
    pub(super) fn right(&mut self, columns: u16, text: &str, role: Role) -> &mut Self {
        self.within(columns, columns.saturating_sub(columns_of(text)), (text, role))
    }

    fn within(&mut self, columns: u16, pad: u16, (text, role): (&str, Role)) -> &mut Self {
        let after = self.at.saturating_add(columns).min(self.end);
        let end = std::mem::replace(&mut self.end, after);
        self.skip(pad).put(text, role);
        (self.at, self.end) = (after, end);
        self
    }

    /// Writes text at the end of the line, if all of it fits with a gap before it; the line then ends
    /// before it.
    pub(super) fn last(&mut self, gap: u16, text: &str, role: Role) -> &mut Self {
        let columns = columns_of(text);
        if columns > 0 && columns.saturating_add(gap) <= self.room() {
            let start = self.end - columns;
            let style = self.cx.look.style(role);
            self.buf.set_stringn(start, self.row, text, columns.into(), style);
            self.end = start - gap;
        }
        self
    }

    /// Fills columns with a sign.
    pub(super) fn fill(&mut self, columns: u16, sign: &str, role: Role) -> &mut Self {
        for _ in 0..columns.min(self.room()) {
            self.put(sign, role);
        }
        self
    }
}

/// `text`, or as much of it as fits with an ellipsis at its end.
fn fit<'t>(text: &'t str, columns: u16, ellipsis: &str) -> Cow<'t, str> {
    if columns_of(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    for char in text.chars() {
        cut.push(char);
        if columns_of(&cut) >= columns {
            cut.pop();
            break;
        }
    }
    cut.push_str(ellipsis);
    Cow::Owned(cut)
}

/// What stands in a panel's frame.
#[derive(Debug)]
pub(super) struct Titles<'t> {
    pub(super) name: &'t str,
    /// At the right.
    pub(super) aside: &'t str,
    /// Which of the panels it is, where only one is on the screen.
    pub(super) number: &'t str,
}

/// Draws a panel's frame and titles; returns what is inside of it.
pub(super) fn framed(
    cx: Cx<'_>,
    buf: &mut Buffer,
    (area, here): (Rect, bool),
    titles: &Titles<'_>,
) -> Rect {
    if area.width < 4 || area.height < 2 {
        return Rect::ZERO;
    }
    let border = if here { Role::BorderHere } else { Role::Border };
    let block =
        Block::bordered().border_set(cx.look.signs.frame).border_style(cx.look.style(border));
    let inner = block.inner(area);
    block.render(area, buf);
    let line = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let mut pen = Pen::new(cx, buf, (line, 0));
    pen.put(&format!(" {} ", titles.name), Role::Strong);
    if !titles.aside.is_empty() {
        pen.last(1, &format!(" {} ", titles.aside), Role::Muted);
    }
    inner
}

/// Draws a rule with a panel's titles; returns what is below it.
pub(super) fn ruled(cx: Cx<'_>, buf: &mut Buffer, area: Rect, titles: &Titles<'_>) -> Rect {
    let rule = cx.look.signs.rule;
    let mut pen = Pen::new(cx, buf, (area, 0));
    pen.put(rule, Role::Border).put(&format!(" {} ", titles.name), Role::Strong);
    pen.last(0, &format!(" {} {rule}", titles.number), Role::Muted);
    if !titles.aside.is_empty() {
        pen.last(0, &format!(" {} ", titles.aside), Role::Muted);
    }
    let room = pen.room();
    pen.fill(room, rule, Role::Border);
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

/// Marks at the right edge of the lines of a list that there is more above or below.
pub(super) fn more(cx: Cx<'_>, buf: &mut Buffer, inner: Rect, (top, content): (usize, Content)) {
    let [above, below] = cx.look.signs.more;
    let rows = rows_of(content.page).min(inner.height);
    if rows == 0 || inner.is_empty() {
        return;
    }
    // On a frame's border, where there is one.
    let x = inner.right().min(buf.area.right().saturating_sub(1));
    let style = cx.look.style(Role::Accent);
    if top > 0
        && let Some(cell) = buf.cell_mut((x, inner.bottom() - rows))
    {
        cell.set_symbol(above).set_style(style);
    }
    if top < content.last_top()
        && let Some(cell) = buf.cell_mut((x, inner.bottom() - 1))
    {
        cell.set_symbol(below).set_style(style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_to_its_columns() {
        assert_eq!(fit("abc", 3, "…"), "abc");
        assert_eq!(fit("abcd", 3, "…"), "ab…");
        assert_eq!(fit("日本語", 4, "…"), "日…");
        assert_eq!(fit("日本", 1, "…"), "…");
    }
}
