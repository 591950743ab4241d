//! Names for the sample's passengers.

use super::dice::Dice;
use crate::booking::Passenger;

const FIRST_NAMES: [&str; 48] = [
    "Adriana",
    "Alícia",
    "Ana",
    "André",
    "Antônio",
    "Aparecida",
    "Beatriz",
    "Benício",
    "Bruno",
    "Caetano",
    "Camila",
    "Cássia",
    "Cecília",
    "Célia",
    "Davi",
    "Débora",
    "Edson",
    "Élida",
    "Fábio",
    "Fernanda",
    "Flávia",
    "Francisca",
    "Gabriel",
    "Gonçalo",
    "Heloísa",
    "Inês",
    "Íris",
    "Jéssica",
    "João",
    "José",
    "Júlia",
    "Laís",
    "Letícia",
    "Lúcia",
    "Luís",
    "Marcelo",
    "Márcia",
    "Marília",
    "Mateus",
    "Mônica",
    "Otávio",
    "Patrícia",
    "Raí",
    "Sebastião",
    "Tainá",
    "Vinícius",
    "Vitória",
    "Zélia",
];

const LAST_NAMES: [&str; 44] = [
    "Aguiar",
    "Albuquerque",
    "Almeida",
    "Alves",
    "Araújo",
    "Azevêdo",
    "Barbosa",
    "Batista",
    "Borges",
    "Brandão",
    "Camargo",
    "Cardoso",
    "Carvalho",
    "Conceição",
    "Corrêa",
    "Costa",
    "Falcão",
    "Ferreira",
    "França",
    "Galvão",
    "Gomes",
    "Gonçalves",
    "Guimarães",
    "Leitão",
    "Lima",
    "Magalhães",
    "Mendonça",
    "Moraes",
    "Nascimento",
    "Negrão",
    "Nóbrega",
    "Oliveira",
    "Paixão",
    "Pereira",
    "Queirós",
    "Ribeiro",
    "Sá",
    "Santos",
    "Silva",
    "Simões",
    "Souza",
    "Tavares",
    "Valença",
    "Ximenes",
];

/// Somebody.
pub(super) fn passenger(dice: &mut Dice) -> Passenger {
    let first_name = (*dice.pick(&FIRST_NAMES)).to_owned();
    let last_name = match dice.below(3) {
        0 => (*dice.pick(&LAST_NAMES)).to_owned(),
        1 => format!("{} {}", dice.pick(&LAST_NAMES), dice.pick(&LAST_NAMES)),
        _ => format!("de {}", dice.pick(&LAST_NAMES)),
    };
    Passenger { first_name, last_name }
}

#[cfg(test)]
mod tests {
    use trecho_shared::message::PersonName;

    use super::*;

    #[test]
    fn every_name_is_one_that_the_server_takes() {
        for name in FIRST_NAMES.iter().chain(&LAST_NAMES) {
            assert_eq!(name.parse::<PersonName>().unwrap().to_string(), *name);
        }
    }
}
