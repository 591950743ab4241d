//! The screen as an operator sees it, at three sizes, and what must hold at any; what each key does.

use insta::{assert_snapshot, with_settings};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::keys::Key;
use super::look::{ASCII, Colours, Look, UNICODE};
use super::model::{Drawn, Effect, Message, Model, News, Panel, update};
use super::scenes::{snapshot, tell, unused, watched};
use super::view;

const LOOK: Look = Look { colours: Colours::Ansi, signs: &UNICODE };

fn drawn_with(model: &Model, look: &Look, (columns, rows): (u16, u16)) -> (Buffer, Drawn) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut drawn = Drawn::default();
    terminal.draw(|frame| drawn = view::draw(model, look, frame)).unwrap();
    (terminal.backend().buffer().clone(), drawn)
}

/// The screen as lines, each with a bar at its end so that blanks count.
fn text(buffer: &Buffer) -> String {
    let row = |row: Rect| -> String {
        row.positions().map(|position| buffer[position].symbol()).chain(["▕\n"]).collect()
    };
    buffer.area.rows().map(row).collect()
}

fn screen(model: &Model, size: (u16, u16)) -> String {
    text(&drawn_with(model, &LOOK, size).0)
}

fn keep(name: &str, model: &Model, (columns, rows): (u16, u16)) {
    with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        assert_snapshot!(format!("{name}-{columns}x{rows}"), screen(model, (columns, rows)));
    });
}

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// Presses keys, with a frame of this size after each; what they wanted done beside drawing.
fn press(model: &mut Model, size: (u16, u16), keys: &[Key]) -> Vec<Effect> {
    let mut wanted = Vec::new();
    let (_, drawn) = drawn_with(model, &LOOK, size);
    update(model, Message::Drawn(drawn));
    for key in keys {
        wanted.extend(update(model, Message::Key(*key)));
        let (_, drawn) = drawn_with(model, &LOOK, size);
        update(model, Message::Drawn(drawn));
    }
    wanted.retain(|effect| *effect != Effect::Draw);
    wanted
}

#[test]
fn a_busy_server_is_seen_at_a_glance() {
    for size in SIZES {
        keep("busy", &watched(400), size);
    }
}

#[test]
fn the_operators_guide_shows_the_screen_as_it_is() {
    let guide = include_str!("../../../docs/operating.md");
    let drawn = screen(&watched(400), (80, 24));
    let lines: Vec<&str> =
        drawn.lines().map(|line| line.trim_end_matches('▕').trim_end()).collect();
    assert!(guide.contains(&lines.join("\n")), "docs/operating.md shows another screen");
}

#[test]
fn each_panel_can_have_a_small_screen_for_itself() {
    let mut model = watched(400);
    for panel in ["passengers", "latency", "writer", "legs", "bookings"] {
        press(&mut model, (40, 12), &[Key::Tab]);
        keep(panel, &model, (40, 12));
    }
    press(&mut model, (40, 12), &[Key::Tab]);
    assert_eq!(model.panel, Panel::Load);
}

#[test]
fn a_zoomed_panel_has_the_whole_screen() {
    let mut model = watched(400);
    press(&mut model, (80, 24), &[Key::Char('5'), Key::Enter]);
    keep("zoomed", &model, (80, 24));
    assert_eq!(press(&mut model, (80, 24), &[Key::Esc]), []);
    assert!(!model.zoomed);
}

#[test]
fn the_help_is_whole_on_a_large_screen_and_scrolls_on_a_small_one() {
    let mut model = watched(20);
    press(&mut model, (120, 40), &[Key::Char('?')]);
    keep("help", &model, (120, 40));
    press(&mut model, (40, 12), &[Key::End]);
    keep("help-end", &model, (40, 12));
    assert_eq!(press(&mut model, (40, 12), &[Key::Esc]), []);
    assert_eq!((model.help, model.panel), (None, Panel::Load));
}

#[test]
fn a_server_that_is_gone_is_said_to_be_and_when_it_is_tried_again() {
    let mut model = watched(400);
    let why = "no server listens on /var/lib/trecho/admin/admin.sock: start one, or name its data \
               directory with --data DIR or its socket with --socket PATH";
    let news = News::Lost { why: why.to_owned(), retry_in: 4_000 };
    update(&mut model, Message::News(news));
    for size in SIZES {
        keep("gone", &model, size);
    }
    // The countdown is the only thing that changes by itself.
    let mut seen = vec![model.retry_seconds()];
    while let Some(wake) = model.next_wake() {
        update(&mut model, Message::Now(wake));
        assert_eq!(update(&mut model, Message::Woke), [Effect::Draw]);
        seen.push(model.retry_seconds());
    }
    assert_eq!(seen, [Some(4), Some(3), Some(2), Some(1), Some(0)]);
    assert_eq!(press(&mut model, (80, 24), &[Key::Char('r')]), [Effect::Retry]);
    update(&mut model, Message::News(News::Trying));
    assert!(screen(&model, (80, 24)).contains("CONNECTING"));
    assert_eq!(press(&mut model, (80, 24), &[Key::Char('r')]), []);
    tell(&mut model, snapshot(8_000));
    let back = screen(&model, (80, 24));
    assert!(back.contains("READY") && !back.contains("no server listens"), "{back}");
}

#[test]
fn a_server_that_says_nothing_is_silent_and_one_that_ends_or_has_no_room_says_so() {
    let mut model = watched(20);
    let wake = model.next_wake().unwrap();
    assert_eq!(wake, 23_500);
    assert!(!screen(&model, (80, 24)).contains("SILENT"));
    update(&mut model, Message::Now(wake));
    keep("silent", &model, (80, 24));
    assert_eq!(model.next_wake(), Some(24_000));
    let mut ending = snapshot(7_981);
    ending.server.draining = true;
    tell(&mut model, ending);
    assert!(screen(&model, (40, 12)).contains("DRAINING"));
    let mut full = snapshot(7_982);
    full.disk.full = true;
    tell(&mut model, full);
    let told = screen(&model, (120, 40));
    assert!(told.contains("DISK FULL") && told.contains("nothing is held or sold"), "{told}");
}

#[test]
fn a_server_that_nobody_uses_yet_says_so_in_every_panel() {
    let mut model = Model::new("socket");
    assert!(screen(&model, (80, 24)).contains("nothing was told yet"));
    tell(&mut model, unused());
    keep("unused", &model, (80, 24));
}

#[test]
fn what_is_held_still_does_not_change_and_draws_nothing() {
    let mut model = watched(30);
    press(&mut model, (80, 24), &[Key::Char('p')]);
    let still = screen(&model, (80, 24));
    assert!(still.contains("PAUSED"));
    update(&mut model, Message::Now(31_000));
    let news = News::Told(Box::new(snapshot(8_100)));
    assert_eq!(update(&mut model, Message::News(news)), []);
    assert_eq!(screen(&model, (80, 24)), still);
    press(&mut model, (80, 24), &[Key::Char('p')]);
    assert_ne!(screen(&model, (80, 24)), still);
    // The seconds in between were heard all the same.
    assert!(!screen(&model, (80, 24)).contains("PAUSED"));
}

#[test]
fn panels_are_sorted_by_the_column_that_is_marked() {
    let mut model = watched(30);
    let of = |model: &Model| screen(model, (120, 40));
    press(&mut model, (120, 40), &[Key::Char('3'), Key::Char('s')]);
    assert!(of(&model).contains("PER S▾"), "{}", of(&model));
    let first = |model: &Model| {
        let told = of(model);
        let heading = told.lines().position(|line| line.contains("METHOD")).unwrap();
        told.lines().nth(heading + 1).unwrap().to_owned()
    };
    assert!(first(&model).contains("legs.search"), "{}", first(&model));
    press(&mut model, (120, 40), &[Key::Char('s')]);
    assert!(of(&model).contains("P99 ≤▾"));
    assert!(first(&model).contains("cart.confirm"), "{}", first(&model));
    press(&mut model, (120, 40), &[Key::Char('s')]);
    assert!(of(&model).contains("METHOD▾"));
    press(&mut model, (120, 40), &[Key::Char('5'), Key::Char('s')]);
    assert!(of(&model).contains("LEFT▾"));
    let legs = model.record().legs(model.legs_by);
    assert!(legs.is_sorted_by_key(|leg| leg.seats_left));
    // The load has no columns.
    assert_eq!(press(&mut model, (120, 40), &[Key::Char('1'), Key::Char('s')]), []);
}

#[test]
fn a_long_panel_moves_and_stops_at_its_ends() {
    let mut model = watched(30);
    let small = (40, 12);
    press(&mut model, small, &[Key::Char('6'), Key::Up]);
    assert_eq!(model.tops[Panel::Bookings as usize], 0);
    press(&mut model, small, &[Key::Down, Key::Down]);
    assert_eq!(model.tops[Panel::Bookings as usize], 2);
    press(&mut model, small, &[Key::End]);
    let end = model.tops[Panel::Bookings as usize];
    press(&mut model, small, &[Key::Down, Key::PageDown]);
    assert_eq!(model.tops[Panel::Bookings as usize], end);
    press(&mut model, small, &[Key::PageUp, Key::Home]);
    assert_eq!(model.tops[Panel::Bookings as usize], 0);
    // A larger screen shows all of it, from its first line on.
    press(&mut model, small, &[Key::End]);
    press(&mut model, (120, 60), &[]);
    assert_eq!(model.tops[Panel::Bookings as usize], 0);
}

#[test]
fn the_program_is_left_by_q_ctrl_c_and_a_last_esc() {
    let mut model = watched(3);
    for key in [Key::Char('q'), Key::Ctrl('c'), Key::Esc] {
        assert_eq!(press(&mut model, (80, 24), &[key]), [Effect::Leave]);
    }
    assert_eq!(press(&mut model, (80, 24), &[Key::Ctrl('z')]), [Effect::Suspend]);
    assert_eq!(press(&mut model, (80, 24), &[Key::Char('x'), Key::Ctrl('x')]), []);
}

#[test]
fn a_restart_counts_from_nothing_and_shows_no_absurd_rate() {
    let mut model = watched(30);
    let mut anew = snapshot(3);
    anew.started_at = trecho_shared::time::Moment(anew.started_at.0 + 8_000_000);
    anew.at = trecho_shared::time::Moment(anew.at.0 + 8_000_000);
    tell(&mut model, anew.clone());
    assert!(model.record().writer().is_none());
    anew.at = trecho_shared::time::Moment(anew.at.0 + 1_000);
    tell(&mut model, anew);
    let rates = model.record().history().latest().unwrap();
    assert_eq!(rates.map(f64::to_bits), [0.0_f64; 4].map(f64::to_bits));
}

#[test]
fn a_terminal_without_utf_8_gets_ascii_alone() {
    let look = Look { colours: Colours::Ansi, signs: &ASCII };
    let mut model = watched(400);
    let (buffer, _) = drawn_with(&model, &look, (80, 24));
    with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        assert_snapshot!("ascii-80x24", text(&buffer));
    });
    for keys in [[Key::Char('?'), Key::End], [Key::Esc, Key::Enter]] {
        press(&mut model, (80, 24), &keys);
        let (buffer, _) = drawn_with(&model, &look, (80, 24));
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    }
}

#[test]
fn colours_are_the_terminals_own_sixteen_or_none() {
    let mut model = watched(30);
    update(&mut model, Message::News(News::Lost { why: "gone".to_owned(), retry_in: 9_000 }));
    for size in SIZES {
        let (buffer, _) = drawn_with(&model, &LOOK, size);
        let named = |colour: Color| !matches!(colour, Color::Rgb(..) | Color::Indexed(_));
        assert!(buffer.content.iter().all(|cell| named(cell.fg) && named(cell.bg)));
        let mono = Look { colours: Colours::None, signs: &UNICODE };
        let (buffer, _) = drawn_with(&model, &mono, size);
        let plain = |colour: Color| colour == Color::Reset;
        assert!(buffer.content.iter().all(|cell| plain(cell.fg) && plain(cell.bg)));
        let reversed = |at: u16| buffer[(at, 0)].modifier.contains(Modifier::REVERSED);
        assert!(reversed(1), "the state stands out without colour");
    }
}

#[test]
fn hostile_text_of_a_server_reaches_no_cell() {
    let mut model = Model::new("socket");
    for second in 0..3 {
        let mut told = snapshot(second);
        let hostile = "\u{1b}[2J\u{9b}31m\u{202e}evil\u{200b}\u{7}";
        told.server.version = hostile.to_owned();
        told.connections.refused.insert(hostile.to_owned(), 9_999);
        for method in &mut told.requests.methods {
            method.method = hostile.to_owned();
        }
        tell(&mut model, told);
    }
    let printable = |text: &str| trecho_shared::text::scrub(text) == text;
    let mut seen = false;
    for panel in 0..Panel::ALL.len() {
        for size in SIZES {
            press(&mut model, size, &[Key::Char(char::from(b'1' + u8::try_from(panel).unwrap()))]);
            let (buffer, _) = drawn_with(&model, &LOOK, size);
            assert!(buffer.content.iter().all(|cell| printable(cell.symbol())));
            seen |= text(&buffer).contains("evil");
        }
    }
    assert!(seen, "the rest of it is shown");
}

/// Numbers of a server that says anything.
fn wild() -> impl Strategy<Value = Vec<(u64, i64)>> {
    prop::collection::vec((any::<u64>(), any::<i64>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_numbers_are_drawn_at_any_size_after_any_keys(
        numbers in wild(),
        width in 1u16..=200,
        height in 1u16..=60,
        keys in prop::collection::vec(0usize..24, 0..12),
        lost in any::<bool>(),
    ) {
        let mut model = Model::new("socket");
        for (number, time) in numbers {
            let mut told = snapshot(time.rem_euclid(100));
            told.at.0 = time;
            told.sold.pace_over_ms = time;
            told.connections.open = number;
            told.desk.queued = number;
            told.disk.free_bytes = Some(number);
            told.disk.log_pages = number;
            told.process.cpu_seconds = Some(f64::from_bits(number));
            told.seats.insert("sold".to_owned(), number);
            told.seats.insert("free".to_owned(), number.rotate_left(17));
            told.desk.commit_us.counts.push(number);
            for method in &mut told.requests.methods {
                method.done = number;
                method.time_us.counts.truncate(usize::from(number.to_le_bytes()[0] % 23));
            }
            for leg in &mut told.sold.fastest {
                (leg.sold, leg.seats_left) = (u32::MAX, number.to_le_bytes()[1].into());
            }
            for booking in &mut told.sold.recent {
                (booking.seats, booking.total_centavos.0) = (number, time);
            }
            tell(&mut model, told);
        }
        if lost {
            update(&mut model, Message::News(News::Lost { why: "why".repeat(99), retry_in: 9 }));
        }
        let all = [
            Key::Tab, Key::BackTab, Key::Enter, Key::Up, Key::Down, Key::PageUp, Key::PageDown,
            Key::Home, Key::End, Key::Char('s'), Key::Char('t'), Key::Char('p'), Key::Char('?'),
            Key::Char('1'), Key::Char('2'), Key::Char('3'), Key::Char('4'), Key::Char('5'),
            Key::Char('6'), Key::Char('r'), Key::Ctrl('l'), Key::Left, Key::Right, Key::Backspace,
        ];
        let keys: Vec<Key> = keys.into_iter().map(|at| all[at]).collect();
        press(&mut model, (width, height), &keys);
        drawn_with(&model, &LOOK, (width, height));
    }
}
