//! The one writer, its disk, and the process.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Content;
use super::latency::bound;
use super::passengers::{Fact, WIDE, fact, facts};
use super::pen::Cx;
use crate::meters::Snapshot;
use crate::top::format::{bytes, count, rate, whole};
use crate::top::look::Role;
use crate::top::model::Panel;
use crate::top::record::Record;
use crate::top::spread::Bound;

/// Less room than this is little.
const LITTLE_ROOM: u64 = 1 << 30;

pub(super) fn draw(cx: Cx<'_>, buf: &mut Buffer, area: Rect) -> Content {
    let record = cx.model.record();
    let Some(now) = record.latest() else { return Content::default() };
    let wide = area.width >= WIDE;
    let [commits, times, batch] = writing(cx, record);
    let mut lines = vec![commits, times, batch, queue(now), disk(now)];
    let (unknown, dot) = (cx.look.signs.unknown, cx.look.signs.dot);
    let ledger = now.disk.ledger_bytes.map_or_else(|| unknown.to_owned(), bytes);
    let log = bytes(now.disk.log_pages.saturating_mul(4_096));
    let mut kept = format!("{ledger} {dot} log {log}");
    if wide {
        kept = format!("{kept} {dot} {} checkpoints", count(now.disk.checkpoints));
    }
    lines.push(fact("ledger", kept));
    let process = &now.process;
    let cpu = record.cpu().map_or_else(|| unknown.to_owned(), percent);
    let memory = process.resident_bytes.map_or_else(|| unknown.to_owned(), bytes);
    lines.push(fact("process", format!("{cpu} cpu {dot} {memory} memory")));
    if let (Some(open), Some(most)) = (process.open_files, process.most_files) {
        lines.push(fact("files", format!("{} of {} open", count(open), count(most))));
    }
    let changes = rate(record.rate_of(|look| look.feed.changes));
    let whom = if wide { " to whoever watches" } else { "" };
    lines.push(fact("told", format!("{changes} changes/s{whom}")));
    facts(cx, buf, (Panel::Writer, area), &lines)
}

/// Commits, how long they take, and how many orders share one.
fn writing(cx: Cx<'_>, record: &Record) -> [Fact; 3] {
    let (unknown, dot) = (cx.look.signs.unknown, cx.look.signs.dot);
    let row = record.writer();
    let commits =
        row.as_ref().map_or_else(|| unknown.to_owned(), |row| format!("{}/s", rate(row.commits)));
    let time = |of: fn(&crate::top::record::WriterRow) -> Option<Bound>| {
        bound(row.as_ref().and_then(of), unknown)
    };
    let mean = row.as_ref().and_then(|row| row.batch_mean).map_or_else(|| unknown.to_owned(), rate);
    let most = match row.as_ref().and_then(|row| row.batch_p99) {
        None => unknown.to_owned(),
        Some(Bound::AtMost(orders)) => format!("≤ {}", count(orders)),
        Some(Bound::Over(orders)) => format!("> {}", count(orders)),
    };
    [
        fact("commits", commits),
        fact("commit", {
            format!(
                "p50 ≤ {} {dot} p99 ≤ {}",
                time(|row| row.commit_p50),
                time(|row| row.commit_p99)
            )
        }),
        fact("batch", format!("mean {mean} {dot} p99 {most} orders")),
    ]
}

fn queue(now: &Snapshot) -> Fact {
    let (queued, room) = (now.desk.queued, now.desk.queue_room);
    let text = format!("{} of {} orders", count(queued), count(room));
    // Whoever comes when it is full waits.
    let role = if queued > room / 2 { Role::Alarm } else { Role::Text };
    Fact { label: "queue", text, role }
}

fn disk(now: &Snapshot) -> Fact {
    let label = "disk";
    match now.disk.free_bytes {
        _ if now.disk.full => Fact { label, text: "full".to_owned(), role: Role::Alarm },
        None => fact(label, "the system does not say".to_owned()),
        Some(free) => {
            let role = if free < LITTLE_ROOM { Role::Alarm } else { Role::Text };
            Fact { label, text: format!("{} free", bytes(free)), role }
        }
    }
}

fn percent(part: f64) -> String {
    format!("{} %", whole(part * 100.0))
}
