//! Scenes with something over the board: inputs, notices, dialogs, the cabin.

use trecho_shared::ids::{SeatLabel, Version};
use trecho_shared::message::{
    LostHold, LostReason, RefusalKind, SeatMap, SeatRow, SeatState, SeatStatus,
};

use super::{NOW_MS, board, data, online};
use crate::effect::AskId;
use crate::message::Trouble;
use crate::model::{
    FieldError, FilterFocus, LogEntry, Model, Overlay, Question, SeatPicker, Severity, TextField,
    Toast, Urgency,
};
use crate::notice::Notice;
use crate::words::Lang;

pub(super) fn typed(text: &str) -> TextField {
    TextField { input: text.to_owned().into(), error: None }
}

pub(super) fn nothing_filtered(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.departures.filters.text = typed("galápagos");
    model.departures.shown.clear();
    model.departures.cursor = None;
    model.departures.cursor_row = 0;
    model
}

pub(super) fn choosing_airport(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = online(lang, size);
    super::show(&mut model, data::everywhere(), 10_000);
    let filters = &mut model.departures.filters;
    filters.focus = Some(FilterFocus::To);
    filters.from.chosen = Some(data::iata("GRU"));
    filters.to.text = typed("sa");
    filters.to.matches = ["SSA", "CGH", "GRU", "POA"].map(data::place_of).to_vec();
    filters.to.cursor = 0;
    model
}

pub(super) fn no_such_airport(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = choosing_airport(lang, size);
    let field = &mut model.departures.filters.to;
    field.text = typed("xyz");
    field.text.error = Some(FieldError::NoAirport);
    field.matches.clear();
    model
}

pub(super) fn choosing_date(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    let filters = &mut model.departures.filters;
    filters.focus = Some(FilterFocus::Date);
    filters.date.text = typed("24/11");
    model
}

pub(super) fn filtering(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.departures.filters.focus = Some(FilterFocus::Text);
    model.departures.filters.text = typed("TR10");
    model.departures.shown.truncate(15);
    model
}

fn toast(notice: Notice) -> Toast {
    let severity = notice.severity();
    let until_ms = (severity != Severity::Error).then_some(NOW_MS + 4_000);
    Toast { severity, notice, until_ms }
}

/// Somebody was faster: the screen says which leg was lost and what to do.
pub(super) fn leg_lost(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    let legs = data::to_salvador();
    model.live.toasts = vec![
        toast(Notice::Held(vec![legs[0].leg])),
        toast(Notice::HoldRefused { kind: RefusalKind::LegTaken, legs: vec![legs[4].leg] }),
    ];
    model
}

pub(super) fn help((lang, size): (Lang, (u16, u16)), filter: &str) -> Model {
    let mut model = board(lang, size);
    let filtering = !filter.is_empty();
    model.overlays.push(Overlay::Help { top: 0, filter: typed(filter), filtering });
    model
}

pub(super) fn notices(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    let legs = data::to_salvador();
    let lost = LostHold {
        hold: trecho_shared::ids::HoldId(9),
        leg: legs[6].leg,
        seat: SeatLabel { row: 21, letter: b'F' },
        reason: LostReason::Closed,
    };
    let told = [
        (4, Notice::LegReopened(legs[2].leg)),
        (
            9,
            Notice::HoldRefused {
                kind: RefusalKind::LegTaken,
                legs: vec![legs[4].leg, data::onward().leg],
            },
        ),
        (64, Notice::Held(vec![legs[0].leg])),
        (127, Notice::Reconnected { holds: Some(2) }),
        (139, Notice::Disconnected(Trouble::Dropped)),
        (240, Notice::CartEnds(Urgency::Minute)),
        (290, Notice::CartChanged(vec![lost])),
        (333, Notice::OperatorSays("Portão 12 mudou para o 14.".to_owned())),
        (
            600,
            Notice::Refused {
                kind: RefusalKind::LimitExceeded,
                legs: vec![],
                retry_after_ms: Some(3_000),
            },
        ),
        (700, Notice::Saved("/home/ana/trecho-H7KQ3M.txt".to_owned())),
    ];
    for (ago_s, notice) in told {
        let severity = notice.severity();
        let at = model.now.wall.plus_ms(-1000 * ago_s);
        model.live.log.push_back(LogEntry { at, severity, notice });
    }
    model.overlays.push(Overlay::Log { top: 0 });
    model
}

pub(super) fn ask_quit(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.overlays.push(Overlay::Ask(Question::Quit));
    model
}

pub(super) fn ask_release(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = super::cart(lang, size);
    model.overlays.push(Overlay::Ask(Question::ReleaseAll));
    model.choice = 1;
    model
}

/// A narrow-body's cabin, three and three, some of it gone.
fn cabin() -> SeatMap {
    let seat = |row: u32, letter: u8| {
        let status = match (row * 7 + u32::from(letter) * 5) % 11 {
            _ if row == 1 && letter > b'C' => SeatStatus::Blocked,
            0..5 => SeatStatus::Sold,
            5 | 6 => SeatStatus::Held,
            _ => SeatStatus::Free,
        };
        SeatState { seat: SeatLabel { row, letter }, status }
    };
    let block = |row, letters: &[u8]| letters.iter().map(|letter| seat(row, *letter)).collect();
    SeatMap {
        leg: data::to_salvador()[0].leg,
        aircraft: "320".to_owned(),
        rows: (1..=29)
            .map(|row| SeatRow { row, blocks: vec![block(row, b"ABC"), block(row, b"DEF")] })
            .collect(),
        version: Version(7),
    }
}

pub(super) fn seats(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    let map = cabin();
    model.overlays.push(Overlay::Seats(Box::new(SeatPicker {
        leg: map.leg,
        map: Some(map),
        cursor: (9, 3),
        chosen: vec![SeatLabel { row: 10, letter: b'C' }, SeatLabel { row: 10, letter: b'D' }],
        top: 3,
        waiting: None,
    })));
    model
}

pub(super) fn seats_loading(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = board(lang, size);
    model.overlays.push(Overlay::Seats(Box::new(SeatPicker {
        leg: data::to_salvador()[3].leg,
        map: None,
        cursor: (0, 0),
        chosen: vec![],
        top: 0,
        waiting: Some(AskId(9)),
    })));
    model
}
