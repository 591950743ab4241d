//! Every screen as a person sees it: at three sizes and in both languages, in each theme and set
//! of signs; and what must hold at any size.

use std::fmt::Write as _;

use insta::{assert_snapshot, with_settings};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use trecho_shared::ids::HoldId;
use trecho_tui::format;
use trecho_tui::glyphs::Glyphs;
use trecho_tui::input::Hit;
use trecho_tui::model::{Overlay, Screen, Severity, Toast};
use trecho_tui::notice::{Notice, WhyNot};
use trecho_tui::theme::{Role, Theme};
use trecho_tui::view::scenes::Scene;
use trecho_tui::view::{Look, Painted, paint};
use trecho_tui::words::Lang;

fn look() -> Look {
    Look { theme: Theme::dark(), glyphs: Glyphs::UNICODE }
}

fn painted(scene: Scene, lang: Lang, size: (u16, u16), look: &Look) -> (Buffer, Painted) {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    let painted = paint(&scene.model(lang, size), look, (area, &mut buffer));
    (buffer, painted)
}

/// The screen as lines, each with a bar at its end so that blanks count.
fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in buffer.area.rows() {
        let mut covered = 0;
        for position in row.positions() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = buffer[position].symbol();
            covered = format::width(symbol).saturating_sub(1);
            text.push_str(symbol);
        }
        text.push_str("▕\n");
    }
    text
}

/// The styles that are not those of plain text, row by row, as runs.
fn styles(buffer: &Buffer, plain: Style) -> String {
    let mut lines = String::new();
    for row in buffer.area.rows() {
        let cells: Vec<_> = row.positions().map(|position| &buffer[position]).collect();
        for run in cells.chunk_by(|one, next| one.style() == next.style()) {
            let first = run[0];
            if Some(first.fg) == plain.fg && first.bg == Color::Reset && first.modifier.is_empty() {
                continue;
            }
            let words: String = run.iter().map(|cell| cell.symbol()).collect();
            if words.trim().is_empty() && first.bg == Color::Reset {
                continue;
            }
            let modifier = first.modifier;
            let colours = format!("{:?}/{:?}", first.fg, first.bg);
            let _ = writeln!(lines, "{:>2} {colours} {modifier:?} {words:?}", row.y);
        }
    }
    lines
}

fn snapshot(name: &str, content: &str) {
    with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        assert_snapshot!(name, content);
    });
}

fn all_scenes(lang: Lang, (columns, rows): (u16, u16)) {
    let language = if lang == Lang::Pt { "pt" } else { "en" };
    for scene in Scene::ALL {
        let (buffer, _) = painted(*scene, lang, (columns, rows), &look());
        snapshot(&format!("{}-{columns}x{rows}-{language}", scene.name()), &text(&buffer));
    }
}

#[test]
fn every_screen_is_usable_at_40x10_in_portuguese() {
    all_scenes(Lang::Pt, (40, 10));
}

#[test]
fn every_screen_is_usable_at_40x10_in_english() {
    all_scenes(Lang::En, (40, 10));
}

#[test]
fn every_screen_is_good_at_80x24_in_portuguese() {
    all_scenes(Lang::Pt, (80, 24));
}

#[test]
fn every_screen_is_good_at_80x24_in_english() {
    all_scenes(Lang::En, (80, 24));
}

#[test]
fn every_screen_is_beautiful_at_120x40_in_portuguese() {
    all_scenes(Lang::Pt, (120, 40));
}

#[test]
fn every_screen_is_beautiful_at_120x40_in_english() {
    all_scenes(Lang::En, (120, 40));
}

#[test]
fn a_terminal_without_utf_8_gets_ascii_only() {
    let ascii = Look { theme: Theme::ansi(), glyphs: Glyphs::ASCII };
    for scene in Scene::ALL {
        let (buffer, _) = painted(*scene, Lang::Pt, (80, 24), &ascii);
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()), "{scene:?}");
    }
    for scene in [Scene::Board, Scene::Booked, Scene::Seats] {
        let (buffer, _) = painted(scene, Lang::Pt, (80, 24), &ascii);
        snapshot(&format!("{}-80x24-ascii", scene.name()), &text(&buffer));
    }
}

#[test]
fn without_colour_weight_and_reversal_tell_what_colour_would() {
    let mono = Look { theme: Theme::mono(), glyphs: Glyphs::UNICODE };
    for scene in Scene::ALL {
        let (buffer, _) = painted(*scene, Lang::En, (80, 24), &mono);
        for cell in &buffer.content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{scene:?}");
        }
    }
    let (buffer, _) = painted(Scene::CartUrgent, Lang::Pt, (80, 24), &mono);
    snapshot("cart-urgent-80x24-mono-styles", &styles(&buffer, Style::new().fg(Color::Reset)));
}

#[test]
fn sixteen_colours_are_the_terminals_own() {
    let ansi = Look { theme: Theme::ansi(), glyphs: Glyphs::UNICODE };
    let (buffer, _) = painted(Scene::LegLost, Lang::Pt, (80, 24), &ansi);
    snapshot("leg-lost-80x24-ansi-styles", &styles(&buffer, Style::new().fg(Color::Reset)));
}

/// The cells of the first place where `words` stand.
fn cells_of<'b>(buffer: &'b Buffer, words: &str) -> Vec<&'b ratatui::buffer::Cell> {
    for row in buffer.area.rows() {
        let symbols: Vec<&str> = row.positions().map(|at| buffer[at].symbol()).collect();
        let wanted: Vec<String> = words.chars().map(String::from).collect();
        let found = symbols.windows(wanted.len()).position(|run| run == wanted);
        if let Some(start) = found {
            let positions: Vec<Position> = row.positions().collect();
            return positions[start..start + wanted.len()].iter().map(|at| &buffer[*at]).collect();
        }
    }
    panic!("{words:?} is not on the screen:\n{}", text(buffer));
}

#[test]
fn what_was_lost_is_alarming_and_what_can_be_done_is_amber() {
    let theme = Theme::dark();
    let colour = |role| theme.style(role).fg.unwrap();
    let (buffer, _) = painted(Scene::LegLost, Lang::Pt, (120, 40), &look());
    let gone = cells_of(&buffer, "esgotado agora");
    assert!(gone.iter().all(|cell| cell.bg == theme.style(Role::AlarmChip).bg.unwrap()));
    assert!(cells_of(&buffer, "espaço").iter().all(|cell| cell.fg == colour(Role::Key)));
    assert!(cells_of(&buffer, "conectado").iter().all(|cell| cell.fg == colour(Role::Good)));
    let cursor = cells_of(&buffer, "TR1054");
    assert!(cursor.iter().all(|cell| cell.bg == theme.style(Role::Selected).bg.unwrap()));
    let (buffer, _) = painted(Scene::CartUrgent, Lang::Pt, (120, 40), &look());
    assert!(cells_of(&buffer, "00:17")[0].bg == theme.style(Role::AlarmChip).bg.unwrap());
    assert!(cells_of(&buffer, "confirme já")[0].fg == colour(Role::Alarm));
    let (buffer, _) = painted(Scene::Cart, Lang::Pt, (120, 40), &look());
    assert!(cells_of(&buffer, "08:12")[0].modifier.contains(Modifier::BOLD));
}

#[test]
fn a_disabled_key_keeps_its_place_in_the_footer() {
    let (buffer, painted) = painted(Scene::CartUrgent, Lang::Pt, (120, 40), &look());
    let muted = Theme::dark().style(Role::Muted).fg.unwrap();
    assert!(cells_of(&buffer, "comprar").iter().all(|cell| cell.fg == muted));
    let footer: Vec<Hit> =
        painted.drawn.targets.iter().filter(|it| it.row == 39).map(|it| it.hit).collect();
    assert!(footer.iter().all(|hit| matches!(hit, Hit::Key(_))) && footer.len() > 4);
}

#[test]
fn a_click_finds_what_is_drawn_there() {
    let (buffer, painted) = painted(Scene::Board, Lang::Pt, (120, 40), &look());
    let row_of = |words: &str| {
        let at = text(&buffer).lines().position(|line| line.contains(words)).unwrap();
        u16::try_from(at).unwrap()
    };
    assert_eq!(painted.drawn.at(20, row_of("TR1062")), Some(Hit::Row(5)));
    assert_eq!(painted.drawn.page, 28);
    assert!(matches!(painted.drawn.at(2, 39), Some(Hit::Key(_))));
    let (_, dialog) = self::painted(Scene::AskQuit, Lang::Pt, (120, 40), &look());
    assert_eq!(dialog.drawn.at(2, row_of("TR1062")), Some(Hit::Nothing));
    let choices = dialog.drawn.targets.iter().filter(|it| matches!(it.hit, Hit::Choice(_)));
    assert_eq!(choices.count(), 3);
}

#[test]
fn the_terminals_cursor_stands_where_the_keys_go() {
    for scene in Scene::ALL {
        for size in [(40, 10), (80, 24), (120, 40)] {
            let (_, painted) = painted(*scene, Lang::Pt, size, &look());
            assert!(painted.cursor.is_some(), "{scene:?} at {size:?}");
        }
    }
    let (buffer, painted) = painted(Scene::Board, Lang::Pt, (80, 24), &look());
    let cursor = painted.cursor.unwrap();
    assert_eq!(buffer[cursor].symbol(), Glyphs::UNICODE.cursor);
}

#[test]
fn a_board_of_forty_thousand_legs_draws_its_visible_rows_only() {
    let mut model = Scene::BoardAnywhere.model(Lang::Pt, (120, 40));
    // Places that no row backs: looking at one that is not visible would find nothing, and the
    // rows drawn show that the visible ones were found.
    model.departures.shown = vec![usize::MAX; 40_000];
    for (place, row) in (39_900..39_960).zip(0..60) {
        model.departures.shown[place] = row;
    }
    (model.departures.top, model.departures.cursor_row) = (39_905, 39_910);
    let area = Rect::new(0, 0, 120, 40);
    let mut buffer = Buffer::empty(area);
    let painted = paint(&model, &look(), (area, &mut buffer));
    let rows: Vec<usize> = painted
        .drawn
        .targets
        .iter()
        .filter_map(|target| match target.hit {
            Hit::Row(place) => Some(place),
            _ => None,
        })
        .collect();
    assert_eq!(rows, (39_905..39_905 + painted.drawn.page).collect::<Vec<_>>());
}

/// Every width and every height that a person can drag a terminal to, each with many of the other,
/// the scenes taking turns; what falls through this grid the property tests below draw at random.
#[test]
fn no_screen_panics_at_any_size() {
    let scenes = Scene::ALL.len();
    for width in 1..=200u16 {
        for height in (1..=60u16).filter(|height| (width + height) % 6 == 0) {
            let turn = usize::from(width) * 7 + usize::from(height) * 3;
            let scene = Scene::ALL[turn % scenes];
            let lang = Lang::ALL[turn % 2];
            let (_, painted) = painted(scene, lang, (width, height), &look());
            if let Some(cursor) = painted.cursor {
                assert!(cursor.x < width && cursor.y < height, "{scene:?} {width}x{height}");
            }
        }
    }
}

fn scenes() -> impl Strategy<Value = Scene> {
    prop::sample::select(Scene::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_scene_panics_and_the_countdown_is_always_in_sight(
        scene in scenes(),
        width in 1u16..=200,
        height in 1u16..=60,
        english in any::<bool>(),
    ) {
        let lang = if english { Lang::En } else { Lang::Pt };
        let (buffer, _) = painted(scene, lang, (width, height), &look());
        let model = scene.model(lang, (width, height));
        if let Some(left) = model.cart.remaining_ms(model.now.mono_ms)
            && width >= 5
        {
            let countdown = format::countdown(left);
            let screen = text(&buffer);
            prop_assert!(screen.contains(&countdown), "{scene:?} {width}x{height}\n{screen}");
        }
    }

    #[test]
    fn notices_never_cover_what_has_the_keys(
        scene in scenes(),
        width in 36u16..=200,
        height in 8u16..=60,
        cursor in 0usize..45,
        many in 1usize..=3,
    ) {
        let mut model = scene.model(Lang::Pt, (width, height));
        if model.screen == Screen::Departures && !model.departures.shown.is_empty() {
            model.departures.cursor_row = cursor.min(model.departures.shown.len() - 1);
        }
        let leg = "TR1042-20261124-GRU".parse().unwrap();
        let notices = [
            Notice::NotNow(WhyNot::UnequalSeats),
            Notice::LegTaken(leg),
            Notice::PurchaseUnsettled,
        ];
        model.live.toasts = notices[..many]
            .iter()
            .map(|notice| Toast {
                severity: Severity::Error,
                notice: notice.clone(),
                until_ms: None,
            })
            .collect();
        let area = Rect::new(0, 0, width, height);
        let painted = paint(&model, &look(), (area, &mut Buffer::empty(area)));
        for toast in &painted.toasts {
            prop_assert!(!toast.intersects(painted.kept), "{toast} {}", painted.kept);
            if let Some(cursor) = painted.cursor {
                prop_assert!(cursor.y < toast.y || cursor.y >= toast.bottom(), "{toast} {cursor}");
            }
        }
    }

    #[test]
    fn a_model_out_of_step_with_the_screen_is_drawn_all_the_same(
        scene in scenes(),
        width in 1u16..=130,
        height in 1u16..=45,
        wild in any::<usize>(),
    ) {
        let mut model = scene.model(Lang::En, (width, height));
        model.departures.top = wild;
        model.departures.cursor_row = wild / 2;
        model.cart.cursor = wild;
        model.cart.cart.holds.push(trecho_shared::message::Hold {
            hold: HoldId(99),
            leg: "TR9999-20261124-RBR".parse().unwrap(),
            seat: "9999999Z".parse().unwrap(),
            fare_centavos: trecho_shared::money::Centavos(i64::MAX),
        });
        model.trips.cursor = wild;
        model.bookings.cursor = wild;
        model.bookings.top = wild;
        model.choice = wild;
        for overlay in &mut model.overlays {
            match overlay {
                Overlay::Help { top, .. } | Overlay::Log { top } => *top = wild,
                Overlay::Seats(picker) => (picker.cursor, picker.top) = ((wild, wild), wild),
                Overlay::Ask(_) => {}
            }
        }
        let area = Rect::new(0, 0, width, height);
        paint(&model, &look(), (area, &mut Buffer::empty(area)));
    }
}

/// Texts of another language are often a third longer: cities, names and notices of that length
/// leave every column in its place.
#[test]
fn longer_texts_move_nothing() {
    for size in [(40, 10), (80, 24), (120, 40)] {
        for scene in [Scene::Board, Scene::BoardAnywhere, Scene::Booking, Scene::Review] {
            let area = Rect::new(0, 0, size.0, size.1);
            let mut model = scene.model(Lang::Pt, size);
            let before = paint(&model, &look(), (area, &mut Buffer::empty(area)));
            for airport in &mut model.airports {
                airport.city = format!("{} do Norte", airport.city);
            }
            model.preferences.address = "um-servidor-de-nome-comprido.exemplo.com.br:7470".into();
            let mut buffer = Buffer::empty(area);
            let after = paint(&model, &look(), (area, &mut buffer));
            assert_eq!(before.drawn, after.drawn, "{scene:?} {size:?}");
            assert_eq!(before.cursor, after.cursor);
            for row in text(&buffer).lines() {
                assert_eq!(format::width(row), usize::from(size.0) + 1, "{row}");
            }
        }
    }
}
