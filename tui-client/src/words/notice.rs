//! What happened, in a sentence that says what to do next where there is something to do.

use trecho_shared::ids::LegId;
use trecho_shared::message::{LostHold, LostReason};

use super::Lang;
use super::count::holds;
use super::distrust::distrust;
use super::refusal::refusal;
use super::trouble::trouble;
use crate::format;
use crate::message::CopiedTo;
use crate::model::Urgency;
use crate::notice::{Notice, WhyNot};

/// How many legs a sentence names before it says "and so many more".
const NAMED_LEGS: usize = 3;

/// A leg as a sentence names it: `TR1042 (GRU, ter 24/11)`.
pub fn leg(leg: LegId, lang: Lang) -> String {
    format!("{} ({}, {})", leg.flight, leg.origin, format::day_short(leg.date, lang))
}

fn list(legs: &[LegId], lang: Lang) -> String {
    let (and, more) = match lang {
        Lang::Pt => (" e ", "mais"),
        Lang::En => (" and ", "more"),
    };
    let mut names: Vec<String> =
        legs.iter().take(NAMED_LEGS).map(|named| leg(*named, lang)).collect();
    if legs.len() > NAMED_LEGS {
        let rest = legs.len() - NAMED_LEGS;
        names.push(match lang {
            Lang::Pt => format!("{more} {rest}"),
            Lang::En => format!("{rest} {more}"),
        });
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}{and}{last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// The distinct legs of `lost`, in order.
fn lost_legs(lost: &[LostHold]) -> Vec<LegId> {
    let mut legs: Vec<LegId> = Vec::new();
    for hold in lost {
        if !legs.contains(&hold.leg) {
            legs.push(hold.leg);
        }
    }
    legs
}

/// What happened, in words.
#[expect(clippy::too_many_lines, reason = "a sentence for each notice, and none can be missed")]
pub fn notice(notice: &Notice, lang: Lang) -> String {
    let one = |id: &LegId| leg(*id, lang);
    match notice {
        Notice::Held(legs) => {
            let legs = list(legs, lang);
            pick(lang, format!("Reservado: {legs}."), format!("Held: {legs}."))
        }
        Notice::Released(legs) => {
            let legs = list(legs, lang);
            pick(lang, format!("Devolvido: {legs}."), format!("Released: {legs}."))
        }
        Notice::AlreadyHeld(held) => pick(
            lang,
            format!("{} já está no carrinho: + pede mais um assento, x devolve um.", one(held)),
            format!("{} is in the cart already: + adds a seat, x gives one back.", one(held)),
        ),
        Notice::HoldRefused { kind, legs } => stop(refusal(*kind, &list(legs, lang), lang)),
        Notice::Refused { kind, legs, retry_after_ms } => {
            let sentence = refusal(*kind, &list(legs, lang), lang);
            match retry_after_ms.map(|ms| format::ago(ms.max(1000))) {
                Some(wait) => pick(
                    lang,
                    format!("{sentence} (em {wait})."),
                    format!("{sentence} (in {wait})."),
                ),
                None => stop(sentence),
            }
        }
        Notice::LegTaken(gone) => pick(
            lang,
            format!("{} acaba de esgotar.", one(gone)),
            format!("{} has just sold out.", one(gone)),
        ),
        Notice::LegReopened(open) => pick(
            lang,
            format!("{} tem assento de novo.", one(open)),
            format!("{} has a seat again.", one(open)),
        ),
        Notice::CartExpired(lost) => {
            let legs = list(&lost_legs(lost), lang);
            pick(
                lang,
                format!("O tempo acabou e perdemos {legs}. Reserve de novo enquanto há lugar."),
                format!("Time is up and we lost {legs}. Hold anew while there are seats."),
            )
        }
        Notice::CartChanged(lost) => cart_changed(lost, lang),
        Notice::CartEnds(urgency) => cart_ends(*urgency, lang).to_owned(),
        Notice::CartMeanwhile { lost, gained } => meanwhile(lost, gained, lang),
        Notice::Overlap(first, second) => pick(
            lang,
            format!("{} e {} se sobrepõem: ninguém pega os dois.", one(first), one(second)),
            format!("{} and {} overlap: nobody can fly both.", one(first), one(second)),
        ),

        Notice::Distrusted(why) => distrust(why, lang),
        Notice::KeyNotKept(why) => pick(
            lang,
            format!(
                "A chave do servidor não ficou guardada ({why}): na próxima vez perguntamos de novo."
            ),
            format!(
                "The server's key could not be kept ({why}): you will be asked again next time."
            ),
        ),
        Notice::OutcomeUnknown => pick(
            lang,
            "A resposta da compra se perdeu no caminho. Perguntamos de novo com a mesma chave: \
             ela nunca vale duas vezes.",
            "The answer to the purchase was lost on its way. We ask again with the same key: it \
             never counts twice.",
        ),
        Notice::SettlingPurchase => pick(
            lang,
            "Havia uma compra sem resposta da última vez. Estamos resolvendo: ela nunca vale \
             duas vezes.",
            "There was a purchase without an answer from the last time. It is being settled: it \
             never counts twice.",
        ),
        Notice::PurchaseUnsettled => pick(
            lang,
            "O servidor já não conhece aquela sessão: não dá para saber se a compra valeu, e nada \
             é enviado de novo. Fale com a companhia antes de comprar outra vez.",
            "The server no longer knows that session: whether the purchase was made cannot be \
             learnt, and nothing is sent again. Ask the airline before you buy once more.",
        ),
        Notice::PurchaseNotNoted(why) => pick(
            lang,
            format!(
                "A compra não foi enviada: não deu para anotá-la no disco ({why}). Libere espaço e confirme de novo."
            ),
            format!(
                "The purchase was not sent: it could not be noted on disk ({why}). Free some space and confirm again."
            ),
        ),
        Notice::Booked(locator) => pick(
            lang,
            format!("Compra confirmada: localizador {locator}."),
            format!("Booked: locator {locator}."),
        ),
        Notice::Cancelled(locator) => pick(
            lang,
            format!("Compra {locator}: bilhetes cancelados, assentos livres."),
            format!("Booking {locator}: tickets cancelled, seats free again."),
        ),

        Notice::ServerError(words) => pick(
            lang,
            format!("O servidor não entendeu o pedido ({words}). Atualize o programa."),
            format!("The server did not understand the request ({words}). Update the program."),
        ),
        Notice::NotNow(why) => not_now(*why, lang).to_owned(),
        Notice::Disconnected(why) => {
            let why = trouble(why, lang);
            pick(
                lang,
                format!("Sem conexão: {why}. Tentamos de novo sozinhos."),
                format!("Offline: {why}. We keep trying by ourselves."),
            )
        }
        Notice::Reconnected { holds: kept } => reconnected(*kept, lang),
        Notice::SessionReplaced => pick(
            lang,
            "Outro programa assumiu esta sessão e o carrinho dela. r começa uma nova aqui.",
            "Another program took over this session and its cart. r begins a new one here.",
        ),
        Notice::OperatorSays(words) => {
            pick(lang, format!("Aviso da companhia: {words}"), format!("From the airline: {words}"))
        }
        Notice::ServerClosing => pick(
            lang,
            "O servidor vai reiniciar. O carrinho fica guardado; a conexão volta sozinha.",
            "The server is about to restart. The cart is kept; the connection returns by itself.",
        ),
        Notice::Copied(CopiedTo::Terminal) => pick(
            lang,
            "Enviado à área de transferência do terminal (se ele aceitar).",
            "Sent to the terminal's clipboard (if it takes it).",
        ),
        Notice::Copied(CopiedTo::Tmux) => pick(
            lang,
            "Enviado ao buffer do tmux: prefixo ] cola.",
            "Sent to tmux's buffer: prefix ] pastes it.",
        ),
        Notice::Saved(path) => pick(lang, format!("Salvo em {path}"), format!("Saved to {path}")),
        Notice::StoreFailed { what, why } => pick(
            lang,
            format!("Não deu para usar um arquivo ({what}): {why}. Veja espaço e permissões."),
            format!("A file could not be used ({what}): {why}. Check space and permissions."),
        ),
        Notice::Damaged(path) => pick(
            lang,
            format!("Um arquivo estava danificado e foi guardado em {path}. Seguimos sem ele."),
            format!("A file was damaged and is kept at {path}. We go on without it."),
        ),
        Notice::Mouse(true) => pick(
            lang,
            "Mouse ligado: Shift e arrastar seleciona texto.",
            "Mouse on: Shift and drag selects text.",
        ),
        Notice::Mouse(false) => pick(
            lang,
            "Mouse desligado: o terminal seleciona texto como sempre.",
            "Mouse off: the terminal selects text as ever.",
        ),
    }
}

/// The sentence in the language that is wanted.
fn pick(lang: Lang, pt: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Pt => pt.into(),
        Lang::En => en.into(),
    }
}

fn meanwhile(lost: &[LegId], gained: &[LegId], lang: Lang) -> String {
    let (lost_names, gained_names) = (list(lost, lang), list(gained, lang));
    match (lost.is_empty(), gained.is_empty()) {
        (true, true) => pick(lang, "O carrinho está como antes.", "The cart is as it was."),
        (false, true) => pick(
            lang,
            format!(
                "Enquanto isso saiu do carrinho: {lost_names}. Reserve de novo se houver lugar."
            ),
            format!("Meanwhile left the cart: {lost_names}. Hold anew if there are seats."),
        ),
        (true, false) => pick(
            lang,
            format!("A reserva deu certo: {gained_names} está no carrinho."),
            format!("The hold went through: {gained_names} is in the cart."),
        ),
        (false, false) => pick(
            lang,
            format!("O carrinho mudou: saiu {lost_names}; entrou {gained_names}."),
            format!("The cart has changed: lost {lost_names}; gained {gained_names}."),
        ),
    }
}

fn stop(mut sentence: String) -> String {
    sentence.push('.');
    sentence
}

fn cart_changed(lost: &[LostHold], lang: Lang) -> String {
    let legs = list(&lost_legs(lost), lang);
    let (pt, en) = match lost.first().map(|hold| hold.reason) {
        Some(LostReason::Expired) => ("o tempo acabou", "its time was up"),
        Some(LostReason::Departed) => ("já partiu", "it has departed"),
        Some(LostReason::Closed) => ("saiu de venda", "it is no longer on sale"),
        Some(LostReason::Operator) => ("a companhia liberou", "the airline released it"),
        None => ("confira antes de confirmar", "check it before you confirm"),
    };
    match lang {
        Lang::Pt if lost.is_empty() => format!("O carrinho mudou: {pt}."),
        Lang::En if lost.is_empty() => format!("The cart has changed: {en}."),
        Lang::Pt => format!("{legs} saiu do carrinho: {pt}. O resto segue reservado."),
        Lang::En => format!("{legs} left the cart: {en}. The rest is still held."),
    }
}

fn cart_ends(urgency: Urgency, lang: Lang) -> &'static str {
    match (urgency, lang) {
        (Urgency::Calm, Lang::Pt) => "O carrinho tem tempo de sobra.",
        (Urgency::Calm, Lang::En) => "The cart has time to spare.",
        (Urgency::Minute, Lang::Pt) => "O carrinho expira em um minuto.",
        (Urgency::Minute, Lang::En) => "The cart expires in a minute.",
        (Urgency::Soon, Lang::Pt) => "O carrinho expira em 20 segundos: confirme já.",
        (Urgency::Soon, Lang::En) => "The cart expires in 20 seconds: confirm now.",
        (Urgency::Last, Lang::Pt) => "O carrinho expira em 10 segundos.",
        (Urgency::Last, Lang::En) => "The cart expires in 10 seconds.",
    }
}

fn reconnected(kept: Option<usize>, lang: Lang) -> String {
    match (kept, lang) {
        (Some(0), Lang::Pt) => "Conectado de novo, na mesma sessão.".to_owned(),
        (Some(0), Lang::En) => "Connected again, in the same session.".to_owned(),
        (Some(kept), Lang::Pt) => {
            format!("Conectado de novo, e o carrinho está aqui: {}.", holds(kept, lang))
        }
        (Some(kept), Lang::En) => {
            format!("Connected again, and the cart is here: {}.", holds(kept, lang))
        }
        (None, Lang::Pt) => {
            "Conectado de novo, mas a sessão anterior acabou: o carrinho está vazio.".to_owned()
        }
        (None, Lang::En) => {
            "Connected again, but the session before has ended: the cart is empty.".to_owned()
        }
    }
}

fn not_now(why: WhyNot, lang: Lang) -> &'static str {
    let (pt, en) = match why {
        WhyNot::Offline => (
            "Sem conexão: isso volta a funcionar junto com ela.",
            "Offline: this works again once connected.",
        ),
        WhyNot::CartEmpty => (
            "O carrinho está vazio: reserve um trecho antes.",
            "The cart is empty: hold a leg first.",
        ),
        WhyNot::NothingSelected => {
            ("Não há nada sob o cursor.", "There is nothing under the cursor.")
        }
        WhyNot::LegTaken => (
            "Esse trecho está esgotado: escolha outro horário.",
            "That leg is sold out: pick another departure.",
        ),
        WhyNot::LegNotOnSale => (
            "Esse trecho não está à venda: já partiu ou foi fechado.",
            "That leg is not on sale: it has departed or is closed.",
        ),
        WhyNot::UnequalSeats => (
            "Os trechos têm números diferentes de assentos: iguale antes de comprar.",
            "The legs have different numbers of seats: make them equal before you buy.",
        ),
        WhyNot::Busy => {
            ("Ainda esperando a resposta anterior.", "Still waiting for the answer before.")
        }
        WhyNot::TripNeedsRoute => (
            "Viagens precisam de origem, destino e data: preencha os três.",
            "Trips need a from, a to and a date: fill in all three.",
        ),
        WhyNot::Settling => (
            "A compra ainda está sendo resolvida: espere o resultado.",
            "The purchase is still being settled: wait for its outcome.",
        ),
        WhyNot::NeedsConfirmKey => (
            "Enter sozinho nunca compra: a tecla c confirma.",
            "Enter alone never buys: the c key confirms.",
        ),
        WhyNot::SeatNotFree => (
            "Esse assento não está livre: escolha outro.",
            "That seat is not free: choose another.",
        ),
        WhyNot::NotInCart => ("Esse trecho não está no carrinho.", "That leg is not in the cart."),
        WhyNot::OtherServer => (
            "Essa compra é de outro servidor: conecte-se a ele para mexer nela.",
            "That booking is from another server: connect to it to change it.",
        ),
        WhyNot::AlreadyCancelled => {
            ("Essa compra já está cancelada.", "That booking is cancelled already.")
        }
        WhyNot::FieldsWrong => (
            "Há campos por preencher ou errados: veja os marcados.",
            "Some fields are empty or wrong: see those marked.",
        ),
    };
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use trecho_shared::message::RefusalKind;

    use super::*;

    const KINDS: [RefusalKind; 19] = [
        RefusalKind::LegTaken,
        RefusalKind::LegUnknown,
        RefusalKind::LegDeparted,
        RefusalKind::LegClosed,
        RefusalKind::SeatTaken,
        RefusalKind::SeatUnknown,
        RefusalKind::HoldUnknown,
        RefusalKind::CartEmpty,
        RefusalKind::CartExpired,
        RefusalKind::CartChanged,
        RefusalKind::CartFull,
        RefusalKind::PassengersMismatch,
        RefusalKind::BookingUnknown,
        RefusalKind::IdempotencyConflict,
        RefusalKind::SessionUnknown,
        RefusalKind::SessionReplaced,
        RefusalKind::LimitExceeded,
        RefusalKind::StorageUnavailable,
        RefusalKind::Closing,
    ];

    fn some_leg() -> LegId {
        "TR1042-20261124-GRU".parse().unwrap()
    }

    #[test]
    fn a_lost_leg_is_named_and_the_next_step_said() {
        let lost = Notice::HoldRefused { kind: RefusalKind::LegTaken, legs: vec![some_leg()] };
        assert_eq!(
            notice(&lost, Lang::Pt),
            "Perdemos TR1042 (GRU, ter 24/11): alguém levou antes. Nada foi reservado; escolha outro."
        );
        assert!(notice(&lost, Lang::En).contains("TR1042 (GRU, Tue 24/11)"));
    }

    #[test]
    fn every_refusal_about_legs_names_them_in_both_languages() {
        for lang in Lang::ALL {
            for kind in KINDS {
                let about_legs = matches!(
                    kind,
                    RefusalKind::LegTaken
                        | RefusalKind::LegUnknown
                        | RefusalKind::LegDeparted
                        | RefusalKind::LegClosed
                        | RefusalKind::SeatTaken
                        | RefusalKind::SeatUnknown
                );
                let words = notice(&Notice::HoldRefused { kind, legs: vec![some_leg()] }, lang);
                assert_eq!(words.contains("TR1042"), about_legs, "{words}");
                assert!(words.ends_with('.') && !words.contains(['{', '}']), "{words}");
                // Two parts: what happened, and what to do.
                let parts = words.split(['.', ';', ':', ',']).filter(|it| !it.trim().is_empty());
                assert!(parts.count() >= 2, "{words}");
            }
        }
    }

    #[test]
    fn a_long_list_of_legs_is_cut_short() {
        let legs = vec![some_leg(); 5];
        assert!(notice(&Notice::Held(legs.clone()), Lang::Pt).ends_with(" e mais 2."));
        assert!(notice(&Notice::Held(legs), Lang::En).ends_with(" and 2 more."));
    }
}
