//! What keys are called, what they do, and where.

use super::Lang;
use crate::input::{Code, Key};
use crate::keys::{Action, Binding, Context};

/// What an action is called in the footer: a word or two.
pub fn action(action: Action, lang: Lang) -> &'static str {
    words(action, lang)[0]
}

/// What an action does, for the help.
pub fn action_help(action: Action, lang: Lang) -> &'static str {
    words(action, lang)[1]
}

/// An action's short and long words.
fn words(action: Action, lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Pt => portuguese(action),
        Lang::En => english(action),
    }
}

fn portuguese(action: Action) -> [&'static str; 2] {
    match action {
        Action::Up => ["subir", "linha acima"],
        Action::Down => ["descer", "linha abaixo"],
        Action::PageUp => ["página acima", "uma página acima"],
        Action::PageDown => ["página abaixo", "uma página abaixo"],
        Action::First => ["início", "primeira linha"],
        Action::Last => ["fim", "última linha, de todas as páginas"],
        Action::Left => ["esquerda", "à esquerda"],
        Action::Right => ["direita", "à direita"],
        Action::Hold => ["reservar", "reservar o trecho, os marcados ou a viagem: tudo ou nada"],
        Action::Mark => ["marcar", "marcar o trecho, para reservar vários juntos"],
        Action::Filter => ["filtrar", "filtrar enquanto digita; acentos não contam"],
        Action::From => ["de", "escolher a origem"],
        Action::To => ["para", "escolher o destino"],
        Action::Date => ["data", "escolher a data"],
        Action::NextDay => ["dia seguinte", "um dia depois"],
        Action::PreviousDay => ["dia anterior", "um dia antes"],
        Action::Seats => ["assentos", "ver a cabine e escolher assentos"],
        Action::Cart => ["carrinho", "ir ao carrinho"],
        Action::Buy => ["comprar", "ir do carrinho à compra"],
        Action::MoreSeats => ["mais um", "mais um assento neste trecho"],
        Action::ReleaseOne => ["devolver", "devolver um assento deste trecho"],
        Action::ReleaseAll => ["devolver tudo", "devolver tudo (pergunta antes)"],
        Action::Sort => ["ordem", "ordenar por partida, tarifa, duração ou assentos"],
        Action::ShowAll => ["todos", "mostrar também os que não estão à venda"],
        Action::Trips => ["viagens", "viagens com conexões"],
        Action::Bookings => ["compras", "minhas compras"],
        Action::Log => ["avisos", "todos os avisos, com hora"],
        Action::Help => ["ajuda", "as teclas desta tela"],
        Action::Language => ["English", "switch to English"],
        Action::Mouse => ["mouse", "ligar ou desligar o mouse"],
        Action::Retry => ["tentar já", "conectar agora; se assumida, nova sessão"],
        Action::Refresh => ["atualizar", "ler de novo o que está na tela"],
        Action::Copy => ["copiar", "copiar localizador e código da compra"],
        Action::Save => ["salvar", "salvar o bilhete como texto"],
        Action::Redraw => ["redesenhar", "desenhar a tela de novo"],
        Action::Suspend => ["suspender", "deixar em segundo plano; o carrinho segue contando"],
        Action::Quit => ["sair", "sair (pergunta se há reservas)"],
        Action::Interrupt => ["sair", "sair; na segunda vez, sem perguntar"],
        Action::Back => ["voltar", "voltar; dispensar o aviso"],
        Action::Accept => ["aceitar", "aceitar o que está escolhido"],
        Action::NextField => ["próximo", "próximo campo"],
        Action::PreviousField => ["anterior", "campo anterior"],
        Action::Confirm => ["confirmar compra", "confirmar a compra"],
        Action::ConfirmHint => ["como confirmar", "diz qual tecla compra"],
        Action::Open => ["abrir", "abrir a compra"],
        Action::LookUp => ["abrir outra", "abrir uma compra por localizador e código"],
        Action::CancelBooking => ["cancelar", "cancelar a compra (pergunta antes)"],
        Action::Toggle => ["escolher", "escolher o assento, ou deixar"],
        Action::Yes => ["sim", "sim"],
        Action::No => ["não", "não"],
        Action::Keep => ["manter", "sair e manter as reservas"],
    }
}

fn english(action: Action) -> [&'static str; 2] {
    match action {
        Action::Up => ["up", "the line above"],
        Action::Down => ["down", "the line below"],
        Action::PageUp => ["page up", "a page up"],
        Action::PageDown => ["page down", "a page down"],
        Action::First => ["first", "the first line"],
        Action::Last => ["last", "the last line, of all pages"],
        Action::Left => ["left", "to the left"],
        Action::Right => ["right", "to the right"],
        Action::Hold => ["hold", "hold the leg, those marked, or the trip: all or nothing"],
        Action::Mark => ["mark", "mark the leg, to hold several at once"],
        Action::Filter => ["filter", "filter as you type; accents do not count"],
        Action::From => ["from", "choose where from"],
        Action::To => ["to", "choose where to"],
        Action::Date => ["date", "choose the date"],
        Action::NextDay => ["next day", "a day later"],
        Action::PreviousDay => ["day before", "a day earlier"],
        Action::Seats => ["seats", "see the cabin and choose seats"],
        Action::Cart => ["cart", "go to the cart"],
        Action::Buy => ["buy", "go from the cart to the purchase"],
        Action::MoreSeats => ["one more", "one more seat on this leg"],
        Action::ReleaseOne => ["release", "release a seat of this leg"],
        Action::ReleaseAll => ["release all", "release everything (asks first)"],
        Action::Sort => ["sort", "sort by departure, fare, duration or seats"],
        Action::ShowAll => ["all", "show also those that are not on sale"],
        Action::Trips => ["trips", "trips with connections"],
        Action::Bookings => ["bookings", "my bookings"],
        Action::Log => ["notices", "all notices, with their times"],
        Action::Help => ["help", "the keys of this screen"],
        Action::Language => ["Português", "mudar para português"],
        Action::Mouse => ["mouse", "turn the mouse on or off"],
        Action::Retry => ["retry now", "connect now; if taken over, a new session"],
        Action::Refresh => ["refresh", "read again what is shown"],
        Action::Copy => ["copy", "copy the locator and the claim code"],
        Action::Save => ["save", "save the ticket as text"],
        Action::Redraw => ["redraw", "draw the screen again"],
        Action::Suspend => ["suspend", "go to the background; the cart keeps counting"],
        Action::Quit => ["quit", "quit (asks if there are holds)"],
        Action::Interrupt => ["quit", "quit; the second time without asking"],
        Action::Back => ["back", "back; dismiss the notice"],
        Action::Accept => ["accept", "take what is chosen"],
        Action::NextField => ["next", "the next field"],
        Action::PreviousField => ["previous", "the field before"],
        Action::Confirm => ["confirm purchase", "confirm the purchase"],
        Action::ConfirmHint => ["how to confirm", "tells which key buys"],
        Action::Open => ["open", "open the booking"],
        Action::LookUp => ["look up", "open a booking by locator and code"],
        Action::CancelBooking => ["cancel", "cancel the booking (asks first)"],
        Action::Toggle => ["choose", "choose the seat, or not"],
        Action::Yes => ["yes", "yes"],
        Action::No => ["no", "no"],
        Action::Keep => ["keep", "leave and keep the holds"],
    }
}

/// Where keys hold, as a heading of the help.
pub fn context(context: Context, lang: Lang) -> &'static str {
    let (pt, en) = match context {
        Context::Board => ("Trechos", "Legs"),
        Context::AirportField => ("Escolher aeroporto", "Choosing an airport"),
        Context::DateField => ("Escolher data", "Choosing a date"),
        Context::TextFilter => ("Filtro", "Filter"),
        Context::Trips => ("Viagens", "Trips"),
        Context::Cart => ("Carrinho", "Cart"),
        Context::Names => ("Passageiros", "Passengers"),
        Context::Review => ("Conferir", "Review"),
        Context::Confirming => ("Confirmando", "Confirming"),
        Context::Booked => ("Bilhete", "Ticket"),
        Context::Bookings => ("Minhas compras", "My bookings"),
        Context::Booking => ("Uma compra", "One booking"),
        Context::LookUp => ("Abrir uma compra", "Looking a booking up"),
        Context::Help => ("Ajuda", "Help"),
        Context::HelpFilter => ("Filtro da ajuda", "The help's filter"),
        Context::Log => ("Avisos", "Notices"),
        Context::Question => ("Pergunta", "Question"),
        Context::Seats => ("Assentos", "Seats"),
        Context::Everywhere => ("Em todas as telas", "On all screens"),
        Context::Always => ("Sempre", "Always"),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

/// The key of a line that is shown first: a yes has the letter that the language says it with.
pub fn shown_key(binding: &Binding, lang: Lang) -> Option<Key> {
    match (binding.action, lang) {
        (Action::Yes, Lang::Pt) => binding.keys.iter().find(|key| **key == Key::char('s')).copied(),
        (Action::Yes, Lang::En) => binding.keys.iter().find(|key| **key == Key::char('y')).copied(),
        _ => None,
    }
    .or(binding.keys.first().copied())
}

/// A key as it is printed on a keyboard: words, not symbols that a font may lack.
pub fn key(key: Key, lang: Lang) -> String {
    let name = match key.code {
        Code::Char(' ') => match lang {
            Lang::Pt => "espaço".to_owned(),
            Lang::En => "space".to_owned(),
        },
        Code::Char(character) => character.to_string(),
        Code::Enter => "Enter".to_owned(),
        Code::Esc => "Esc".to_owned(),
        Code::Tab => "Tab".to_owned(),
        Code::BackTab => "Shift+Tab".to_owned(),
        Code::Backspace => "Backspace".to_owned(),
        Code::Delete => "Del".to_owned(),
        Code::Up => "↑".to_owned(),
        Code::Down => "↓".to_owned(),
        Code::Left => "←".to_owned(),
        Code::Right => "→".to_owned(),
        Code::PageUp => "PgUp".to_owned(),
        Code::PageDown => "PgDn".to_owned(),
        Code::Home => "Home".to_owned(),
        Code::End => "End".to_owned(),
        Code::F(number) => format!("F{number}"),
    };
    match (key.ctrl, key.alt) {
        (false, false) => name,
        (true, _) => format!("Ctrl+{}", name.to_uppercase()),
        (false, true) => format!("Alt+{name}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::keys::BINDINGS;

    use super::*;

    #[test]
    fn footer_words_are_short_and_help_words_say_more_in_both_languages() {
        for binding in BINDINGS {
            for lang in Lang::ALL {
                let short = action(binding.action, lang);
                let long = action_help(binding.action, lang);
                assert!(!short.is_empty() && short.chars().count() <= 16, "{short}");
                assert!(!long.is_empty() && long.chars().count() <= 60, "{long}");
                assert!(!context(binding.context, lang).is_empty());
            }
        }
    }

    #[test]
    fn a_yes_is_shown_with_the_letter_of_the_language() {
        let yes = BINDINGS.iter().find(|binding| binding.action == Action::Yes).unwrap();
        assert_eq!(shown_key(yes, Lang::Pt), Some(Key::char('s')));
        assert_eq!(shown_key(yes, Lang::En), Some(Key::char('y')));
        let no = BINDINGS.iter().find(|binding| binding.action == Action::Hold).unwrap();
        assert_eq!(shown_key(no, Lang::Pt), no.keys.first().copied());
    }

    #[test]
    fn keys_are_named_as_printed() {
        assert_eq!(key(Key::char(' '), Lang::Pt), "espaço");
        assert_eq!(key(Key::ctrl('l'), Lang::En), "Ctrl+L");
        assert_eq!(key(Key::char('X'), Lang::En), "X");
    }
}
