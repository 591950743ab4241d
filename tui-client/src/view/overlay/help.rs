//! The keys of the screen below, by group, as the key table has them.

use super::dialog;
use crate::airports::fold;
use crate::format;
use crate::keys::{self, Binding, Context};
use crate::model::TextField;
use crate::theme::Role;
use crate::view::layout::{Areas, Shape};
use crate::view::paint::Titles;
use crate::view::search::typed;
use crate::view::sheet::{Line, Sheet};
use crate::view::{Canvas, Cx};
use crate::words::{self, Text};
use ratatui::layout::Rect;

/// How wide the keys' own column is, and where the dialog is narrow.
const KEYS: usize = 18;
const KEYS_NARROW: usize = 8;

/// Draws the help.
pub(super) fn draw(
    cx: Cx,
    canvas: &mut Canvas,
    (areas, top): (Areas, usize),
    (filter, filtering): (&TextField, bool),
) {
    let wanted = fold(filter.input.value());
    let mut sheet = Sheet::default();
    let mut group: Option<Context> = None;
    for binding in keys::help(cx.model) {
        if !matches(cx, binding, &wanted) {
            continue;
        }
        if group != Some(binding.context) {
            if group.is_some() {
                sheet.blank();
            }
            sheet.push(Line::of(words::context(binding.context, cx.lang()), Role::Title));
            group = Some(binding.context);
        }
        entry(cx, (&mut sheet, binding), areas);
    }
    if sheet.len() == 0 {
        sheet.words(cx.say(Text::HelpNone), Role::Text, 60);
    } else if wanted.is_empty() {
        sheet.blank().words(cx.say(Text::HelpMouse), Role::Muted, 70);
    }
    let count = if filtering || wanted.is_empty() { "" } else { filter.input.value() };
    let titles = Titles { name: cx.say(Text::Help), count, ..Titles::default() };
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX).clamp(6, 60);
    let mut area = dialog(cx, canvas, (areas, (76, rows + 1)), &titles);
    if filtering {
        let line = Rect { height: area.height.min(1), ..area };
        area = Rect { y: area.y + line.height, height: area.height - line.height, ..area };
        sheet.draw(cx, canvas, (area, top));
        typed(cx, canvas, (line, filter, cx.say(Text::Filter)));
    } else {
        sheet.draw(cx, canvas, (area, top));
    }
}

/// A key and what it does; long words go on below themselves.
fn entry(cx: Cx, (sheet, binding): (&mut Sheet, &Binding), areas: Areas) {
    let compact = areas.shape == Shape::Compact;
    let keys = if compact { KEYS_NARROW } else { KEYS };
    // As many of the keys as the column has room for; the first always.
    let mut shown = String::new();
    for key in binding.keys {
        let name = words::key(*key, cx.lang());
        let grown = if shown.is_empty() { name } else { format!("{shown}  {name}") };
        if !shown.is_empty() && format::width(&grown) > keys {
            break;
        }
        shown = grown;
    }
    let width = usize::from(areas.stage().width).saturating_sub(keys + 4);
    let sentence = words::action_help(binding.action, cx.lang());
    for (at, words) in format::wrap(sentence, width).into_iter().enumerate() {
        let shown = if at == 0 { shown.as_str() } else { "" };
        let pad = (keys + 1).saturating_sub(format::width(shown)).max(1);
        let line = Line::of(shown, Role::Key).and(" ".repeat(pad), Role::Text);
        sheet.push(line.and(words, Role::Text));
    }
}

fn matches(cx: Cx, binding: &Binding, wanted: &str) -> bool {
    let says = |text: &str| fold(text).contains(wanted);
    wanted.is_empty()
        || says(words::action_help(binding.action, cx.lang()))
        || says(words::action(binding.action, cx.lang()))
        || binding.keys.iter().any(|key| fold(&words::key(*key, cx.lang())) == wanted)
}
