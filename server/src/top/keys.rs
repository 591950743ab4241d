//! Which key does what: one table for the keyboard, the footer and the help.

/// A key, in our own terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Leave,
    /// What lies over the rest goes; if nothing does, the program.
    Back,
    Help,
    Pause,
    NextPanel,
    PreviousPanel,
    /// The panel of this number.
    Panel(usize),
    Zoom,
    Order,
    Span,
    Retry,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Redraw,
    Suspend,
}

/// A line of the table.
#[derive(Debug)]
pub(super) struct Binding {
    pub(super) keys: &'static [Key],
    pub(super) action: Action,
    /// How the keys are written.
    pub(super) shown: &'static str,
    /// What they do, in a word, for the footer; empty if they do not stand there.
    pub(super) word: &'static str,
    /// The same for the help.
    pub(super) help: &'static str,
}

const fn binding(
    keys: &'static [Key],
    action: Action,
    [shown, word, help]: [&'static str; 3],
) -> Binding {
    Binding { keys, action, shown, word, help }
}

/// Every key. What is most important comes first, since a narrow footer ends early.
pub(super) const TABLE: &[Binding] = &[
    binding(&[Key::Char('q'), Key::Ctrl('c')], Action::Leave, ["q", "quit", "leave (Ctrl-C too)"]),
    binding(&[Key::Char('?')], Action::Help, ["?", "help", "this page"]),
    binding(
        &[Key::Char('p'), Key::Char(' ')],
        Action::Pause,
        ["p", "pause", "hold the picture still, and go on (Space too)"],
    ),
    binding(
        &[Key::Tab, Key::Right, Key::Char('l')],
        Action::NextPanel,
        ["Tab", "panel", "go to the next panel; Shift-Tab goes back, and so do the arrows"],
    ),
    binding(
        &[Key::Enter, Key::Char('z')],
        Action::Zoom,
        ["Enter", "zoom", "give the whole screen to this panel, or take it back"],
    ),
    binding(&[Key::Char('s')], Action::Order, ["s", "sort", "sort this panel by another column"]),
    binding(
        &[Key::Char('t')],
        Action::Span,
        ["t", "time", "show the last minute, 5 or 15 minutes"],
    ),
    binding(&[Key::Char('r')], Action::Retry, ["r", "", "connect now, if the server is gone"]),
    binding(&[Key::BackTab, Key::Left, Key::Char('h')], Action::PreviousPanel, ["", "", ""]),
    binding(&[Key::Up, Key::Char('k')], Action::Up, ["↑ ↓", "", "move through a long panel"]),
    binding(&[Key::Down, Key::Char('j')], Action::Down, ["", "", ""]),
    binding(&[Key::PageUp], Action::PageUp, ["", "", ""]),
    binding(&[Key::PageDown], Action::PageDown, ["", "", ""]),
    binding(&[Key::Home, Key::Char('g')], Action::First, ["", "", ""]),
    binding(&[Key::End, Key::Char('G')], Action::Last, ["", "", ""]),
    binding(&[Key::Char('1')], Action::Panel(0), ["1-6", "", "go to the panel of that number"]),
    binding(&[Key::Char('2')], Action::Panel(1), ["", "", ""]),
    binding(&[Key::Char('3')], Action::Panel(2), ["", "", ""]),
    binding(&[Key::Char('4')], Action::Panel(3), ["", "", ""]),
    binding(&[Key::Char('5')], Action::Panel(4), ["", "", ""]),
    binding(&[Key::Char('6')], Action::Panel(5), ["", "", ""]),
    binding(
        &[Key::Esc, Key::Backspace],
        Action::Back,
        ["Esc", "", "back: from this page, from a zoomed panel, from the program"],
    ),
    binding(&[Key::Ctrl('l')], Action::Redraw, ["Ctrl-L", "", "draw the screen anew"]),
    binding(&[Key::Ctrl('z')], Action::Suspend, ["Ctrl-Z", "", "go to the shell; `fg` comes back"]),
];

/// What a key does.
pub(super) fn action(key: Key) -> Option<Action> {
    TABLE.iter().find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let keys: Vec<Key> = TABLE.iter().flat_map(|binding| binding.keys).copied().collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{key:?}");
        }
    }
}
