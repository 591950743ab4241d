//! The fixed texts, both languages side by side.

use super::Lang;

/// Declares [`Text`]: a line is a text, first in Portuguese, then in English.
macro_rules! texts {
    ($($name:ident: $pt:literal, $en:literal;)*) => {
        /// A fixed text of the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "a text's words are its documentation")]
        pub enum Text { $($name,)* }

        impl Text {
            /// Every text.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The words.
            pub const fn say(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::Pt) => $pt, (Self::$name, Lang::En) => $en,)*
                }
            }
        }
    };
}

texts! {
    // The header and the search.
    Brand: "trecho", "trecho";
    Anywhere: "qualquer lugar", "anywhere";
    AllLegs: "todos os trechos", "all legs";
    AnyDay: "qualquer dia", "any day";
    From: "De", "From";
    To: "Para", "To";
    Date: "Data", "Date";
    Filter: "Filtro", "Filter";
    FilterHint: "voo, cidade ou código", "flight, city or code";
    DateHint: "24/11, amanhã, +3", "24/11, tomorrow, +3";
    AirportHint: "cidade ou código", "city or code";
    NoAirportMatches: "Nenhum aeroporto assim: tente o código (GRU) ou parte da cidade",
        "No such airport: try its code (GRU) or part of the city";
    AirportsNotHere: "A lista de aeroportos ainda não chegou", "The list of airports is not here yet";

    // The connection.
    Online: "conectado", "online";
    Connecting: "conectando", "connecting";
    Offline: "sem conexão", "offline";
    Replaced: "sessão em outro lugar", "session elsewhere";
    RetryNow: "tentar já", "retry now";
    ReplacedLong: "Outro programa assumiu esta sessão e o carrinho dela.",
        "Another program took over this session and its cart.";
    NewSession: "nova sessão", "new session";
    NotTrusted: "servidor não confiável", "server not trusted";
    Stranger: "Servidor desconhecido, nada foi enviado a ele.",
        "Unknown server, nothing was sent to it.";
    LookAtKey: "ver a chave dele", "look at its key";
    StartServer: "liga um servidor aqui", "starts a server here";
    TryDemo: "mostra tudo funcionando", "shows it all at work";
    KeepsTrying: "Seguimos tentando sozinhos.", "We keep trying by ourselves.";

    // The board.
    Legs: "Trechos", "Legs";
    ColumnFlight: "voo", "flight";
    ColumnFrom: "de", "from";
    ColumnTo: "para", "to";
    ColumnRoute: "trecho", "leg";
    ColumnDay: "data", "date";
    ColumnDeparts: "parte", "dep.";
    ColumnArrives: "chega", "arr.";
    ColumnDuration: "duração", "duration";
    ColumnDurationShort: "dur.", "dur.";
    ColumnAircraft: "avião", "plane";
    ColumnSeats: "assentos", "seats";
    ColumnSeatsShort: "lug", "sts";
    ColumnFare: "tarifa", "fare";
    Taken: "esgotado", "sold out";
    TakenNow: "esgotado agora", "just sold out";
    Reopened: "reabriu", "reopened";
    ReopenedNow: "reabriu agora", "just reopened";
    Closed: "fechado", "closed";
    Departed: "já partiu", "departed";
    Holding: "reservando", "holding";
    InCart: "no carrinho", "in the cart";
    LastSeat: "último", "last one";
    Loading: "Procurando trechos", "Looking for legs";
    LoadingMore: "buscando mais", "loading more";
    Stale: "sem atualizar", "not updated";
    ShowingAll: "todos", "all";
    NothingFound: "Nenhum trecho para esta busca.", "No legs for this search.";
    NothingFiltered: "O filtro não casa com nenhum trecho carregado.",
        "The filter matches none of the legs loaded.";
    NothingYet: "Nenhum trecho à venda no momento.", "No legs on sale right now.";
    WidenText: "limpar o filtro", "clear the filter";
    WidenDate: "qualquer dia", "any day";
    WidenDateNext: "outro dia", "another day";
    WidenTo: "outro destino, ou qualquer um", "another destination, or any";
    WidenFrom: "outra origem, ou qualquer uma", "another origin, or any";
    WidenAll: "mostrar também os esgotados", "show those sold out too";
    WidenTrips: "viagens com conexão", "trips with connections";
    Widen: "Para ampliar:", "To widen it:";

    // The cart.
    Cart: "Carrinho", "Cart";
    CartEmptyShort: "carrinho vazio", "empty cart";
    CartEmpty: "Carrinho vazio.", "The cart is empty.";
    CartEmptyHow: "reserva o trecho sob o cursor por alguns minutos, só para você.",
        "holds the leg under the cursor for some minutes, for you alone.";
    CartEmptyBack: "volta aos trechos.", "goes back to the legs.";
    Total: "total", "total";
    Expires: "expira em", "expires in";
    ExpiresShort: "expira", "expires";
    UrgentMinute: "menos de um minuto", "less than a minute";
    UrgentSoon: "confirme já: menos de 20 s", "confirm now: under 20 s";
    UrgentLast: "últimos 10 segundos", "last 10 seconds";
    Expired: "tempo esgotado", "time is up";
    Releasing: "devolvendo", "releasing";
    Unequal: "assentos desiguais", "unequal seats";

    // Live.
    Live: "Ao vivo", "Live";
    LiveQuiet: "Quando um trecho esgotar ou reabrir, aparece aqui na hora.",
        "When a leg sells out or reopens, it shows here at once.";
    LiveQuietShort: "ao vivo: nenhuma novidade ainda", "live: no news yet";
    LiveOfflineShort: "ao vivo: volta com a conexão", "live: back when online";
    LiveOffline: "As novidades voltam junto com a conexão.", "News comes back with the connection.";
    You: "você", "you";

    // Help, log, questions.
    Help: "Ajuda", "Help";
    HelpNone: "Nenhuma tecla com essas palavras. Esc limpa.", "No key with these words. Esc clears.";
    HelpMouse: "Com o mouse ligado, Shift e arrastar seleciona texto.",
        "With the mouse on, Shift and drag selects text.";
    Log: "Avisos", "Notices";
    LogEmpty: "Nenhum aviso até agora.", "No notices so far.";
    AskQuit: "Sair com reservas no carrinho?", "Leave with holds in the cart?";
    AskRelease: "Devolver tudo o que está no carrinho?", "Give back everything in the cart?";
    AskCancel: "Cancelar esta compra?", "Cancel this booking?";
    AskCancelWhy: "Os assentos ficam livres na hora, e todos ficam sabendo. Não há como desfazer.",
        "The seats are free at once, and everyone is told. This cannot be undone.";
    AskReleaseWhy: "Outra pessoa pode levá-los em seguida.", "Somebody else may take them next.";
    AskQuitWhy: "Devolver libera os assentos agora; manter guarda as reservas até o tempo acabar, e o próximo início as retoma.",
        "Releasing frees the seats now; keeping holds them until the time is up, and the next start takes them up again.";
    AskQuitSettling: "Sair no meio de uma compra?", "Leave amid a purchase?";
    AskQuitSettlingWhy: "A compra está anotada neste computador: o próximo início descobre o resultado, e ela nunca vale duas vezes.",
        "The purchase is noted on this computer: the next start learns its outcome, and it never counts twice.";
    SettleLater: "sair, resolver depois", "leave, settle later";
    AskTrust: "Servidor desconhecido", "Unknown server";
    AskTrustWhy: "Ninguém em quem esta máquina confia responde por ele. Se a companhia lhe der exatamente esta chave, confie: ela fica guardada, e nada é enviado a quem não a tiver.",
        "Nobody whom this machine trusts vouches for it. If its operator gives you exactly this key, trust it: it is remembered, and nothing is sent to anyone without it.";
    DontConnect: "não conectar", "don't connect";
    YesTrust: "confiar e guardar", "trust and remember";
    Stay: "ficar", "stay";
    ReleaseAndLeave: "devolver e sair", "release and leave";
    KeepAndLeave: "manter e sair", "keep and leave";
    YesRelease: "devolver tudo", "release all";
    YesCancel: "cancelar a compra", "cancel the booking";
    No: "não", "no";

    // Seats.
    Seats: "Assentos", "Seats";
    SeatsLoading: "Buscando a cabine", "Fetching the cabin";
    SeatsOffline: "Sem conexão: a cabine volta junto com ela.", "Offline: the cabin comes back with the connection.";
    SeatFree: "livre", "free";
    SeatHeld: "em reserva", "held";
    SeatSold: "vendido", "sold";
    SeatBlocked: "bloqueado", "blocked";
    SeatChosen: "escolhido", "chosen";
    SeatOurs: "seu", "yours";
    SeatsNoneChosen: "nenhum escolhido", "none chosen";
    Row: "fila", "row";

    // Trips.
    Trips: "Viagens", "Trips";
    TripsNeedRoute: "Uma viagem precisa de origem, destino e data.", "A trip needs a from, a to and a date.";
    TripsLoading: "Procurando viagens", "Looking for trips";
    TripsNone: "Nenhuma viagem com até três trechos nesse dia.", "No trip of up to three legs on that day.";
    TripsNoneHow: "Tente outro dia ou um aeroporto vizinho.", "Try another day or a nearby airport.";
    Direct: "direto", "direct";
    Connection: "conexão", "connection";
    In: "em", "in";

    // Checkout.
    Checkout: "Compra", "Purchase";
    StepNames: "Passageiros", "Passengers";
    StepReview: "Conferir", "Review";
    StepDone: "Bilhete", "Ticket";
    FirstName: "Nome", "Given name";
    LastName: "Sobrenome", "Family name";
    Email: "E-mail", "E-mail";
    Optional: "(opcional)", "(optional)";
    Passenger: "Passageiro", "Passenger";
    ReviewHow: "Confira tudo: nada foi comprado ainda.", "Check it all: nothing is bought yet.";
    ReviewEnter: "Enter não compra", "Enter does not buy";
    Confirming: "Confirmando a compra", "Confirming the purchase";
    ConfirmingHow: "O servidor grava a compra antes de responder. Um instante.",
        "The server writes the purchase down before it answers. One moment.";
    Noting: "Anotando a compra neste computador", "Noting the purchase on this computer";
    Settling: "A conexão caiu no meio da compra", "The connection was lost amid the purchase";
    SettlingHow: "Assim que ela voltar, o mesmo pedido é feito com a mesma chave: ou a compra já valeu, ou vale agora, nunca duas vezes. Pode deixar esta tela aberta.",
        "As soon as it is back the same request is made with the same key: either the purchase counted already or it counts then, never twice. You can leave this screen open.";
    Booked: "Compra confirmada", "Booked";
    BoardingPass: "Boa viagem!", "Have a good flight!";
    Locator: "Localizador", "Locator";
    Claim: "Código da compra", "Claim code";
    ClaimHow: "Quem tem o código pode ver e cancelar a compra: guarde-o.",
        "Whoever has the code can see and cancel the booking: keep it safe.";

    // Bookings.
    Bookings: "Minhas compras", "My bookings";
    BookingsTab: "Compras", "Bookings";
    BookingsNone: "Nenhuma compra neste computador ainda.", "No bookings on this computer yet.";
    BookingsNoneHow: "As compras feitas aqui aparecem sozinhas. As outras se abrem pelo localizador e código.",
        "Bookings made here show up by themselves. Others open by locator and code.";
    LookUp: "Abrir uma compra", "Look a booking up";
    LookUpHow: "O localizador tem 6 letras ou números; o código da compra vem logo abaixo dele no bilhete.",
        "The locator has 6 letters or digits; the claim code stands below it on the ticket.";
    LookingUp: "Procurando a compra", "Looking the booking up";
    Cancelled: "cancelado", "cancelled";
    CancelledAll: "cancelada", "cancelled";
    Asking: "perguntando ao servidor", "asking the server";
    SavedFrom: "servidor", "server";
    Seat: "assento", "seat";

    // Small terminals.
    TooSmall: "terminal pequeno demais", "terminal too small";
    Dismiss: "Esc dispensa", "Esc dismisses";
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_text_has_words_of_plain_width_in_each_language() {
        for text in Text::ALL {
            for lang in Lang::ALL {
                let words = text.say(lang);
                assert!(!words.trim().is_empty(), "{text:?}");
                assert!(!words.contains('\u{fe0f}') && !words.contains('\n'), "{text:?}");
                assert_eq!(words.width(), words.chars().count(), "{text:?}");
            }
        }
    }

    #[test]
    fn the_words_of_the_trade_are_the_same_everywhere() {
        for text in Text::ALL {
            let words = text.say(Lang::Pt).to_lowercase();
            for wrong in ["ticket", "voucher", "reservar compra", "pedido de compra", "booking"] {
                assert!(!words.contains(wrong), "{text:?}: {words}");
            }
        }
    }
}
