//! The airports and routes that are built into the server (`assets/network`).

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use trecho_shared::ids::Iata;
use trecho_shared::message::{Airport, Airports};

use super::fold;
use crate::booking::Aircraft;

const AIRPORTS_CSV: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/network/airports.csv"));
const ROUTES_CSV: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/network/routes.csv"));

/// An airport with what the server works out of it once.
#[derive(Debug)]
pub struct Place {
    /// As the wire shows it.
    pub airport: &'static Airport,
    /// Its time zone.
    pub zone: TimeZone,
    /// Where to find it under a search word: the words of its city and name, and its code, folded.
    pub words: Vec<String>,
}

/// A directed route of the sample network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where it begins.
    pub from: Iata,
    /// Where it ends.
    pub to: Iata,
    /// How many carriers fly it, 1 to 5.
    pub carriers: u8,
    /// What they fly it with, at least one type.
    pub aircraft: Vec<Aircraft>,
}

/// Every airport, by code.
pub fn airports() -> &'static Airports {
    &AIRPORTS
}

/// The airport of this code.
pub fn place(code: Iata) -> Option<&'static Place> {
    PLACES.get(&code)
}

/// The routes of the sample network, in the order of the file (by origin, then destination).
pub fn routes() -> &'static [Route] {
    &ROUTES
}

/// How far it is from one airport to the other along the great circle, in kilometres.
pub fn distance_km(from: Iata, to: Iata) -> Option<f64> {
    Some(haversine_km(place(from)?.airport, place(to)?.airport))
}

static AIRPORTS: LazyLock<Airports> =
    LazyLock::new(|| read_airports(AIRPORTS_CSV).expect("a test reads the embedded airports"));

static PLACES: LazyLock<HashMap<Iata, Place>> = LazyLock::new(|| {
    let places = AIRPORTS.airports.iter().map(|airport| (airport.iata, settle(airport)));
    places.collect()
});

static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| read_routes(ROUTES_CSV).expect("a test reads the embedded routes"));

fn settle(airport: &'static Airport) -> Place {
    let zone = TimeZone::get(&airport.timezone).expect("a test looks every zone up");
    let mut words = fold(&airport.city);
    words.extend(fold(&airport.name));
    words.extend(fold(airport.iata.as_str()));
    Place { airport, zone, words }
}

/// A line of `airports.csv`. The ICAO code and the elevation are not told on the wire.
#[derive(Deserialize)]
struct AirportLine {
    iata: Iata,
    name: String,
    city: String,
    state: String,
    latitude: f64,
    longitude: f64,
    timezone: String,
}

fn read_airports(text: &str) -> Result<Airports, csv::Error> {
    let lines = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    let airports = lines.map(|line| {
        let AirportLine { iata, name, city, state, latitude, longitude, timezone } = line?;
        Ok(Airport { iata, name, city, state, latitude, longitude, timezone })
    });
    let mut airports = airports.collect::<Result<Vec<Airport>, csv::Error>>()?;
    airports.sort_by_key(|airport| airport.iata);
    Ok(Airports { airports })
}

#[derive(Deserialize)]
struct RouteLine {
    from: Iata,
    to: Iata,
    carriers: u8,
    #[serde(deserialize_with = "types")]
    aircraft: Vec<Aircraft>,
}

/// Aircraft types with blanks between them.
fn types<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Aircraft>, D::Error> {
    let text = String::deserialize(from)?;
    let types = text.split_whitespace().map(|code| code.parse().map_err(D::Error::custom));
    types.collect()
}

fn read_routes(text: &str) -> Result<Vec<Route>, csv::Error> {
    let lines = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    let routes = lines.map(|line| {
        let RouteLine { from, to, carriers, aircraft } = line?;
        Ok(Route { from, to, carriers, aircraft })
    });
    routes.collect()
}

fn haversine_km(from: &Airport, to: &Airport) -> f64 {
    /// The mean radius of the earth.
    const RADIUS_KM: f64 = 6371.0088;
    let half_sine = |degrees: f64| (degrees.to_radians() / 2.0).sin();
    let north = half_sine(to.latitude - from.latitude);
    let east = half_sine(to.longitude - from.longitude);
    let shrink = from.latitude.to_radians().cos() * to.latitude.to_radians().cos();
    let chord = (north * north + shrink * east * east).clamp(0.0, 1.0);
    2.0 * RADIUS_KM * chord.sqrt().asin()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn code(text: &str) -> Iata {
        text.parse().unwrap()
    }

    #[test]
    fn the_embedded_airports_are_sound() {
        let airports = read_airports(AIRPORTS_CSV).unwrap().airports;
        assert_eq!(airports.len(), 104);
        assert!(airports.windows(2).all(|pair| pair[0].iata < pair[1].iata));
        for airport in &airports {
            assert!(TimeZone::get(&airport.timezone).is_ok(), "{airport:?}");
            assert!((-34.0..6.0).contains(&airport.latitude), "{airport:?}");
            assert!((-74.0..-32.0).contains(&airport.longitude), "{airport:?}");
            assert_eq!(airport.state.len(), 2, "{airport:?}");
            assert!(!airport.city.is_empty() && !airport.name.is_empty(), "{airport:?}");
        }
    }

    #[test]
    fn the_embedded_routes_are_sound() {
        let routes = read_routes(ROUTES_CSV).unwrap();
        assert_eq!(routes.len(), 651);
        let ends: HashSet<_> = routes.iter().map(|route| (route.from, route.to)).collect();
        assert_eq!(ends.len(), routes.len());
        for route in &routes {
            assert!(place(route.from).is_some() && place(route.to).is_some(), "{route:?}");
            assert!(route.from != route.to, "{route:?}");
            assert!((1..=5).contains(&route.carriers), "{route:?}");
            assert!(!route.aircraft.is_empty(), "{route:?}");
        }
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        let close = |from, to, km: f64| {
            let found = distance_km(code(from), code(to)).unwrap();
            assert!((found - km).abs() < km * 0.01, "{from}-{to}: {found} km");
        };
        close("CGH", "SDU", 366.0);
        close("GRU", "MAO", 2690.0);
        close("MAO", "GRU", 2690.0);
        assert_eq!(distance_km(code("GRU"), code("XXX")), None);
    }

    #[test]
    fn an_airport_is_found_under_its_city_name_and_code() {
        let words = &place(code("GYN")).unwrap().words;
        for word in ["goiania", "santa", "genoveva", "gyn"] {
            assert!(words.iter().any(|known| known == word), "{word}");
        }
    }
}
