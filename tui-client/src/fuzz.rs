//! What a hostile server may say, and what must then be true: it is read, taken into the model and
//! drawn, and nothing panics, grows without bound, or comes to the screen that moves a cursor.
//!
//! The program in `tui-client/fuzz` calls this for as long as one likes; the test below calls it with
//! everything in `tui-client/fuzz/corpus`. Compiled for those two alone.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trecho_shared::text::scrub;
use trecho_shared::time::Moment;

use crate::effect::Effect;
use crate::glyphs::Glyphs;
use crate::input::{Code, Key};
use crate::link::Rehearsal;
use crate::message::{Message, StoreNews};
use crate::model::{LOG, Model, Now, Preferences, SavedBooking, TICKER, TOASTS};
use crate::theme::Theme;
use crate::update;
use crate::view::{Look, paint};
use crate::words::Lang;

/// Columns and rows of the screen.
const SIZE: (u16, u16) = (100, 32);

/// 2026-11-24 09:00 in Brasília.
const NOW: Now = Now { mono_ms: 1_000, wall: Moment(1_795_521_600_000), offset_minutes: -180 };

/// So many effects may one line have: whatever a server says, the program answers with few.
const EFFECTS: usize = 400;

/// Plays a server, and hands on the keyboard. The first line is what the server says on opening the
/// session. Then `!keys` are pressed (`~` is Enter, `^` Escape, `|` Tab, `_` the down arrow), `?json`
/// is the result of what was asked first, `*json` the error, and any other line is the server's, as
/// it is.
pub fn answers(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let Some(online) = lines.next().and_then(Rehearsal::opened) else { return };
    let mut program = Program::new();
    program.tell(Message::Link(online));
    for line in lines {
        match line.split_first() {
            Some((b'!', keys)) => {
                for key in String::from_utf8_lossy(keys).chars() {
                    program.press(key);
                }
            }
            Some((b'?', result)) => program.reply(b"result", result),
            Some((b'*', error)) => program.reply(b"error", error),
            Some(_) => program.hear(line),
            None => program.pass(),
        }
        program.assert_sound();
        if program.over {
            return;
        }
    }
}

struct Program {
    model: Model,
    link: Rehearsal,
    /// The link has hung up, or the person has left.
    over: bool,
}

impl Program {
    fn new() -> Self {
        let preferences = Preferences {
            lang: Lang::En,
            mouse: true,
            bell: true,
            name: None,
            address: "localhost:7470".into(),
        };
        let model = Model::new(preferences, SIZE, NOW, [7; 16]);
        Self { model, link: Rehearsal::new(), over: false }
    }

    /// Tells `update`, does what it wants done, and tells what comes of that.
    fn tell(&mut self, message: Message) {
        let mut messages = VecDeque::from([message]);
        let mut effects = 0;
        while let Some(message) = messages.pop_front() {
            for effect in update(&mut self.model, message) {
                effects += 1;
                assert!(effects <= EFFECTS, "a line has effects without end");
                messages.extend(self.perform(effect));
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Message> {
        match effect {
            Effect::Ask(id, ask) => self.link.ask(id, ask),
            Effect::NotePurchase(purchase) => {
                let key = purchase.idempotency_key;
                return Some(Message::Store(StoreNews::PurchaseNoted { key }));
            }
            Effect::KeepBooking(booking) => assert_kept(&booking),
            Effect::SaveText { name, text } => {
                assert_shown(&text);
                assert!(!name.contains(['/', '\\']) && scrub(&name) == name, "{name:?}");
            }
            Effect::Copy(text) | Effect::PrintAfterExit(text) => assert_shown(&text),
            Effect::Quit(_) => self.over = true,
            Effect::RetryNow
            | Effect::NewSession
            | Effect::AcceptKey(_)
            | Effect::KeepSession(_)
            | Effect::ForgetSession
            | Effect::ForgetPurchase
            | Effect::Bell
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::Redraw => {}
        }
        None
    }

    fn press(&mut self, key: char) {
        let key = match key {
            '~' => Key::plain(Code::Enter),
            '^' => Key::plain(Code::Esc),
            '|' => Key::plain(Code::Tab),
            '_' => Key::plain(Code::Down),
            key => Key::char(key),
        };
        self.tell(Message::Key(key));
    }

    /// Answers what was asked first.
    fn reply(&mut self, kind: &[u8], body: &[u8]) {
        let id = self.link.oldest().unwrap_or(0).to_string();
        let pieces =
            [b"{\"jsonrpc\":\"2.0\",\"id\":", id.as_bytes(), b",\"", kind, b"\":", body, b"}"];
        self.hear(&pieces.concat());
    }

    fn hear(&mut self, line: &[u8]) {
        let Some(news) = self.link.hear(line) else {
            self.over = true;
            return;
        };
        for news in news {
            self.tell(Message::Link(news));
        }
    }

    /// Lets a quarter of a minute pass.
    fn pass(&mut self) {
        let Now { mono_ms, wall, offset_minutes } = self.model.now;
        let now = Now { mono_ms: mono_ms + 15_000, wall: wall.plus_ms(15_000), offset_minutes };
        self.tell(Message::Tick(now));
    }

    /// Draws, as every frame is drawn, and looks at every cell.
    fn assert_sound(&mut self) {
        let live = &self.model.live;
        assert!(live.log.len() <= LOG && live.ticker.len() <= TICKER);
        assert!(live.toasts.len() <= TOASTS);
        assert!(self.link.pending() <= EFFECTS, "asks without end");
        let look = Look { theme: Theme::mono(), glyphs: Glyphs::UNICODE };
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let mut buffer = Buffer::empty(area);
        let drawn = paint(&self.model, &look, (area, &mut buffer)).drawn;
        for cell in &buffer.content {
            assert_shown(cell.symbol());
        }
        if drawn != self.model.drawn {
            self.tell(Message::Drawn(drawn));
        }
        let _ = self.model.next_wake_ms();
    }
}

fn assert_kept(booking: &SavedBooking) {
    let text = serde_json::to_string(booking).expect("a booking can be written");
    serde_json::from_str::<SavedBooking>(&text).expect("what was written can be read");
}

/// Nothing in a text moves a cursor, reorders or takes no room. A line break is one of ours.
fn assert_shown(text: &str) {
    for line in text.split('\n') {
        assert_eq!(scrub(line), line, "raw text of a server's");
    }
}

#[cfg(test)]
mod corpus {
    use super::*;

    #[test]
    fn whatever_a_server_says_the_corpus_of_answers_holds() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/answers");
        let mut files: Vec<_> =
            std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 50, "only {} inputs in {}", files.len(), corpus.display());
        for file in files {
            // Shown if the test fails: the last one is the input that did it.
            eprintln!("{}", file.display());
            answers(&std::fs::read(&file).unwrap());
        }
    }
}
