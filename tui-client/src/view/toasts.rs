//! Notices that float for a while. They never cover what has the keys: they stand at the bottom,
//! or at the top where the bottom is taken.

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::{Keys, Strip, Titles, panel, raise, rows_of};
use super::{Canvas, Cx};
use crate::format;
use crate::model::{Overlay, Severity, Toast};
use crate::theme::Role;
use crate::words;

/// Draws the toasts, the newest nearest to the edge.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let now = cx.model.now.mono_ms;
    // Who reads all keys or all notices is disturbed by what cannot wait alone.
    let reading =
        matches!(cx.model.overlays.last(), Some(Overlay::Help { .. } | Overlay::Log { .. }));
    let urgent = |toast: &Toast| match toast.severity {
        Severity::Info | Severity::Success => !reading,
        Severity::Warning | Severity::Error => true,
    };
    let live = |toast: &&Toast| urgent(toast) && toast.until_ms.is_none_or(|until| until > now);
    let mut stage = free_stage(canvas, areas);
    for toast in cx.model.live.toasts.iter().rev().filter(live) {
        let used = one(cx, canvas, (stage.area, areas.shape), (toast, stage.from));
        let Some(used) = used else { return };
        let left = stage.area.height.saturating_sub(used.height);
        // A strip without its frame beside framed ones would look torn.
        if left < 3 && areas.shape != Shape::Compact {
            return;
        }
        stage.area = match stage.from {
            Edge::Bottom => Rect { height: left, ..stage.area },
            Edge::Top => Rect { y: used.bottom(), height: left, ..stage.area },
        };
    }
}

/// Which edge toasts grow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Top,
    Bottom,
}

#[derive(Debug, Clone, Copy)]
struct Stage {
    area: Rect,
    from: Edge,
}

/// The larger part of the screen above or below what has the keys; below, where they are alike.
fn free_stage(canvas: &Canvas, areas: Areas) -> Stage {
    let top = areas.header.bottom();
    // The cart and its countdown stay in sight.
    let bottom = match areas.shape {
        Shape::Tiny | Shape::Compact | Shape::Stacked => areas.main.bottom(),
        Shape::Wide => areas.footer.y,
    };
    let whole = Rect { y: top, height: bottom.saturating_sub(top), ..areas.main };
    let kept = canvas.kept();
    if kept.is_empty() || kept.bottom() <= whole.y {
        return Stage { area: whole, from: Edge::Bottom };
    }
    let above = Rect { height: kept.y.saturating_sub(whole.y).min(whole.height), ..whole };
    let below_from = kept.bottom().clamp(whole.y, whole.bottom());
    let below = Rect { y: below_from, height: whole.bottom() - below_from, ..whole };
    if below.height >= 4 || below.height >= above.height {
        Stage { area: below, from: Edge::Bottom }
    } else {
        Stage { area: above, from: Edge::Top }
    }
}

/// A severity's mark, and the roles of its frame and its mark.
pub(super) fn looks(cx: Cx, severity: Severity) -> (&'static str, Role, Role) {
    let glyphs = cx.glyphs();
    match severity {
        Severity::Info => (glyphs.info, Role::Border, Role::Text),
        Severity::Success => (glyphs.done, Role::Good, Role::Good),
        Severity::Warning => (glyphs.warning, Role::Accent, Role::Key),
        Severity::Error => (glyphs.taken, Role::Alarm, Role::Alarm),
    }
}

/// Draws one toast at an edge of `stage`; returns what it took, `None` if it had no room.
fn one(
    cx: Cx,
    canvas: &mut Canvas,
    (stage, shape): (Rect, Shape),
    (toast, edge): (&Toast, Edge),
) -> Option<Rect> {
    let words = words::notice(&toast.notice, cx.lang());
    let framed = shape != Shape::Compact && stage.height >= 3 && stage.width >= 40;
    let frame = if framed { 2 } else { 0 };
    let width = if framed { stage.width.min(64) } else { stage.width };
    let text = usize::from(width.saturating_sub(frame + 4)).max(1);
    let lines = format::wrap(&words, text);
    let height = (rows_of(lines.len()) + frame).min(stage.height).min(6);
    if height <= frame || width < 8 {
        return None;
    }
    let y = match edge {
        Edge::Bottom => stage.bottom() - height,
        Edge::Top => stage.y,
    };
    let area = Rect { x: stage.right() - width, y, width, height };
    raise(cx, canvas.buf, area);
    canvas.toast(area);
    let (mark, _, ink) = looks(cx, toast.severity);
    let inner = if framed { frame_of(cx, canvas, (area, toast)) } else { area };
    for (line, words) in lines.iter().take(inner.height.into()).enumerate() {
        let last = line + 1 == usize::from(inner.height) && line + 1 < lines.len();
        let mut strip = Strip::new(cx, canvas.buf, (inner, rows_of(line)));
        let mark = if line == 0 { mark } else { " " };
        strip.skip(1).put(mark, cx.style(ink)).skip(1);
        strip.put(words, cx.style(Role::Text));
        if last {
            strip.put(cx.glyphs().ellipsis, cx.style(Role::Muted));
        }
    }
    Some(area)
}

fn frame_of(cx: Cx, canvas: &mut Canvas, (area, toast): (Rect, &Toast)) -> Rect {
    let (_, border, _) = looks(cx, toast.severity);
    let below = match toast.until_ms {
        None => cx.say(words::Text::Dismiss),
        Some(_) => "",
    };
    let titles = Titles { below, ..Titles::default() };
    let inner = panel(cx, canvas.buf, (area, Keys::Elsewhere), &titles);
    // The frame says how much it matters, before a word is read.
    for position in area.positions().filter(|position| !inner.contains(*position)) {
        if let Some(cell) = canvas.buf.cell_mut(position)
            && cx.glyphs().is_frame(cell.symbol())
        {
            cell.set_style(cx.style(border));
        }
    }
    inner
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::glyphs::Glyphs;
    use crate::model::{Model, TextField};
    use crate::notice::Notice;
    use crate::theme::Theme;
    use crate::view::scenes::Scene;
    use crate::view::{Look, paint};
    use crate::words::Lang;

    fn floating(model: &Model) -> usize {
        let (width, height) = model.size;
        let area = Rect::new(0, 0, width, height);
        let look = Look { theme: Theme::mono(), glyphs: Glyphs::UNICODE };
        paint(model, &look, (area, &mut Buffer::empty(area))).toasts.len()
    }

    #[test]
    fn over_the_help_floats_only_what_cannot_wait() {
        let mut model = Scene::Board.model(Lang::Pt, (120, 40));
        model.live.toasts.clear();
        for notice in [Notice::Mouse(true), Notice::ServerClosing] {
            let (severity, until_ms) = (notice.severity(), Some(model.now.mono_ms + 4_000));
            model.live.toasts.push(Toast { severity, notice, until_ms });
        }
        assert_eq!(floating(&model), 2);
        let (top, filter, filtering) = (0, TextField::default(), false);
        model.overlays.push(Overlay::Help { top, filter, filtering });
        assert_eq!(floating(&model), 1);
        model.overlays.clear();
        assert_eq!(floating(&model), 2, "what is still live comes back");
    }
}
