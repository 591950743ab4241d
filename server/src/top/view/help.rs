//! Keys, and what the numbers mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

use super::Content;
use super::pen::{self, Cx, Pen, Titles, columns_of, rows_of};
use crate::top::keys::TABLE;
use crate::top::look::Role;

/// What numbers mean where the name alone does not say it.
const MEANINGS: &[(&str, &str)] = &[
    (
        "P50 P99",
        "half, and 99 in 100, took at most this long; the server counts times in buckets that end at powers of two",
    ),
    (
        "refused",
        "of a method: answered with anything but a result; of connections: turned away, by why",
    ),
    ("for carts", "of the places for connections, those that only sessions with holds get"),
    (
        "too late",
        "requests for what another had first, and carts whose time was up, since the start",
    ),
    ("away", "sessions whose passenger has lost the connection and may come back"),
    ("batch", "orders that shared one commit"),
    ("log", "what is on disk and not yet carried home into the ledger"),
    ("SOLD", "seats sold in the time that the title says"),
];

/// The columns of what is explained.
const TERM: u16 = 11;

/// A line of the help: a term, if it is the first of its lines, and words.
type Line = (&'static str, String);

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, (stage, top): (Rect, usize)) -> Content {
    let width = stage.width.min(76);
    let lines = lines(width.saturating_sub(4 + TERM));
    let height = rows_of(lines.len()).saturating_add(2).min(stage.height);
    let area = Rect {
        x: stage.x + (stage.width - width) / 2,
        y: stage.y + (stage.height - height) / 2,
        width,
        height,
    };
    Clear.render(area, buf);
    let titles = Titles { name: "Help", aside: "? closes", number: "" };
    let inner = pen::framed(cx, buf, (area, true), &titles);
    let content = Content { lines: lines.len(), page: inner.height.into() };
    let top = top.min(content.last_top());
    for (at, (term, words)) in lines.iter().skip(top).take(content.page).enumerate() {
        let mut pen = Pen::new(cx, buf, (inner, rows_of(at)));
        pen.skip(1).left(TERM, term, Role::Accent).put(words, Role::Text);
    }
    pen::more(cx, buf, inner, (top, content));
    content
}

fn lines(columns: u16) -> Vec<Line> {
    let keys = TABLE.iter().filter(|binding| !binding.help.is_empty());
    let keys = keys.map(|binding| (binding.shown, binding.help));
    let mut lines = Vec::new();
    for (term, words) in keys.chain([("", "")]).chain(MEANINGS.iter().copied()) {
        for (at, line) in wrapped(words, columns).into_iter().enumerate() {
            lines.push((if at == 0 { term } else { "" }, line));
        }
    }
    lines
}

/// Words in lines of at most so many columns; one line at least.
fn wrapped(words: &str, columns: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        let full = columns_of(line).saturating_add(columns_of(word)) >= columns;
        if line.is_empty() {
            line.push_str(word);
        } else if full {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_none_is_lost() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("", 8), [""]);
        assert_eq!(wrapped("enormous", 3), ["enormous"]);
    }
}
