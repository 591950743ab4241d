//! What a person's hands do, in our own terms: `update` knows no terminal.

use crate::model::FilterFocus;

/// A key press, with what was held down. Releases never arrive here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Ctrl was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
}

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character, as the keyboard layout and Shift make it.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// A function key.
    F(u8),
}

/// What the mouse did, at a cell counted from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Press,
    /// The wheel turned towards the top.
    WheelUp,
    /// The wheel turned towards the bottom.
    WheelDown,
}

/// What a frame put where: the view says it of the frame that the person sees, so a click means
/// what was under the pointer, whatever has changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// How many rows the list of the screen has room for.
    pub page: usize,
    /// The largest `top` that still shows something new, where lines are scrolled (help, log, a
    /// booking, the seats): the lines in all less the lines that fit.
    pub scroll_max: usize,
    /// What can be clicked, the uppermost last.
    pub targets: Vec<Target>,
}

/// A rectangle of cells that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its first column.
    pub column: u16,
    /// Its first row.
    pub row: u16,
    /// How many columns it has.
    pub width: u16,
    /// How many rows it has.
    pub height: u16,
    /// What is there.
    pub hit: Hit,
}

/// What a click means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hit {
    /// This entry of the screen's list, counted from the list's first, not from the first shown:
    /// a place in `departures.shown`, a trip, a booking.
    Row(usize),
    /// This hold of the cart, where it stands beside another screen or alone.
    Hold(usize),
    /// This airport of the matches being chosen from.
    Match(usize),
    /// This input of the search.
    Field(FilterFocus),
    /// This seat of the picker: its row and its place in the row.
    Seat(usize, usize),
    /// This choice of the question, by its place.
    Choice(usize),
    /// What this key does: a hint of the footer.
    Key(Key),
    /// Nothing: what lies under an overlay is not clicked through it.
    Nothing,
}

impl Drawn {
    /// What is at a cell.
    pub fn at(&self, column: u16, row: u16) -> Option<Hit> {
        self.targets.iter().rev().find(|target| target.covers(column, row)).map(|target| target.hit)
    }
}

impl Target {
    fn covers(&self, column: u16, row: u16) -> bool {
        let inside = |at: u16, first: u16, length: u16| at >= first && at - first < length;
        inside(column, self.column, self.width) && inside(row, self.row, self.height)
    }
}

impl Key {
    /// A key alone.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// A character alone.
    pub const fn char(character: char) -> Self {
        Self::plain(Code::Char(character))
    }

    /// A character with Ctrl.
    pub const fn ctrl(character: char) -> Self {
        Self { code: Code::Char(character), ctrl: true, alt: false }
    }
}
