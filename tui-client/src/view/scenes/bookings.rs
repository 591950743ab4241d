//! Scenes of what is bought.

use trecho_shared::ids::SessionToken;
use trecho_shared::message::{Booking, Leg, Passenger, Ticket, TicketStatus};
use trecho_shared::money::Centavos;

use super::layers::typed;
use super::{board, data};
use crate::model::{
    BookingScreen, Checkout, FieldError, LookUp, Model, Overlay, Question, SavedBooking, Screen,
    Step,
};
use crate::words::Lang;

/// A seat, and who sits there: given and family name.
type Seated<'a> = (&'a str, &'a str, &'a str);

fn saved(locator: &str, flown: &[(Leg, &[Seated])], status: TicketStatus) -> SavedBooking {
    let tickets: Vec<Ticket> = flown
        .iter()
        .flat_map(|(leg, people)| {
            people.iter().map(|(seat, first, last)| Ticket {
                leg: leg.leg,
                seat: seat.parse().expect("scenes name real seats"),
                passenger: Passenger {
                    first_name: first.parse().expect("a name that prints"),
                    last_name: last.parse().expect("a name that prints"),
                },
                fare_centavos: leg.fare_centavos,
                status,
            })
        })
        .collect();
    let good = tickets.iter().filter(|ticket| ticket.status == TicketStatus::Sold);
    let total_centavos = good.map(|ticket| ticket.fare_centavos).sum::<Centavos>();
    let key = locator.parse().expect("a key in form");
    let claim = SessionToken::from_random([29; 32]).claim_code(&key);
    SavedBooking {
        booking: Booking {
            locator: locator.parse().expect("a locator in form"),
            claim,
            tickets,
            total_centavos,
        },
        legs: flown.iter().map(|(leg, _)| leg.clone()).collect(),
        saved_at: super::now().wall,
        server: "localhost:7470".to_owned(),
    }
}

fn main_booking() -> SavedBooking {
    let (ana, joao) = (("Ana Luísa", "Conceição d'Ávila"), ("João", "Guimarães Rosa"));
    saved(
        "H7KQ3M",
        &[
            (data::to_salvador()[0].clone(), &[("12A", ana.0, ana.1), ("12B", joao.0, joao.1)]),
            (data::onward(), &[("3C", ana.0, ana.1), ("3D", joao.0, joao.1)]),
        ],
        TicketStatus::Sold,
    )
}

fn bare(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.cart = crate::model::CartPanel::default();
    model.screen = Screen::Bookings;
    model
}

pub(super) fn booked(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = bare(lang, size);
    model.screen = Screen::Checkout;
    model.checkout = Some(Checkout {
        passengers: vec![],
        email: typed(""),
        step: Step::Booked { booking: Box::new(main_booking()) },
        noted: true,
        top: 0,
    });
    model
}

pub(super) fn none(lang: Lang, size: (u16, u16)) -> Model {
    bare(lang, size)
}

pub(super) fn list(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = bare(lang, size);
    let legs = data::everywhere();
    let one = |at: usize| legs[at].clone();
    model.bookings.known = vec![
        main_booking(),
        saved("PX9TCW", &[(one(3), &[("7D", "Ana Luísa", "Conceição")])], TicketStatus::Sold),
        saved("AJ3VNE", &[(one(9), &[("2F", "Ana Luísa", "Conceição")])], TicketStatus::Cancelled),
    ];
    model
}

pub(super) fn one(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = list(lang, size);
    model.bookings.screen = BookingScreen::One;
    model
}

pub(super) fn look_up(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = list(lang, size);
    let mut locator = typed("H7KQ30");
    locator.error = Some(FieldError::NotALocator);
    model.bookings.screen = BookingScreen::LookUp(Box::new(LookUp {
        locator,
        claim: typed("7ZK39-M2QXA"),
        on_claim: true,
        waiting: None,
    }));
    model
}

pub(super) fn ask_cancel(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = one(lang, size);
    let locator = main_booking().booking.locator;
    model.overlays.push(Overlay::Ask(Question::CancelBooking(locator)));
    model
}
