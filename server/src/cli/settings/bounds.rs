//! The bounds that a server enforces on its passengers, as settings: a flag and a variable each, and
//! a line in the table `[limits]` of the configuration file.

use std::fmt::Display;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use super::{Period, SettingsError};
use crate::config::Config;
use crate::rate::Rate;

/// Less than this not even a client on the same machine can be asked for.
const LEAST_TIME: Period = Period(Duration::from_millis(100));

/// Who takes longer than this would hold a place for nothing.
const MOST_TIME: Period = Period(Duration::from_secs(600));

/// Declares the bounds once: the struct, and which of two sources wins.
macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident: $type:ty, $env:literal, $value:literal;)*) => {
        /// Every bound, or nothing where this source says nothing of it.
        #[derive(Debug, Default, Args, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::cli) struct Bounds {
            $($(#[$doc])*
            #[arg(long, env = $env, value_name = $value, help_heading = "Limits",
                hide_short_help = true)]
            $name: Option<$type>,)*
        }

        impl Bounds {
            /// These bounds, and where they say nothing, those of `fallback`.
            pub(super) fn or(self, fallback: Self) -> Self {
                Self { $($name: self.$name.or(fallback.$name),)* }
            }
        }
    };
}

bounds! {
    /// From the accept to the end of the TLS handshake [default: 3s]
    handshake_time: Period, "TRECHO_HANDSHAKE_TIME", "DURATION";
    /// From there to the end of the first line [default: 5s]
    first_line_time: Period, "TRECHO_FIRST_LINE_TIME", "DURATION";
    /// From a line's first byte to its end [default: 10s]
    line_time: Period, "TRECHO_LINE_TIME", "DURATION";
    /// How many requests of a connection are under way before it is not read from [default: 64]
    requests_in_flight: usize, "TRECHO_REQUESTS_IN_FLIGHT", "N";
    /// How many connections a second one address opens; others are refused; 0: any number [default: 50]
    accepts_per_address: u32, "TRECHO_ACCEPTS_PER_ADDRESS", "N";
    /// One connection in so many is kept for sessions with holds [default: 4]
    reserved_share: usize, "TRECHO_RESERVED_SHARE", "N";
    /// How long a connection may show that it is one of those [default: 5s]
    trial_time: Period, "TRECHO_TRIAL_TIME", "DURATION";
    /// How many passengers a purchase has at most [default: 9]
    max_passengers: usize, "TRECHO_MAX_PASSENGERS", "N";
    /// How many legs a cart has at most [default: 8]
    max_legs: usize, "TRECHO_MAX_LEGS", "N";
    /// How many seats a cart has at most [default: 36]
    max_seats: usize, "TRECHO_MAX_SEATS", "N";
    /// After how many carts that came to nothing a session waits; 0: none has to [default: 3]
    max_lapses: u32, "TRECHO_MAX_LAPSES", "N";
    /// How many wrong look-ups in a row before a connection waits [default: 20]
    wrong_lookups: u32, "TRECHO_WRONG_LOOKUPS", "N";
    /// How long it waits then [default: 60s]
    lookup_pause: Period, "TRECHO_LOOKUP_PAUSE", "DURATION";
    /// How many wrong look-ups an hour one address has; 0: any number [default: 60]
    wrong_lookups_per_address: u32, "TRECHO_WRONG_LOOKUPS_PER_ADDRESS", "N";
    /// How many wrong claim codes an hour one booking has; 0: any number [default: 60]
    wrong_lookups_per_booking: u32, "TRECHO_WRONG_LOOKUPS_PER_BOOKING", "N";
}

impl Bounds {
    /// Puts these bounds in the place of the defaults.
    pub(super) fn apply(self, config: &mut Config) -> Result<(), SettingsError> {
        let times = LEAST_TIME..=MOST_TIME;
        let limits = &mut config.limits;
        set_time(&mut limits.handshake, "--handshake-time", self.handshake_time, &times)?;
        set_time(&mut limits.first_line, "--first-line-time", self.first_line_time, &times)?;
        set_time(&mut limits.line, "--line-time", self.line_time, &times)?;
        set_time(&mut limits.trial, "--trial-time", self.trial_time, &times)?;
        let pauses = LEAST_TIME..=Period(Duration::from_secs(86_400));
        set_time(&mut limits.lookup_pause, "--lookup-pause", self.lookup_pause, &pauses)?;
        let in_flight = (self.requests_in_flight, 1..=1_024);
        set(&mut limits.requests_in_flight, "--requests-in-flight", in_flight)?;
        // With one in one nobody could come who holds nothing yet.
        let reserved = (self.reserved_share, 2..=1_000_000);
        set(&mut limits.reserved_share, "--reserved-share", reserved)?;
        set(&mut limits.wrong_lookups, "--wrong-lookups", (self.wrong_lookups, 1..=u32::MAX))?;
        if let Some(count) = self.accepts_per_address {
            limits.accepts_per_address = Rate::per_second(count, count.saturating_mul(5));
        }
        if let Some(count) = self.wrong_lookups_per_address {
            limits.wrong_lookups_per_address = Rate::per_hour(count);
        }
        if let Some(count) = self.wrong_lookups_per_booking {
            // Not all of an hour's at once: whoever guesses is slowed down from the start.
            let burst = limits.wrong_lookups_per_locator.burst.min(count);
            limits.wrong_lookups_per_locator = Rate { burst, ..Rate::per_hour(count) };
        }
        let cart = &mut config.cart;
        set(&mut cart.passengers, "--max-passengers", (self.max_passengers, 1..=100))?;
        set(&mut cart.legs, "--max-legs", (self.max_legs, 1..=100))?;
        set(&mut cart.seats, "--max-seats", (self.max_seats, 1..=1_000))?;
        cart.lapses = self.max_lapses.unwrap_or(cart.lapses);
        Ok(())
    }
}

type Within<T> = std::ops::RangeInclusive<T>;

fn set<T: Copy + PartialOrd + Display>(
    bound: &mut T,
    flag: &'static str,
    (given, within): (Option<T>, Within<T>),
) -> Result<(), SettingsError> {
    let Some(given) = given else { return Ok(()) };
    if !within.contains(&given) {
        let (least, most) = (within.start().to_string(), within.end().to_string());
        return Err(SettingsError::OutOfBounds { flag, given: given.to_string(), least, most });
    }
    *bound = given;
    Ok(())
}

fn set_time(
    bound: &mut Duration,
    flag: &'static str,
    given: Option<Period>,
    within: &Within<Period>,
) -> Result<(), SettingsError> {
    let mut period = Period(*bound);
    set(&mut period, flag, (given, within.clone()))?;
    *bound = period.0;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    fn config(limits: &str) -> Result<Config, String> {
        let text = format!("data = '/d'\n[limits]\n{limits}");
        let settings: Settings = toml::from_str(&text).map_err(|error| error.to_string())?;
        settings.config().map_err(|error| error.to_string())
    }

    #[test]
    fn every_bound_has_a_line_in_the_table_of_limits() {
        let config = config(
            "handshake_time = '1s'\nfirst_line_time = '2s'\nline_time = '3s'\nrequests_in_flight = 4\n\
             accepts_per_address = 5\nreserved_share = 6\ntrial_time = '7s'\nmax_passengers = 8\n\
             max_legs = 9\nmax_seats = 10\nmax_lapses = 11\nwrong_lookups = 12\nlookup_pause = '13s'\n\
             wrong_lookups_per_address = 14\nwrong_lookups_per_booking = 15\n",
        )
        .unwrap();
        let limits = config.limits;
        let seconds = [limits.handshake, limits.first_line, limits.line, limits.trial];
        assert_eq!(seconds.map(|time| time.as_secs()), [1, 2, 3, 7]);
        assert_eq!((limits.requests_in_flight, limits.reserved_share), (4, 6));
        assert_eq!(limits.accepts_per_address, Rate::per_second(5, 25));
        assert_eq!((limits.wrong_lookups, limits.lookup_pause.as_secs()), (12, 13));
        assert_eq!(limits.wrong_lookups_per_address, Rate::per_hour(14));
        assert_eq!(limits.wrong_lookups_per_locator.every, Duration::from_secs(240));
        let policy = config.policy();
        assert_eq!((policy.passengers, policy.legs, policy.seats, policy.lapses), (8, 9, 10, 11));
    }

    #[test]
    fn a_bound_that_nobody_could_keep_is_refused_with_those_that_can_be() {
        for (line, words) in [
            ("handshake_time = '1ms'", "--handshake-time is 1ms, and 100ms to 10m can be"),
            ("line_time = '11m'", "--line-time"),
            ("requests_in_flight = 0", "--requests-in-flight is 0, and 1 to 1024"),
            ("reserved_share = 1", "2 to"),
            ("max_passengers = 0", "1 to 100"),
            ("max_seats = 1001", "1 to 1000"),
            ("wrong_lookups = 0", "--wrong-lookups"),
            ("max_holds = 1", "unknown field `max_holds`"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    #[test]
    fn what_no_source_says_stays_as_it_is() {
        assert_eq!(config("").unwrap().limits, crate::limits::Limits::default());
    }
}
