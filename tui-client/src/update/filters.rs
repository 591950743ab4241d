//! The search fields: airports, the date, and the live filter.

use jiff::ToSpan;
use trecho_shared::ids::Iata;
use trecho_shared::time::{Date, date};

use super::{departures, fields, rows, trips};
use crate::airports;
use crate::effect::Effect;
use crate::model::{AirportField, FieldError, FilterFocus, Model, Screen, TextField};

/// Gives the keys to a field. It shows what was chosen; the first character typed replaces that.
pub(super) fn focus(model: &mut Model, field: FilterFocus) {
    let filters = &mut model.departures.filters;
    filters.focus = Some(field);
    filters.fresh = field != FilterFocus::Text;
    match field {
        FilterFocus::From => show_chosen(&mut filters.from),
        FilterFocus::To => show_chosen(&mut filters.to),
        FilterFocus::Date => {
            let text = filters.date.chosen.map_or_else(String::new, written);
            fields::set(&mut filters.date.text, &text);
        }
        FilterFocus::Text => {}
    }
    if matches!(field, FilterFocus::From | FilterFocus::To) {
        find_matches(model);
    }
}

fn show_chosen(field: &mut AirportField) {
    let text = field.chosen.map_or_else(String::new, |iata| iata.to_string());
    fields::set(&mut field.text, &text);
}

fn written(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Applies an edit to the focused field.
pub(super) fn edit(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    change: impl FnOnce(&mut TextField, bool),
) {
    let filters = &mut model.departures.filters;
    let Some(focus) = filters.focus else { return };
    let fresh = std::mem::take(&mut filters.fresh);
    let field = match focus {
        FilterFocus::From => &mut filters.from.text,
        FilterFocus::To => &mut filters.to.text,
        FilterFocus::Date => &mut filters.date.text,
        FilterFocus::Text => &mut filters.text,
    };
    let before = field.input.value().to_owned();
    change(field, fresh);
    if field.input.value() == before {
        return;
    }
    match focus {
        FilterFocus::From | FilterFocus::To => find_matches(model),
        FilterFocus::Date => {}
        FilterFocus::Text => filter_rows(model, effects, &before),
    }
}

fn filter_rows(model: &mut Model, effects: &mut Vec<Effect>, before: &str) {
    let departures = &mut model.departures;
    let text = departures.filters.text.input.value();
    if !before.trim().is_empty() && text.starts_with(before) {
        departures.narrow();
    } else {
        departures.filter();
    }
    departures::next_page(model, effects);
}

/// Ends the live filter.
pub(super) fn clear_text(model: &mut Model) {
    model.departures.filters.text.input.reset();
    model.departures.filters.focus = None;
    model.departures.filter();
}

fn find_matches(model: &mut Model) {
    let filters = &mut model.departures.filters;
    let field = match filters.focus {
        Some(FilterFocus::From) => &mut filters.from,
        Some(FilterFocus::To) => &mut filters.to,
        Some(FilterFocus::Date | FilterFocus::Text) | None => return,
    };
    field.matches = airports::search(&model.airports, field.text.input.value());
    field.cursor = 0;
}

/// Takes what the focused field says. False, and the field says why, if it says nothing that can
/// be taken.
pub(super) fn accept(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(focus) = model.departures.filters.focus else { return true };
    let today = model.today();
    let airports = &model.airports;
    let filters = &mut model.departures.filters;
    let taken = match focus {
        FilterFocus::From | FilterFocus::To => {
            let field =
                if focus == FilterFocus::From { &mut filters.from } else { &mut filters.to };
            let at = field.matches.get(field.cursor).and_then(|at| airports.get(*at));
            let text = field.text.input.value().trim();
            let chosen = match (text.is_empty(), at) {
                (true, _) => Ok(None),
                (false, Some(airport)) => Ok(Some(airport.iata)),
                // Nothing is known yet of any airport: a code will do.
                (false, None) if airports.is_empty() => code(text),
                (false, None) => Err(FieldError::NoAirport),
            };
            chosen.map(|chosen| field.chosen = chosen).map_err(|error| {
                field.text.error = Some(error);
            })
        }
        FilterFocus::Date => {
            let field = &mut filters.date;
            read_date(field.text.input.value(), today).map(|chosen| field.chosen = chosen).map_err(
                |()| {
                    field.text.error = Some(FieldError::NotADate);
                },
            )
        }
        FilterFocus::Text => Ok(()),
    };
    if taken.is_err() {
        return false;
    }
    filters.focus = None;
    changed(model, effects);
    true
}

fn code(text: &str) -> Result<Option<Iata>, FieldError> {
    airports::by_code(text).map(Some).ok_or(FieldError::NoAirport)
}

/// Leaves the focused field as it was; the live filter ends.
pub(super) fn cancel(model: &mut Model) {
    if model.departures.filters.focus == Some(FilterFocus::Text) {
        clear_text(model);
    }
    model.departures.filters.focus = None;
}

/// Takes the keys away from whatever field has them.
pub(super) fn cancel_field(model: &mut Model) {
    model.departures.filters.focus = None;
}

/// Takes the focused field and goes on to the next one (`steps` 1) or the one before (-1); past the
/// last, the keys go back to the list.
pub(super) fn step(model: &mut Model, effects: &mut Vec<Effect>, steps: isize) {
    const FIELDS: [FilterFocus; 3] = [FilterFocus::From, FilterFocus::To, FilterFocus::Date];
    let at = FIELDS.iter().position(|field| Some(*field) == model.departures.filters.focus);
    if !accept(model, effects) {
        return;
    }
    let next = match at {
        Some(at) => at.checked_add_signed(steps),
        None => Some(0),
    };
    if let Some(field) = next.and_then(|at| FIELDS.get(at)) {
        focus(model, *field);
    }
}

/// Moves the cursor among the matches.
pub(super) fn move_match(model: &mut Model, steps: isize) {
    let filters = &mut model.departures.filters;
    let field = match filters.focus {
        Some(FilterFocus::From) => &mut filters.from,
        Some(FilterFocus::To) => &mut filters.to,
        Some(FilterFocus::Date | FilterFocus::Text) | None => return,
    };
    let last = field.matches.len().saturating_sub(1);
    field.cursor = field.cursor.saturating_add_signed(steps).min(last);
}

/// Puts the cursor on a match.
pub(super) fn point(model: &mut Model, place: usize) {
    let filters = &mut model.departures.filters;
    let field = match filters.focus {
        Some(FilterFocus::From) => &mut filters.from,
        Some(FilterFocus::To) => &mut filters.to,
        Some(FilterFocus::Date | FilterFocus::Text) | None => return,
    };
    field.cursor = place.min(field.matches.len().saturating_sub(1));
}

/// Moves the date by days: from today, if none is chosen. Where the date is being typed, only what
/// is typed moves.
pub(super) fn move_date(model: &mut Model, effects: &mut Vec<Effect>, days: i64) {
    let today = model.today();
    let filters = &mut model.departures.filters;
    let typing = filters.focus == Some(FilterFocus::Date);
    let from = if typing {
        read_date(filters.date.text.input.value(), today).unwrap_or(filters.date.chosen)
    } else {
        filters.date.chosen
    };
    let moved = from.map_or(Ok(today), |date| date.checked_add(days.days()));
    let Ok(date) = moved else { return };
    if typing {
        fields::set(&mut filters.date.text, &written(date));
        filters.fresh = true;
    } else {
        filters.date.chosen = Some(date);
        changed(model, effects);
    }
}

/// A field has another value: what it finds is searched anew.
pub(super) fn changed(model: &mut Model, effects: &mut Vec<Effect>) {
    let before = model.departures.wanted.clone();
    let filters = &model.departures.filters;
    let now = (filters.from.chosen, filters.to.chosen, filters.date.chosen);
    if (before.from, before.to, before.date) == now {
        return;
    }
    departures::search(model, effects);
    if model.screen == Screen::Trips {
        trips::search(model, effects);
    }
}

/// The airports have come: what the rows and fields know of them is found again.
pub(super) fn airports_known(model: &mut Model) {
    model.departures.haystacks.clear();
    rows::write_haystacks(model);
    model.departures.filter();
    find_matches(model);
}

/// A date as people type it: 24/11, 24/11/2026, 2026-11-24, today, amanhã, +3. `None` is any day.
fn read_date(text: &str, today: Date) -> Result<Option<Date>, ()> {
    let text = airports::fold(text.trim());
    match text.as_str() {
        "" => return Ok(None),
        "hoje" | "today" => return Ok(Some(today)),
        "amanha" | "tomorrow" => return today.tomorrow().map(Some).map_err(|_| ()),
        _ => {}
    }
    if let Ok(date) = date::parse(&text) {
        return Ok(Some(date));
    }
    if let Some(days) = text.strip_prefix('+') {
        let days = number::<i64>(days.trim_start())?;
        return today.checked_add(days.days()).map(Some).map_err(|_| ());
    }
    let mut parts = text.split(['/', '.']);
    let (Some(day), Some(month), year, None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(());
    };
    let (day, month) = (number(day)?, number(month)?);
    let make = |year: i16| Date::new(year, month, day).map_err(|_| ());
    match year {
        Some(year) if year.len() == 4 => make(number(year)?).map(Some),
        Some(year) if year.len() == 2 => make(2000 + number::<i16>(year)?).map(Some),
        Some(_) => Err(()),
        // Nobody flies in the past: the next such day is meant.
        None => (today.year()..=today.year().saturating_add(8))
            .filter_map(|year| make(year).ok())
            .find(|date| *date >= today)
            .map(Some)
            .ok_or(()),
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, ()> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(())
}

#[cfg(test)]
mod tests {
    use crate::words::{self, Lang, Text};

    use super::*;

    fn read(text: &str) -> Result<Option<String>, ()> {
        let today = Date::constant(2026, 11, 24);
        read_date(text, today).map(|date| date.map(|date| date.to_string()))
    }

    #[test]
    fn a_date_is_read_as_people_type_it() {
        for (text, date) in [
            ("24/11", "2026-11-24"),
            ("23/11", "2027-11-23"),
            ("1/2", "2027-02-01"),
            ("01.12", "2026-12-01"),
            ("29/2", "2028-02-29"),
            ("24/11/2026", "2026-11-24"),
            ("24/11/26", "2026-11-24"),
            ("2026-12-01", "2026-12-01"),
            ("Hoje", "2026-11-24"),
            ("today", "2026-11-24"),
            ("AMANHÃ", "2026-11-25"),
            ("amanha", "2026-11-25"),
            ("tomorrow", "2026-11-25"),
            ("+0", "2026-11-24"),
            ("+3", "2026-11-27"),
            ("+ 30", "2026-12-24"),
        ] {
            assert_eq!(read(text), Ok(Some(date.to_owned())), "{text}");
        }
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn every_example_that_the_screen_gives_is_taken() {
        for lang in Lang::ALL {
            for example in Text::DateHint.say(lang).split(", ") {
                assert!(matches!(read(example), Ok(Some(_))), "{example}");
            }
            let refusal = words::field_error(FieldError::NotADate, lang);
            let (_, examples) = refusal.split_once(": ").unwrap();
            for example in examples.split([',', ' ']).filter(|it| !matches!(*it, "" | "ou" | "or"))
            {
                assert!(matches!(read(example), Ok(Some(_))), "{example}");
            }
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "31/11",
            "24/13",
            "24",
            "24/11/",
            "24/11/2026/1",
            "x",
            "-1/2",
            "1/+2",
            "//",
            "+",
            "+x",
            "+-1",
        ] {
            assert_eq!(read(text), Err(()), "{text}");
        }
    }
}
