//! Real airports and aircraft, and a day of flights between them.

use trecho_shared::ids::{FlightNumber, Iata, LegId, Version};
use trecho_shared::message::{Airport, Leg, LegStatus};
use trecho_shared::money::Centavos;
use trecho_shared::time::{Date, LocalTime};

use super::DAY;
use crate::model::TickerKind;

/// Code, name, city, state.
const AIRPORTS: &[(&str, &str, &str, &str)] = &[
    ("BEL", "Val de Cans", "Belém", "PA"),
    ("BSB", "Presidente Juscelino Kubitschek", "Brasília", "DF"),
    ("CGB", "Marechal Rondon", "Cuiabá", "MT"),
    ("CGH", "Congonhas", "São Paulo", "SP"),
    ("CNF", "Tancredo Neves", "Belo Horizonte", "MG"),
    ("CWB", "Afonso Pena", "Curitiba", "PR"),
    ("FLN", "Hercílio Luz", "Florianópolis", "SC"),
    ("FOR", "Pinto Martins", "Fortaleza", "CE"),
    ("GIG", "Galeão", "Rio de Janeiro", "RJ"),
    ("GRU", "Guarulhos", "São Paulo", "SP"),
    ("GYN", "Santa Genoveva", "Goiânia", "GO"),
    ("MAO", "Eduardo Gomes", "Manaus", "AM"),
    ("POA", "Salgado Filho", "Porto Alegre", "RS"),
    ("REC", "Guararapes", "Recife", "PE"),
    ("SDU", "Santos Dumont", "Rio de Janeiro", "RJ"),
    ("SSA", "Luís Eduardo Magalhães", "Salvador", "BA"),
    ("VCP", "Viracopos", "Campinas", "SP"),
    ("VIX", "Eurico de Aguiar Salles", "Vitória", "ES"),
];

pub(super) fn iata(code: &str) -> Iata {
    code.parse().expect("scenes name real airports")
}

pub(super) fn airports() -> Vec<Airport> {
    AIRPORTS
        .iter()
        .map(|(code, name, city, state)| Airport {
            iata: iata(code),
            name: (*name).to_owned(),
            city: (*city).to_owned(),
            state: (*state).to_owned(),
            latitude: -12.0,
            longitude: -46.0,
            timezone: "America/Sao_Paulo".to_owned(),
        })
        .collect()
}

/// Where `code` stands in [`airports`].
pub(super) fn place_of(code: &str) -> usize {
    AIRPORTS.iter().position(|(known, ..)| *known == code).expect("scenes name real airports")
}

/// Minutes ahead of UTC at an airport.
fn offset(code: &str) -> i16 {
    if matches!(code, "MAO" | "CGB") { -240 } else { -180 }
}

fn local(date: Date, minute: i64, code: &str) -> LocalTime {
    let days = i64::from(date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()));
    let seconds = days * 86_400 + minute * 60 - i64::from(offset(code)) * 60;
    LocalTime::new(seconds, offset(code)).expect("a date of this century")
}

/// One leg of a scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flown<'a> {
    pub(super) number: u16,
    /// From and to.
    pub(super) route: (&'a str, &'a str),
    pub(super) date: Date,
    /// Minute of the day of the take-off, and minutes in the air.
    pub(super) times: (i64, i64),
    pub(super) aircraft: &'a str,
    /// Seats left.
    pub(super) left: u32,
    /// In whole reais.
    pub(super) reais: i64,
}

pub(super) fn leg(flown: Flown) -> Leg {
    let Flown { number, route: (from, to), date, times: (departs, lasts), aircraft, left, reais } =
        flown;
    let flight = FlightNumber::new(*b"TR", number).expect("a flight number in form");
    let departs_at = local(date, departs, from);
    let arrives_at = LocalTime::new(departs_at.unix_seconds() + lasts * 60, offset(to))
        .expect("a date of this century");
    let capacity = match aircraft {
        "AT7" => 70,
        "E95" => 118,
        "73G" => 138,
        "319" => 140,
        _ => 174,
    };
    Leg {
        leg: LegId { flight, date, origin: iata(from) },
        flight,
        from: iata(from),
        to: iata(to),
        departs_at,
        arrives_at,
        aircraft: aircraft.to_owned(),
        capacity,
        seats_left: left.min(capacity),
        fare_centavos: Centavos(reais * 100 + i64::from(number) % 10 * 10),
        status: if left == 0 { LegStatus::Taken } else { LegStatus::Open },
        version: Version(u64::from(number)),
    }
}

/// São Paulo to Salvador on the day looked at, by departure.
pub(super) fn to_salvador() -> Vec<Leg> {
    const AIRCRAFT: [&str; 5] = ["320", "73G", "E95", "321", "319"];
    const LEFT: [u32; 9] = [43, 121, 4, 96, 1, 67, 12, 158, 30];
    (0..46u16)
        .map(|at| {
            let place = usize::from(at);
            let drift = i64::from(at * 7 % 13);
            leg(Flown {
                number: 1042 + at * 4,
                route: ("GRU", "SSA"),
                date: DAY,
                times: (310 + i64::from(at) * 24 + drift, 140 + drift),
                aircraft: AIRCRAFT[place % AIRCRAFT.len()],
                left: LEFT[place % LEFT.len()],
                reais: 289 + i64::from(at * 37 % 31) * 17,
            })
        })
        .collect()
}

/// Salvador to Recife, for the second leg of the cart.
pub(super) fn onward() -> Leg {
    leg(Flown {
        number: 2210,
        route: ("SSA", "REC"),
        date: DAY,
        times: (620, 85),
        aircraft: "E95",
        left: 21,
        reais: 188,
    })
}

/// Everything that leaves next, wherever it goes.
pub(super) fn everywhere() -> Vec<Leg> {
    const ROUTES: [(&str, &str, i64, &str); 12] = [
        ("GRU", "SSA", 145, "320"),
        ("CGH", "SDU", 55, "319"),
        ("BSB", "MAO", 175, "73G"),
        ("VCP", "GYN", 95, "AT7"),
        ("POA", "CWB", 70, "E95"),
        ("REC", "FOR", 80, "E95"),
        ("MAO", "BEL", 125, "320"),
        ("GIG", "BSB", 110, "321"),
        ("CNF", "VIX", 65, "AT7"),
        ("FLN", "GRU", 75, "320"),
        ("CGB", "GRU", 140, "E95"),
        ("SSA", "CNF", 105, "73G"),
    ];
    (0..60u16)
        .map(|at| {
            let (from, to, lasts, aircraft) = ROUTES[usize::from(at * 5) % ROUTES.len()];
            leg(Flown {
                number: 870 + at * 31,
                route: (from, to),
                date: Date::constant(2026, 11, 23),
                times: (865 + i64::from(at) * 11, lasts),
                aircraft,
                left: u32::from(at * 29 % 140) + 1,
                reais: 149 + i64::from(at * 53 % 97) * 11,
            })
        })
        .collect()
}

/// What has happened to others: how many seconds ago, to which leg, and what.
pub(super) fn news() -> Vec<(i64, Leg, TickerKind)> {
    let flown = |number, route, departs, lasts| {
        let (date, aircraft, left, reais) = (DAY, "320", 0, 300);
        leg(Flown { number, route, date, times: (departs, lasts), aircraft, left, reais })
    };
    vec![
        (2, to_salvador()[4].clone(), TickerKind::Taken),
        (20, flown(3307, ("GIG", "BSB"), 1015, 110), TickerKind::Reopened),
        (33, flown(871, ("POA", "CWB"), 555, 70), TickerKind::Taken),
        (58, flown(4410, ("MAO", "BEL"), 700, 125), TickerKind::Taken),
        (95, flown(1042, ("GRU", "SSA"), 310, 145), TickerKind::Taken),
        (131, flown(2051, ("CGH", "SDU"), 1170, 55), TickerKind::Taken),
        (140, flown(2051, ("CGH", "SDU"), 1210, 55), TickerKind::Reopened),
        (204, flown(952, ("VCP", "GYN"), 480, 95), TickerKind::Taken),
        (260, flown(5518, ("FOR", "REC"), 905, 80), TickerKind::Taken),
        (301, flown(1777, ("CNF", "VIX"), 1290, 65), TickerKind::Reopened),
    ]
}
