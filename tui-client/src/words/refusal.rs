//! The server's no: what was lost, and what to do next.

use trecho_shared::message::RefusalKind;

use super::Lang;

/// What a refusal means. `legs` names the legs concerned, already in words; empty if none is.
pub(super) fn refusal(kind: RefusalKind, legs: &str, lang: Lang) -> String {
    let (pt, en) = match kind {
        RefusalKind::LegTaken => (
            "Perdemos {legs}: alguém levou antes. Nada foi reservado; escolha outro",
            "Lost {legs}: somebody was faster. Nothing was held; pick another",
        ),
        RefusalKind::LegUnknown => (
            "O servidor não conhece {legs}. Busque de novo",
            "The server does not know {legs}. Search again",
        ),
        RefusalKind::LegDeparted => (
            "{legs} já partiu. Escolha um horário mais tarde",
            "{legs} has departed. Pick a later departure",
        ),
        RefusalKind::LegClosed => {
            ("{legs} saiu de venda. Escolha outro", "{legs} is no longer on sale. Pick another")
        }
        RefusalKind::SeatTaken => (
            "Assento ocupado em {legs}. Nada foi reservado; abra a cabine e escolha outro",
            "Seat not free on {legs}. Nothing was held; open the cabin and pick another",
        ),
        RefusalKind::SeatUnknown => (
            "Esse assento não existe em {legs}. Abra a cabine para ver os que há",
            "There is no such seat on {legs}. Open the cabin to see its seats",
        ),
        RefusalKind::HoldUnknown => (
            "Essa reserva já não existe. O carrinho foi atualizado",
            "That hold no longer exists. The cart was brought up to date",
        ),
        RefusalKind::CartEmpty => (
            "O carrinho está vazio. Reserve um trecho antes",
            "The cart is empty. Hold a leg first",
        ),
        RefusalKind::CartExpired => (
            "O tempo do carrinho acabou e os assentos voltaram à venda. Reserve de novo",
            "The cart's time was up and its seats are on sale again. Hold them anew",
        ),
        RefusalKind::CartChanged => (
            "O carrinho mudou e nada foi comprado. Confira e confirme de novo",
            "The cart has changed and nothing was bought. Check it and confirm again",
        ),
        RefusalKind::CartFull => (
            "O carrinho está no limite e nada foi reservado. Confirme ou devolva algo antes",
            "The cart is at its limit and nothing was held. Confirm or release something first",
        ),
        RefusalKind::PassengersMismatch => (
            "Cada trecho precisa de um assento por passageiro. Iguale os assentos no carrinho",
            "Each leg needs one seat per passenger. Make the seats in the cart equal",
        ),
        RefusalKind::BookingUnknown => (
            "Não há compra com esse localizador e código. Confira os dois no bilhete",
            "There is no booking with that locator and code. Check both on the ticket",
        ),
        RefusalKind::IdempotencyConflict => (
            "A chave desta compra já serviu para outra. Volte ao carrinho e confirme de novo",
            "This purchase's key was used for another. Go back to the cart and confirm again",
        ),
        RefusalKind::SessionUnknown => (
            "O servidor já não conhece esta sessão. Uma nova começou, com o carrinho vazio",
            "The server no longer knows this session. A new one began, with an empty cart",
        ),
        RefusalKind::SessionReplaced => (
            "Outro programa assumiu esta sessão. Siga por lá, ou comece uma nova aqui",
            "Another program took over this session. Go on there, or begin a new one here",
        ),
        RefusalKind::LimitExceeded => (
            "Pedidos demais de uma vez. Espere um instante e tente de novo",
            "Too many requests at once. Wait a moment and try again",
        ),
        RefusalKind::StorageUnavailable => (
            "O servidor não consegue gravar agora. Nada mudou; tente de novo em instantes",
            "The server cannot write now. Nothing was changed; try again shortly",
        ),
        RefusalKind::Closing => (
            "O servidor está parando. Nada mudou; a conexão volta sozinha",
            "The server is stopping. Nothing was changed; the connection returns by itself",
        ),
    };
    let (sentence, some_leg) = match lang {
        Lang::Pt => (pt, "esse trecho"),
        Lang::En => (en, "that leg"),
    };
    capital(&sentence.replace("{legs}", if legs.is_empty() { some_leg } else { legs }))
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
