//! What each part of the screen looks like, by the role it plays there.
//!
//! One amber accent for what can be acted on, one alarm colour for what was lost. Everything that
//! a colour says, a mark or a word says too.

mod colour;
mod palette;

use ratatui::style::Style;

pub use colour::Depth;

/// What a part of the screen is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Text,
    /// What the eye should find first: codes, times, totals.
    Strong,
    /// Labels, units, what can wait.
    Muted,
    /// The frame of a panel.
    Border,
    /// The frame of the panel that has the keys.
    BorderFocused,
    /// A panel's name.
    Title,
    /// What can be acted on.
    Accent,
    /// A key that can be pressed, a figure to act on: the accent where it can be read anywhere.
    Key,
    /// The accent as a patch of its own: keys, the airline's name.
    AccentChip,
    /// What was lost, refused or is about to be.
    Alarm,
    /// The alarm as a patch of its own.
    AlarmChip,
    /// What went well: held, connected, bought.
    Good,
    /// What went well as a patch of its own.
    GoodChip,
    /// Laid over the row under the cursor.
    Selected,
    /// Laid over the row under the cursor of a list that does not have the keys.
    SelectedAside,
    /// An input that does not have the keys.
    Input,
    /// The input that has the keys.
    InputFocused,
    /// What floats over the screen: dialogs and toasts.
    Raised,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 18] = [
        Self::Text,
        Self::Strong,
        Self::Muted,
        Self::Border,
        Self::BorderFocused,
        Self::Title,
        Self::Accent,
        Self::Key,
        Self::AccentChip,
        Self::Alarm,
        Self::AlarmChip,
        Self::Good,
        Self::GoodChip,
        Self::Selected,
        Self::SelectedAside,
        Self::Input,
        Self::InputFocused,
        Self::Raised,
    ];
}

/// A theme by name, as a flag or a file gives it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeName {
    /// Whatever the terminal tells about itself.
    #[default]
    Auto,
    /// The terminal's own sixteen colours: readable on dark and light.
    Ansi,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// No colour at all.
    Mono,
}

/// What the environment tells about the terminal, each variable as it is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct TermEnv<'e> {
    /// `NO_COLOR`.
    pub no_color: Option<&'e str>,
    /// `TERM`.
    pub term: Option<&'e str>,
    /// `COLORTERM`.
    pub colorterm: Option<&'e str>,
    /// `COLORFGBG`: the foreground and background that some terminals tell, `15;0`.
    pub colorfgbg: Option<&'e str>,
}

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The theme asked for, as far as the terminal can show it. `NO_COLOR` and a dumb terminal win
    /// over [`ThemeName::Auto`], a theme that was named wins over them.
    pub fn choose(name: ThemeName, env: &TermEnv) -> Self {
        let depth = Depth::of(env);
        match name {
            ThemeName::Mono => Self::mono(),
            ThemeName::Ansi => Self::ansi(),
            ThemeName::Dark => Self::painted(&palette::DARK, depth),
            ThemeName::Light => Self::painted(&palette::LIGHT, depth),
            ThemeName::Auto if depth == Depth::None => Self::mono(),
            ThemeName::Auto => match colour::background(env) {
                Some(colour::Background::Dark) => Self::painted(&palette::DARK, depth),
                Some(colour::Background::Light) => Self::painted(&palette::LIGHT, depth),
                None => Self::ansi(),
            },
        }
    }

    /// The terminal's own sixteen colours.
    pub fn ansi() -> Self {
        Self::by_role(palette::ansi)
    }

    /// Bold, dim and reversed, without any colour.
    pub fn mono() -> Self {
        Self::by_role(palette::mono)
    }

    /// For a dark background, in true colour.
    pub fn dark() -> Self {
        Self::painted(&palette::DARK, Depth::TrueColour)
    }

    /// For a light background, in true colour.
    pub fn light() -> Self {
        Self::painted(&palette::LIGHT, Depth::TrueColour)
    }

    fn painted(palette: &palette::Palette, depth: Depth) -> Self {
        match depth {
            // Sixteen colours are the terminal's own: what suits its background, it knows best.
            Depth::None | Depth::Ansi16 => Self::ansi(),
            Depth::Ansi256 | Depth::TrueColour => Self::by_role(|role| palette.style(role, depth)),
        }
    }

    fn by_role(style: impl Fn(Role) -> Style) -> Self {
        Self { styles: Role::ALL.map(style) }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        // `ALL` lists the roles in the order declared, so a role's number is its place.
        self.styles[role as usize]
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    fn env(values: [Option<&str>; 4]) -> TermEnv<'_> {
        let [no_color, term, colorterm, colorfgbg] = values;
        TermEnv { no_color, term, colorterm, colorfgbg }
    }

    fn colours(theme: &Theme) -> Vec<Color> {
        Role::ALL
            .iter()
            .map(|role| theme.style(*role))
            .flat_map(|style| [style.fg, style.bg].into_iter().flatten())
            .filter(|colour| *colour != Color::Reset)
            .collect()
    }

    #[test]
    fn every_role_stands_at_its_own_place() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, place);
        }
    }

    #[test]
    fn a_terminal_without_colour_gets_none() {
        let auto = |values| Theme::choose(ThemeName::Auto, &env(values));
        assert_eq!(auto([Some("1"), Some("xterm-256color"), None, None]), Theme::mono());
        assert_eq!(auto([None, Some("dumb"), None, None]), Theme::mono());
        assert!(colours(&Theme::mono()).is_empty());
        // An empty NO_COLOR does not count, says its convention.
        assert_eq!(auto([Some(""), Some("xterm"), None, None]), Theme::ansi());
    }

    #[test]
    fn an_unknown_background_gets_the_terminals_own_colours_only() {
        let theme = Theme::choose(
            ThemeName::Auto,
            &env([None, Some("xterm-256color"), Some("truecolor"), None]),
        );
        assert_eq!(theme, Theme::ansi());
        for colour in colours(&theme) {
            assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{colour:?}");
        }
    }

    #[test]
    fn a_fixed_background_never_lies_under_the_terminals_own_foreground() {
        for theme in [Theme::ansi(), Theme::dark(), Theme::light()] {
            for role in Role::ALL {
                let style = theme.style(role);
                let fixed = |colour: Option<Color>| colour.is_some_and(|it| it != Color::Reset);
                assert!(!fixed(style.bg) || fixed(style.fg), "{role:?}");
            }
        }
    }

    #[test]
    fn a_background_that_is_told_chooses_the_theme() {
        let auto = |fgbg| {
            Theme::choose(
                ThemeName::Auto,
                &env([None, Some("xterm"), Some("truecolor"), Some(fgbg)]),
            )
        };
        assert_eq!(auto("15;0"), Theme::dark());
        assert_eq!(auto("0;default;15"), Theme::light());
        assert_eq!(auto("nonsense"), Theme::ansi());
    }

    #[test]
    fn true_colour_is_used_only_where_it_is_told() {
        let dark = |values| Theme::choose(ThemeName::Dark, &env(values));
        let rgb =
            |theme: &Theme| colours(theme).iter().any(|colour| matches!(colour, Color::Rgb(..)));
        assert!(rgb(&dark([None, Some("xterm-256color"), Some("truecolor"), None])));
        assert!(!rgb(&dark([None, Some("xterm-256color"), None, None])));
        assert_eq!(dark([None, Some("linux"), None, None]), Theme::ansi());
    }
}
