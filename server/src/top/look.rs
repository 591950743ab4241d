//! What each part of the screen looks like: the terminal's own sixteen colours, or none, and signs in
//! Unicode or ASCII. Whatever a colour says, a word or a sign says too.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// What a part of the screen is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Plain text.
    Text,
    /// What the eye should find first.
    Strong,
    /// Labels, units, what can wait.
    Muted,
    /// The frame of a panel.
    Border,
    /// The frame of the panel that has the keys.
    BorderHere,
    /// What grows: graphs, holds; keys.
    Accent,
    /// The program's name, a state to look at.
    AccentChip,
    /// What is wrong.
    Alarm,
    /// The same as a patch of its own.
    AlarmChip,
    /// What is well, as a patch of its own.
    GoodChip,
}

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// The sixteen that the terminal's user chose, readable on dark and on light.
    Ansi,
    /// None: weight and reversal only.
    None,
}

/// A set of signs. All are one column wide.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signs {
    /// A column of a graph by how full its uppermost cell is, from an eighth to all of it.
    pub(super) levels: [&'static str; 8],
    /// The parts of a bar: sold, held, blocked, free.
    pub(super) bar: [&'static str; 4],
    /// Sorted by this column, the most first.
    pub(super) sorted: &'static str,
    /// Between two things of a line.
    pub(super) dot: &'static str,
    /// From here to there.
    pub(super) arrow: &'static str,
    /// Something was cut off.
    pub(super) ellipsis: &'static str,
    /// There is more above; below.
    pub(super) more: [&'static str; 2],
    /// Where nothing is known.
    pub(super) unknown: &'static str,
    /// The line of a rule.
    pub(super) rule: &'static str,
    /// The frame of a panel.
    pub(super) frame: border::Set<'static>,
}

/// For terminals that speak UTF-8.
pub(super) const UNICODE: Signs = Signs {
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    bar: ["█", "▓", "×", "░"],
    sorted: "▾",
    dot: "·",
    arrow: "→",
    ellipsis: "…",
    more: ["▴", "▾"],
    unknown: "–",
    rule: "─",
    frame: border::ROUNDED,
};

/// For terminals that do not.
pub(super) const ASCII: Signs = Signs {
    levels: [".", ".", ":", ":", "+", "+", "#", "#"],
    bar: ["#", "+", "x", "."],
    sorted: "v",
    dot: "-",
    arrow: ">",
    ellipsis: "~",
    more: ["^", "v"],
    unknown: "-",
    rule: "-",
    frame: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

/// How everything looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) colours: Colours,
    pub(super) signs: &'static Signs,
}

impl Look {
    /// What the environment tells of the terminal: `NO_COLOR`, `TERM`, and the character set of the
    /// locale (`LC_ALL`, `LC_CTYPE`, `LANG`).
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let colours =
            if set("NO_COLOR").is_some() || term == "dumb" { Colours::None } else { Colours::Ansi };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let charset = locale.map(|locale| locale.to_ascii_lowercase().replace('-', ""));
        // The Linux console says UTF-8 and lacks the signs.
        let few = matches!(term.as_str(), "dumb" | "linux");
        let utf8 = charset.is_some_and(|charset| charset.contains("utf8"));
        Self { colours, signs: if utf8 && !few { &UNICODE } else { &ASCII } }
    }

    /// Whether only ASCII may be drawn.
    pub(super) fn is_ascii(&self) -> bool {
        self.signs.frame == ASCII.frame
    }

    /// The style of a role.
    pub(super) fn style(&self, role: Role) -> Style {
        match self.colours {
            Colours::Ansi => ansi(role),
            Colours::None => mono(role),
        }
    }
}

/// Nothing that a light or a dark background swallows: no colour 8, no bold yellow, and a fixed
/// ground only under a fixed foreground.
fn ansi(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text => plain.fg(Color::Reset),
        Role::Strong => plain.fg(Color::Reset).add_modifier(Modifier::BOLD),
        Role::Muted | Role::Border => plain.fg(Color::Reset).add_modifier(Modifier::DIM),
        Role::BorderHere | Role::Accent => plain.fg(Color::Yellow),
        Role::AccentChip => plain.fg(Color::Black).bg(Color::Yellow),
        Role::Alarm => plain.fg(Color::Red),
        Role::AlarmChip => plain.fg(Color::White).bg(Color::Red),
        Role::GoodChip => plain.fg(Color::Black).bg(Color::Green),
    }
}

fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Muted | Role::Border | Role::Accent => plain,
        Role::Strong | Role::BorderHere | Role::Alarm => plain.add_modifier(Modifier::BOLD),
        Role::AccentChip | Role::GoodChip => plain.add_modifier(Modifier::REVERSED),
        Role::AlarmChip => plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::text::Span;

    use super::*;

    fn look(variables: &[(&str, &str)]) -> Look {
        Look::of(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_decides_on_colours_and_signs() {
        let plain = look(&[("TERM", "xterm-256color"), ("LANG", "pt_BR.UTF-8")]);
        assert_eq!((plain.colours, plain.is_ascii()), (Colours::Ansi, false));
        let few = look(&[("TERM", "xterm"), ("LANG", "C"), ("NO_COLOR", "1")]);
        assert_eq!((few.colours, few.is_ascii()), (Colours::None, true));
        // An empty NO_COLOR does not count, says its convention; nor does an empty locale.
        let empty =
            look(&[("TERM", "xterm"), ("NO_COLOR", ""), ("LC_ALL", ""), ("LANG", "C.utf8")]);
        assert_eq!((empty.colours, empty.is_ascii()), (Colours::Ansi, false));
        let console = look(&[("TERM", "linux"), ("LANG", "en_US.UTF-8")]);
        assert_eq!((console.colours, console.is_ascii()), (Colours::Ansi, true));
        assert!(look(&[]).is_ascii());
    }

    #[test]
    fn every_sign_is_one_column() {
        for set in [&UNICODE, &ASCII] {
            let Signs { levels, bar, sorted, dot, arrow, ellipsis, more, unknown, rule, frame: _ } =
                set;
            let single = [sorted, dot, arrow, ellipsis, unknown, rule];
            for sign in levels.iter().chain(bar).chain(more).chain(single) {
                assert_eq!((Span::raw(*sign).width(), sign.chars().count()), (1, 1), "{sign}");
                assert!(!std::ptr::eq(set, &ASCII) || sign.is_ascii(), "{sign}");
            }
        }
    }
}
