//! Which key does what, and where: one table for the keyboard, the footer, the help and the
//! README.

mod action;
mod table;

#[cfg(test)]
mod tests;

use crate::input::Key;
use crate::model::{Choice, Model, Overlay};
use crate::notice::WhyNot;

pub use action::{Action, Context};
pub use table::BINDINGS;

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// What it does.
    pub action: Action,
    /// The keys that do it: the one to show first.
    pub keys: &'static [Key],
    /// Its place in the footer, the smallest first; `None` keeps it out of the footer.
    pub footer: Option<u8>,
}

/// What `key` does where `contexts` hold, the uppermost first.
pub fn action_for(contexts: &[Context], key: Key) -> Option<Action> {
    contexts.iter().find_map(|context| {
        bindings(*context).find(|binding| binding.keys.contains(&key)).map(|found| found.action)
    })
}

/// The lines of one context, in the order of the table.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.context == context)
}

/// What the footer offers now, most important first: each with the reason why it would do nothing,
/// if it would. Disabled keys keep their place, so that hands can learn it.
pub fn footer(model: &Model) -> Vec<(&'static Binding, Option<WhyNot>)> {
    let contexts = model.contexts();
    let mut offered: Vec<_> = contexts
        .iter()
        .flat_map(|context| bindings(*context))
        .filter(|binding| binding.footer.is_some() && answers(model, binding.action))
        .map(|binding| (binding, model.why_not(binding.action)))
        .collect();
    offered.sort_by_key(|(binding, _)| binding.footer);
    offered
}

/// False for an answer that the question asked now does not have.
fn answers(model: &Model, action: Action) -> bool {
    let Some(Overlay::Ask(question)) = model.overlays.last() else { return true };
    let choice = match action {
        Action::Yes => Choice::Yes,
        Action::No => Choice::No,
        Action::Keep => Choice::Keep,
        _ => return true,
    };
    question.choices().contains(&choice)
}

/// What the help tells: the lines of each context that holds now below the overlays.
pub fn help(model: &Model) -> Vec<&'static Binding> {
    model.screen_contexts().iter().flat_map(|context| bindings(*context)).collect()
}
