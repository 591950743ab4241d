//! From the cart to the booking.
//!
//! A purchase is written to disk before it is sent, and sent again unchanged until there is an
//! answer: the server sells it once, whatever happens to the connection or to this program.

use std::fmt::Write;

use trecho_shared::ids::IdempotencyKey;
use trecho_shared::message::{
    Booking, ChangeReason, ConfirmCart, Email, Passenger, PersonName, RefusalKind,
};
use trecho_shared::text::TextError;

use super::{ask, bookings, cart, fields, keys, link, ticket, toasts};
use crate::effect::{Ask, AskId, Effect};
use crate::message::Failure;
use crate::model::{
    Checkout, FieldError, Model, Overlay, PassengerFields, Question, Screen, Step, TextField,
};
use crate::notice::{Notice, WhyNot};

/// Opens the purchase: the names first. What was typed before is still there.
pub(super) fn open(model: &mut Model) {
    model.screen = Screen::Checkout;
    if model.is_settling() {
        return;
    }
    let Some(passengers) = model.cart.passengers() else { return };
    let mut checkout = match model.checkout.take() {
        Some(checkout) if !matches!(checkout.step, Step::Booked { .. }) => checkout,
        Some(_) | None => Checkout {
            passengers: Vec::new(),
            email: TextField::default(),
            step: Step::Names { focus: 0 },
            noted: false,
            top: 0,
        },
    };
    checkout.passengers.resize_with(passengers, PassengerFields::default);
    let empty = |field: &TextField| field.input.value().trim().is_empty();
    let names = checkout.passengers.iter().flat_map(|one| [&one.first_name, &one.last_name]);
    let focus = names.map(empty).position(|empty| empty).unwrap_or(0);
    checkout.step = Step::Names { focus };
    checkout.top = 0;
    model.checkout = Some(checkout);
}

fn names_focus(model: &Model) -> Option<usize> {
    match model.checkout.as_ref()?.step {
        Step::Names { focus } => Some(focus),
        Step::Review | Step::Confirming { .. } | Step::Booked { .. } => None,
    }
}

/// The input that has the keys.
pub(super) fn focused_field(model: &mut Model) -> Option<&mut TextField> {
    let focus = names_focus(model)?;
    model.checkout.as_mut().map(|checkout| field(checkout, focus))
}

/// Two inputs for each passenger, then the e-mail.
fn field(checkout: &mut Checkout, at: usize) -> &mut TextField {
    match checkout.passengers.get_mut(at / 2) {
        Some(passenger) if at.is_multiple_of(2) => &mut passenger.first_name,
        Some(passenger) => &mut passenger.last_name,
        None => &mut checkout.email,
    }
}

/// Goes to the next input or the one before, and says what is wrong with the one left.
pub(super) fn step(model: &mut Model, steps: isize) {
    let Some(focus) = names_focus(model) else { return };
    let Some(checkout) = model.checkout.as_mut() else { return };
    check(checkout, focus);
    let last = 2 * checkout.passengers.len();
    checkout.step = Step::Names { focus: focus.saturating_add_signed(steps).min(last) };
}

/// Enter: the next input; after the last one the review, if all inputs are right.
pub(super) fn accept(model: &mut Model) {
    let Some(focus) = names_focus(model) else { return };
    let Some(checkout) = model.checkout.as_mut() else { return };
    let last = 2 * checkout.passengers.len();
    if focus < last {
        step(model, 1);
        return;
    }
    for at in 0..=last {
        check(checkout, at);
    }
    let wrong = (0..=last).find(|at| field(checkout, *at).error.is_some());
    checkout.step = match wrong {
        Some(focus) => Step::Names { focus },
        None => Step::Review,
    };
    checkout.top = 0;
    if wrong.is_some() {
        keys::explain(model, WhyNot::FieldsWrong);
    }
}

fn check(checkout: &mut Checkout, at: usize) {
    let is_email = at >= 2 * checkout.passengers.len();
    let field = field(checkout, at);
    let text = field.input.value();
    field.error = if is_email {
        let wrong = !text.trim().is_empty() && text.parse::<Email>().is_err();
        wrong.then_some(FieldError::NotAnEmail)
    } else {
        match text.parse::<PersonName>() {
            Ok(_) => None,
            Err(TextError::Empty) => Some(FieldError::Empty),
            Err(TextError::TooLong) => Some(FieldError::TooLong),
            Err(TextError::Unprintable(_) | TextError::StackedMarks) => {
                Some(FieldError::Unprintable)
            }
        }
    };
}

/// The confirm key. A purchase that already waits for an answer is asked for again, unchanged.
pub(super) fn confirm(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(checkout) = &model.checkout else { return };
    if let Step::Confirming { .. } = checkout.step {
        send(model, effects);
        return;
    }
    let Some(purchase) = purchase(model) else {
        keys::explain(model, WhyNot::FieldsWrong);
        return;
    };
    model.purchases += 1;
    effects.push(Effect::NotePurchase(Box::new(purchase.clone())));
    if let Some(checkout) = &mut model.checkout {
        checkout.noted = false;
        checkout.step = Step::Confirming { purchase: Box::new(purchase), waiting: None };
    }
}

/// What will be sent: with the holds that the person has just looked at.
fn purchase(model: &Model) -> Option<ConfirmCart> {
    let checkout = model.checkout.as_ref()?;
    let name = |field: &TextField| field.input.value().parse::<PersonName>().ok();
    let passengers = checkout
        .passengers
        .iter()
        .map(|fields| {
            let (first_name, last_name) = (name(&fields.first_name)?, name(&fields.last_name)?);
            Some(Passenger { first_name, last_name })
        })
        .collect::<Option<Vec<_>>>()?;
    let email = match checkout.email.input.value().trim() {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    let holds = model.cart.cart.holds.iter().map(|hold| hold.hold).collect();
    Some(ConfirmCart {
        passengers,
        email,
        holds: Some(holds),
        idempotency_key: key(model.run_id, model.purchases),
    })
}

/// A key for the purchase number `number` of this run, unlike any other.
fn key(run_id: [u8; 16], number: u32) -> IdempotencyKey {
    let mut text = String::new();
    for byte in run_id {
        let _ = write!(text, "{byte:02x}");
    }
    let _ = write!(text, "-{number}");
    text.parse().expect("hexadecimal digits, a dash and a number are printable and few")
}

/// The purchase is on disk: now it may be sent.
pub(super) fn noted(model: &mut Model, effects: &mut Vec<Effect>, key: &IdempotencyKey) {
    if let Some(Checkout { step: Step::Confirming { purchase, .. }, noted, .. }) =
        &mut model.checkout
        && purchase.idempotency_key == *key
    {
        *noted = true;
        send(model, effects);
    }
}

/// The purchase could not be written, so it is not sent.
pub(super) fn not_noted(model: &mut Model, key: &IdempotencyKey, why: String) {
    let Some(checkout) = &mut model.checkout else { return };
    if let Step::Confirming { purchase, .. } = &checkout.step
        && purchase.idempotency_key == *key
        && !checkout.noted
    {
        checkout.step = Step::Review;
        toasts::notify(model, Notice::PurchaseNotNoted(why));
    }
}

/// Sends the purchase, if it may be sent and nobody waits for its answer yet.
pub(super) fn send(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.is_online() {
        return;
    }
    let Some(Checkout { step: Step::Confirming { purchase, waiting: None }, noted: true, .. }) =
        &model.checkout
    else {
        return;
    };
    let id = ask(model, effects, Ask::Confirm(purchase.clone()));
    if let Some(Checkout { step: Step::Confirming { waiting, .. }, .. }) = &mut model.checkout {
        *waiting = Some(id);
    }
}

/// A purchase of an earlier run whose outcome is not known: it is settled before anything else.
pub(super) fn unsettled(model: &mut Model, effects: &mut Vec<Effect>, purchase: Box<ConfirmCart>) {
    if model.is_settling() {
        return;
    }
    let passengers = purchase.passengers.iter().map(|passenger| {
        let mut names = PassengerFields::default();
        fields::set(&mut names.first_name, passenger.first_name.as_str());
        fields::set(&mut names.last_name, passenger.last_name.as_str());
        names
    });
    let mut email = TextField::default();
    fields::set(&mut email, purchase.email.as_ref().map_or("", Email::as_str));
    model.checkout = Some(Checkout {
        passengers: passengers.collect(),
        email,
        step: Step::Confirming { purchase, waiting: None },
        noted: true,
        top: 0,
    });
    model.screen = Screen::Checkout;
    toasts::notify(model, Notice::SettlingPurchase);
    send(model, effects);
}

/// Connected: a purchase under way is asked for again. In a session that the server has forgotten it
/// cannot be: whether it was made, nobody can say here.
pub(super) fn online(model: &mut Model, effects: &mut Vec<Effect>, resumed: Resumed) {
    if !model.is_settling() {
        return;
    }
    match resumed {
        Resumed::Same => send(model, effects),
        Resumed::Other => {
            effects.push(Effect::ForgetPurchase);
            give_up(model);
            toasts::notify(model, Notice::PurchaseUnsettled);
        }
    }
}

/// Whether the session is the one that the purchase was begun in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resumed {
    /// It was taken up again.
    Same,
    /// It is another one.
    Other,
}

/// The purchase will not be made: back to the review, or to the board if the cart is empty.
fn give_up(model: &mut Model) {
    if let Some(checkout) = &mut model.checkout {
        checkout.step = Step::Review;
        checkout.noted = false;
    }
    close_question(model);
    cart_changed(model);
}

/// The question whether to leave while settling has no ground any more.
fn close_question(model: &mut Model) {
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Ask(Question::QuitSettling)));
}

/// The answer to a confirm.
pub(super) fn answered(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    id: AskId,
    outcome: Result<Booking, Failure>,
) {
    let Some(Checkout { step: Step::Confirming { waiting, .. }, .. }) = &mut model.checkout else {
        return;
    };
    if *waiting != Some(id) {
        return;
    }
    *waiting = None;
    match outcome {
        Ok(booking) => booked(model, effects, booking),
        Err(Failure::Lost | Failure::Offline) => toasts::notify(model, Notice::OutcomeUnknown),
        Err(Failure::Refused(error)) if error.data.is_none() => {
            // The server stumbled: whether it sold is not known. The confirm key asks again.
            toasts::notify(model, Notice::ServerError(error.message));
        }
        Err(failure @ Failure::Refused(_)) => refused(model, effects, failure),
    }
}

/// A refusal changes nothing: the purchase was not made, and is not asked for again by itself.
fn refused(model: &mut Model, effects: &mut Vec<Effect>, failure: Failure) {
    let kind = match &failure {
        Failure::Refused(error) => error.data.as_ref().map(|data| data.kind),
        Failure::Lost | Failure::Offline => None,
    };
    let busy = [RefusalKind::LimitExceeded, RefusalKind::Closing, RefusalKind::SessionReplaced];
    link::failed(model, failure);
    if kind.is_some_and(|kind| busy.contains(&kind)) {
        // Nothing was decided about the purchase itself: an earlier try may yet be the one that
        // counted. It stays, and the next connection or the confirm key asks again.
        return;
    }
    effects.push(Effect::ForgetPurchase);
    give_up(model);
    ask(model, effects, Ask::Cart);
}

fn booked(model: &mut Model, effects: &mut Vec<Effect>, booking: Booking) {
    for hold in model.cart.held_legs() {
        cart::own(model, hold, ChangeReason::Sold);
    }
    let locator = booking.locator;
    let saved = bookings::keep(model, effects, booking);
    effects.push(Effect::ForgetPurchase);
    effects.push(Effect::PrintAfterExit(ticket::text(model, &saved)));
    let step = Step::Booked { booking: Box::new(saved) };
    if let Some(checkout) = &mut model.checkout {
        checkout.step = step;
        checkout.top = 0;
    }
    model.screen = Screen::Checkout;
    close_question(model);
    toasts::notify(model, Notice::Booked(locator));
    cart::adopt(model, effects, trecho_shared::message::Cart::default());
}

/// The cart has changed: who was about to buy it looks at it first. Names typed stay.
pub(super) fn cart_changed(model: &mut Model) {
    let before =
        matches!(model.checkout, Some(Checkout { step: Step::Names { .. } | Step::Review, .. }));
    if model.screen == Screen::Checkout && before {
        model.screen = if model.cart.is_empty() { Screen::Departures } else { Screen::Cart };
    }
}
