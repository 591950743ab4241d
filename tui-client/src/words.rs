//! Languages: what the screen says in each, complete by construction.
//!
//! Fixed texts stand in one table, both languages side by side ([`Text`]); sentences with
//! something in them are functions that match on the language. Neither can miss one.

mod action;
mod count;
mod distrust;
mod field;
mod load;
mod notice;
mod race;
mod refusal;
mod text;
mod ticket;
mod trouble;

pub use action::{action, action_help, context, key, shown_key};
pub(crate) use count::connections;
pub use count::{legs, passengers, seats};
pub use distrust::distrust;
pub use field::field_error;
pub use load::load;
pub use notice::{leg, notice};
pub use race::race;
pub use text::Text;
pub use ticket::ticket_text;
pub use trouble::trouble;

/// A language of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Brazilian Portuguese.
    #[default]
    #[value(alias = "pt-BR", alias = "pt_BR", alias = "pt-br")]
    #[serde(alias = "pt-BR", alias = "pt_BR")]
    Pt,
    /// English.
    #[value(alias = "en-US", alias = "en_US", alias = "en-GB")]
    #[serde(alias = "en-US", alias = "en_US")]
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pt, Self::En];

    /// The language of a locale such as `pt_BR.UTF-8`: the first of `LC_ALL`, `LC_MESSAGES` and
    /// `LANG` that is set and not empty. Portuguese for Portuguese, English for everybody else;
    /// `None` where the locale says nothing.
    pub fn of_locale(values: &[Option<&str>]) -> Option<Self> {
        let locale = values.iter().flatten().find(|value| !value.is_empty())?;
        match locale.split(['_', '.', '-', '@']).next().unwrap_or_default() {
            "C" | "POSIX" => None,
            "pt" => Some(Self::Pt),
            _ => Some(Self::En),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses_the_language() {
        let lang = |values: &[Option<&str>]| Lang::of_locale(values);
        assert_eq!(lang(&[None, None, Some("pt_BR.UTF-8")]), Some(Lang::Pt));
        assert_eq!(lang(&[Some("en_US.UTF-8"), None, Some("pt_BR.UTF-8")]), Some(Lang::En));
        assert_eq!(lang(&[Some(""), Some("pt_PT"), None]), Some(Lang::Pt));
        assert_eq!(lang(&[None, None, Some("de_DE.UTF-8")]), Some(Lang::En));
        assert_eq!(lang(&[None, None, Some("C.UTF-8")]), None);
        assert_eq!(lang(&[]), None);
    }
}
