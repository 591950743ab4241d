//! The terminal: taken over once, and given back on every way out.
//!
//! That it is taken is remembered for the whole process, not in a value, because a panic on any
//! thread must be able to give it back. [`FullScreen`] does so when it is dropped, which covers a
//! return and a `?`; the hook of [`install_panic_hook`] covers panics; signals reach the
//! [loop](super::run) and leave by the same door as the key `q`.

mod events;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

pub(super) use events::inputs;

/// The terminal is ours: raw, on its alternate screen.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Somewhere to show the program. The [loop](super::run) is written against this, so that its tests
/// need no terminal.
pub(super) trait Screen {
    /// Draws one frame; only what differs from the frame before is sent.
    fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()>;

    /// Wipes the screen, so that the next frame is drawn whole.
    fn wipe(&mut self) -> io::Result<()>;

    /// Gives the terminal back for a while.
    fn step_aside(&mut self) -> io::Result<()>;

    /// Takes it over again; the next frame is drawn whole.
    fn step_in(&mut self) -> io::Result<()>;
}

/// The terminal on the standard output, all of it.
pub(super) struct FullScreen(Terminal<CrosstermBackend<Page>>);

impl FullScreen {
    /// Takes the terminal over. If it cannot be, it is as it was.
    pub(super) fn enter() -> io::Result<Self> {
        take()?;
        Terminal::new(CrosstermBackend::new(Page::default())).map(Self).inspect_err(|_| give_back())
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
            return Err(io::Error::other("it was given back after a fault"));
        }
        queue!(self.0.backend_mut(), BeginSynchronizedUpdate)?;
        self.0.draw(paint)?;
        execute!(self.0.backend_mut(), EndSynchronizedUpdate)
    }

    fn wipe(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: it asks the terminal for its cursor and waits for the answer, which
        // the task that reads the keys has taken.
        let size = self.0.size()?;
        self.0.resize(Rect::from(((0, 0).into(), size)))
    }

    fn step_aside(&mut self) -> io::Result<()> {
        give_back();
        Ok(())
    }

    fn step_in(&mut self) -> io::Result<()> {
        take()?;
        self.wipe()
    }
}

/// Collects a frame and writes it in one piece when flushed. A frame that comes after the terminal
/// was given back is dropped: half a frame on somebody's shell is worse than none.
#[derive(Debug, Default)]
struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.0);
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    }
}

/// Makes a panic on any thread give the terminal back before it is reported.
pub(super) fn install_panic_hook() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        give_back();
        report(panic);
    }));
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen).inspect_err(|_| give_back())
}

/// Switches off all that was switched on, if it was. Errors are not told: the terminal is gone, and
/// with it whoever could read of it.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Whether a shell could wake us up again if we stopped. The leader of a session has none above it:
/// stopped, it would stay so for ever.
pub(super) fn can_suspend() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session != rustix::process::getpid())
}

/// Stops this process, as Ctrl-Z does, until somebody continues it. Not with SIGTSTP, which the kernel
/// drops where no shell with job control is in charge.
pub(super) fn stop_process() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::STOP)?)
}
