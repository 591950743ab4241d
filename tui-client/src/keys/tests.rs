use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::input::Code;

fn contexts() -> BTreeSet<Context> {
    BINDINGS.iter().map(|binding| binding.context).collect()
}

#[test]
fn no_key_does_two_things_in_one_place() {
    for context in contexts() {
        let mut seen = BTreeMap::new();
        // A screen's keys hold together with those of all screens.
        let layers = match context {
            Context::Everywhere | Context::Always => vec![context],
            _ => vec![context, Context::Everywhere, Context::Always],
        };
        let overlay =
            matches!(context, Context::Help | Context::Log | Context::Question | Context::Seats);
        for binding in layers
            .iter()
            .filter(|layer| !overlay || **layer != Context::Everywhere)
            .flat_map(|layer| bindings(*layer))
        {
            for key in binding.keys {
                let before = seen.insert(format!("{key:?}"), binding.action);
                assert!(
                    before.is_none_or(|action| action == binding.action),
                    "{context:?}: {key:?} does {before:?} and {:?}",
                    binding.action
                );
            }
        }
    }
}

#[test]
fn every_action_is_reached_with_arrows_enter_space_tab_or_letters() {
    let plain = |key: &Key| match key.code {
        Code::Char(character) => character.is_ascii_alphabetic() || character == ' ',
        // Escape: where text is typed, letters are text, and it ends that.
        Code::Enter
        | Code::Tab
        | Code::BackTab
        | Code::Up
        | Code::Down
        | Code::Left
        | Code::Right
        | Code::Esc => true,
        Code::Backspace
        | Code::Delete
        | Code::PageUp
        | Code::PageDown
        | Code::Home
        | Code::End
        | Code::F(_) => false,
    };
    let typing = [Context::TextFilter, Context::AirportField, Context::DateField];
    for binding in BINDINGS {
        // A longer way round exists there: line by line, or by leaving the field first.
        let shortcut = typing.contains(&binding.context)
            && matches!(binding.action, Action::PageUp | Action::PageDown);
        let elsewhere = BINDINGS.iter().any(|other| {
            other.action == binding.action
                && matches!(other.context, Context::Everywhere)
                && other.keys.iter().any(plain)
        });
        assert!(
            shortcut || elsewhere || binding.keys.iter().any(plain),
            "{:?} in {:?}",
            binding.action,
            binding.context
        );
    }
}

#[test]
fn no_key_is_one_that_terminals_and_multiplexers_swallow() {
    for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
        if let (Code::Char(character), true) = (key.code, key.ctrl) {
            // Tab, Enter, line feed, backspace; prefixes; flow control.
            assert!(!"imjhbasq".contains(character), "Ctrl-{character}");
        }
        // Dead keys of ABNT2.
        assert!(!matches!(key.code, Code::Char('~' | '^' | '\'' | '`' | '"')), "{key:?}");
    }
}

#[test]
fn where_text_is_typed_no_letter_is_a_command() {
    let typing = [
        Context::AirportField,
        Context::DateField,
        Context::TextFilter,
        Context::Names,
        Context::LookUp,
        Context::HelpFilter,
        Context::Always,
    ];
    for binding in BINDINGS.iter().filter(|binding| typing.contains(&binding.context)) {
        for key in binding.keys {
            assert!(key.ctrl || !matches!(key.code, Code::Char(_)), "{:?}", binding.context);
        }
    }
}

#[test]
fn the_uppermost_place_that_knows_a_key_decides() {
    let stack = [Context::Cart, Context::Everywhere, Context::Always];
    assert_eq!(action_for(&stack, Key::char('c')), Some(Action::Buy));
    assert_eq!(action_for(&stack, Key::char('n')), Some(Action::Log));
    assert_eq!(action_for(&stack, Key::ctrl('c')), Some(Action::Interrupt));
    assert_eq!(action_for(&stack, Key::char('%')), None);
    assert_eq!(action_for(&[Context::TextFilter, Context::Always], Key::char('q')), None);
}

#[test]
fn every_place_offers_something_in_the_footer_and_the_important_first() {
    for context in contexts() {
        if context == Context::Always {
            continue;
        }
        let offered: Vec<u8> = bindings(context).filter_map(|binding| binding.footer).collect();
        assert!(!offered.is_empty(), "{context:?}");
        let distinct: BTreeSet<u8> = offered.iter().copied().collect();
        assert_eq!(distinct.len(), offered.len(), "{context:?}: two hints on one place");
    }
}
