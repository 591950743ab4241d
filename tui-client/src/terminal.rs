//! The terminal: taken over once, and given back on every way out.
//!
//! What was switched on is remembered for the whole process, not in a value, because a panic on
//! any thread must be able to switch it off again. [`FullScreen`] does so when it is dropped, which
//! covers a return and a `?`; the hook of [`install_panic_hook`] covers panics; signals reach the
//! [loop](crate::run) as messages and leave through the same door as the key `q`.

mod canvas;
mod events;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use canvas::Canvas;

pub use events::inputs;

/// The terminal is ours: raw, on its alternate screen.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses and the wheel, in coordinates without a limit. Not motion, which crossterm's own command
/// would ask for too: it is a flood over a slow line, and nothing here follows the pointer.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whose the mouse is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// Clicks and the wheel come to us; selecting text needs Shift.
    Ours,
    /// The terminal selects text with it.
    Terminals,
}

/// Somewhere to show the program. The [loop](crate::run) is written against this, so that its
/// tests need no terminal.
pub trait Screen {
    /// Draws one frame; only what differs from the frame before is sent.
    ///
    /// # Errors
    /// If the terminal cannot be written to, or is no longer ours.
    fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()>;

    /// Wipes the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    fn wipe(&mut self) -> io::Result<()>;

    /// Rings the bell.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    fn bell(&mut self) -> io::Result<()>;

    /// Says whose the mouse is.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    fn point(&mut self, pointer: Pointer) -> io::Result<()>;

    /// Asks the terminal to put `text` on the clipboard (OSC 52). It never says whether it did.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal back for a while.
    ///
    /// # Errors
    /// If the terminal cannot be written to.
    fn step_aside(&mut self) -> io::Result<()>;

    /// Takes it over again; the next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal cannot be taken over.
    fn step_in(&mut self) -> io::Result<()>;
}

/// The terminal on the standard output, all of it.
pub struct FullScreen {
    terminal: Terminal<CrosstermBackend<Canvas>>,
    pointer: Pointer,
}

impl FullScreen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// If there is none, or it cannot be switched. It is then as it was.
    pub fn enter(pointer: Pointer) -> io::Result<Self> {
        take(pointer)?;
        match Terminal::new(CrosstermBackend::new(Canvas::default())) {
            Ok(terminal) => Ok(Self { terminal, pointer }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// If the terminal does not tell.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        give_back();
    }
}

impl Screen for FullScreen {
    fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Err(io::Error::other("the terminal was given back after a fault"));
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(paint)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    fn wipe(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: it asks the terminal for its cursor and waits for the answer, which
        // the task that reads the keys has taken.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from(((0, 0).into(), size)))
    }

    fn bell(&mut self) -> io::Result<()> {
        write_now("\x07")
    }

    fn point(&mut self, pointer: Pointer) -> io::Result<()> {
        self.pointer = pointer;
        write_now(match pointer {
            Pointer::Ours => MOUSE_ON,
            Pointer::Terminals => MOUSE_OFF,
        })
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    fn step_aside(&mut self) -> io::Result<()> {
        give_back();
        Ok(())
    }

    fn step_in(&mut self) -> io::Result<()> {
        take(self.pointer)?;
        self.wipe()
    }
}

/// Columns and rows of the terminal, before anything is drawn on it.
///
/// # Errors
/// If there is none, or it does not tell.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// Makes a panic on any thread give the terminal back before it is reported. Call it after the
/// report's own hook was installed.
pub fn install_panic_hook() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        report(panic);
    }));
}

fn take(pointer: Pointer) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let taken = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste).and_then(|()| {
        match pointer {
            Pointer::Ours => write_now(MOUSE_ON),
            Pointer::Terminals => Ok(()),
        }
    });
    if taken.is_err() {
        give_back();
    }
    taken
}

/// Switches off all that was switched on, if it was. Errors are not told: the terminal is gone, and
/// with it whoever could read of it.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = out.write_all(MOUSE_OFF.as_bytes());
    let _ = execute!(out, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// Switches off whatever another program may have left on that had all of the screen: colours, the
/// keypad, margins, the mouse, news of the focus, the other screen; and wipes what it said since it
/// took the screen. For tmux, which does all of that when it ends, but waits for a slow line no
/// longer than half a millisecond.
///
/// # Errors
/// If the terminal cannot be written to.
pub fn restore_after_another() -> io::Result<()> {
    write_now(
        "\x1b[m\x1b(B\x0f\x1b>\x1b[?1l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\
         \x1b[?2004l\x1b[?69l\x1b[r\x1b[?1049l\x1b[J\x1b[?25h",
    )
}

fn write_now(sequence: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

/// Whether a shell could wake us up again if we stopped. The leader of a session has none above it:
/// stopped, it would stay so for ever.
pub fn can_suspend() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpid())
}

/// Stops this process, as Ctrl-Z does, until somebody continues it (SIGCONT). Not with SIGTSTP,
/// which the kernel drops where no shell with job control is in charge.
///
/// # Errors
/// If the system refuses.
pub fn stop_process() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::STOP)?)
}
