//! How cells are filled: lines written from the left, cut where they end; panels; highlights.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::Cx;
use crate::format;
use crate::theme::Role;

/// One line of an area, filled from the left and cut at its end.
pub(super) struct Strip<'b> {
    buf: &'b mut Buffer,
    at: u16,
    end: u16,
    row: u16,
    ellipsis: &'static str,
}

impl<'b> Strip<'b> {
    /// Line `line` of `area`, from 0. A line outside of it takes no ink.
    pub(super) fn new(cx: Cx, buf: &'b mut Buffer, (area, line): (Rect, u16)) -> Self {
        let visible = area.intersection(buf.area);
        let row = area.y.saturating_add(line);
        let inside = row >= visible.y && row < visible.bottom();
        let (at, end) = if inside { (visible.x, visible.right()) } else { (0, 0) };
        Self { buf, at, end, row, ellipsis: cx.glyphs().ellipsis }
    }

    /// How many columns are left.
    pub(super) fn room(&self) -> u16 {
        self.end.saturating_sub(self.at)
    }

    /// Where the next text begins.
    pub(super) fn column(&self) -> u16 {
        self.at
    }

    /// Writes text; what does not fit ends in an ellipsis.
    pub(super) fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        if room > 0 && !text.is_empty() {
            let text = format::fit(text, room.into(), self.ellipsis);
            (self.at, _) = self.buf.set_stringn(self.at, self.row, text, room.into(), style);
        }
        self
    }

    /// Leaves columns empty.
    pub(super) fn skip(&mut self, columns: u16) -> &mut Self {
        self.at = self.at.saturating_add(columns).min(self.end);
        self
    }

    /// Goes to a column of the screen, forwards only.
    pub(super) fn to(&mut self, column: u16) -> &mut Self {
        self.at = column.clamp(self.at, self.end.max(self.at));
        self
    }

    /// Writes text into exactly `columns` columns, at their left.
    pub(super) fn left(&mut self, columns: u16, text: &str, style: Style) -> &mut Self {
        let after = self.at.saturating_add(columns).min(self.end);
        let end = std::mem::replace(&mut self.end, after);
        self.put(text, style);
        (self.at, self.end) = (after, end);
        self
    }

    /// Writes text into exactly `columns` columns, at their right.
    pub(super) fn right(&mut self, columns: u16, text: &str, style: Style) -> &mut Self {
        let pad = columns.saturating_sub(columns_of(text));
        let after = self.at.saturating_add(columns).min(self.end);
        let end = std::mem::replace(&mut self.end, after);
        self.skip(pad).put(text, style);
        (self.at, self.end) = (after, end);
        self
    }

    /// Writes text at the end of the line, if all of it fits with `gap` before it; the line then
    /// ends before it.
    pub(super) fn last(&mut self, gap: u16, text: &str, style: Style) -> &mut Self {
        let columns = columns_of(text);
        if columns > 0 && columns + gap <= self.room() {
            let start = self.end - columns;
            self.buf.set_stringn(start, self.row, text, columns.into(), style);
            self.end = start - gap;
        }
        self
    }

    /// Fills the rest of the line.
    pub(super) fn fill(&mut self, sign: &str, style: Style) -> &mut Self {
        while self.room() > 0 {
            let before = self.at;
            self.put(sign, style);
            if self.at == before {
                break;
            }
        }
        self
    }
}

/// How many columns a text takes, as the screen counts.
pub(super) fn columns_of(text: &str) -> u16 {
    u16::try_from(format::width(text)).unwrap_or(u16::MAX)
}

/// A number of lines, as the screen counts.
pub(super) fn rows_of(lines: usize) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX)
}

/// Whether a part of the screen has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Here,
    Elsewhere,
}

impl Keys {
    /// Here if so.
    pub(super) fn here_if(here: bool) -> Self {
        if here { Self::Here } else { Self::Elsewhere }
    }
}

/// What stands in a panel's frame.
#[derive(Debug, Default)]
pub(super) struct Titles<'t> {
    /// Its name.
    pub(super) name: &'t str,
    /// How many, beside the name.
    pub(super) count: &'t str,
    /// At the right, above.
    pub(super) aside: &'t str,
    /// At the left, below.
    pub(super) below: &'t str,
}

/// Draws a panel's frame and titles; returns what is inside of it.
pub(super) fn panel(cx: Cx, buf: &mut Buffer, (area, keys): (Rect, Keys), titles: &Titles) -> Rect {
    let border = match keys {
        Keys::Here => cx.style(Role::BorderFocused),
        Keys::Elsewhere => cx.style(Role::Border),
    };
    let area = area.intersection(buf.area);
    if area.width < 4 || area.height < 2 {
        return Rect::ZERO;
    }
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_set(cx.glyphs().frame)
        .border_style(border);
    let inner = block.inner(area);
    block.render(area, buf);
    let line = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let mut strip = Strip::new(cx, buf, (line, 0));
    titled(&mut strip, titles.name, cx.style(Role::Title));
    if !titles.count.is_empty() {
        strip.put(titles.count, cx.style(Role::Muted)).put(" ", border);
    }
    if !titles.aside.is_empty() {
        strip.last(1, &format!(" {} ", titles.aside), cx.style(Role::Muted));
    }
    let below = Rect { y: area.bottom() - 1, ..line };
    titled(&mut Strip::new(cx, buf, (below, 0)), titles.below, cx.style(Role::Muted));
    inner
}

fn titled(strip: &mut Strip, text: &str, style: Style) {
    if !text.is_empty() {
        strip.put(" ", style).put(text, style).put(" ", style);
    }
}

/// Empties an area and gives it the ground of what floats.
pub(super) fn raise(cx: Cx, buf: &mut Buffer, area: Rect) {
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    buf.set_style(area, cx.style(Role::Raised));
}

/// Lays a highlight over a row that is drawn already. Patches of colour of their own stay; where
/// the theme has true colours, so does the ink.
pub(super) fn highlight(cx: Cx, buf: &mut Buffer, (area, role): (Rect, Role)) {
    let style = cx.style(role);
    let area = area.intersection(buf.area);
    let keeps_ink = matches!(style.bg, Some(Color::Rgb(..) | Color::Indexed(_)));
    for position in area.positions() {
        let Some(cell) = buf.cell_mut(position) else { continue };
        let plain_ground = cell.bg == Color::Reset
            || cx.style(Role::Raised).bg.is_some_and(|raised| raised == cell.bg);
        if !keeps_ink {
            cell.set_style(style);
        } else if plain_ground {
            let ink = if cell.fg == Color::Reset { style } else { Style { fg: None, ..style } };
            cell.set_style(ink);
        }
    }
}

/// Shows at the right edge of `inner`'s frame which part of a long list is on the screen.
pub(super) fn scroll_bar(
    cx: Cx,
    buf: &mut Buffer,
    inner: Rect,
    (shown, length): (std::ops::Range<usize>, usize),
) {
    let (height, x) = (usize::from(inner.height), inner.right());
    if shown.len() >= length || height == 0 || shown.is_empty() {
        return;
    }
    let thumb = (height * shown.len() / length).clamp(1, height);
    let free = height - thumb;
    let travel = length - shown.len();
    let start = free * shown.start / travel;
    for line in start..start + thumb {
        if let Some(cell) = buf.cell_mut((x, inner.y.saturating_add(rows_of(line)))) {
            cell.set_symbol(cx.glyphs().thumb).set_style(cx.style(Role::Accent));
        }
    }
}

/// A gauge of `columns` columns, `part` of `whole` full; anything left shows as something.
pub(super) fn gauge(part: u64, whole: u64, columns: u16) -> u16 {
    if whole == 0 || part == 0 {
        return 0;
    }
    let full = part.min(whole).saturating_mul(columns.into()).div_ceil(whole);
    u16::try_from(full).unwrap_or(columns).min(columns)
}
