//! What the machine does meanwhile, from `/proc`: who uses its processors, and a server's memory.

use std::collections::HashMap;
use std::fs;
use std::time::Instant;

use color_eyre::eyre::Report;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};

/// Raises the limit of open files as far as this process may.
pub(crate) fn allow_files() -> Result<(), Report> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}

/// A process's resident memory in KiB; 0 if it is gone.
pub(crate) fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|kib| kib.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}

/// Ticks of the clock by which the kernel counts, at one instant.
#[derive(Debug, Clone, Copy)]
struct Ticks {
    /// In the server and what it has started.
    server: u64,
    /// In this program.
    generator: u64,
    /// In the kernel's own threads: journal, block and network workers.
    kernel: u64,
    /// In all processes.
    processes: u64,
    /// Waiting for the disk.
    waiting: u64,
    /// Taken by the hypervisor.
    stolen: u64,
}

/// Who used the processors from here on.
#[derive(Debug)]
pub(crate) struct Processors {
    server: Option<u32>,
    began: Instant,
    ticks: Ticks,
}

impl Processors {
    pub(crate) fn watch(server: Option<u32>) -> Self {
        let ticks = read(server);
        Self { server, began: Instant::now(), ticks }
    }

    /// In cores. `other` is what neither we nor the server have used: with much of it, or of
    /// `steal`, a run says little.
    pub(crate) fn json(&self) -> Value {
        let seconds = self.began.elapsed().as_secs_f64();
        let (now, was) = (read(self.server), self.ticks);
        let per_core = rustix::param::clock_ticks_per_second();
        let cores = |now: u64, was: u64| {
            let ticks = u32::try_from(now.saturating_sub(was)).unwrap_or(u32::MAX);
            let per_core = u32::try_from(per_core).unwrap_or(u32::MAX);
            (f64::from(ticks) / f64::from(per_core) / seconds * 1_000.0).round() / 1_000.0
        };
        let ours = |ticks: Ticks| ticks.server + ticks.generator + ticks.kernel;
        let other = now.processes.saturating_sub(ours(now));
        let other_was = was.processes.saturating_sub(ours(was));
        json!({
            "server": cores(now.server, was.server),
            "generator": cores(now.generator, was.generator),
            "kernel": cores(now.kernel, was.kernel),
            "other": cores(other, other_was),
            "waiting": cores(now.waiting, was.waiting),
            "steal": cores(now.stolen, was.stolen),
            "seconds": seconds,
        })
    }
}

fn read(server: Option<u32>) -> Ticks {
    let processes: HashMap<u32, (u32, u64)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, process(pid)?)))
        .collect();
    let below = |root: u32| {
        let ours = processes.keys().filter(|pid| descends(**pid, root, &processes));
        ours.map(|pid| processes[pid].1).sum()
    };
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let all: Vec<u64> = stat
        .lines()
        .next()
        .into_iter()
        .flat_map(str::split_whitespace)
        .filter_map(|count| count.parse().ok())
        .collect();
    let at = |place: usize| all.get(place).copied().unwrap_or(0);
    Ticks {
        server: server.map_or(0, below),
        generator: below(std::process::id()),
        // The kernel's threads are children of kthreadd.
        kernel: processes.values().filter(|(parent, _)| *parent == 2).map(|(_, ticks)| ticks).sum(),
        processes: at(0) + at(1) + at(2),
        waiting: at(4),
        stolen: at(7),
    }
}

/// A process's parent, and its ticks.
fn process(pid: u32) -> Option<(u32, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it is in parentheses and may have anything in it.
    let fields: Vec<&str> = stat.get(stat.rfind(')')? + 2..)?.split(' ').collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some((fields.get(1)?.parse().ok()?, ticks(11)? + ticks(12)?))
}

fn descends(pid: u32, root: u32, processes: &HashMap<u32, (u32, u64)>) -> bool {
    let parent = |pid: &u32| processes.get(pid).map(|(parent, _)| *parent);
    // No tree of processes is this deep; a loop cannot be, but pids are used again.
    std::iter::successors(Some(pid), parent).take(32).any(|ancestor| ancestor == root)
}
