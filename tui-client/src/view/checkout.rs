//! From the cart to the booking: who flies, a last look, the purchase, the ticket.

mod names;

use ratatui::layout::Rect;

use super::layout::{Areas, Shape};
use super::paint::{Keys, Strip, Titles, columns_of, panel, rows_of};
use super::sheet::{Line, Sheet};
use super::{Canvas, Cx, ticket};
use crate::format;
use crate::model::{Checkout, Step};
use crate::theme::Role;
use crate::words::{self, Text};

/// Draws the purchase where it stands.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    let framed = areas.shape != Shape::Compact;
    let inner = if framed {
        let keys = Keys::here_if(cx.model.overlays.is_empty());
        let titles = Titles { name: cx.say(Text::Checkout), ..Titles::default() };
        panel(cx, canvas.buf, (areas.main, keys), &titles)
    } else {
        areas.main
    };
    let mut area = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let Some(checkout) = &cx.model.checkout else { return };
    if framed {
        steps(cx, canvas, (area, &checkout.step));
        area = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    }
    match &checkout.step {
        Step::Names { focus } => names::draw(cx, canvas, (area, checkout), *focus),
        Step::Review => review(cx, canvas, (area, checkout)),
        Step::Confirming { .. } => confirming(cx, canvas, (area, checkout)),
        Step::Booked { booking } => {
            let mut sheet = Sheet::default();
            let done = format!("{} {}", cx.glyphs().done, cx.say(Text::Booked));
            sheet.push(
                Line::of(done, Role::Good)
                    .and("  ", Role::Text)
                    .and(cx.say(Text::BoardingPass), Role::Muted),
            );
            if area.height >= 12 {
                sheet.blank();
            }
            ticket::write(cx, &mut sheet, (booking, area.width), area.height);
            sheet.draw(cx, canvas, (area, checkout.top));
        }
    }
}

/// `1 Passageiros ─ 2 Conferir ─ 3 Bilhete`, the step one is at standing out.
fn steps(cx: Cx, canvas: &mut Canvas, (area, step): (Rect, &Step)) {
    let at = match step {
        Step::Names { .. } => 0,
        Step::Review | Step::Confirming { .. } => 1,
        Step::Booked { .. } => 2,
    };
    let mut strip = Strip::new(cx, canvas.buf, (area, 0));
    for (place, text) in [Text::StepNames, Text::StepReview, Text::StepDone].into_iter().enumerate()
    {
        if place > 0 {
            strip.put(&format!(" {} ", cx.glyphs().rule.repeat(2)), cx.style(Role::Border));
        }
        let words = format!(" {} {} ", place + 1, cx.say(text));
        let role = match place.cmp(&at) {
            std::cmp::Ordering::Less => Role::Good,
            std::cmp::Ordering::Equal => Role::AccentChip,
            std::cmp::Ordering::Greater => Role::Muted,
        };
        strip.put(&words, cx.style(role));
    }
}

/// A last look: each leg with who sits where, the sum, and the one key that buys.
fn review(cx: Cx, canvas: &mut Canvas, (area, checkout): (Rect, &Checkout)) {
    let mut sheet = Sheet::default();
    let cart = &cx.model.cart;
    let roomy = area.height >= 12;
    for id in cart.held_legs() {
        match cx.model.leg(id) {
            Some(leg) => sheet.push(ticket::leg_heading(cx, leg, area.width)),
            None => sheet.push(Line::of(words::leg(id, cx.lang()), Role::Strong)),
        };
        let holds = cart.cart.holds.iter().filter(|hold| hold.leg == id);
        for (at, hold) in holds.enumerate() {
            let name = checkout.passengers.get(at).map(names::full_name).unwrap_or_default();
            let fare = format::money(hold.fare_centavos, cx.lang());
            let seat = (hold.seat.to_string(), name.as_str());
            sheet.push(ticket::seat_line(seat, (fare, Role::Text), (cx, area.width)));
        }
        if roomy {
            sheet.blank();
        }
    }
    let email = checkout.email.input.value();
    if !email.is_empty() {
        let label = format!("{} ", cx.say(Text::Email));
        sheet.push(Line::of(label, Role::Muted).and(email, Role::Text));
    }
    let total = format::money(cart.total(), cx.lang());
    sheet.push(Line::of(cx.say(Text::Total), Role::Muted).end(total, Role::Strong));
    // The key that buys stands below what scrolls, always in sight.
    let call = if roomy { 3 } else { 1 }.min(area.height);
    let lines = rows_of(sheet.len()).min(area.height - call);
    let text = Rect { height: lines, ..area };
    sheet.draw(cx, canvas, (text, checkout.top));
    let bottom = Rect { y: text.bottom(), height: call, ..area };
    let key = words::key(crate::input::Key::char('c'), cx.lang());
    let confirm = words::action(crate::keys::Action::Confirm, cx.lang());
    let chip = format!(" {key}  {confirm} ");
    let mut strip = Strip::new(cx, canvas.buf, (bottom, u16::from(roomy)));
    strip.put(&chip, cx.style(Role::AccentChip)).skip(2);
    if columns_of(cx.say(Text::ReviewEnter)) <= strip.room() {
        strip.put(cx.say(Text::ReviewEnter), cx.style(Role::Muted));
    }
    if roomy {
        let mut strip = Strip::new(cx, canvas.buf, (bottom, 2));
        strip.put(cx.say(Text::ReviewHow), cx.style(Role::Muted));
    }
}

/// The purchase is on its way, or its outcome is being learnt.
fn confirming(cx: Cx, canvas: &mut Canvas, (area, checkout): (Rect, &Checkout)) {
    let (title, how) = match (cx.model.is_online(), checkout.noted) {
        (true, true) => (Text::Confirming, Text::ConfirmingHow),
        (true, false) => (Text::Noting, Text::ConfirmingHow),
        (false, _) => (Text::Settling, Text::SettlingHow),
    };
    let mut sheet = Sheet::default();
    let width = area.width.min(64);
    let words = format!("{} {}{}", cx.glyphs().waiting, cx.say(title), cx.glyphs().ellipsis);
    sheet.words(&words, Role::Strong, width);
    if area.height >= 8 {
        sheet.blank();
    }
    sheet.words(cx.say(how), Role::Text, width);
    let lines = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let y = area.y + area.height.saturating_sub(lines) / 2;
    let place = Rect { y, width, height: area.bottom() - y, x: area.x + (area.width - width) / 2 };
    sheet.draw(cx, canvas, (place, 0));
}
