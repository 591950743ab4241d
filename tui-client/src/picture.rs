//! A screen as a picture: the cells of a buffer as SVG that needs nothing else to be shown.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// A cell of the picture in pixels.
const CELL: (u32, u32) = (9, 19);
/// Around the cells, and the bar of the window above them.
const MARGIN: u32 = 16;
const BAR: u32 = 34;
/// Where a letter stands in its cell, from the top.
const BASELINE: u32 = 14;

/// What the colours that a theme leaves to the terminal are in the picture.
const GROUND: &str = "#14151a";
const INK: &str = "#d6d3cb";

/// The buffer as an SVG document. `title` stands in the bar of the window.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let width = u32::from(area.width) * CELL.0 + 2 * MARGIN;
    let height = u32::from(area.height) * CELL.1 + BAR + MARGIN;
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"{GROUND}\"/>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"9.5\" fill=\"none\" \
         stroke=\"#33353e\"/>\n\
         <circle cx=\"22\" cy=\"17\" r=\"5.5\" fill=\"#4a4d57\"/>\
         <circle cx=\"40\" cy=\"17\" r=\"5.5\" fill=\"#4a4d57\"/>\
         <circle cx=\"58\" cy=\"17\" r=\"5.5\" fill=\"#ffb43d\"/>\n\
         <text x=\"{}\" y=\"21\" text-anchor=\"middle\" font-family=\"{FONT}\" font-size=\"12\" \
         fill=\"#8d8f98\">{label}</text>\n",
        width - 1,
        height - 1,
        width / 2,
        label = escape(title),
    );
    let _ = writeln!(
        svg,
        "<g font-family=\"{FONT}\" font-size=\"15\" xml:space=\"preserve\" \
         shape-rendering=\"crispEdges\">"
    );
    for row in 0..area.height {
        grounds(&mut svg, buffer, row);
        inks(&mut svg, buffer, row);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

const FONT: &str = "ui-monospace, 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

fn cell(buffer: &Buffer, column: u16, row: u16) -> Option<&Cell> {
    buffer.cell((buffer.area.x + column, buffer.area.y + row))
}

fn place(column: u16, row: u16) -> (u32, u32) {
    (MARGIN + u32::from(column) * CELL.0, BAR + u32::from(row) * CELL.1)
}

/// Ink and ground of a cell, after reversal and dimming.
fn colours(cell: &Cell) -> (String, Option<String>) {
    let (mut ink, mut ground) = (hex(cell.fg, INK), hex(cell.bg, GROUND));
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    if reversed {
        std::mem::swap(&mut ink, &mut ground);
    }
    let painted = reversed || cell.bg != Color::Reset;
    (ink, painted.then_some(ground))
}

/// The grounds of a row, one rectangle for each run of one colour.
fn grounds(svg: &mut String, buffer: &Buffer, row: u16) {
    let mut column = 0;
    while column < buffer.area.width {
        let ground = |at| cell(buffer, at, row).and_then(|cell| colours(cell).1);
        let colour = ground(column);
        let start = column;
        while column < buffer.area.width && ground(column) == colour {
            column += 1;
        }
        if let Some(colour) = colour {
            let (x, y) = place(start, row);
            let width = u32::from(column - start) * CELL.0;
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{colour}\"/>",
                CELL.1
            );
        }
    }
}

/// What makes two neighbours one run of text.
#[derive(PartialEq)]
struct Ink {
    colour: String,
    modifier: Modifier,
    kind: Kind,
}

/// Blocks and lines must fill their cells exactly, whatever the font: they are drawn, not written.
#[derive(PartialEq, Clone, Copy)]
enum Kind {
    Letters,
    /// A sign drawn by itself, so that a font's own width for it moves nothing else.
    Sign,
}

/// The texts of a row.
fn inks(svg: &mut String, buffer: &Buffer, row: u16) {
    let mut column = 0;
    while column < buffer.area.width {
        let Some(first) = cell(buffer, column, row) else { return };
        let start = column;
        column += 1;
        if first.symbol().trim().is_empty() {
            continue;
        }
        let ink = ink(first);
        let (x, y) = place(start, row);
        if let Some(shape) = shape(first.symbol(), (x, y)) {
            let opacity = opacity(first.modifier);
            let _ = writeln!(svg, "<path d=\"{shape}\" {}{opacity}/>", paint(&ink.colour, first));
            continue;
        }
        let mut text = first.symbol().to_owned();
        while ink.kind == Kind::Letters && column < buffer.area.width {
            let Some(next) = cell(buffer, column, row) else { break };
            if !next.symbol().trim().is_empty() && self::ink(next) != ink {
                break;
            }
            text.push_str(next.symbol());
            column += 1;
        }
        let trimmed = text.trim_end();
        let length = u32::try_from(crate::format::width(trimmed)).unwrap_or(0) * CELL.0;
        let weight =
            if ink.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
             fill=\"{}\"{weight}{}>{}</text>",
            y + BASELINE,
            ink.colour,
            opacity(ink.modifier),
            escape(trimmed)
        );
    }
}

fn ink(cell: &Cell) -> Ink {
    let plain = cell.symbol().chars().all(char::is_alphanumeric) || cell.symbol().is_ascii();
    Ink {
        colour: colours(cell).0,
        modifier: cell.modifier & (Modifier::BOLD | Modifier::DIM),
        kind: if plain { Kind::Letters } else { Kind::Sign },
    }
}

fn opacity(modifier: Modifier) -> &'static str {
    if modifier.contains(Modifier::DIM) { " opacity=\"0.6\"" } else { "" }
}

/// A line is stroked, a block is filled.
fn paint(colour: &str, cell: &Cell) -> String {
    if is_line(cell.symbol()) {
        format!("stroke=\"{colour}\" fill=\"none\"")
    } else {
        format!("fill=\"{colour}\"")
    }
}

fn is_line(symbol: &str) -> bool {
    matches!(symbol, "─" | "━" | "│" | "╭" | "╮" | "╰" | "╯" | "┃")
}

/// The path of a sign that fills its cell, in pixels.
fn shape(symbol: &str, (x, y): (u32, u32)) -> Option<String> {
    let (width, height) = CELL;
    let (half, middle) = (x + width / 2, y + height / 2);
    let (right, bottom) = (x + width, y + height);
    let block = |from: u32, to: u32| Some(format!("M{x} {}H{right}V{}H{x}Z", y + from, y + to));
    match symbol {
        "─" => Some(format!("M{x} {middle}.5H{right}")),
        "━" => Some(format!(
            "M{x} {middle}.5H{right}M{x} {}.5H{right}M{x} {}.5H{right}",
            middle - 1,
            middle + 1
        )),
        "│" => Some(format!("M{half}.5 {y}V{bottom}")),
        "┃" => {
            Some(format!("M{half} {y}V{bottom}M{half}.5 {y}V{bottom}M{}.5 {y}V{bottom}", half + 1))
        }
        "╭" => Some(format!(
            "M{right} {middle}.5H{}Q{half}.5 {middle}.5 {half}.5 {}V{bottom}",
            half + 4,
            middle + 4
        )),
        "╮" => Some(format!(
            "M{x} {middle}.5H{}Q{half}.5 {middle}.5 {half}.5 {}V{bottom}",
            half - 3,
            middle + 4
        )),
        "╰" => Some(format!(
            "M{right} {middle}.5H{}Q{half}.5 {middle}.5 {half}.5 {}V{y}",
            half + 4,
            middle - 3
        )),
        "╯" => Some(format!(
            "M{x} {middle}.5H{}Q{half}.5 {middle}.5 {half}.5 {}V{y}",
            half - 3,
            middle - 3
        )),
        "█" => block(0, height),
        "▀" => block(0, height / 2 + 1),
        "▄" => block(height / 2, height),
        "▆" => Some(format!("M{x} {}H{}V{}H{x}Z", y + 5, right - 1, y + 15)),
        "▁" => Some(format!("M{x} {}H{}V{}H{x}Z", y + 13, right - 1, y + 15)),
        _ => None,
    }
}

/// A colour as the web writes it; `own` for what is left to the terminal.
fn hex(colour: Color, own: &str) -> String {
    let rgb = |(red, green, blue): (u8, u8, u8)| format!("#{red:02x}{green:02x}{blue:02x}");
    match colour {
        Color::Reset => own.to_owned(),
        Color::Rgb(red, green, blue) => rgb((red, green, blue)),
        Color::Indexed(index) => rgb(indexed(index)),
        Color::Black => rgb(indexed(0)),
        Color::Red => rgb(indexed(1)),
        Color::Green => rgb(indexed(2)),
        Color::Yellow => rgb(indexed(3)),
        Color::Blue => rgb(indexed(4)),
        Color::Magenta => rgb(indexed(5)),
        Color::Cyan => rgb(indexed(6)),
        Color::Gray => rgb(indexed(7)),
        Color::DarkGray => rgb(indexed(8)),
        Color::LightRed => rgb(indexed(9)),
        Color::LightGreen => rgb(indexed(10)),
        Color::LightYellow => rgb(indexed(11)),
        Color::LightBlue => rgb(indexed(12)),
        Color::LightMagenta => rgb(indexed(13)),
        Color::LightCyan => rgb(indexed(14)),
        Color::White => rgb(indexed(15)),
    }
}

/// The palette of 256 colours; its first sixteen as a common terminal has them.
fn indexed(index: u8) -> (u8, u8, u8) {
    const OWN: [(u8, u8, u8); 16] = [
        (0x1c, 0x1c, 0x1c),
        (0xd7, 0x4e, 0x42),
        (0x73, 0xa8, 0x57),
        (0xd9, 0x9a, 0x2b),
        (0x5b, 0x8d, 0xc9),
        (0xa9, 0x77, 0xc0),
        (0x4f, 0xa8, 0xa8),
        (0xc8, 0xc5, 0xbd),
        (0x6c, 0x6c, 0x6c),
        (0xff, 0x6b, 0x5c),
        (0x8f, 0xcb, 0x72),
        (0xff, 0xb4, 0x3d),
        (0x82, 0xb4, 0xf0),
        (0xcc, 0x9d, 0xe0),
        (0x74, 0xd0, 0xd0),
        (0xff, 0xfa, 0xee),
    ];
    match index {
        0..16 => OWN[usize::from(index)],
        16..232 => {
            let step = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let cube = index - 16;
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232.. => {
            let grey = 8 + (index - 232) * 10;
            (grey, grey, grey)
        }
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn text_is_escaped_and_keeps_its_colour() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(1, 0, "<a & 'b'>", Style::new().fg(Color::Rgb(1, 2, 3)));
        let svg = svg(&buffer, "a \"title\"");
        assert!(svg.contains(">&lt;a &amp; &#39;b&#39;&gt;</text>"), "{svg}");
        assert!(svg.contains("fill=\"#010203\"") && svg.contains("a &quot;title&quot;"));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn reversed_cells_swap_ink_and_ground() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer.set_string(0, 0, "abc", Style::new().add_modifier(Modifier::REVERSED));
        let svg = svg(&buffer, "t");
        assert!(svg.contains(&format!("height=\"{}\" fill=\"{INK}\"", CELL.1)), "{svg}");
    }
}
