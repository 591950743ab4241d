//! A disk that misbehaves for one process: `strace` stands between it and the system.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Does this to every sync of a process from now on (`error=EIO`, `delay_enter=60s`); none where that
/// cannot be had.
pub(crate) fn disturb_syncs(pid: u32, how: &str) -> Option<Child> {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=fdatasync,fsync"]);
    command.args(["-e", &format!("inject=fdatasync,fsync:{how}"), "-o", "/dev/null"]);
    command.args(["-p", &pid.to_string()]).stdin(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().ok();
    let Some(mut child) = child else {
        println!("SKIPPED: there is no strace here");
        return None;
    };
    // It says nothing when all is well: it is there when it is the process's tracer.
    let status = format!("/proc/{pid}/status");
    loop {
        let status = std::fs::read_to_string(&status).unwrap();
        if !status.contains("TracerPid:\t0\n") {
            return Some(child);
        }
        if let Some(ended) = child.try_wait().unwrap() {
            if ended.success() {
                // So fast has the process died of it.
                return Some(child);
            }
            let mut said = String::new();
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
            println!("SKIPPED: strace may not look at a process of ours: {said}");
            return None;
        }
        std::thread::yield_now();
    }
}
