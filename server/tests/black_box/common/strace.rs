//! `strace` beside a process that runs already: it watches it, or stands between it and its disk.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Does this to every sync of a process from now on (`error=EIO`, `delay_enter=60s`); none where that
/// cannot be had, which is said.
pub(crate) fn disturb_syncs(pid: u32, how: &str) -> Option<Child> {
    let disturbed = format!("inject=fdatasync,fsync:{how}");
    trace(pid, &["-e", "trace=fdatasync,fsync", "-e", &disturbed, "-o", "/dev/null"])
}

/// Traces a process in all of its threads; none where that cannot be had, which is said.
pub(crate) fn trace(pid: u32, how: &[&str]) -> Option<Child> {
    let mut command = Command::new("strace");
    command.arg("-f").args(how).args(["-p", &pid.to_string()]);
    let Ok(mut child) = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn() else {
        println!("SKIPPED: there is no strace here");
        return None;
    };
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    while stderr.read_line(&mut said).unwrap() > 0 {
        // It says so when it has the last thread. What the system says of the first one says nothing of
        // the others.
        if said.contains(" attached") {
            // Kept: it tells of each new thread, and would die of a pipe that nobody has.
            child.stderr = Some(stderr.into_inner());
            return Some(child);
        }
    }
    child.wait().unwrap();
    println!("SKIPPED: strace may not look at a process of ours: {said}");
    None
}
