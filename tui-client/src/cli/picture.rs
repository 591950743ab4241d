//! `trecho picture`: the program's own screen as an SVG, drawn without a terminal or a server. The
//! picture in the README comes from here.

use std::io::{self, Write as _};
use std::str::FromStr;

use clap::Args;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Settings;
use crate::glyphs::Glyphs;
use crate::picture::svg;
use crate::theme::{TermEnv, Theme};
use crate::view::scenes::Scene;
use crate::view::{Look, paint};
use crate::words::Lang;

/// What to draw.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// Which scene; --list tells all
    #[arg(long, default_value = "board", value_parser = scene)]
    scene: Scene,
    /// Columns and rows
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "120x40")]
    size: Size,
    /// Tell the names of all scenes instead
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Clone, Copy)]
struct Size(u16, u16);

impl FromStr for Size {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cells = |text: &str| text.parse().ok().filter(|cells| (1..=500).contains(cells));
        let size = text
            .split_once('x')
            .and_then(|(columns, rows)| Some(Self(cells(columns)?, cells(rows)?)));
        size.ok_or("expected columns and rows from 1 to 500, such as 120x40")
    }
}

fn scene(name: &str) -> Result<Scene, String> {
    let found = Scene::ALL.iter().copied().find(|scene| scene.name() == name);
    found.ok_or_else(|| format!("there is no such scene; there are {}", names().join(", ")))
}

fn names() -> Vec<String> {
    Scene::ALL.iter().map(|scene| scene.name()).collect()
}

/// Writes the picture to the standard output.
pub(super) fn run(options: &Options, settings: &Settings) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if options.list {
        return writeln!(out, "{}", names().join("\n"));
    }
    let Size(columns, rows) = options.size;
    let model = options.scene.model(settings.lang.unwrap_or(Lang::Pt), (columns, rows));
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    paint(&model, &look(settings), (area, &mut buffer));
    out.write_all(svg(&buffer, "trecho").as_bytes())?;
    out.flush()
}

/// A picture has all colours, and a dark ground unless another is asked for.
fn look(settings: &Settings) -> Look {
    let env =
        TermEnv { colorterm: Some("truecolor"), colorfgbg: Some("15;0"), ..TermEnv::default() };
    let glyphs = match settings.ascii {
        Some(true) => Glyphs::ASCII,
        Some(false) | None => Glyphs::UNICODE,
    };
    Look { theme: Theme::choose(settings.theme.unwrap_or_default(), &env), glyphs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_can_be_asked_for_by_its_name() {
        for each in Scene::ALL {
            assert_eq!(scene(&each.name()), Ok(*each));
        }
        assert!(scene("bored").unwrap_err().contains("board"));
    }

    #[test]
    fn a_size_is_two_numbers_that_a_screen_could_have() {
        assert!(matches!("80x24".parse(), Ok(Size(80, 24))));
        for text in ["", "80", "80x", "0x24", "80x24x1", "99999x1", "-1x5"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
