//! What is wrong with an input, and what would be right.

use super::Lang;
use crate::model::FieldError;

/// What is wrong with an input, and what would be right.
pub fn field_error(error: FieldError, lang: Lang) -> &'static str {
    let (pt, en) = match error {
        FieldError::Empty => ("falta preencher", "must be filled in"),
        FieldError::TooLong => ("longo demais: até 64 letras", "too long: at most 64 letters"),
        FieldError::Unprintable => {
            ("tem um caractere invisível: digite de novo", "has an invisible character: retype it")
        }
        FieldError::NotADate => {
            ("data: 24/11, hoje, amanhã ou +3", "date: 24/11, today, tomorrow or +3")
        }
        FieldError::NoAirport => ("nenhum aeroporto assim: tente GRU", "no such airport: try GRU"),
        FieldError::NotAnEmail => ("e-mail como ana@exemplo.com", "e-mail such as ana@example.com"),
        FieldError::NotALocator => {
            ("6 letras ou números, como H7KQ3M", "6 letters or digits, like H7KQ3M")
        }
        FieldError::NotAClaimCode => {
            ("26 letras e números, sem os traços", "26 letters and digits, less dashes")
        }
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
