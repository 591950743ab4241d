//! Which columns the board has and where they stand: from its width and from what the search
//! fixes already, never from the rows, so that nothing jumps.

use ratatui::layout::Rect;

use super::super::{Canvas, Cx};
use super::{line, sorted_by};
use crate::model::SortBy;
use crate::theme::Role;
use crate::words::Text;

/// What is the same in all rows, since it was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    /// From and to.
    pub(super) route: bool,
    /// The date.
    pub(super) day: bool,
}

/// A column of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Flight,
    Day,
    Departs,
    From,
    FromCity,
    To,
    ToCity,
    Arrives,
    Duration,
    Aircraft,
    Gauge,
    Seats,
    Fare,
    /// `GRU→SSA` in one, where there is little room.
    Route,
    /// The date without its weekday, where there is little room.
    DayMonth,
    /// The fare without its currency, where there is little room.
    Amount,
}

/// Which side of a column its text keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Column {
    /// How many columns of the screen it takes.
    pub(super) fn width(self) -> u16 {
        match self {
            Self::Flight | Self::Aircraft => 6,
            Self::Day => 9,
            Self::Seats => 3,
            Self::From | Self::To => 4,
            Self::FromCity | Self::ToCity => 14,
            Self::Departs | Self::DayMonth => 5,
            Self::Arrives | Self::Route => 7,
            Self::Duration | Self::Amount => 8,
            // With the seats beside it, as wide as the longest word for a state.
            Self::Gauge => 10,
            Self::Fare => 11,
        }
    }

    pub(super) fn side(self) -> Side {
        match self {
            Self::Duration | Self::Seats | Self::Fare | Self::Amount => Side::Right,
            Self::Flight
            | Self::Day
            | Self::Departs
            | Self::From
            | Self::FromCity
            | Self::To
            | Self::ToCity
            | Self::Arrives
            | Self::Aircraft
            | Self::Gauge
            | Self::DayMonth
            | Self::Route => Side::Left,
        }
    }

    fn name(self) -> Option<Text> {
        match self {
            Self::Flight => Some(Text::ColumnFlight),
            Self::Day | Self::DayMonth => Some(Text::ColumnDay),
            Self::Departs => Some(Text::ColumnDeparts),
            Self::From => Some(Text::ColumnFrom),
            Self::To => Some(Text::ColumnTo),
            Self::Arrives => Some(Text::ColumnArrives),
            Self::Duration => Some(Text::ColumnDuration),
            Self::Aircraft => Some(Text::ColumnAircraft),
            Self::Gauge => Some(Text::ColumnSeats),
            Self::Fare | Self::Amount => Some(Text::ColumnFare),
            Self::Route => Some(Text::ColumnRoute),
            // The gauge's name stands for both; a city stands under its code's.
            Self::Seats | Self::FromCity | Self::ToCity => None,
        }
    }

    fn sorts(self) -> Option<SortBy> {
        match self {
            Self::Departs => Some(SortBy::Departure),
            Self::Fare | Self::Amount => Some(SortBy::Fare),
            Self::Duration => Some(SortBy::Duration),
            Self::Gauge | Self::Seats => Some(SortBy::Seats),
            Self::Flight
            | Self::Day
            | Self::From
            | Self::FromCity
            | Self::To
            | Self::ToCity
            | Self::Arrives
            | Self::Aircraft
            | Self::DayMonth
            | Self::Route => None,
        }
    }
}

/// Cursor mark, state mark and the blank after them.
pub(super) const MARKS: u16 = 3;

/// The columns and where each begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) columns: Vec<(Column, u16)>,
}

impl Grid {
    /// The grid for a list of this width.
    pub(super) fn new(list: Rect, fixed: Fixed) -> Self {
        let width = list.width.saturating_sub(1);
        let columns = chosen(width, fixed);
        // The number belongs to its gauge and a city to its code: no more than a blank between.
        let near = |at: usize| {
            let next = columns.get(at + 1);
            matches!(
                (columns[at], next),
                (Column::Gauge, Some(Column::Seats))
                    | (Column::From, Some(Column::FromCity))
                    | (Column::To, Some(Column::ToCity))
            )
        };
        let between = columns.len().saturating_sub(1);
        let gaps = (0..between).filter(|at| !near(*at)).count();
        let used: usize = columns.iter().map(|column| usize::from(column.width())).sum();
        let taken = usize::from(MARKS) + used + between;
        let mut spare = usize::from(width).saturating_sub(taken).min(gaps * 4);
        let mut gaps_left = gaps;
        let mut x = list.x + MARKS;
        let mut placed = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            placed.push((*column, x));
            x += column.width() + 1;
            if at < between && !near(at) {
                // What is left over is shared by the gaps that are still to come; the last ones,
                // before the figures, get what does not divide.
                let extra = spare / gaps_left.max(1);
                x += u16::try_from(extra).unwrap_or(0);
                spare -= extra;
                gaps_left -= 1;
            }
        }
        Self { columns: placed }
    }

    /// Writes the columns' names.
    pub(super) fn names(&self, cx: Cx, canvas: &mut Canvas, area: Rect) {
        let (sort, arrow) = sorted_by(cx);
        for (at, (column, x)) in self.columns.iter().enumerate() {
            let Some(name) = column.name() else { continue };
            let mut width = column.width();
            if *column == Column::Gauge
                && let Some((Column::Seats, seats)) = self.columns.get(at + 1)
            {
                width = seats + Column::Seats.width() - x;
            }
            let sorted = column.sorts() == Some(sort);
            let mut words = cx.say(name).to_owned();
            if sorted && usize::from(width) > crate::format::width(&words) {
                words.push_str(arrow);
            }
            let style = cx.style(if sorted { Role::Key } else { Role::Muted });
            let mut strip = line(cx, canvas, area);
            strip.to(*x);
            match column.side() {
                Side::Left => strip.left(width, &words, style),
                Side::Right => strip.right(width, &words, style),
            };
        }
    }

    /// Where a column begins, if the grid has it.
    pub(super) fn start(&self, wanted: Column) -> Option<u16> {
        self.columns.iter().find(|(column, _)| *column == wanted).map(|(_, x)| *x)
    }

    /// Where a state's word goes: from the seats on, to the end of the seats or of the line.
    pub(super) fn state_start(&self) -> Option<u16> {
        self.start(Column::Gauge).or_else(|| self.start(Column::Seats))
    }
}

/// The columns for a width, the most telling kept: what the search has fixed goes first.
fn chosen(width: u16, fixed: Fixed) -> Vec<Column> {
    use Column::{
        Aircraft, Amount, Arrives, Day, DayMonth, Departs, Duration, Fare, Flight, From, FromCity,
        Gauge, Route, Seats, To, ToCity,
    };
    let mut columns = vec![
        Flight, Day, From, FromCity, To, ToCity, Departs, Arrives, Duration, Aircraft, Gauge,
        Seats, Fare,
    ];
    let fits = |columns: &[Column]| {
        let used: u16 = columns.iter().map(|column| column.width() + 1).sum();
        MARKS + used <= width + 1
    };
    if fixed.day {
        columns.retain(|column| *column != Day);
    }
    if fixed.route {
        columns.retain(|column| !matches!(column, FromCity | ToCity));
    }
    // Cities come and go together.
    for leaving in [&[FromCity, ToCity][..], &[Aircraft], &[Duration], &[Gauge]] {
        if fits(&columns) {
            return columns;
        }
        columns.retain(|column| !leaving.contains(column));
    }
    if fits(&columns) {
        return columns;
    }
    match (fixed.route, fixed.day) {
        (true, true) if width >= 39 => vec![Flight, Departs, Arrives, Seats, Fare],
        (true, true) if width >= 36 => vec![Flight, Departs, Arrives, Seats, Amount],
        (true, true) => vec![Flight, Departs, Seats, Fare],
        (true, false) if width >= 42 => vec![Day, Departs, Arrives, Seats, Fare],
        (true, false) if width >= 39 => vec![Day, Departs, Arrives, Seats, Amount],
        (true, false) => vec![Day, Departs, Seats, Fare],
        (false, true) if width >= 36 => vec![Flight, Route, Departs, Seats, Amount],
        (false, true) => vec![Route, Departs, Seats, Fare],
        (false, false) if width >= 39 => vec![Day, Departs, Route, Seats, Amount],
        (false, false) => vec![DayMonth, Departs, Route, Seats, Amount],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fit_every_width_that_has_a_list() {
        for width in 35..=200 {
            for route in [true, false] {
                for day in [true, false] {
                    let columns = chosen(width, Fixed { route, day });
                    let used: u16 = columns.iter().map(|column| column.width() + 1).sum();
                    assert!(MARKS + used <= width + 1, "{width} {route} {day}: {columns:?}");
                }
            }
        }
    }

    #[test]
    fn a_departure_and_its_fare_are_never_left_out() {
        for width in 35..=200 {
            let columns = chosen(width, Fixed { route: false, day: false });
            assert!(columns.contains(&Column::Departs) && columns.contains(&Column::Seats));
            assert!(columns.contains(&Column::Fare) || columns.contains(&Column::Amount));
        }
    }
}
