//! Variables that were set for `trechod` and that it does not read, since its own begin with
//! `TRECHOD_`: those that begin with `TRECHO_` are the passenger's program's.

use std::collections::BTreeSet;

use clap::Command;

const OURS: &str = "TRECHOD_";
const THEIRS: &str = "TRECHO_";

/// Names that say something to the passenger's program, too: set for that one, they are no mistake.
const SHARED: [&str; 5] = ["CONFIG", "DATA", "HOLD", "LOG_LEVEL", "SEED"];

/// A line for each variable of the environment that was surely meant for `trechod`.
pub(super) fn of(command: &Command) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    among(&names.collect(), command)
}

fn among(set: &BTreeSet<String>, command: &Command) -> Vec<String> {
    let known = variables(command);
    let stray = |name: &str| {
        let own = format!("{OURS}{}", name.strip_prefix(THEIRS)?);
        let shared = own.strip_prefix(OURS).is_some_and(|rest| SHARED.contains(&rest));
        let missed = known.contains(&own) && !set.contains(&own) && !shared;
        missed.then(|| {
            format!("{name} is not read: trechod's variables begin with {OURS}; set {own}")
        })
    };
    set.iter().filter_map(|name| stray(name)).collect()
}

/// The variables of all commands.
fn variables(command: &Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|argument| argument.get_env());
    let mut names: BTreeSet<String> = own.map(|name| name.to_string_lossy().into_owned()).collect();
    command.get_subcommands().for_each(|command| names.append(&mut variables(command)));
    names
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::super::Cli;
    use super::*;

    fn told(set: &[&str]) -> Vec<String> {
        among(&set.iter().map(|&name| name.to_owned()).collect(), &Cli::command())
    }

    #[test]
    fn a_variable_of_the_server_by_the_clients_prefix_is_told_with_its_name() {
        let said = told(&["TRECHO_LISTEN", "TRECHO_GRACE", "HOME", "TRECHOD_HOLD"]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("TRECHO_GRACE is not read"), "{said:?}");
        assert!(said[1].ends_with("set TRECHOD_LISTEN"), "{said:?}");
    }

    #[test]
    fn what_is_meant_for_the_passengers_program_is_no_stray() {
        assert_eq!(told(&["TRECHO_DATA", "TRECHO_LANG", "TRECHO_HOLD"]), [""; 0]);
        // Who has set both has the older name for something else.
        assert_eq!(told(&["TRECHO_LISTEN", "TRECHOD_LISTEN"]), [""; 0]);
    }

    #[test]
    fn every_variable_of_the_server_has_its_prefix() {
        let names = variables(&Cli::command());
        assert!(names.len() > 20, "{names:?}");
        assert!(names.iter().all(|name| name.starts_with(OURS)), "{names:?}");
    }
}
