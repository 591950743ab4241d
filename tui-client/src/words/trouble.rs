//! Why there is no connection.

use super::Lang;
use crate::message::Trouble;

/// Why there is no connection, as the end of "offline: …".
pub fn trouble(trouble: &Trouble, lang: Lang) -> String {
    let (pt, en) = match trouble {
        Trouble::Refused => ("ninguém atende ali", "nobody listens at that address"),
        Trouble::UnknownHost => ("esse nome não tem endereço", "that name has no address"),
        Trouble::Timeout => {
            ("o servidor não respondeu a tempo", "the server did not answer in time")
        }
        Trouble::Dropped => ("a conexão caiu", "the connection was lost"),
        Trouble::ServerClosing => ("o servidor está reiniciando", "the server is restarting"),
        Trouble::NotTrecho => {
            ("quem atende ali não é um servidor Trecho", "what answers there is no Trecho server")
        }
        Trouble::NeedsTls => (
            "o servidor só fala TLS: comece com --tls",
            "the server speaks TLS alone: start with --tls",
        ),
        Trouble::NoTls => (
            "o servidor não cifra, e nada foi enviado: comece sem --tls para falar em texto aberto",
            "the server does not encrypt, and nothing was sent: start without --tls to speak in plain text",
        ),
        Trouble::Refusal(words) | Trouble::Other(words) => return words.clone(),
    };
    match lang {
        Lang::Pt => pt.to_owned(),
        Lang::En => en.to_owned(),
    }
}
