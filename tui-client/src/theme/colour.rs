//! How many colours a terminal has, which background, and the nearest of 256 to a true colour.

use ratatui::style::Color;

use super::TermEnv;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none are wanted.
    None,
    /// The sixteen that its user chose.
    Ansi16,
    /// 256.
    Ansi256,
    /// 24 bits.
    TrueColour,
}

impl Depth {
    /// What the environment tells of the terminal.
    pub fn of(env: &TermEnv) -> Self {
        let term = env.term.unwrap_or_default();
        if env.no_color.is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::None;
        }
        match env.colorterm {
            Some("truecolor" | "24bit") => Self::TrueColour,
            _ if term.contains("direct") => Self::TrueColour,
            _ if term.contains("256color") => Self::Ansi256,
            _ => Self::Ansi16,
        }
    }
}

/// What text is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Background {
    Dark,
    Light,
}

/// The background that the terminal tells in `COLORFGBG`, if it does.
pub(super) fn background(env: &TermEnv) -> Option<Background> {
    let number: u8 = env.colorfgbg?.rsplit(';').next()?.parse().ok()?;
    match number {
        0..=6 | 8 => Some(Background::Dark),
        7 | 9..=15 => Some(Background::Light),
        16.. => None,
    }
}

/// A colour of 24 bits as the terminal can show it.
pub(super) fn shown((red, green, blue): (u8, u8, u8), depth: Depth) -> Color {
    match depth {
        Depth::TrueColour => Color::Rgb(red, green, blue),
        Depth::Ansi256 => Color::Indexed(nearest_of_256([red, green, blue])),
        Depth::Ansi16 | Depth::None => Color::Reset,
    }
}

/// The nearest colour of the fixed part of the palette: its cube of 6x6x6, or its 24 greys.
fn nearest_of_256(colour: [u8; 3]) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let steps = colour.map(|part| {
        let distance = |step: &usize| STEPS[*step].abs_diff(part);
        (0..STEPS.len()).min_by_key(distance).unwrap_or(0)
    });
    let cube = steps.map(|step| STEPS[step]);
    let mean = colour.iter().map(|part| u16::from(*part)).sum::<u16>() / 3;
    let grey_step = (mean.saturating_sub(3) / 10).min(23);
    let grey = u8::try_from(8 + grey_step * 10).unwrap_or(u8::MAX);
    if distance(colour, [grey; 3]) < distance(colour, cube) {
        return u8::try_from(232 + grey_step).unwrap_or(u8::MAX);
    }
    let [red, green, blue] = steps;
    u8::try_from(16 + 36 * red + 6 * green + blue).unwrap_or(u8::MAX)
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_palette_are_found_exactly() {
        assert_eq!(nearest_of_256([0, 0, 0]), 16);
        assert_eq!(nearest_of_256([255, 255, 255]), 231);
        assert_eq!(nearest_of_256([255, 175, 0]), 214);
        assert_eq!(nearest_of_256([128, 128, 128]), 244);
    }
}
