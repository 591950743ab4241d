//! The process as the system sees it. Nothing where the system has no `/proc`.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::gauge;

/// What this process takes.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Process {
    /// Open files.
    pub open_files: Option<u64>,
    /// How many it may open.
    pub most_files: Option<u64>,
    /// Memory in use.
    pub resident_bytes: Option<u64>,
    /// Processor time used, in seconds.
    pub cpu_seconds: Option<f64>,
}

impl Process {
    /// Looks.
    pub fn look() -> Self {
        #[cfg(target_os = "linux")]
        {
            let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
            Self {
                open_files: open_files(),
                most_files: limit.current,
                resident_bytes: resident_bytes(),
                cpu_seconds: cpu_seconds(),
            }
        }
        #[cfg(not(target_os = "linux"))]
        Self::default()
    }

    /// Under the names that Prometheus' own libraries use.
    pub(super) fn encode(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Self { open_files, most_files, resident_bytes, cpu_seconds } = *self;
        if let Some(files) = open_files {
            gauge(to, "process_open_fds", "Open files.", files)?;
        }
        if let Some(files) = most_files {
            gauge(to, "process_max_fds", "Files that may be open.", files)?;
        }
        if let Some(bytes) = resident_bytes {
            gauge(to, "process_resident_memory_bytes", "Memory in use.", bytes)?;
        }
        if let Some(seconds) = cpu_seconds {
            to.encode_descriptor(
                "process_cpu_seconds",
                "Processor time used.",
                None,
                MetricType::Counter,
            )?
            .encode_counter::<NoLabelSet, f64, f64>(&seconds, None)?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn open_files() -> Option<u64> {
    // The listing's own is among them.
    let listed = std::fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(listed).ok()?.checked_sub(1)
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(rustix::param::page_size() as u64)
}

#[cfg(target_os = "linux")]
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name comes in parentheses and may hold anything; the state follows it.
    let (_, after) = stat.rsplit_once(") ")?;
    let mut fields = after.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok().map(f64::from);
    let (user, system) = (ticks()?, ticks()?);
    let a_second = u32::try_from(rustix::param::clock_ticks_per_second()).ok()?;
    Some((user + system) / f64::from(a_second))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_files_memory_and_time() {
        let Process { open_files, most_files, resident_bytes, cpu_seconds } = Process::look();
        assert!(open_files.unwrap() >= 3 && open_files <= most_files);
        assert!(resident_bytes.unwrap() > 1 << 20);
        assert!(cpu_seconds.unwrap() >= 0.0);
        let file = std::fs::File::open("/proc/self/stat").unwrap();
        assert!(Process::look().open_files.unwrap() >= 3);
        drop(file);
    }
}
