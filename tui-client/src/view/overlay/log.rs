//! All that the program had to say, newest first, with its time.

use super::dialog;
use crate::format;
use crate::theme::Role;
use crate::view::layout::{Areas, Shape};
use crate::view::paint::Titles;
use crate::view::sheet::{Line, Sheet};
use crate::view::toasts::looks;
use crate::view::{Canvas, Cx};
use crate::words::{self, Text};

/// Draws the log.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, (areas, top): (Areas, usize)) {
    let stage = areas.stage();
    let width = match areas.shape {
        Shape::Tiny | Shape::Compact => stage.width.saturating_sub(2),
        Shape::Stacked | Shape::Wide => stage.width.saturating_sub(6).min(96),
    };
    let mut sheet = Sheet::default();
    // The time and the mark stand before the words, which go on below themselves.
    let margin = 11;
    for entry in &cx.model.live.log {
        let (mark, _, role) = looks(cx, entry.severity);
        let time = format::wall(entry.at, cx.model.now.offset_minutes);
        let sentence = words::notice(&entry.notice, cx.lang());
        let lines = format::wrap(&sentence, usize::from(width.saturating_sub(margin)));
        for (at, words) in lines.into_iter().enumerate() {
            let line = if at == 0 {
                Line::of(time.clone(), Role::Muted)
                    .and(" ", Role::Text)
                    .and(mark, role)
                    .and(" ", Role::Text)
            } else {
                Line::of(" ".repeat(margin.into()), Role::Text)
            };
            sheet.push(line.and(words, Role::Text));
        }
    }
    if sheet.len() == 0 {
        sheet.words(cx.say(Text::LogEmpty), Role::Muted, width);
    }
    let count = cx.model.live.log.len();
    let count = format::count(u64::try_from(count).unwrap_or(0), cx.lang());
    let titles = Titles { name: cx.say(Text::Log), count: &count, ..Titles::default() };
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX).clamp(5, 60);
    let area = dialog(cx, canvas, (areas, (width, rows)), &titles);
    sheet.draw(cx, canvas, (area, top));
}
