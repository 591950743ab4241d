//! Languages: what the screen says in each, complete by construction.

/// A language of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Brazilian Portuguese.
    #[default]
    Pt,
    /// English.
    En,
}
