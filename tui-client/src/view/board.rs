//! The board of legs: a fixed grid that never jumps, of which only the visible rows are looked at.

mod empty;
mod grid;
mod row;

use ratatui::layout::Rect;
use trecho_shared::message::Leg;

use super::layout::{Areas, Shape, window};
use super::paint::{Keys, Strip, Titles, panel, rows_of, scroll_bar};
use super::{Canvas, Cx};
use crate::format;
use crate::model::{Screen, SortBy};
use crate::words::Text;
use grid::{Fixed, Grid};

pub(super) use row::aircraft;

/// Draws the board: in a panel with a line of column names, or bare on a compact screen.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let departures = &cx.model.departures;
    let fixed = Fixed {
        route: departures.query.from.is_some() && departures.query.to.is_some(),
        day: departures.query.date.is_some(),
    };
    let inner = match areas.shape {
        Shape::Tiny | Shape::Compact => areas.main,
        Shape::Stacked | Shape::Wide => framed(cx, canvas, areas.main),
    };
    let framed = areas.shape != Shape::Compact;
    let (head, list) = if framed && inner.height > 1 {
        (1, Rect { y: inner.y + 1, height: inner.height - 1, ..inner })
    } else {
        (0, inner)
    };
    let page = usize::from(list.height);
    if cx.model.screen == Screen::Departures {
        canvas.page(page);
    }
    let length = departures.shown.len();
    if length == 0 {
        empty::draw(cx, canvas, inner);
        return;
    }
    let grid = Grid::new(list, fixed);
    if head == 1 {
        grid.names(cx, canvas, Rect { height: 1, ..inner });
    }
    let shown = window((departures.top, departures.cursor_row), page, length);
    for (line, place) in shown.clone().enumerate() {
        let area = Rect { y: list.y + rows_of(line), height: 1, ..list };
        row::draw(cx, canvas, (&grid, area), place);
    }
    if framed {
        scroll_bar(cx, canvas.buf, list, (shown, length));
    }
}

fn framed(cx: Cx, canvas: &mut Canvas, area: Rect) -> Rect {
    let departures = &cx.model.departures;
    let mut aside: Vec<String> = Vec::new();
    if !departures.marked.is_empty() {
        aside.push(format!("{} {}", cx.glyphs().marked, departures.marked.len()));
    }
    if cx.model.is_stale() && !departures.rows.is_empty() {
        let since = cx.model.link.offline_since_ms;
        let age = since.map(|since| format::ago(cx.model.now.mono_ms.saturating_sub(since)));
        aside.push(format!("{} {}", cx.say(Text::Stale), age.unwrap_or_default()).trim().into());
    }
    if departures.is_loading() && !departures.rows.is_empty() {
        aside.push(format!("{}{}", cx.say(Text::LoadingMore), cx.glyphs().ellipsis));
    }
    if departures.filters.show_all {
        aside.push(cx.say(Text::ShowingAll).to_owned());
    }
    let below = departures.selected().map(|row| detail(cx, &row.leg)).unwrap_or_default();
    let titles = Titles {
        name: cx.say(Text::Legs),
        count: &counted(cx),
        aside: &aside.join(&format!(" {} ", cx.glyphs().dot)),
        below: &below,
    };
    let here = cx.model.screen == Screen::Departures && cx.model.overlays.is_empty();
    panel(cx, canvas.buf, (area, Keys::here_if(here)), &titles)
}

/// `23/1.204`: where the cursor is, and of how many legs: of all that were found, or of those that
/// the live filter leaves. A plus where not all of them are known yet.
fn counted(cx: Cx) -> String {
    let departures = &cx.model.departures;
    if departures.rows.is_empty() {
        return String::new();
    }
    let shown = departures.shown.len();
    let to_come = departures.next_cursor.is_some();
    let filtered = !departures.filters.text.input.value().trim().is_empty();
    let (total, more) = match departures.total {
        _ if filtered || !to_come => (shown, to_come),
        (found, more) => (usize::try_from(found).unwrap_or(0).max(shown), more),
    };
    let count = |number: usize| format::count(u64::try_from(number).unwrap_or(0), cx.lang());
    let plus = if more { "+" } else { "" };
    let at = if shown == 0 { 0 } else { departures.cursor_row.min(shown - 1) + 1 };
    format!("{}/{}{plus}", count(at), count(total))
}

/// The cities and the aircraft of the leg under the cursor, for the lower edge of the panel.
fn detail(cx: Cx, leg: &Leg) -> String {
    let place = |iata| match cx.model.airport(iata) {
        Some(airport) => format!("{} ({iata})", airport.city),
        None => iata.to_string(),
    };
    let dot = cx.glyphs().dot;
    format!(
        "{} {} {} {dot} {} {dot} {}",
        place(leg.from),
        cx.glyphs().arrow,
        place(leg.to),
        format::day(leg.leg.date, cx.lang()),
        row::aircraft(&leg.aircraft),
    )
}

/// The column that the board is sorted by, and which way.
fn sorted_by(cx: Cx) -> (SortBy, &'static str) {
    let glyphs = cx.glyphs();
    match cx.model.departures.sort {
        SortBy::Departure => (SortBy::Departure, glyphs.ascending),
        SortBy::Fare => (SortBy::Fare, glyphs.ascending),
        SortBy::Duration => (SortBy::Duration, glyphs.ascending),
        SortBy::Seats => (SortBy::Seats, glyphs.descending),
    }
}

/// Used where a strip is needed for a bare line.
fn line<'b>(cx: Cx, canvas: &'b mut Canvas<'_>, area: Rect) -> Strip<'b> {
    Strip::new(cx, canvas.buf, (area, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glyphs::Glyphs;
    use crate::model::Model;
    use crate::theme::Theme;
    use crate::view::Look;
    use crate::view::scenes::Scene;
    use crate::words::Lang;

    fn count(model: &Model) -> String {
        let look = Look { theme: Theme::mono(), glyphs: Glyphs::UNICODE };
        counted(Cx { model, look: &look })
    }

    #[test]
    fn the_title_counts_what_was_found_until_all_of_it_is_here() {
        let mut model = Scene::Board.model(Lang::Pt, (120, 40));
        model.departures.total = (10_000, true);
        assert_eq!(count(&model), "4/10.000+");
        model.departures.next_cursor = None;
        let here = model.departures.rows.len();
        assert_eq!(count(&model), format!("4/{here}"));
        model.departures.shown.clear();
        assert_eq!(count(&model), "0/0");
    }
}
