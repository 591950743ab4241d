//! The real `trechod` when the machine does what machines do: it stops, its disk fails or fills up,
//! its clock is set, its clients die. What a test needs and cannot have here, it says (`SKIPPED`).

mod deadline;
mod died;
mod failed_sync;
mod full_disk;
mod stopped;
mod wall_clock;
