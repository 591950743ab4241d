//! Something to decide before it happens: the safe answer first.

use ratatui::layout::Rect;

use super::dialog;
use crate::format;
use crate::input::{Hit, Key};
use crate::model::{Choice, Question};
use crate::theme::Role;
use crate::view::layout::{Areas, Shape};
use crate::view::paint::{Strip, Titles, columns_of, rows_of};
use crate::view::{Canvas, Cx};
use crate::words::{self, Lang, Text};

/// Draws a question and its answers as buttons.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, (areas, question): (Areas, &Question)) {
    let (title, why) = ask(question);
    let stage = areas.stage();
    let width = match areas.shape {
        Shape::Tiny | Shape::Compact => stage.width.saturating_sub(2),
        Shape::Stacked | Shape::Wide => 62.min(stage.width.saturating_sub(4)),
    };
    let mut lines = Vec::new();
    if let Question::CancelBooking(locator) = question {
        lines.push((locator.to_string(), Role::Strong));
    }
    if let Question::TrustServer(key) = question {
        lines.push((cx.model.preferences.address.clone(), Role::Strong));
        let key = format::wrap(&key.to_string(), width.into());
        lines.extend(key.into_iter().map(|it| (it, Role::Strong)));
    }
    lines.extend(format::wrap(cx.say(why), width.into()).into_iter().map(|it| (it, Role::Text)));
    let labels: Vec<String> =
        question.choices().iter().map(|choice| label(cx, question, *choice)).collect();
    let in_a_row: u16 = labels.iter().map(|label| columns_of(label) + 2).sum();
    let stacked = in_a_row > width;
    let buttons = if stacked { rows_of(labels.len()) } else { 1 };
    let roomy = areas.shape != Shape::Compact;
    let height = rows_of(lines.len()) + buttons + if roomy { 3 } else { 0 };
    let titles = Titles { name: cx.say(title), ..Titles::default() };
    let area = dialog(cx, canvas, (areas, (width, height)), &titles);
    // Where room is short the answers stay and the reasons are cut.
    let text = Rect { y: area.y + u16::from(roomy), ..area };
    let room = area.height.saturating_sub(buttons);
    for (row, (words, role)) in lines.iter().take(room.into()).enumerate() {
        Strip::new(cx, canvas.buf, (text, rows_of(row))).put(words, cx.style(*role));
    }
    let below = rows_of(lines.len()) + if roomy { 2 } else { 0 };
    let first = area.y + below.min(area.height.saturating_sub(buttons));
    let mut x = area.x;
    for (at, label) in labels.iter().enumerate() {
        let columns = columns_of(label).min(area.width);
        let place = if stacked {
            Rect { x: area.x, y: first + rows_of(at), width: columns, height: 1 }
        } else {
            Rect { x, y: first, width: columns, height: 1 }
        };
        x += columns + 2;
        button(cx, canvas, (place, label), at);
    }
    canvas.keep(Rect { x: stage.x, width: stage.width, ..area });
}

fn button(cx: Cx, canvas: &mut Canvas, (place, label): (Rect, &str), at: usize) {
    canvas.target(place, Hit::Choice(at));
    let here = at == cx.model.choice;
    let role = if here { Role::AccentChip } else { Role::Strong };
    Strip::new(cx, canvas.buf, (place, 0)).put(label, cx.style(role));
    if here {
        canvas.point(place.x, place.y);
    }
}

fn ask(question: &Question) -> (Text, Text) {
    match question {
        Question::Quit => (Text::AskQuit, Text::AskQuitWhy),
        Question::QuitSettling => (Text::AskQuitSettling, Text::AskQuitSettlingWhy),
        Question::ReleaseAll => (Text::AskRelease, Text::AskReleaseWhy),
        Question::CancelBooking(_) => (Text::AskCancel, Text::AskCancelWhy),
        Question::TrustServer(_) => (Text::AskTrust, Text::AskTrustWhy),
    }
}

/// `[n] ficar`
fn label(cx: Cx, question: &Question, choice: Choice) -> String {
    let key = match (choice, cx.lang()) {
        (Choice::No, _) => Key::char('n'),
        (Choice::Yes, Lang::Pt) => Key::char('s'),
        (Choice::Yes, Lang::En) => Key::char('y'),
        (Choice::Keep, _) => Key::char('k'),
    };
    let text = match (question, choice) {
        (Question::Quit | Question::QuitSettling, Choice::No) => Text::Stay,
        (Question::ReleaseAll | Question::CancelBooking(_), Choice::No) => Text::No,
        (Question::TrustServer(_), Choice::No) => Text::DontConnect,
        (Question::TrustServer(_), Choice::Yes) => Text::YesTrust,
        (Question::Quit | Question::QuitSettling, Choice::Yes) => Text::ReleaseAndLeave,
        (Question::QuitSettling, Choice::Keep) => Text::SettleLater,
        (Question::ReleaseAll, Choice::Yes) => Text::YesRelease,
        (Question::CancelBooking(_), Choice::Yes) => Text::YesCancel,
        (_, Choice::Keep) => Text::KeepAndLeave,
    };
    format!(" [{}] {} ", words::key(key, cx.lang()), cx.say(text))
}
