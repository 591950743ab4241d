//! The table of keys.
//!
//! Plain letters, arrows, Enter, Space and Tab reach everything; no key that terminals,
//! multiplexers or layouts with dead keys swallow is the only way to anything.

use super::{Action, Binding, Context};
use crate::input::{Code, Key};

const fn c(character: char) -> Key {
    Key::char(character)
}

const ENTER: Key = Key::plain(Code::Enter);
const SPACE: Key = c(' ');
const ESC: Key = Key::plain(Code::Esc);
const TAB: Key = Key::plain(Code::Tab);
const BACK_TAB: Key = Key::plain(Code::BackTab);
const BACKSPACE: Key = Key::plain(Code::Backspace);
const DELETE: Key = Key::plain(Code::Delete);
const UP: Key = Key::plain(Code::Up);
const DOWN: Key = Key::plain(Code::Down);
const LEFT: Key = Key::plain(Code::Left);
const RIGHT: Key = Key::plain(Code::Right);
const PAGE_UP: Key = Key::plain(Code::PageUp);
const PAGE_DOWN: Key = Key::plain(Code::PageDown);
const HOME: Key = Key::plain(Code::Home);
const END: Key = Key::plain(Code::End);
const F1: Key = Key::plain(Code::F(1));

/// One context's lines: `keys => action` or `keys => action @ place in the footer`.
macro_rules! table {
    ($($context:ident { $([$($key:expr),+] => $action:ident $(@ $place:literal)?;)+ })+) => {
        &[$($(Binding {
            context: Context::$context,
            action: Action::$action,
            keys: &[$($key),+],
            footer: place!($($place)?),
        },)+)+]
    };
}

macro_rules! place {
    () => {
        None
    };
    ($place:literal) => {
        Some($place)
    };
}

/// Every key of the program. Within a context no key stands twice.
pub const BINDINGS: &[Binding] = table! {
    Board {
        [SPACE, ENTER] => Hold @ 10;
        [c('/'), c('F')] => Filter @ 20;
        [c('c')] => Cart @ 25;
        [c('f')] => From @ 30;
        [c('t')] => To @ 31;
        [c('d')] => Date @ 32;
        [c('m')] => Mark @ 35;
        [RIGHT, c('l'), c('>'), c('.')] => NextDay @ 60;
        [LEFT, c('h'), c('<'), c(',')] => PreviousDay;
        [c('s')] => Seats @ 45;
        [c('x'), c('-'), DELETE] => ReleaseOne @ 50;
        [c('X')] => ReleaseAll;
        [c('+'), c('='), c('a')] => MoreSeats @ 55;
        [c('o')] => Sort @ 65;
        [c('v')] => ShowAll @ 70;
        [TAB] => NextField;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
        [ESC, BACKSPACE] => Back;
    }
    AirportField {
        [ENTER] => Accept @ 1;
        [DOWN] => Down @ 2;
        [UP] => Up;
        [TAB] => NextField @ 3;
        [BACK_TAB] => PreviousField;
        [ESC] => Back @ 4;
    }
    DateField {
        [ENTER] => Accept @ 1;
        [UP] => NextDay @ 2;
        [DOWN] => PreviousDay @ 3;
        [TAB] => NextField @ 4;
        [BACK_TAB] => PreviousField;
        [ESC] => Back @ 5;
    }
    TextFilter {
        [ENTER, TAB] => Accept @ 1;
        [ESC] => Back @ 2;
        [UP] => Up;
        [DOWN] => Down;
        [PAGE_UP] => PageUp;
        [PAGE_DOWN] => PageDown;
    }
    Trips {
        [SPACE, ENTER] => Hold @ 10;
        [c('f')] => From @ 20;
        [c('t')] => To @ 21;
        [c('d')] => Date @ 22;
        [c('c')] => Cart @ 25;
        [RIGHT, c('l'), c('>'), c('.')] => NextDay @ 30;
        [LEFT, c('h'), c('<'), c(',')] => PreviousDay;
        [c('X')] => ReleaseAll;
        [TAB] => NextField;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
        [ESC, BACKSPACE] => Back @ 40;
    }
    Cart {
        [ENTER, c('c')] => Buy @ 10;
        [c('x'), c('-'), DELETE] => ReleaseOne @ 20;
        [c('+'), c('='), c('a')] => MoreSeats @ 30;
        [c('X')] => ReleaseAll @ 40;
        [c('s')] => Seats @ 50;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
        [ESC, LEFT, c('h'), BACKSPACE] => Back @ 60;
    }
    Names {
        [ENTER] => Accept @ 1;
        [TAB, DOWN] => NextField @ 2;
        [BACK_TAB, UP] => PreviousField;
        [ESC] => Back @ 3;
    }
    Review {
        [c('c'), c('y')] => Confirm @ 1;
        [ESC, LEFT, c('h'), BACKSPACE] => Back @ 2;
        [ENTER] => ConfirmHint;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
    }
    Confirming {
        [c('c')] => Confirm @ 1;
        [ESC] => Back;
    }
    Booked {
        [ENTER, ESC, BACKSPACE] => Back @ 30;
        [c('y')] => Copy @ 10;
        [c('w')] => Save @ 20;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
    }
    Bookings {
        [ENTER, SPACE, RIGHT, c('l')] => Open @ 10;
        [c('f'), c('/')] => LookUp @ 20;
        [c('x'), c('X'), DELETE] => CancelBooking @ 30;
        [c('y')] => Copy @ 40;
        [c('w')] => Save @ 50;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
        [ESC, LEFT, c('h'), BACKSPACE] => Back @ 60;
    }
    Booking {
        [c('y')] => Copy @ 10;
        [c('w')] => Save @ 20;
        [c('x'), c('X'), DELETE] => CancelBooking @ 30;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
        [ESC, LEFT, c('h'), BACKSPACE, ENTER] => Back @ 40;
    }
    LookUp {
        [ENTER] => Accept @ 1;
        [TAB, DOWN] => NextField @ 2;
        [BACK_TAB, UP] => PreviousField;
        [ESC] => Back @ 3;
    }
    Help {
        [ESC, c('q'), c('?'), c('H'), BACKSPACE, ENTER] => Back @ 1;
        [c('/'), c('f')] => Filter @ 2;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J'), SPACE] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
    }
    HelpFilter {
        [ENTER, TAB] => Accept @ 1;
        [ESC] => Back @ 2;
        [UP] => Up;
        [DOWN] => Down;
    }
    Log {
        [ESC, c('q'), c('n'), BACKSPACE, ENTER] => Back @ 1;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J'), SPACE] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
    }
    Question {
        [ENTER, SPACE] => Accept @ 1;
        [ESC, c('n'), c('q'), BACKSPACE] => No @ 2;
        [c('y'), c('s')] => Yes @ 3;
        [c('k')] => Keep @ 4;
        [LEFT, UP, BACK_TAB, c('h')] => Left;
        [RIGHT, DOWN, TAB, c('l'), c('j')] => Right;
    }
    Seats {
        [SPACE] => Toggle @ 1;
        [ENTER] => Hold @ 2;
        [ESC, c('q'), BACKSPACE] => Back @ 3;
        [LEFT, c('h')] => Left;
        [RIGHT, c('l')] => Right;
        [UP, c('k')] => Up;
        [DOWN, c('j')] => Down;
        [PAGE_UP, c('K')] => PageUp;
        [PAGE_DOWN, c('J')] => PageDown;
        [HOME, c('g')] => First;
        [END, c('G')] => Last;
    }
    Everywhere {
        [c('?'), c('H')] => Help @ 90;
        [c('T')] => Trips @ 75;
        [c('b')] => Bookings @ 80;
        [c('n')] => Log @ 85;
        [c('r')] => Retry;
        [c('R')] => Refresh;
        [c('L')] => Language;
        [c('M')] => Mouse;
        [c('q')] => Quit @ 95;
    }
    Always {
        [F1] => Help;
        [Key::ctrl('l')] => Redraw;
        [Key::ctrl('z')] => Suspend;
        [Key::ctrl('c')] => Interrupt;
    }
};
