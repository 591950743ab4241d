//! The themes themselves.

use ratatui::style::{Color, Modifier, Style};

use super::Role;
use super::colour::{Depth, shown};

type Rgb = (u8, u8, u8);

/// The colours of a theme for one kind of background.
pub(super) struct Palette {
    text: Rgb,
    strong: Rgb,
    muted: Rgb,
    border: Rgb,
    accent: Rgb,
    on_accent: Rgb,
    alarm: Rgb,
    on_alarm: Rgb,
    good: Rgb,
    on_good: Rgb,
    selected: Rgb,
    selected_aside: Rgb,
    input: Rgb,
    raised: Rgb,
}

/// Amber on near black, as the boards of old airports.
pub(super) const DARK: Palette = Palette {
    text: (0xd6, 0xd3, 0xcb),
    strong: (0xff, 0xfa, 0xee),
    muted: (0x8d, 0x8f, 0x98),
    border: (0x4a, 0x4d, 0x57),
    accent: (0xff, 0xb4, 0x3d),
    on_accent: (0x1c, 0x14, 0x05),
    alarm: (0xff, 0x6b, 0x5c),
    on_alarm: (0x24, 0x05, 0x03),
    good: (0x8f, 0xcb, 0x72),
    on_good: (0x0b, 0x1c, 0x05),
    selected: (0x3d, 0x30, 0x16),
    selected_aside: (0x2a, 0x2a, 0x2e),
    input: (0x26, 0x27, 0x2c),
    raised: (0x1b, 0x1c, 0x21),
};

/// Dark amber on paper.
pub(super) const LIGHT: Palette = Palette {
    text: (0x2b, 0x2d, 0x33),
    strong: (0x0b, 0x0c, 0x0f),
    muted: (0x63, 0x67, 0x70),
    border: (0xb4, 0xb7, 0xbe),
    accent: (0x94, 0x54, 0x00),
    on_accent: (0xff, 0xf8, 0xea),
    alarm: (0xb4, 0x1f, 0x14),
    on_alarm: (0xff, 0xf4, 0xf2),
    good: (0x2b, 0x6e, 0x1c),
    on_good: (0xf3, 0xff, 0xee),
    selected: (0xff, 0xe6, 0xb3),
    selected_aside: (0xea, 0xea, 0xec),
    input: (0xec, 0xed, 0xf0),
    raised: (0xf7, 0xf5, 0xf0),
};

impl Palette {
    /// A role's style in as many colours as there are.
    pub(super) fn style(&self, role: Role, depth: Depth) -> Style {
        let fg = |colour| Style::new().fg(shown(colour, depth));
        let on = |colour, ground| fg(colour).bg(shown(ground, depth));
        match role {
            Role::Text => fg(self.text),
            Role::Strong | Role::Title => fg(self.strong).add_modifier(Modifier::BOLD),
            Role::Muted => fg(self.muted),
            Role::Border => fg(self.border),
            Role::BorderFocused | Role::Accent => fg(self.accent),
            Role::Key => fg(self.accent).add_modifier(Modifier::BOLD),
            Role::AccentChip => on(self.on_accent, self.accent).add_modifier(Modifier::BOLD),
            Role::Alarm => fg(self.alarm),
            Role::AlarmChip => on(self.on_alarm, self.alarm).add_modifier(Modifier::BOLD),
            Role::Good => fg(self.good),
            Role::GoodChip => on(self.on_good, self.good).add_modifier(Modifier::BOLD),
            Role::Selected => on(self.strong, self.selected).add_modifier(Modifier::BOLD),
            Role::SelectedAside => on(self.text, self.selected_aside),
            Role::Input => on(self.text, self.input),
            Role::InputFocused => on(self.strong, self.selected),
            Role::Raised => on(self.text, self.raised),
        }
    }
}

/// Sixteen colours and the terminal's own: nothing that a light or a dark background swallows.
/// So no colour 8 for what is muted (it is the background of some), no bold yellow (white on
/// white), and a fixed ground only under a fixed foreground.
pub(super) fn ansi(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Raised => plain.fg(Color::Reset),
        Role::Strong | Role::Title | Role::Key => {
            plain.fg(Color::Reset).add_modifier(Modifier::BOLD)
        }
        Role::Muted | Role::Border => plain.fg(Color::Reset).add_modifier(Modifier::DIM),
        Role::BorderFocused | Role::Accent => plain.fg(Color::Yellow),
        Role::AccentChip => plain.fg(Color::Black).bg(Color::Yellow),
        Role::Alarm => plain.fg(Color::Red),
        Role::AlarmChip => plain.fg(Color::White).bg(Color::Red),
        Role::Good => plain.fg(Color::Green),
        Role::GoodChip => plain.fg(Color::Black).bg(Color::Green),
        Role::Selected | Role::InputFocused => {
            plain.fg(Color::Black).bg(Color::Yellow).remove_modifier(Modifier::DIM)
        }
        Role::SelectedAside => {
            plain.fg(Color::Reset).add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM)
        }
        Role::Input => plain.fg(Color::Reset).add_modifier(Modifier::UNDERLINED),
    }
}

/// For `NO_COLOR`: weight and reversal only.
pub(super) fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Muted | Role::Border | Role::Raised | Role::Good => plain,
        Role::Strong
        | Role::Title
        | Role::Key
        | Role::Accent
        | Role::Alarm
        | Role::SelectedAside
        | Role::BorderFocused => plain.add_modifier(Modifier::BOLD),
        Role::AccentChip | Role::GoodChip | Role::Selected | Role::InputFocused => {
            plain.add_modifier(Modifier::REVERSED)
        }
        Role::AlarmChip => plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
        Role::Input => plain.add_modifier(Modifier::UNDERLINED),
    }
}
