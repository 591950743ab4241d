//! A terminal of our own with the real program in it: keys go in, what a person would see comes out.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser};

/// Everything here answers in well under a second on an idle machine; tests share theirs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the terminal has seen so far.
struct Seen {
    parser: Parser,
    bytes: Vec<u8>,
    ended: bool,
}

/// A program in a terminal. Dropping it kills the program.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

/// `trecho` with these arguments, in an environment with nothing of this machine's in it, keeping
/// its things in `home`.
pub(crate) fn trecho(home: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_trecho"));
    command.args(args);
    bare(&mut command, home);
    command
}

/// Takes this machine's environment away.
pub(crate) fn bare(command: &mut CommandBuilder, home: &Path) {
    command.env_clear();
    for (name, value) in [("LANG", "en_US.UTF-8"), ("TERM", "xterm-256color"), ("TZ", "UTC")] {
        command.env(name, value);
    }
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home);
    command.env("TMPDIR", home);
    command.cwd(home);
}

impl Pty {
    /// Starts the program in a terminal of this many columns and rows.
    pub(crate) fn spawn(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("the system gives a pty");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        // Only the program has the other end open, so its end is the end of what we read.
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("a new pty can be read");
        let keyboard = pair.master.take_writer().expect("a new pty can be written to");
        let cells = |cells| NonZeroU16::new(cells).expect("a terminal has cells");
        let parser = Parser::new(cells(rows), cells(columns), 0);
        let seen = Seen { parser, bytes: Vec::new(), ended: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let count = output.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().expect("no holder panics");
                seen.parser.process(&buffer[..count]);
                seen.bytes.extend_from_slice(&buffer[..count]);
                seen.ended = count == 0;
                shared.1.notify_all();
                if seen.ended {
                    return;
                }
            }
        });
        Self { master: pair.master, keyboard, child, seen }
    }

    /// Types these characters, as they are.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// Waits until the screen shows all of `texts` at once.
    pub(crate) fn see(&self, texts: &[&str]) {
        self.until(&format!("{texts:?} on the screen"), |seen| {
            let screen = seen.parser.screen().contents();
            texts.iter().all(|text| screen.contains(text))
        });
    }

    /// Waits until the screen is as `wanted` says.
    pub(crate) fn see_that(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.until(what, |seen| wanted(&seen.parser.screen().contents()));
    }

    /// What the screen shows now.
    pub(crate) fn screen(&self) -> String {
        self.seen.0.lock().expect("no holder panics").parser.screen().contents()
    }

    /// Whether `text` was ever written to the terminal.
    pub(crate) fn was_written(&self, text: &str) -> bool {
        let seen = self.seen.0.lock().expect("no holder panics");
        seen.bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// All that was ever written to the terminal.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.0.lock().expect("no holder panics").bytes.clone()
    }

    /// Waits until the program has the whole screen.
    pub(crate) fn is_taken(&self) {
        self.until("the alternate screen", |seen| seen.parser.screen().alternate_screen());
    }

    /// Waits until the program has left the screen to whoever was there before. A shell that edits
    /// its line sets modes of its own.
    pub(crate) fn is_left(&self) {
        self.until("the screen of the shell", |seen| {
            let screen = seen.parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && screen.mouse_protocol_mode() == MouseProtocolMode::None
        });
    }

    /// Waits until the terminal is as it was before the program.
    pub(crate) fn is_given_back(&self) {
        self.is_left();
        self.until("an end of bracketed paste", |seen| !seen.parser.screen().bracketed_paste());
        let modes = self.master.get_termios().expect("a pty tells its modes");
        let modes = format!("{:?}", modes.local_flags);
        assert!(modes.contains("ICANON") && modes.contains("ECHO"), "left raw: {modes}");
    }

    /// Whether the program has the mouse.
    pub(crate) fn has_mouse(&self) -> bool {
        let seen = self.seen.0.lock().expect("no holder panics");
        seen.parser.screen().mouse_protocol_mode() != MouseProtocolMode::None
    }

    /// The program's process.
    pub(crate) fn process(&self) -> rustix::process::Pid {
        let id = self.child.process_id().expect("the program was started");
        let id = i32::try_from(id).expect("a process id fits");
        rustix::process::Pid::from_raw(id).expect("no process has the id 0")
    }

    /// Waits until the program has ended.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.until("the end of the program", |seen| seen.ended);
        self.child.wait().expect("our own child can be waited for")
    }

    fn until(&self, what: &str, wanted: impl Fn(&Seen) -> bool) {
        let (lock, changed) = &*self.seen;
        let deadline = Instant::now() + PATIENCE;
        let mut seen = lock.lock().expect("no holder panics");
        while !wanted(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            let out_of_time = left.is_zero();
            if out_of_time || seen.ended {
                let why = if out_of_time { "out of time" } else { "the program ended" };
                let screen = seen.parser.screen().contents();
                drop(seen);
                panic!("waited for {what}: {why}. The screen:\n{screen}");
            }
            seen = changed.wait_timeout(seen, left).expect("no holder panics").0;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
