//! Where things are: from the size alone, so that nothing jumps when the model changes.

use ratatui::layout::Rect;

/// The smallest terminal that has room for every flow: half of a split 80 columns wide.
pub(crate) const FLOOR: (u16, u16) = (36, 8);

/// How the screen is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Too small for anything but a line.
    Tiny,
    /// One column without frames: the list on top, cart and feed a line each.
    Compact,
    /// The list on top, cart and feed side by side below.
    Stacked,
    /// The list with the cart beside it, the feed below.
    Wide,
}

impl Shape {
    /// The shape for a terminal of this size.
    pub(crate) fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (width, height) if width < FLOOR.0 || height < FLOOR.1 => Self::Tiny,
            (110.., 16..) => Self::Wide,
            (72.., 20..) => Self::Stacked,
            _ => Self::Compact,
        }
    }
}

/// The parts of the screen. A part without rows is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Areas {
    pub(crate) shape: Shape,
    /// The first line: who, and how the connection is.
    pub(crate) header: Rect,
    /// From, to, date, filter. On a compact screen it shares the header's line.
    pub(crate) search: Rect,
    /// The screen proper.
    pub(crate) main: Rect,
    /// Between the list and the cart on a compact screen, where there is room.
    pub(crate) rule: Rect,
    pub(crate) cart: Rect,
    pub(crate) live: Rect,
    pub(crate) footer: Rect,
}

impl Areas {
    /// The parts of a screen of this size.
    pub(crate) fn of(area: Rect) -> Self {
        match Shape::of(area) {
            shape @ (Shape::Tiny | Shape::Compact) => Self::compact(area, shape),
            Shape::Stacked => Self::stacked(area),
            Shape::Wide => Self::wide(area),
        }
    }

    fn compact(area: Rect, shape: Shape) -> Self {
        let (header, rest) = from_top(area, 1);
        let (rest, footer) = from_bottom(rest, 1);
        let (rest, live) = from_bottom(rest, u16::from(area.height >= 9));
        let (rest, cart) = from_bottom(rest, 1);
        let (main, rule) = from_bottom(rest, u16::from(area.height >= 12));
        Self { shape, header, search: header, main, rule, cart, live, footer }
    }

    fn stacked(area: Rect) -> Self {
        let (header, rest) = from_top(area, 1);
        let (search, rest) = from_top(rest, 1);
        let (rest, footer) = from_bottom(rest, 1);
        let (main, below) = from_bottom(rest, if area.height >= 34 { 9 } else { 6 });
        let (cart, live) = from_left(below, area.width * 11 / 20);
        Self { shape: Shape::Stacked, header, search, main, rule: none(), cart, live, footer }
    }

    fn wide(area: Rect) -> Self {
        let (header, rest) = from_top(area, 1);
        let (search, rest) = from_top(rest, 1);
        let (rest, footer) = from_bottom(rest, 1);
        let live_rows = match area.height {
            36.. => 6,
            26.. => 5,
            _ => 3,
        };
        let (rest, live) = from_bottom(rest, live_rows);
        let (main, cart) = from_left(rest, area.width - (area.width * 3 / 10).clamp(36, 44));
        Self { shape: Shape::Wide, header, search, main, rule: none(), cart, live, footer }
    }

    /// What a dialog may cover: never the cart with its countdown, nor the footer.
    pub(crate) fn stage(&self) -> Rect {
        match self.shape {
            Shape::Tiny | Shape::Compact => self.header.union(self.main),
            Shape::Stacked => self.search.union(self.main),
            Shape::Wide => {
                let height = self.live.bottom() - self.search.y;
                Rect { y: self.search.y, height, ..self.main }
            }
        }
    }
}

fn none() -> Rect {
    Rect::ZERO
}

fn from_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let top = Rect { height: rows, ..area };
    let rest = Rect { y: area.y + rows, height: area.height - rows, ..area };
    (top, rest)
}

fn from_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let (rest, bottom) = from_top(area, area.height.saturating_sub(rows));
    (rest, bottom)
}

fn from_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let left = Rect { width: columns, ..area };
    let rest = Rect { x: area.x + columns, width: area.width - columns, ..area };
    (left, rest)
}

/// A box of at most this size in the middle of `stage`.
pub(crate) fn centred(stage: Rect, (columns, rows): (u16, u16)) -> Rect {
    let width = columns.min(stage.width);
    let height = rows.min(stage.height);
    Rect {
        x: stage.x + (stage.width - width) / 2,
        y: stage.y + (stage.height - height) / 2,
        width,
        height,
    }
}

/// Which lines of a list are on the screen: `page` of them from `top`, moved as little as needed
/// for `cursor` to be among them.
pub(crate) fn window(
    (top, cursor): (usize, usize),
    page: usize,
    length: usize,
) -> std::ops::Range<usize> {
    let last_top = length.saturating_sub(page);
    let cursor = cursor.min(length.saturating_sub(1));
    let lowest = cursor.saturating_sub(page.saturating_sub(1));
    let top = top.clamp(lowest, cursor.max(lowest)).min(last_top);
    top..(top + page).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_cover_the_screen_and_do_not_overlap() {
        for width in 1..=200 {
            for height in 1..=60 {
                let area = Rect::new(0, 0, width, height);
                let areas = Areas::of(area);
                let compact = matches!(areas.shape, Shape::Tiny | Shape::Compact);
                let parts = [
                    areas.header,
                    if compact { Rect::ZERO } else { areas.search },
                    areas.main,
                    areas.rule,
                    areas.cart,
                    areas.live,
                    areas.footer,
                ];
                let covered: u32 = parts.iter().map(|part| part.area()).sum();
                assert_eq!(covered, area.area(), "{width}x{height}");
                for part in parts {
                    assert!(part.is_empty() || area.union(part) == area, "{width}x{height}");
                }
            }
        }
    }

    #[test]
    fn a_window_holds_the_cursor_and_moves_as_little_as_it_must() {
        assert_eq!(window((0, 0), 10, 100), 0..10);
        assert_eq!(window((5, 7), 10, 100), 5..15);
        assert_eq!(window((5, 20), 10, 100), 11..21);
        assert_eq!(window((50, 20), 10, 100), 20..30);
        assert_eq!(window((95, 99), 10, 100), 90..100);
        assert_eq!(window((3, 2), 10, 4), 0..4);
        assert_eq!(window((3, 9), 10, 0), 0..0);
        assert_eq!(window((3, 9), 0, 20), 9..9);
    }
}
