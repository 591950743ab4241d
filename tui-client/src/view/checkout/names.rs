//! Who flies: two inputs for each passenger, then where a receipt may go.

use ratatui::layout::Rect;

use crate::model::{Checkout, PassengerFields, TextField};
use crate::theme::Role;
use crate::view::layout::window;
use crate::view::paint::{Keys, Strip, columns_of, rows_of};
use crate::view::search::typed;
use crate::view::{Canvas, Cx};
use crate::words::{Text, field_error};

/// A line of the form.
enum Line {
    /// Which passenger, by place.
    Passenger(usize),
    /// An input, by its place among all inputs.
    Input(usize),
    Blank,
}

/// A passenger's name as typed.
pub(super) fn full_name(fields: &PassengerFields) -> String {
    let names = [fields.first_name.input.value(), fields.last_name.input.value()];
    names.map(str::trim).join(" ").trim().to_owned()
}

/// Draws the form; the input with the keys is always in sight.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, (area, checkout): (Rect, &Checkout), focus: usize) {
    let roomy = area.height >= 12;
    let mut lines = Vec::new();
    for passenger in 0..checkout.passengers.len() {
        lines.push(Line::Passenger(passenger));
        lines.push(Line::Input(passenger * 2));
        lines.push(Line::Input(passenger * 2 + 1));
        if roomy {
            lines.push(Line::Blank);
        }
    }
    lines.push(Line::Input(checkout.passengers.len() * 2));
    let at = lines.iter().position(|line| matches!(line, Line::Input(input) if *input == focus));
    let page = usize::from(area.height);
    // The passenger's own line stays above the first of their inputs.
    let top = checkout.top.min(at.unwrap_or(0).saturating_sub(1));
    let shown = window((top, at.unwrap_or(0)), page, lines.len());
    canvas.scrolled(lines.len(), page);
    for (row, line) in lines[shown].iter().enumerate() {
        let place = Rect { y: area.y + rows_of(row), height: 1, ..area };
        match line {
            Line::Blank => {}
            Line::Passenger(at) => heading(cx, canvas, (place, *at)),
            Line::Input(at) => {
                input(cx, canvas, (place, checkout), (*at, Keys::here_if(*at == focus)));
            }
        }
    }
}

/// `Passageiro 1   12A  3C`: the i-th passenger gets the i-th seat of each leg.
fn heading(cx: Cx, canvas: &mut Canvas, (place, at): (Rect, usize)) {
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let title = format!("{} {}", cx.say(Text::Passenger), at + 1);
    strip.put(&title, cx.style(Role::Title)).skip(2);
    for leg in cx.model.cart.held_legs() {
        let mut seats = cx.model.cart.cart.holds.iter().filter(|hold| hold.leg == leg);
        if let Some(hold) = seats.nth(at) {
            let words = format!("{} {}", leg.flight, hold.seat);
            strip.put(&words, cx.style(Role::Muted)).skip(2);
        }
    }
}

fn field(checkout: &Checkout, at: usize) -> (Text, &TextField) {
    match (checkout.passengers.get(at / 2), at % 2) {
        (Some(passenger), 0) => (Text::FirstName, &passenger.first_name),
        (Some(passenger), _) => (Text::LastName, &passenger.last_name),
        (None, _) => (Text::Email, &checkout.email),
    }
}

fn input(
    cx: Cx,
    canvas: &mut Canvas,
    (place, checkout): (Rect, &Checkout),
    (at, keys): (usize, Keys),
) {
    let (label, field) = field(checkout, at);
    let labels = [Text::FirstName, Text::LastName, Text::Email];
    let widest = labels.map(|label| columns_of(cx.say(label))).into_iter().max().unwrap_or(0);
    let mut strip = Strip::new(cx, canvas.buf, (place, 0));
    let here = keys == Keys::Here;
    let mark = if here { cx.glyphs().cursor } else { " " };
    strip.put(mark, cx.style(Role::Accent)).skip(1);
    let role = if here { Role::Strong } else { Role::Muted };
    strip.right(widest, cx.say(label), cx.style(role)).skip(1);
    let (x, room) = (strip.column(), strip.room());
    let width = match field.error {
        Some(_) if room >= 50 => 28,
        _ => room.min(40),
    };
    let hint = if label == Text::Email { cx.say(Text::Optional) } else { "" };
    let input_area = Rect { x, width, ..place };
    if here {
        // On the input itself where there is no room beside it.
        let bare = TextField { error: None, ..field.clone() };
        typed(cx, canvas, (input_area, &bare, hint));
    } else {
        let value = field.input.value();
        let mut strip = Strip::new(cx, canvas.buf, (input_area, 0));
        if value.is_empty() {
            strip.put(hint, cx.style(Role::Muted));
        } else {
            strip.put(value, cx.style(Role::Text));
        }
        strip.fill(" ", cx.style(Role::Input));
        canvas.buf.set_style(input_area.intersection(canvas.buf.area), cx.style(Role::Input));
    }
    if let Some(error) = field.error {
        let words = format!("{} {}", cx.glyphs().warning, field_error(error, cx.lang()));
        let beside = Rect { x: x + width + 2, width: room.saturating_sub(width + 2), ..place };
        if beside.width >= columns_of(&words) {
            Strip::new(cx, canvas.buf, (beside, 0)).put(&words, cx.style(Role::Alarm));
        } else {
            Strip::new(cx, canvas.buf, (input_area, 0)).last(1, &words, cx.style(Role::Alarm));
        }
    }
}
