//! A series as columns of eighths of a cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pen::{Cx, rows_of};
use crate::top::format::whole;
use crate::top::look::Role;

/// Draws columns into an area, the newest at its right edge, and `peak` as high as the area. Where
/// nothing is known the column stays empty; where nothing happened there is a ground line.
pub(super) fn draw(
    cx: Cx<'_>,
    buf: &mut Buffer,
    area: Rect,
    (columns, peak): (&[Option<f64>], f64),
) {
    let area = area.intersection(buf.area);
    let shown = columns.iter().rev().take(usize::from(area.width));
    for (back, value) in shown.enumerate() {
        let Some(value) = value else { continue };
        let x = area.right() - 1 - rows_of(back);
        let eighths = height(*value, peak, area.height);
        for row in 0..area.height {
            let level = eighths.saturating_sub(u64::from(row) * 8).min(8);
            let (sign, role) = match usize::try_from(level).unwrap_or(0) {
                0 if row == 0 => (cx.look.signs.levels[0], Role::Muted),
                0 => break,
                level => (cx.look.signs.levels[level - 1], Role::Accent),
            };
            if let Some(cell) = buf.cell_mut((x, area.bottom() - 1 - row)) {
                cell.set_symbol(sign).set_style(cx.look.style(role));
            }
        }
    }
}

/// A value in eighths of a cell, of so many cells for the peak; anything shows as something.
fn height(value: f64, peak: f64, cells: u16) -> u64 {
    if value <= 0.0 || peak <= 0.0 {
        return 0;
    }
    let full = f64::from(cells) * 8.0;
    whole((value / peak).min(1.0) * full).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_fills_all_and_a_trace_is_seen() {
        assert_eq!(height(10.0, 10.0, 2), 16);
        assert_eq!(height(5.0, 10.0, 2), 8);
        assert_eq!(height(0.001, 10.0, 1), 1);
        assert_eq!(height(0.0, 10.0, 1), 0);
        assert_eq!(height(99.0, 10.0, 1), 8);
        assert_eq!(height(1.0, 0.0, 1), 0);
        assert!(height(f64::NAN, 1.0, 1) <= 8);
    }
}
