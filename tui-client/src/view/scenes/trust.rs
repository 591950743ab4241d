//! Scenes with a server that is not believed.

use trecho_shared::fingerprint::KeyFingerprint;

use super::empty;
use crate::model::{Connection, Model, Overlay, Question};
use crate::trust::{Distrust, Doubt};
use crate::words::Lang;

fn key(of: &str) -> KeyFingerprint {
    KeyFingerprint::of_public_key(of.as_bytes())
}

fn distrusting(lang: Lang, size: (u16, u16), why: Doubt) -> Model {
    let mut model = empty(lang, size);
    let server = "booking.example.com:7470".to_owned();
    model.preferences.address.clone_from(&server);
    let distrust = Distrust { server, key: key("a stranger"), why };
    model.link.connection = Connection::Distrusted(Box::new(distrust));
    model
}

/// The first time here.
pub(super) fn ask(lang: Lang, size: (u16, u16)) -> Model {
    let mut model = distrusting(lang, size, Doubt::Unknown);
    model.overlays.push(Overlay::Ask(Question::TrustServer(key("a stranger"))));
    model
}

/// Not the server that it was.
pub(super) fn changed(lang: Lang, size: (u16, u16)) -> Model {
    let file = "/home/ana/.local/share/trecho/known_servers".to_owned();
    distrusting(lang, size, Doubt::Changed { remembered: key("the airline"), file })
}
