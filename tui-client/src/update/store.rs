//! News of files.

use super::{bookings, checkout, toasts};
use crate::effect::Effect;
use crate::message::StoreNews;
use crate::model::Model;
use crate::notice::Notice;

pub(super) fn news(model: &mut Model, effects: &mut Vec<Effect>, news: StoreNews) {
    match news {
        StoreNews::Bookings(known) => bookings::read(model, known),
        StoreNews::PurchaseNoted { key } => checkout::noted(model, effects, &key),
        StoreNews::PurchaseNotNoted { key, why } => checkout::not_noted(model, &key, why),
        StoreNews::Unsettled { purchase } => checkout::unsettled(model, effects, purchase),
        StoreNews::Damaged { path } => toasts::notify(model, Notice::Damaged(path)),
        StoreNews::Saved { path } => toasts::notify(model, Notice::Saved(path)),
        StoreNews::Copied(to) => toasts::notify(model, Notice::Copied(to)),
        StoreNews::Failed { what, why } => {
            toasts::notify(model, Notice::StoreFailed { what, why });
        }
    }
}
