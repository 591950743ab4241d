//! The aircraft of the sample: how fast they are and how many seats they have.

use std::sync::Arc;

use crate::booking::{Aircraft, Cabin};

/// An aircraft type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    /// Its IATA code.
    pub(super) code: &'static str,
    /// Its speed in cruise.
    pub(super) cruise_km_h: u32,
    /// What a flight takes beyond its distance at cruise: taxi, climb and approach.
    pub(super) ground_minutes: u32,
    /// Its cabin.
    pub(super) cabin: &'static str,
}

impl Model {
    const fn new(
        code: &'static str,
        cruise_km_h: u32,
        ground_minutes: u32,
        cabin: &'static str,
    ) -> Self {
        Self { code, cruise_km_h, ground_minutes, cabin }
    }

    /// Minutes from gate to gate over `km`, a multiple of five.
    pub(super) fn block_minutes(&self, km: u32) -> u32 {
        let minutes = (km * 60).div_ceil(self.cruise_km_h) + self.ground_minutes;
        minutes.next_multiple_of(5)
    }
}

/// Seats as low-cost carriers have them.
const MODELS: [Model; 14] = [
    Model::new("100", 750, 30, "20x2-3"),
    Model::new("318", 830, 35, "22x3-3"),
    Model::new("319", 830, 35, "24x3-3"),
    Model::new("320", 830, 35, "30x3-3"),
    Model::new("321", 830, 35, "37x3-3"),
    Model::new("330", 860, 40, "34x2-4-2"),
    Model::new("738", 830, 35, "31x3-3"),
    Model::new("73G", 830, 35, "24x3-3"),
    Model::new("AT4", 500, 20, "12x2-2"),
    Model::new("AT7", 500, 20, "17x2-2"),
    Model::new("E75", 800, 30, "22x2-2"),
    Model::new("E90", 800, 30, "26x2-2"),
    Model::new("E95", 800, 30, "29x2-2"),
    COMBI,
];

/// The aircraft that flies in several cabins, see [`combi_cabins`].
pub(super) const COMBI: Model = Model::new("L4T", 360, 15, "6x1-2");

/// The model of this type; a type that is none of ours flies as the smallest jet.
pub(super) fn model(aircraft: Aircraft) -> &'static Model {
    MODELS.iter().find(|model| model.code == aircraft.as_str()).unwrap_or(&MODELS[0])
}

/// What a combi has seats for: a whole cabin, one row, one passenger.
pub(super) fn combi_cabins() -> [Arc<Cabin>; 3] {
    [COMBI.cabin, "1x1-2", "1x1"].map(cabin)
}

/// The cabin written `layout`.
pub(super) fn cabin(layout: &str) -> Arc<Cabin> {
    Arc::new(layout.parse().expect("a test reads every layout"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timetable::routes;

    #[test]
    fn every_layout_is_a_cabin() {
        for model in MODELS {
            assert!(cabin(model.cabin).capacity() >= 18, "{model:?}");
        }
        assert_eq!(combi_cabins().map(|cabin| cabin.capacity()), [18, 3, 1]);
    }

    #[test]
    fn every_type_of_the_network_is_known() {
        for aircraft in routes().iter().flat_map(|route| &route.aircraft) {
            assert_eq!(model(*aircraft).code, aircraft.as_str());
        }
    }

    #[test]
    fn block_times_are_those_of_real_timetables() {
        let block = |code: &str, km| model(code.parse().unwrap()).block_minutes(km);
        // Congonhas to Santos Dumont is sold as 1 h 05, Guarulhos to Manaus as about 3 h 55.
        assert_eq!(block("319", 366), 65);
        assert_eq!(block("320", 2690), 230);
        assert_eq!(block("AT7", 300), 60);
    }
}
