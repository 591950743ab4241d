//! What is wrong with the connection, why, and what to do: one line in place of the search, which
//! could not answer now anyway.

use super::layout::{Areas, Shape};
use super::paint::Strip;
use super::{Canvas, Cx};
use crate::model::Connection;
use crate::theme::Role;
use crate::trust::Doubt;
use crate::words::{Lang, Text, trouble};

/// Draws the banner, if there is no connection.
pub(super) fn draw(cx: Cx, canvas: &mut Canvas, areas: Areas) {
    if cx.model.departures.filters.focus.is_some() {
        return;
    }
    let lang = cx.lang();
    let (words, action) = match &cx.model.link.connection {
        Connection::Online => return,
        Connection::Connecting { attempt } if *attempt <= 1 && !cx.model.link.was_online => return,
        Connection::Connecting { attempt } => (connecting(*attempt, lang), None),
        Connection::Offline { why, next_try_ms, .. } => {
            let seconds = next_try_ms.saturating_sub(cx.model.now.mono_ms).div_ceil(1000);
            let why = trouble(why, lang);
            let words = match areas.shape {
                Shape::Tiny | Shape::Compact => compact_wait(seconds, lang),
                Shape::Stacked | Shape::Wide => full_wait(&why, seconds, lang),
            };
            (words, Some(("r", Text::RetryNow)))
        }
        Connection::Distrusted(distrust) => {
            let (text, key) = match distrust.why {
                Doubt::Unknown => (Text::Stranger, Text::LookAtKey),
                Doubt::Changed { .. } | Doubt::NotNamed | Doubt::Unvouched { .. } => {
                    (Text::NotTrusted, Text::RetryNow)
                }
            };
            let text = match areas.shape {
                Shape::Tiny | Shape::Compact => Text::NotTrusted,
                Shape::Stacked | Shape::Wide => text,
            };
            (cx.say(text).to_owned(), Some(("r", key)))
        }
        Connection::Replaced => match areas.shape {
            Shape::Tiny | Shape::Compact => {
                (cx.say(Text::Replaced).to_owned(), Some(("r", Text::NewSession)))
            }
            Shape::Stacked | Shape::Wide => {
                (cx.say(Text::ReplacedLong).to_owned(), Some(("r", Text::NewSession)))
            }
        },
    };
    let style = cx.style(Role::AlarmChip);
    let mut strip = Strip::new(cx, canvas.buf, (areas.search, 0));
    if let Some((key, action)) = action {
        // What to do stays, whatever is cut of the reasons.
        strip.last(0, &format!(" {key} {} ", cx.say(action)), style);
    }
    strip.put(" ", style).put(cx.glyphs().offline, style).put(" ", style).put(&words, style);
    strip.fill(" ", style);
}

fn connecting(attempt: u32, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Conectando, tentativa {attempt}"),
        Lang::En => format!("Connecting, attempt {attempt}"),
    }
}

/// The wait before the reason: where room is short, the reason is what is cut.
fn full_wait(why: &str, seconds: u64, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("Sem conexão, nova tentativa em {seconds} s: {why}."),
        Lang::En => format!("Offline, next try in {seconds} s: {why}."),
    }
}

fn compact_wait(seconds: u64, lang: Lang) -> String {
    match lang {
        Lang::Pt => format!("sem conexão, {seconds} s"),
        Lang::En => format!("offline, {seconds} s"),
    }
}
