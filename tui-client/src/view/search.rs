//! What is searched for: from, to, date and the live filter, one line; and the airports to choose
//! from, below the input.

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::{Keys, Strip, Titles, columns_of, highlight, panel, raise, rows_of};
use super::{Canvas, Cx};
use crate::format;
use crate::input::Hit;
use crate::model::{AirportField, FilterFocus, Screen, TextField};
use crate::theme::Role;
use crate::words::{Text, field_error};

/// Draws the search line, or on a compact screen the one input that has the keys.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    if !matches!(cx.model.screen, Screen::Departures | Screen::Trips | Screen::Cart) {
        return;
    }
    match (areas.shape, focus(cx)) {
        (Shape::Compact, Some(focus)) => {
            let blank = " ".repeat(areas.search.width.into());
            Strip::new(cx, canvas.buf, (areas.search, 0)).put(&blank, cx.style(Role::Text));
            field(cx, canvas, (areas.search, focus));
        }
        (Shape::Compact | Shape::Tiny, _) => {}
        (Shape::Stacked | Shape::Wide, _) => {
            for (focus, place) in places(areas.search) {
                field(cx, canvas, (place, focus));
            }
        }
    }
}

fn focus(cx: Cx) -> Option<FilterFocus> {
    matches!(cx.model.screen, Screen::Departures | Screen::Trips)
        .then_some(cx.model.departures.filters.focus)
        .flatten()
}

/// Where each input stands: shares of the line that depend on nothing but its width.
fn places(line: Rect) -> [(FilterFocus, Rect); 4] {
    let share = |percent: u16| line.width * percent / 100;
    let widths = [share(26), share(28), share(24)];
    let mut x = line.x;
    let mut next = |width: u16| {
        let place = Rect { x, width, ..line };
        x += width;
        place
    };
    let [from, to, date] = widths.map(&mut next);
    let text = Rect { x: date.right(), width: line.right() - date.right(), ..line };
    [
        (FilterFocus::From, from),
        (FilterFocus::To, to),
        (FilterFocus::Date, date),
        (FilterFocus::Text, text),
    ]
}

fn label(focus: FilterFocus) -> Text {
    match focus {
        FilterFocus::From => Text::From,
        FilterFocus::To => Text::To,
        FilterFocus::Date => Text::Date,
        FilterFocus::Text => Text::Filter,
    }
}

fn field(cx: Cx, canvas: &mut Canvas, (place, which): (Rect, FilterFocus)) {
    canvas.target(place, Hit::Field(which));
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    strip.put(" ", cx.style(Role::Text)).put(cx.say(label(which)), cx.style(Role::Muted)).skip(1);
    let rest = Rect { x: strip.column(), width: strip.room().saturating_sub(1), ..place };
    let filters = &cx.model.departures.filters;
    if focus(cx) == Some(which) {
        let (input, hint) = match which {
            FilterFocus::From => (&filters.from.text, Text::AirportHint),
            FilterFocus::To => (&filters.to.text, Text::AirportHint),
            FilterFocus::Date => (&filters.date.text, Text::DateHint),
            FilterFocus::Text => (&filters.text, Text::FilterHint),
        };
        // What is wrong is said below, where there is room for it.
        let bare = TextField { error: None, ..input.clone() };
        typed(cx, canvas, (rest, &bare, cx.say(hint)));
        return;
    }
    let (value, role) = match which {
        FilterFocus::From => chosen_airport(cx, &filters.from),
        FilterFocus::To => chosen_airport(cx, &filters.to),
        FilterFocus::Date => match filters.date.chosen {
            Some(date) => (format::day(date, cx.lang()), Role::Strong),
            None => (cx.say(Text::AnyDay).to_owned(), Role::Text),
        },
        FilterFocus::Text if filters.text.input.value().is_empty() => {
            (cx.say(Text::FilterHint).to_owned(), Role::Muted)
        }
        FilterFocus::Text => (filters.text.input.value().to_owned(), Role::Strong),
    };
    // A hint is whole or not there.
    if role != Role::Muted || columns_of(&value) <= rest.width {
        Strip::new(cx, canvas.buf, (rest, 0)).put(&value, cx.style(role));
    }
}

fn chosen_airport(cx: Cx, field: &AirportField) -> (String, Role) {
    match field.chosen {
        Some(iata) => match cx.model.airport(iata) {
            Some(airport) => (format!("{iata} {}", airport.city), Role::Strong),
            None => (iata.to_string(), Role::Strong),
        },
        None => (cx.say(Text::Anywhere).to_owned(), Role::Text),
    }
}

/// Draws an input that has the keys, with the terminal's cursor in it. An empty one shows `hint`.
pub(super) fn typed(cx: Cx, canvas: &mut Canvas, (place, field, hint): (Rect, &TextField, &str)) {
    let place = Rect { height: place.height.min(1), ..place };
    let style = cx.style(Role::InputFocused);
    let value = field.input.value();
    // One column stays for the cursor behind the last character.
    let room = usize::from(place.width.saturating_sub(1));
    let skipped = field.input.visual_scroll(room);
    let shown = skip_columns(value, skipped);
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    if value.is_empty() {
        strip.put(hint, cx.style(Role::Muted));
    } else {
        strip.put(shown, style);
    }
    if let Some(error) = field.error {
        strip.skip(2).put(field_error(error, cx.lang()), cx.style(Role::Alarm));
    }
    canvas.buf.set_style(place.intersection(canvas.buf.area), style);
    let at = u16::try_from(field.input.visual_cursor().saturating_sub(skipped)).unwrap_or(0);
    canvas.point(place.x.saturating_add(at.min(place.width.saturating_sub(1))), place.y);
}

/// `text` without its first columns.
fn skip_columns(text: &str, columns: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let mut skipped = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if skipped >= columns {
            return &text[at..];
        }
        skipped += format::width(grapheme);
    }
    ""
}

/// Draws what belongs to the input that has the keys, below it: the airports to choose from, or
/// what is wrong with what was typed.
pub(super) fn choices(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let filters = &cx.model.departures.filters;
    let Some(which) = focus(cx).filter(|_| cx.model.overlays.is_empty()) else { return };
    let (matches, words) = match which {
        FilterFocus::From => airports_or_words(cx, &filters.from),
        FilterFocus::To => airports_or_words(cx, &filters.to),
        FilterFocus::Date => (None, wrong(cx, &filters.date.text)),
        FilterFocus::Text => (None, wrong(cx, &filters.text)),
    };
    let width = 46.min(areas.main.width);
    let words = words.map(|words| format::wrap(words, usize::from(width.saturating_sub(4))));
    let lines = match (matches, &words) {
        (Some(field), _) => field.matches.len(),
        (None, Some(words)) => words.len(),
        (None, None) => return,
    };
    let area = below(areas, which, (width, rows_of(lines) + 2));
    raise(cx, canvas.buf, area);
    canvas.cover(area);
    let inner = panel(cx, canvas.buf, (area, Keys::Here), &Titles::default());
    if let Some(field) = matches {
        for (line, found) in field.matches.iter().take(inner.height.into()).enumerate() {
            airport(cx, canvas, (inner, line), (*found, Keys::here_if(line == field.cursor)));
        }
    }
    for (line, words) in words.unwrap_or_default().iter().take(inner.height.into()).enumerate() {
        let mut strip = Strip::new(cx, canvas.buf, (inner, rows_of(line)));
        strip.skip(1).put(words, cx.style(Role::Text));
    }
}

/// The airports that match, or why there are none.
fn airports_or_words<'a>(
    cx: Cx<'a>,
    field: &'a AirportField,
) -> (Option<&'a AirportField>, Option<&'static str>) {
    if !field.matches.is_empty() {
        return (Some(field), None);
    }
    let text =
        if cx.model.airports.is_empty() { Text::AirportsNotHere } else { Text::NoAirportMatches };
    (None, Some(cx.say(text)))
}

fn wrong(cx: Cx, field: &TextField) -> Option<&'static str> {
    field.error.map(|error| field_error(error, cx.lang()))
}

/// A box of this size below an input, as far left as it must to fit.
fn below(areas: Areas, which: FilterFocus, (width, height): (u16, u16)) -> Rect {
    let place = match areas.shape {
        Shape::Compact => areas.search,
        Shape::Tiny | Shape::Stacked | Shape::Wide => places(areas.search)
            .into_iter()
            .find_map(|(focus, place)| (focus == which).then_some(place))
            .unwrap_or(areas.search),
    };
    let y = areas.search.bottom();
    Rect {
        x: place.x.min(areas.footer.right().saturating_sub(width)),
        y,
        width,
        height: height.min(areas.footer.y.saturating_sub(y)),
    }
}

fn airport(cx: Cx, canvas: &mut Canvas, (inner, line): (Rect, usize), (at, keys): (usize, Keys)) {
    let Some(airport) = cx.model.airports.get(at) else { return };
    let row = Rect { y: inner.y + rows_of(line), height: 1, ..inner };
    canvas.target(row, Hit::Match(line));
    let mut strip = Strip::new(cx, canvas.buf, (row, 0));
    let here = keys == Keys::Here;
    let mark = if here { cx.glyphs().cursor } else { " " };
    strip.put(mark, cx.style(Role::Accent)).skip(1);
    strip.put(airport.iata.as_str(), cx.style(Role::Strong)).skip(2);
    let city = format!("{}, {}", airport.city, airport.state);
    let city_columns = columns_of(&city).min(strip.room());
    strip.left(city_columns.max(18.min(strip.room())), &city, cx.style(Role::Text)).skip(2);
    strip.put(&airport.name, cx.style(Role::Muted));
    if here {
        highlight(cx, canvas.buf, (row, Role::Selected));
    }
}
