//! How the panes share a terminal.

/// A passenger's program is usable from here on.
const LEAST: (u16, u16) = (40, 10);

/// The server's log gets a fifth of the rows, within these bounds.
const LOG_ROWS: (u16, u16) = (3, 10);

/// The status line of tmux.
const STATUS_ROWS: u16 = 1;

/// Panes in rows and columns below the log. Each pane has a line above it for its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    /// Rows of the log, without its title.
    pub(super) log_rows: u16,
    /// For each row of panes: its height without titles, and how many passengers are in it.
    pub(super) rows: Vec<(u16, u16)>,
}

impl Grid {
    /// Room for `passengers` in a terminal of this many columns and rows, side by side as far as
    /// they fit; `None` if it is too small.
    pub(super) fn of(columns: u16, rows: u16, passengers: u16) -> Option<Self> {
        let across = ((columns + 1) / (LEAST.0 + 1)).min(passengers);
        if across == 0 {
            return None;
        }
        let down = passengers.div_ceil(across);
        let most_log = rows.checked_sub(STATUS_ROWS + 1 + down * (LEAST.1 + 1))?;
        if most_log < LOG_ROWS.0 {
            return None;
        }
        let log_rows = (rows / 5).clamp(LOG_ROWS.0, LOG_ROWS.1).min(most_log);
        let rest = rows - STATUS_ROWS - 1 - log_rows - down;
        let grid_rows = (0..down)
            .map(|row| {
                let height = rest / down + u16::from(row < rest % down);
                let count = passengers / down + u16::from(row < passengers % down);
                (height, count)
            })
            .collect();
        Some(Self { log_rows, rows: grid_rows })
    }

    /// The smallest terminal for `passengers` side by side, and for all of them in one column.
    pub(super) fn least(passengers: u16) -> [(u16, u16); 2] {
        let rows = |down: u16| STATUS_ROWS + 1 + LOG_ROWS.0 + down * (LEAST.1 + 1);
        [(passengers * (LEAST.0 + 1) - 1, rows(1)), (LEAST.0, rows(passengers))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passengers_stand_side_by_side_where_they_fit() {
        let grid = Grid::of(200, 50, 3).unwrap();
        assert_eq!(grid, Grid { log_rows: 10, rows: vec![(37, 3)] });
        let grid = Grid::of(100, 50, 3).unwrap();
        assert_eq!(grid.rows, [(18, 2), (18, 1)]);
    }

    #[test]
    fn every_row_of_the_terminal_is_used_and_no_pane_is_too_small() {
        for passengers in 1..=6 {
            for (columns, rows) in [(80, 24), (120, 40), (200, 50), (41, 100), (300, 80)] {
                let Some(grid) = Grid::of(columns, rows, passengers) else { continue };
                let used = STATUS_ROWS
                    + 1
                    + grid.log_rows
                    + grid.rows.iter().map(|(height, _)| height + 1).sum::<u16>();
                assert_eq!(used, rows);
                assert_eq!(grid.rows.iter().map(|(_, count)| count).sum::<u16>(), passengers);
                for (height, count) in grid.rows {
                    assert!(height >= LEAST.1 && count * (LEAST.0 + 1) <= columns + 1);
                }
            }
        }
    }

    #[test]
    fn the_least_size_is_just_enough() {
        for passengers in 1..=6 {
            for (columns, rows) in Grid::least(passengers) {
                assert!(Grid::of(columns, rows, passengers).is_some());
                assert!(Grid::of(columns, rows - 1, passengers).is_none());
            }
        }
        assert_eq!(Grid::of(39, 200, 1), None);
        assert_eq!(Grid::of(0, 0, 1), None);
    }
}
