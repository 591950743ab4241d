use super::*;

/// So many legs as a month of a country has.
const LEGS: usize = 40_000;

fn many() -> Program {
    let template: Vec<Leg> = (0..8_000).map(leg).collect();
    let legs = (0..LEGS).map(|at| {
        let mut leg = template[at % template.len()].clone();
        let day = i8::try_from(1 + at / template.len()).unwrap();
        leg.leg.date = jiff::civil::Date::constant(2026, 12, day);
        leg.departs_at =
            LocalTime::new(WALL.0 / 1000 + 3_600 + i64::try_from(at).unwrap() * 60, -180).unwrap();
        leg.arrives_at = LocalTime::new(leg.departs_at.unix_seconds() + 3_600, -180).unwrap();
        leg
    });
    Program::with_legs(legs.collect())
}

#[test]
fn ten_thousand_keys_move_the_cursor_ten_thousand_rows() {
    let mut program = many();
    assert_eq!(program.model.departures.shown.len(), LEGS);
    for _ in 0..10_000 {
        program.code(Code::Down);
    }
    assert_eq!(program.model.departures.cursor_row, 10_000);
}

#[test]
fn typing_into_the_live_filter_narrows_what_is_still_shown() {
    let mut program = many();
    program.press("/goi");
    let narrow = program.model.departures.shown.len();
    program.press("ania");
    assert_eq!(program.model.departures.shown.len(), narrow);
    assert_eq!(narrow, LEGS / 4);
    // A filter written at once finds what was found by typing.
    let typed = program.model.departures.shown.clone();
    program.model.departures.filter();
    assert_eq!(program.model.departures.shown, typed);
}
