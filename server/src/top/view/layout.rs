//! Where things are: from the size alone, and from which panel has the whole screen.

use ratatui::layout::Rect;

use crate::top::model::{Model, Panel};

/// How the screen is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Too small for anything but a line.
    Tiny,
    /// One panel at a time, without a frame.
    Single,
    /// Three bands of two panels; or one of them, if it is zoomed.
    Bands,
}

/// The parts of the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Areas {
    pub(super) shape: Shape,
    pub(super) header: Rect,
    /// What is wrong, if anything is: else without rows.
    pub(super) banner: Rect,
    /// All panels together.
    pub(super) stage: Rect,
    pub(super) footer: Rect,
}

impl Areas {
    /// The parts of a screen of this size.
    pub(super) fn of(area: Rect, banner: bool) -> Self {
        let shape = match (area.width, area.height) {
            (width, height) if width < 36 || height < 6 => Shape::Tiny,
            (76.., 21..) => Shape::Bands,
            _ => Shape::Single,
        };
        let (header, rest) = from_top(area, 1);
        let (banner, rest) = from_top(rest, u16::from(banner));
        let (stage, footer) = from_top(rest, rest.height.saturating_sub(1));
        Self { shape, header, banner, stage, footer }
    }

    /// The panels that are on the screen, and where.
    pub(super) fn panels(&self, model: &Model) -> Vec<(Panel, Rect)> {
        if self.shape != Shape::Bands || model.zoomed {
            return vec![(model.panel, self.stage)];
        }
        // The graphs have one, two or three lines each, and their frame; with two, the panel beside
        // them has one fact more than they have lines.
        let lines = match self.stage.height {
            0..32 => 1,
            32..50 => 2,
            50.. => 3,
        };
        let (above, rest) = from_top(self.stage, 2 + 4 * lines + u16::from(lines == 2));
        let (middle, below) = from_top(rest, rest.height / 2);
        let halves = [above, middle, below].map(|band| from_left(band, band.width.div_ceil(2)));
        let places = halves.into_iter().flat_map(|(left, right)| [left, right]);
        Panel::ALL.into_iter().zip(places).collect()
    }
}

fn from_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let rest = Rect { y: area.y + rows, height: area.height - rows, ..area };
    (Rect { height: rows, ..area }, rest)
}

fn from_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let rest = Rect { x: area.x + columns, width: area.width - columns, ..area };
    (Rect { width: columns, ..area }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_cover_the_screen_and_do_not_overlap() {
        let mut model = Model::new("socket");
        for (width, height) in
            (1..=200).flat_map(|width| (1..=60).map(move |height| (width, height)))
        {
            let area = Rect::new(0, 0, width, height);
            for (banner, zoomed) in [(false, false), (true, false), (false, true)] {
                model.zoomed = zoomed;
                let areas = Areas::of(area, banner);
                if areas.shape == Shape::Tiny {
                    continue;
                }
                let rest = [areas.header, areas.banner, areas.footer];
                let panels = areas.panels(&model).into_iter().map(|(_, place)| place);
                let parts: Vec<Rect> = rest.into_iter().chain(panels).collect();
                let covered: u32 = parts.iter().map(|part| part.area()).sum();
                assert_eq!(covered, area.area(), "{width}x{height}");
                for part in parts {
                    assert!(part.is_empty() || area.union(part) == area, "{width}x{height}");
                }
            }
        }
    }
}
