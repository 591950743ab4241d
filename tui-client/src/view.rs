//! Draws the model, and changes nothing. What it looks like ([`Look`]) is an argument.

mod banner;
mod board;
mod bookings;
mod canvas;
mod cart;
mod checkout;
mod footer;
mod header;
mod large;
mod layout;
mod live;
mod overlay;
mod paint;
mod plain;
#[doc(hidden)]
pub mod scenes;
mod search;
mod sheet;
mod ticket;
mod tiny;
mod toasts;
mod trips;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::glyphs::Glyphs;
use crate::input::Drawn;
use crate::model::{Model, Screen};
use crate::theme::{Role, Theme};
use crate::words::{Lang, Text};
use canvas::Canvas;
use layout::{Areas, Shape};

/// What the screen looks like: chosen once, at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Colours and weights.
    pub theme: Theme,
    /// The signs that are no letters.
    pub glyphs: Glyphs,
}

/// Draws the whole screen, and says what it put where: the loop tells the model if that differs
/// from [`Model::drawn`].
pub fn draw(model: &Model, look: &Look, frame: &mut Frame) -> Drawn {
    let area = frame.area();
    let painted = paint(model, look, (area, frame.buffer_mut()));
    if let Some(position) = painted.cursor {
        frame.set_cursor_position(position);
    }
    painted.drawn
}

/// What a frame of the model's own size would put where.
pub fn drawn(model: &Model) -> Drawn {
    let (width, height) = model.size;
    let area = Rect::new(0, 0, width, height);
    let look = Look { theme: Theme::mono(), glyphs: Glyphs::UNICODE };
    paint(model, &look, (area, &mut Buffer::empty(area))).drawn
}

/// What came of painting a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painted {
    /// Where the terminal's own cursor belongs, so that a screen reader follows what has the keys.
    pub cursor: Option<Position>,
    /// What is where.
    pub drawn: Drawn,
    /// The rows that have the keys: nothing floats over them.
    pub kept: Rect,
    /// Where notices float.
    pub toasts: Vec<Rect>,
}

/// Draws the whole screen into `area` of a buffer.
pub fn paint(model: &Model, look: &Look, (area, buf): (Rect, &mut Buffer)) -> Painted {
    let cx = Cx { model, look };
    let area = area.intersection(buf.area);
    let mut canvas = Canvas::new(area, buf);
    canvas.buf.set_style(area, cx.style(Role::Text));
    let areas = Areas::of(area);
    if areas.shape == Shape::Tiny {
        tiny::draw(cx, &mut canvas, area);
    } else {
        screen(cx, &mut canvas, areas);
    }
    plain::fold(cx, &mut canvas);
    canvas.finish()
}

fn screen(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    header::draw(cx, canvas, areas);
    search::draw(cx, canvas, areas);
    banner::draw(cx, canvas, areas);
    match cx.model.screen {
        // On a compact screen the cart takes the board's place.
        Screen::Cart if areas.shape == Shape::Compact => {}
        Screen::Departures | Screen::Cart => board::draw(cx, canvas, areas),
        Screen::Trips => trips::draw(cx, canvas, areas),
        Screen::Checkout => checkout::draw(cx, canvas, areas),
        Screen::Bookings => bookings::draw(cx, canvas, areas),
    }
    cart::draw(cx, canvas, areas);
    live::draw(cx, canvas, areas);
    footer::draw(cx, canvas, areas);
    search::choices(cx, canvas, areas);
    overlay::draw(cx, canvas, areas);
    toasts::draw(cx, canvas, areas);
}

/// What every part of the view reads.
#[derive(Debug, Clone, Copy)]
struct Cx<'a> {
    model: &'a Model,
    look: &'a Look,
}

impl<'a> Cx<'a> {
    fn style(self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    fn glyphs(self) -> &'a Glyphs {
        &self.look.glyphs
    }

    fn lang(self) -> Lang {
        self.model.preferences.lang
    }

    fn say(self, text: Text) -> &'static str {
        text.say(self.lang())
    }

    /// The city of an airport, or its code where the airports are not known yet.
    fn city(self, iata: trecho_shared::ids::Iata) -> String {
        self.model.airport(iata).map_or_else(|| iata.to_string(), |airport| airport.city.clone())
    }
}
