//! What lies over the screen and takes the keys.

mod help;
mod log;
mod question;
mod seats;

use ratatui::layout::Rect;

use super::layout::{Areas, Shape, centred};
use super::paint::{Keys, Strip, Titles, panel, raise};
use super::{Canvas, Cx};
use crate::model::Overlay;
use crate::theme::Role;

/// Draws all overlays, the uppermost last.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    for overlay in &cx.model.overlays {
        canvas.cover(areas.stage());
        match overlay {
            Overlay::Help { top, filter, filtering } => {
                help::draw(cx, canvas, (areas, *top), (filter, *filtering));
            }
            Overlay::Log { top } => log::draw(cx, canvas, (areas, *top)),
            Overlay::Ask(question) => question::draw(cx, canvas, (areas, question)),
            Overlay::Seats(picker) => seats::draw(cx, canvas, (areas, picker)),
        }
    }
}

/// An empty dialog for so many columns and rows of content: a framed box in the middle; on a
/// compact screen all of the stage below a title line. Returns where the content goes.
fn dialog(
    cx: Cx,
    canvas: &mut Canvas,
    (areas, size): (Areas, (u16, u16)),
    titles: &Titles,
) -> Rect {
    let stage = areas.stage();
    if areas.shape == Shape::Compact {
        raise(cx, canvas.buf, stage);
        let mut strip = Strip::new(cx, canvas.buf, (stage, 0));
        let style = cx.style(Role::AccentChip);
        strip.put(" ", style).put(titles.name, style).put("  ", style).put(titles.count, style);
        strip.fill(" ", style);
        return Rect {
            x: stage.x + 1,
            y: stage.y + 1,
            width: stage.width.saturating_sub(2),
            height: stage.height.saturating_sub(1),
        };
    }
    let area = centred(stage, (size.0 + 4, size.1 + 2));
    raise(cx, canvas.buf, area);
    canvas.cover(area);
    let inner = panel(cx, canvas.buf, (area, Keys::Here), titles);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
