//! The few signs that are no letters: one set in Unicode, one in ASCII.
//!
//! Every sign is one column wide on every terminal: characters of the basic plane, no emoji, no
//! variation selectors.

use ratatui::symbols::border;

/// A set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// The airline's sign.
    pub brand: &'static str,
    /// Beside what the cursor is on.
    pub cursor: &'static str,
    /// In our cart.
    pub held: &'static str,
    /// Marked to be held together.
    pub marked: &'static str,
    /// Taken; lost; wrong.
    pub taken: &'static str,
    /// Open again.
    pub reopened: &'static str,
    /// Done; well.
    pub done: &'static str,
    /// To be looked at.
    pub warning: &'static str,
    /// Good to know.
    pub info: &'static str,
    /// Connected.
    pub online: &'static str,
    /// Not connected.
    pub offline: &'static str,
    /// On the way.
    pub waiting: &'static str,
    /// From here to there.
    pub arrow: &'static str,
    /// Between two things of a line.
    pub dot: &'static str,
    /// Something was cut off.
    pub ellipsis: &'static str,
    /// Sorted upwards by this column.
    pub ascending: &'static str,
    /// Sorted downwards by this column.
    pub descending: &'static str,
    /// There is more above.
    pub more_above: &'static str,
    /// There is more below.
    pub more_below: &'static str,
    /// The full part of a gauge.
    pub gauge_full: &'static str,
    /// The empty part of a gauge.
    pub gauge_empty: &'static str,
    /// Free seats of a leg.
    pub seats_free: &'static str,
    /// The rest of its seats.
    pub seats_gone: &'static str,
    /// The line of a rule.
    pub rule: &'static str,
    /// The thumb of a scroll bar.
    pub thumb: &'static str,
    /// A free seat.
    pub seat_free: &'static str,
    /// A seat in somebody's cart.
    pub seat_held: &'static str,
    /// A sold seat.
    pub seat_sold: &'static str,
    /// A blocked seat.
    pub seat_blocked: &'static str,
    /// A seat that is chosen.
    pub seat_chosen: &'static str,
    /// A seat in our own cart.
    pub seat_ours: &'static str,
    /// The frame of a panel.
    pub frame: border::Set<'static>,
    /// Large letters are made of half blocks; otherwise of this sign.
    pub large: Large,
}

/// How large letters are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Large {
    /// Two dots a cell, one above the other.
    HalfBlocks,
    /// One dot a cell.
    Hashes,
}

impl Glyphs {
    /// For terminals that speak UTF-8.
    pub const UNICODE: Self = Self {
        brand: "✈",
        cursor: "▸",
        held: "●",
        marked: "◆",
        taken: "✗",
        reopened: "○",
        done: "✓",
        warning: "▲",
        info: "·",
        online: "●",
        offline: "○",
        waiting: "◌",
        arrow: "→",
        dot: "·",
        ellipsis: "…",
        ascending: "▴",
        descending: "▾",
        more_above: "▴",
        more_below: "▾",
        gauge_full: "━",
        gauge_empty: "─",
        seats_free: "▆",
        seats_gone: "▁",
        rule: "─",
        thumb: "┃",
        seat_free: "□",
        seat_held: "◧",
        seat_sold: "■",
        seat_blocked: "×",
        seat_chosen: "◆",
        seat_ours: "●",
        frame: border::ROUNDED,
        large: Large::HalfBlocks,
    };

    /// For terminals that do not.
    pub const ASCII: Self = Self {
        brand: ">",
        cursor: ">",
        held: "*",
        marked: "+",
        taken: "x",
        reopened: "o",
        done: "v",
        warning: "!",
        info: "-",
        online: "*",
        offline: "o",
        waiting: "~",
        arrow: ">",
        dot: "-",
        ellipsis: "~",
        ascending: "^",
        descending: "v",
        more_above: "^",
        more_below: "v",
        gauge_full: "#",
        gauge_empty: ".",
        seats_free: "#",
        seats_gone: ".",
        rule: "-",
        thumb: "#",
        seat_free: "_",
        seat_held: "h",
        seat_sold: "#",
        seat_blocked: "x",
        seat_chosen: "+",
        seat_ours: "*",
        frame: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        large: Large::Hashes,
    };

    /// Whether a sign is part of the frame of a panel.
    pub(crate) fn is_frame(&self, sign: &str) -> bool {
        let border::Set {
            top_left,
            top_right,
            bottom_left,
            bottom_right,
            vertical_left,
            vertical_right,
            horizontal_top,
            horizontal_bottom,
        } = self.frame;
        [
            top_left,
            top_right,
            bottom_left,
            bottom_right,
            vertical_left,
            vertical_right,
            horizontal_top,
            horizontal_bottom,
        ]
        .contains(&sign)
    }

    /// The set for a locale such as `pt_BR.UTF-8`: the first of `LC_ALL`, `LC_CTYPE` and `LANG`
    /// that is set and not empty, as the C library reads them. Without any, ASCII.
    pub fn for_locale(values: &[Option<&str>]) -> Self {
        let locale = values.iter().flatten().find(|value| !value.is_empty());
        let codeset = locale.map(|locale| locale.to_ascii_lowercase().replace('-', ""));
        match codeset {
            Some(codeset) if codeset.contains("utf8") => Self::UNICODE,
            _ => Self::ASCII,
        }
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn signs(set: &Glyphs) -> Vec<&'static str> {
        let Glyphs {
            brand,
            cursor,
            held,
            marked,
            taken,
            reopened,
            done,
            warning,
            info,
            online,
            offline,
            waiting,
            arrow,
            dot,
            ellipsis,
            ascending,
            descending,
            more_above,
            more_below,
            gauge_full,
            gauge_empty,
            seats_free,
            seats_gone,
            rule,
            thumb,
            seat_free,
            seat_held,
            seat_sold,
            seat_blocked,
            seat_chosen,
            seat_ours,
            frame,
            large: _,
        } = *set;
        vec![
            brand,
            cursor,
            held,
            marked,
            taken,
            reopened,
            done,
            warning,
            info,
            online,
            offline,
            waiting,
            arrow,
            dot,
            ellipsis,
            ascending,
            descending,
            more_above,
            more_below,
            gauge_full,
            gauge_empty,
            seats_free,
            seats_gone,
            rule,
            thumb,
            seat_free,
            seat_held,
            seat_sold,
            seat_blocked,
            seat_chosen,
            seat_ours,
            frame.top_left,
            frame.top_right,
            frame.bottom_left,
            frame.bottom_right,
            frame.vertical_left,
            frame.vertical_right,
            frame.horizontal_top,
            frame.horizontal_bottom,
        ]
    }

    #[test]
    fn every_sign_is_one_column_and_no_emoji() {
        for sign in signs(&Glyphs::UNICODE) {
            assert_eq!(sign.width(), 1, "{sign}");
            assert_eq!(sign.chars().count(), 1, "{sign}");
            assert!(sign.chars().all(|char| u32::from(char) < 0x1_0000 && char != '\u{fe0f}'));
        }
        for sign in signs(&Glyphs::ASCII) {
            assert!(sign.len() == 1 && sign.is_ascii(), "{sign}");
        }
    }

    #[test]
    fn the_states_of_a_seat_differ_by_sign_alone() {
        for set in [Glyphs::UNICODE, Glyphs::ASCII] {
            let seats = [
                set.seat_free,
                set.seat_held,
                set.seat_sold,
                set.seat_blocked,
                set.seat_chosen,
                set.seat_ours,
            ];
            let distinct: std::collections::HashSet<_> = seats.iter().collect();
            assert_eq!(distinct.len(), seats.len());
        }
    }

    #[test]
    fn only_a_locale_in_utf_8_gets_unicode() {
        let set = |values: &[Option<&str>]| Glyphs::for_locale(values);
        assert_eq!(set(&[None, None, Some("pt_BR.UTF-8")]), Glyphs::UNICODE);
        assert_eq!(set(&[Some(""), Some("en_US.utf8"), None]), Glyphs::UNICODE);
        assert_eq!(set(&[Some("C"), None, Some("pt_BR.UTF-8")]), Glyphs::ASCII);
        assert_eq!(set(&[Some("pt_BR.ISO-8859-1")]), Glyphs::ASCII);
        assert_eq!(set(&[None, None, None]), Glyphs::ASCII);
    }
}
