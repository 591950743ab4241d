//! A server that is not believed: what it shows, what is known, and what to do.

use super::Lang;
use crate::trust::{Distrust, Doubt};

/// Why a server is not believed and what to do, for who cannot be asked here.
pub fn distrust(distrust: &Distrust, lang: Lang) -> String {
    let Distrust { server, key, why } = distrust;
    match (why, lang) {
        (Doubt::Unknown, Lang::Pt) => format!(
            "O servidor em {server} é desconhecido, e nada foi enviado a ele: ninguém em quem esta \
             máquina confia responde por ele. A chave dele é {key}. Se for essa a que a companhia \
             informa, comece com --accept-key {key}"
        ),
        (Doubt::Unknown, Lang::En) => format!(
            "The server at {server} is unknown, and nothing was sent to it: nobody whom this machine \
             trusts vouches for it. Its key is {key}. If that is the one that its operator gives, \
             start with --accept-key {key}"
        ),
        (Doubt::Changed { remembered, file }, Lang::Pt) => format!(
            "A CHAVE DO SERVIDOR EM {server} MUDOU, e nada foi enviado a ele. Agora é {key}; em \
             {file} está {remembered}. Alguém pode estar no meio do caminho, ou o servidor tem uma \
             chave nova: pergunte à companhia. Se a nova for a certa, comece com --accept-key {key}"
        ),
        (Doubt::Changed { remembered, file }, Lang::En) => format!(
            "THE KEY OF THE SERVER AT {server} HAS CHANGED, and nothing was sent to it. It is {key} \
             now; {file} has {remembered}. Somebody may be in between, or the server has a new key: \
             ask its operator. If the new one is right, start with --accept-key {key}"
        ),
        (Doubt::NotNamed, Lang::Pt) => format!(
            "A chave do servidor em {server} é {key}, e não a que foi aceita; nada foi enviado a ele. \
             Pergunte à companhia qual é a certa"
        ),
        (Doubt::NotNamed, Lang::En) => format!(
            "The key of the server at {server} is {key}, not the one that was accepted; nothing was \
             sent to it. Ask its operator which is right"
        ),
        (Doubt::Unvouched { file, why }, Lang::Pt) => format!(
            "Nenhuma autoridade de {file} responde pelo servidor em {server} ({why}); nada foi \
             enviado a ele. Peça à companhia o arquivo certo, ou a chave do servidor"
        ),
        (Doubt::Unvouched { file, why }, Lang::En) => format!(
            "No authority in {file} vouches for the server at {server} ({why}); nothing was sent to \
             it. Ask its operator for the right file, or for the server's key"
        ),
    }
}
