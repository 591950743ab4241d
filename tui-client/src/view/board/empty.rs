//! A board without rows: whether it waits, cannot know, or there is nothing; and what to do.

use ratatui::layout::Rect;

use super::super::paint::{Strip, columns_of, rows_of};
use super::super::{Canvas, Cx};
use crate::format;
use crate::input::Key;
use crate::keys::{Action, BINDINGS, Context};
use crate::model::{Connection, Screen};
use crate::theme::Role;
use crate::trust::Doubt;
use crate::words::{self, Lang, Text, trouble};

/// No paragraph is wider than this.
const WIDEST: usize = 72;

/// A line of what is said: a sentence, or a key (or a command) and what it is for.
enum Line {
    Words(String, Role),
    Key(String, String),
}

/// Says why there is nothing to see, in the middle of the board.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, area: Rect) {
    let lines = lines(cx, usize::from(area.width.saturating_sub(4)).max(1));
    let left = usize::from(area.height).saturating_sub(lines.len());
    let first = area.y + rows_of(left / 2);
    let width = lines.iter().map(columns).max().unwrap_or(0).min(area.width.saturating_sub(2));
    let x = area.x + (area.width - width) / 2;
    if cx.model.screen == Screen::Departures {
        canvas.point(x, first);
    }
    for (at, line) in lines.iter().take(area.height.into()).enumerate() {
        let place = Rect { x, y: first + rows_of(at), width, height: 1 };
        let mut strip = Strip::new(cx, canvas.buf, (place, 0));
        match line {
            Line::Words(words, role) => strip.put(words, cx.style(*role)),
            Line::Key(key, what) => {
                strip.put(key, cx.style(Role::Key)).skip(2).put(what, cx.style(Role::Text))
            }
        };
    }
}

fn columns(line: &Line) -> u16 {
    match line {
        Line::Words(words, _) => columns_of(words),
        Line::Key(key, what) => columns_of(key) + 2 + columns_of(what),
    }
}

fn lines(cx: Cx, width: usize) -> Vec<Line> {
    let departures = &cx.model.departures;
    match &cx.model.link.connection {
        Connection::Offline { why, .. } if !cx.model.link.was_online => {
            no_server(cx, (&trouble(why, cx.lang()), width))
        }
        Connection::Connecting { .. } if !cx.model.link.was_online => {
            let address = &cx.model.preferences.address;
            let ellipsis = cx.glyphs().ellipsis;
            let words = match cx.lang() {
                Lang::Pt => format!("Conectando a {address}{ellipsis}"),
                Lang::En => format!("Connecting to {address}{ellipsis}"),
            };
            vec![Line::Words(words, Role::Text)]
        }
        Connection::Replaced => {
            let mut lines = paragraph((cx.say(Text::ReplacedLong), Role::Strong), width);
            lines.push(Line::Key("r".to_owned(), cx.say(Text::NewSession).to_owned()));
            lines
        }
        Connection::Distrusted(distrust) => {
            let key = match distrust.why {
                Doubt::Unknown => Text::LookAtKey,
                Doubt::Changed { .. } | Doubt::NotNamed | Doubt::Unvouched { .. } => Text::RetryNow,
            };
            let words = words::distrust(distrust, cx.lang());
            // Lines that are read, and a key that is compared, are not as wide as the screen.
            let mut lines = paragraph((&words, Role::Strong), width.min(WIDEST));
            lines.push(Line::Key("r".to_owned(), cx.say(key).to_owned()));
            lines
        }
        Connection::Online | Connection::Connecting { .. } | Connection::Offline { .. } => {
            if departures.is_unread() {
                let words = format!("{}{}", cx.say(Text::Loading), cx.glyphs().ellipsis);
                vec![Line::Words(words, Role::Text)]
            } else {
                nothing(cx, width)
            }
        }
    }
}

fn paragraph((words, role): (&str, Role), width: usize) -> Vec<Line> {
    format::wrap(words, width).into_iter().map(|line| Line::Words(line, role)).collect()
}

/// Nobody listens there: says so, and offers the demo.
fn no_server(cx: Cx, (why, width): (&str, usize)) -> Vec<Line> {
    let address = &cx.model.preferences.address;
    let words = match cx.lang() {
        Lang::Pt => format!("Sem servidor em {address}: {why}."),
        Lang::En => format!("No server at {address}: {why}."),
    };
    let mut lines = paragraph((&words, Role::Strong), width);
    for (command, text) in [("trecho demo", Text::TryDemo), ("trechod serve", Text::StartServer)] {
        lines.push(Line::Key(format!("{command:13}"), cx.say(text).to_owned()));
    }
    lines.extend(paragraph((cx.say(Text::KeepsTrying), Role::Muted), width));
    lines
}

/// The search found nothing: says how to widen it, by what narrows it now.
fn nothing(cx: Cx, width: usize) -> Vec<Line> {
    let departures = &cx.model.departures;
    let filters = &departures.filters;
    let filtered = !departures.rows.is_empty() || !filters.text.input.value().is_empty();
    let narrowed = filters.from.chosen.is_some()
        || filters.to.chosen.is_some()
        || filters.date.chosen.is_some();
    let what = match (filtered, narrowed) {
        (true, _) => Text::NothingFiltered,
        (false, true) => Text::NothingFound,
        (false, false) => Text::NothingYet,
    };
    let mut lines = paragraph((cx.say(what), Role::Strong), width);
    let offer = |lines: &mut Vec<Line>, action: Action, text: Text| {
        lines.push(Line::Key(key_of(action, cx.lang()), cx.say(text).to_owned()));
    };
    lines.push(Line::Words(cx.say(Text::Widen).to_owned(), Role::Muted));
    if filtered {
        offer(&mut lines, Action::Filter, Text::WidenText);
    }
    if filters.date.chosen.is_some() {
        offer(&mut lines, Action::NextDay, Text::WidenDateNext);
        offer(&mut lines, Action::Date, Text::WidenDate);
    }
    if filters.to.chosen.is_some() {
        offer(&mut lines, Action::To, Text::WidenTo);
    }
    if filters.from.chosen.is_some() {
        offer(&mut lines, Action::From, Text::WidenFrom);
    }
    if !filters.show_all {
        offer(&mut lines, Action::ShowAll, Text::WidenAll);
    }
    if filters.from.chosen.is_some() && filters.to.chosen.is_some() {
        offer(&mut lines, Action::Trips, Text::WidenTrips);
    }
    lines
}

/// The key to show for an action of the board.
fn key_of(action: Action, lang: Lang) -> String {
    let key = BINDINGS
        .iter()
        .filter(|binding| matches!(binding.context, Context::Board | Context::Everywhere))
        .find(|binding| binding.action == action)
        .and_then(|binding| binding.keys.first())
        .copied();
    key.map_or_else(String::new, |key: Key| words::key(key, lang))
}
