//! The loop without a terminal: keys come through a channel, frames go into a buffer.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::{Sender, channel};

use super::*;
use crate::effect::Effect;
use crate::glyphs::Glyphs;
use crate::input::{Code, Key};
use crate::link;
use crate::model::Preferences;
use crate::store;
use crate::terminal::Pointer;
use crate::theme::Theme;
use crate::words::Lang;

/// A screen that counts.
struct Paper {
    terminal: Terminal<TestBackend>,
    frames: u32,
    copied: Vec<String>,
    bells: u32,
    pointer: Option<Pointer>,
}

impl Screen for &mut Paper {
    fn draw(&mut self, paint: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.frames += 1;
        self.terminal.draw(paint).map(drop).map_err(|never| match never {})
    }
    fn wipe(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn bell(&mut self) -> io::Result<()> {
        self.bells += 1;
        Ok(())
    }
    fn point(&mut self, pointer: Pointer) -> io::Result<()> {
        self.pointer = Some(pointer);
        Ok(())
    }
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }
    fn step_aside(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn step_in(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn paper() -> Paper {
    let terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    Paper { terminal, frames: 0, copied: vec![], bells: 0, pointer: None }
}

/// Hands and system, from the outside.
struct Hands {
    keys: Sender<io::Result<Message>>,
    system: Sender<Told>,
    break_down: Sender<Report>,
    home: tempfile::TempDir,
}

impl Hands {
    async fn press(&self, key: Key) {
        self.keys.send(Ok(Message::Key(key))).await.unwrap();
    }
}

fn program(paper: &mut Paper) -> (Run<&mut Paper>, Ends, Hands) {
    let home = tempfile::tempdir().unwrap();
    let clock = Clock::start();
    let preferences = Preferences {
        lang: Lang::En,
        mouse: true,
        bell: true,
        name: None,
        address: "127.0.0.1:9".to_owned(),
    };
    let model = Model::new(preferences, (80, 24), clock.now(), [0; 16]);
    let look = Look { theme: Theme::mono(), glyphs: Glyphs::ASCII };
    let (store, resume) = store::start(store::Settings {
        dir: Some(home.path().to_owned()),
        server: "127.0.0.1:9".to_owned(),
        text_dir: home.path().to_owned(),
    });
    let link = link::start(link::Settings {
        address: "127.0.0.1:9".to_owned(),
        trust: crate::trust::Trust::in_anyone(),
        name: None,
        resume,
        clock_start: clock.started(),
    });
    let (keys, inputs) = channel(256);
    let (system, signals) = channel(4);
    let (break_down, faults) = channel(1);
    let run = Run::new(model, look, paper, clock).unwrap();
    let hands = Hands { keys, system, break_down, home };
    (run, Ends { inputs, link, store, signals, faults }, hands)
}

#[tokio::test]
async fn the_first_frame_is_drawn_before_anything_has_happened() {
    let mut paper = paper();
    let (_run, _ends, _hands) = program(&mut paper);
    assert_eq!(paper.frames, 1);
    assert!(paper.terminal.backend().to_string().contains("trecho"));
}

#[tokio::test]
async fn q_leaves_and_so_does_a_terminal_that_is_gone_and_so_does_the_system() {
    for way in 0..3 {
        let mut paper = paper();
        let (run, ends, mut hands) = program(&mut paper);
        match way {
            0 => hands.press(Key::char('q')).await,
            1 => hands.system.send(Told::Terminate).await.unwrap(),
            _ => hands.keys = channel(1).0,
        }
        let farewell = run.run(ends).await;
        assert!(farewell.texts.is_empty() && farewell.fault.is_none(), "{farewell:?}");
    }
}

#[tokio::test]
async fn what_has_queued_up_is_told_first_and_drawn_once() {
    let mut paper = paper();
    let (run, ends, hands) = program(&mut paper);
    for _ in 0..100 {
        hands.press(Key::plain(Code::Down)).await;
    }
    hands.press(Key::char('q')).await;
    let farewell = run.run(ends).await;
    assert!(farewell.fault.is_none());
    // The first, and at most one for each time that the runtime looked elsewhere in between.
    assert!(paper.frames <= 3, "{} frames for 101 keys", paper.frames);
}

#[tokio::test]
async fn a_copy_goes_to_the_terminal_and_nothing_more_is_claimed() {
    let mut paper = paper();
    let (mut run, mut ends, _hands) = program(&mut paper);
    run.perform(Effect::Copy("H7KQ3M".to_owned()), &mut ends).await.unwrap();
    let said = run.model.live.toasts.iter().map(|toast| toast.notice.clone()).next_back();
    assert_eq!(said, Some(crate::notice::Notice::Copied(crate::message::CopiedTo::Terminal)));
    drop(run);
    assert_eq!(paper.copied, ["H7KQ3M"]);
}

#[tokio::test]
async fn what_tmux_refuses_is_given_to_the_terminal() {
    let mut paper = paper();
    let (mut run, mut ends, _hands) = program(&mut paper);
    let refused = Err(io::Error::other("no server"));
    run.take(Happened::Copied("H7KQ3M".to_owned(), refused), &mut ends).await.unwrap();
    drop(run);
    assert_eq!(paper.copied, ["H7KQ3M"]);
}

#[tokio::test]
async fn bell_mouse_and_farewell_reach_the_screen_and_the_shell() {
    let mut paper = paper();
    let (mut run, mut ends, hands) = program(&mut paper);
    for effect in [
        Effect::Bell,
        Effect::CaptureMouse(false),
        Effect::PrintAfterExit("H7KQ3M".to_owned()),
        Effect::Quit(Leave::Keep),
    ] {
        run.perform(effect, &mut ends).await.unwrap();
    }
    let ((), farewell) = tokio::join!(hands.press(Key::char('x')), run.run(ends));
    assert_eq!(farewell.texts, ["H7KQ3M"]);
    assert_eq!((paper.bells, paper.pointer), (1, Some(Pointer::Terminals)));
}

#[tokio::test]
async fn a_fault_of_what_the_program_stands_on_ends_it_and_is_told_with_the_farewell() {
    let mut paper = paper();
    let (mut run, mut ends, hands) = program(&mut paper);
    run.perform(Effect::PrintAfterExit("H7KQ3M".to_owned()), &mut ends).await.unwrap();
    hands.break_down.send(color_eyre::eyre::eyre!("the server broke")).await.unwrap();
    let farewell = run.run(ends).await;
    assert_eq!(farewell.texts, ["H7KQ3M"]);
    assert_eq!(farewell.fault.unwrap().to_string(), "the server broke");
}

#[tokio::test]
async fn a_task_that_is_gone_ends_the_program_with_an_error() {
    let mut paper = paper();
    let (run, mut ends, _hands) = program(&mut paper);
    // The task that hears signals.
    ends.signals.close();
    assert!(run.run(ends).await.fault.is_some());
}

#[tokio::test]
async fn what_was_noted_before_a_fault_is_on_disk_after_it() {
    let mut paper = paper();
    let (mut run, mut ends, hands) = program(&mut paper);
    let text = Effect::SaveText { name: "ticket.txt".to_owned(), text: "H7KQ3M".to_owned() };
    run.perform(text, &mut ends).await.unwrap();
    hands.break_down.send(color_eyre::eyre::eyre!("the server broke")).await.unwrap();
    run.run(ends).await;
    let saved = std::fs::read_dir(hands.home.path()).unwrap();
    assert!(saved.filter_map(Result::ok).any(|file| file.file_name() == "ticket.txt"));
}
