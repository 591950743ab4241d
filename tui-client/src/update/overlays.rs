//! What lies over the screen: help, log, questions.

use super::movement::Move;
use super::{bookings, cart, leave};
use crate::effect::{Effect, Leave};
use crate::model::{Choice, Model, Overlay, Question, TextField};

/// Shows the keys.
pub(super) fn help(model: &mut Model) {
    if !matches!(model.overlays.last(), Some(Overlay::Help { .. })) {
        let filter = TextField::default();
        model.overlays.push(Overlay::Help { top: 0, filter, filtering: false });
    }
}

/// Shows the notification log.
pub(super) fn log(model: &mut Model) {
    model.overlays.push(Overlay::Log { top: 0 });
}

/// Gives the keys to the help's filter, or takes them back.
pub(super) fn filter_help(model: &mut Model) {
    if let Some(Overlay::Help { filtering, .. }) = model.overlays.last_mut() {
        *filtering = !*filtering;
    }
}

/// Goes back one step: out of the help's filter, or out of the overlay. False if there is none.
pub(super) fn back(model: &mut Model) -> bool {
    if let Some(Overlay::Help { filtering, filter, .. }) = model.overlays.last_mut()
        && *filtering
    {
        *filtering = false;
        filter.input.reset();
        return true;
    }
    model.overlays.pop().is_some()
}

/// Scrolls the overlay's text.
pub(super) fn scroll(model: &mut Model, movement: Move) {
    let (lines, page) = (model.drawn.scroll_max + 1, model.drawn.page);
    match model.overlays.last_mut() {
        Some(Overlay::Help { top, .. } | Overlay::Log { top }) => {
            *top = movement.from(*top, lines, page);
        }
        Some(Overlay::Ask(_) | Overlay::Seats(_)) | None => {}
    }
}

/// Asks before something happens. The first choice, which changes nothing, has the cursor.
pub(super) fn question(model: &mut Model, question: Question) {
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Ask(_)));
    model.overlays.push(Overlay::Ask(question));
    model.choice = 0;
}

/// Moves the cursor among the choices.
pub(super) fn move_choice(model: &mut Model, steps: isize) {
    if let Some(Overlay::Ask(question)) = model.overlays.last() {
        let last = question.choices().len() - 1;
        model.choice = model.choice.saturating_add_signed(steps).min(last);
    }
}

/// Answers with the choice under the cursor.
pub(super) fn take_choice(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(Overlay::Ask(question)) = model.overlays.last()
        && let Some(choice) = question.choices().get(model.choice).copied()
    {
        answer(model, effects, choice);
    }
}

/// Answers the question. What is no answer to it changes nothing.
pub(super) fn answer(model: &mut Model, effects: &mut Vec<Effect>, choice: Choice) {
    let question = match model.overlays.last() {
        Some(Overlay::Ask(question)) if question.choices().contains(&choice) => question.clone(),
        _ => return,
    };
    model.overlays.pop();
    match (question, choice) {
        (Question::Quit | Question::QuitSettling, Choice::Keep) => {
            leave(model, effects, Leave::Keep);
        }
        (Question::Quit, Choice::Yes) => leave(model, effects, Leave::Close),
        (Question::ReleaseAll, Choice::Yes) => {
            if let Some(why) = model.why_not(crate::keys::Action::ReleaseAll) {
                super::keys::explain(model, why);
            } else {
                cart::release(model, effects, None);
            }
        }
        (Question::CancelBooking(locator), Choice::Yes) => {
            bookings::cancel(model, effects, locator);
        }
        (Question::TrustServer(key), Choice::Yes) => effects.push(Effect::AcceptKey(key)),
        // Nothing is to be done; the others are no choices of these questions.
        (_, Choice::No)
        | (Question::QuitSettling, Choice::Yes)
        | (
            Question::ReleaseAll | Question::CancelBooking(_) | Question::TrustServer(_),
            Choice::Keep,
        ) => {}
    }
}

/// Leaves, unless there is something to decide first.
pub(super) fn quit(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.is_settling() {
        question(model, Question::QuitSettling);
    } else if model.cart.is_empty() && model.cart.holding.is_none() {
        leave(model, effects, Leave::Close);
    } else {
        question(model, Question::Quit);
    }
}

/// Ctrl-C: the first is like leaving, the second asks nothing. Holds are kept then: nothing is
/// given up that nobody decided on.
pub(super) fn interrupt(model: &mut Model, effects: &mut Vec<Effect>) {
    let asked = |overlay: &Overlay| {
        matches!(overlay, Overlay::Ask(Question::Quit | Question::QuitSettling))
    };
    if model.leaving || model.overlays.iter().any(asked) {
        leave(model, effects, Leave::Keep);
    } else {
        quit(model, effects);
    }
}
