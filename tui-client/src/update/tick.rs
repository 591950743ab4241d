//! Time passes: what ends by itself, and what is warned of.

use super::{ask, toasts};
use crate::effect::{Ask, Effect};
use crate::model::{ASK_AFTER_END_MS, Model, Now, Urgency};
use crate::notice::Notice;

pub(super) fn tick(model: &mut Model, effects: &mut Vec<Effect>, now: Now) {
    model.now = now;
    let ms = now.mono_ms;
    model.live.toasts.retain(|toast| toast.until_ms.is_none_or(|until| until > ms));
    model.live.own.retain(|own| own.until_ms > ms);
    model.departures.flashes.retain(|_, flash| flash.until_ms > ms);
    warn_of_the_end(model, effects);
    ask_after_the_end(model, effects);
}

/// Says once each that a minute, twenty and ten seconds are left.
fn warn_of_the_end(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(urgency) = model.cart.urgency(model.now.mono_ms) else { return };
    if urgency == Urgency::Calm || model.cart.warned >= Some(urgency) {
        return;
    }
    model.cart.warned = Some(urgency);
    toasts::notify(model, Notice::CartEnds(urgency));
    if model.preferences.bell {
        effects.push(Effect::Bell);
    }
}

/// The server says when a cart has ended. If it says nothing long after the shown end, it is asked.
fn ask_after_the_end(model: &mut Model, effects: &mut Vec<Effect>) {
    let overdue = |ends: u64| model.now.mono_ms >= ends.saturating_add(ASK_AFTER_END_MS);
    if model.is_online() && !model.cart.asked_after_end && model.cart.ends_ms.is_some_and(overdue) {
        model.cart.asked_after_end = true;
        ask(model, effects, Ask::Cart);
    }
}
