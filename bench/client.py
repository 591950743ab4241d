"""What the full-screen client costs whoever looks at it: starts it in a terminal of its own, with many legs known.

    cargo build --release --locked -p trecho-server -p trecho-tui
    python3 bench/client.py [--legs 40000] [--idle 60] [--json]

Times are from the write of a key to the end of the frame that answers it (frames end with the terminal's own mark
for a synchronized update), seen from the other end of a pseudo-terminal of 120x40. Memory and processor time
are the kernel's own count for the process. Linux only.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "assets/python"))
import trecho  # noqa: E402

FRAME_ENDS = b"\x1b[?2026l"
PATIENCE = 60.0
DAYS = 5


class Screen:
    """A client in a terminal, and what it wrote there."""

    def __init__(self, program: Path, address: str, home: str, columns: int = 120, rows: int = 40) -> None:
        self.written = bytearray()
        environment = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8", "HOME": home, "PATH": os.environ["PATH"]}
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(program, [str(program), "--data", home, address], environment)

    def read(self, until: float) -> bool:
        """Takes what comes until then. False if nothing did."""
        ready, _, _ = select.select([self.fd], [], [], max(0.0, until - time.monotonic()))
        if ready:
            self.written += os.read(self.fd, 1 << 16)
        return bool(ready)

    def frame(self, since: int, patience: float = PATIENCE) -> float:
        """Waits for the end of a frame after `since` bytes; tells when it was there."""
        until = time.monotonic() + patience
        while self.written.find(FRAME_ENDS, since) < 0:
            if not self.read(until):
                raise SystemExit(f"no frame in {patience} s; the screen's last bytes: {bytes(self.written[-300:])!r}")
        return time.monotonic()

    def shows(self, pattern: bytes, since: int = 0) -> float:
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, self.written[since:]):
            if not self.read(until):
                raise SystemExit(f"never shown: {pattern!r}; last bytes: {bytes(self.written[-300:])!r}")
        return time.monotonic()

    def quiet(self, seconds: float) -> None:
        """Waits until nothing has been written for so long."""
        while self.read(time.monotonic() + seconds):
            pass

    def key(self, keys: bytes) -> tuple[float, int]:
        """Presses; tells the milliseconds to the end of the next frame, and its bytes."""
        since, pressed = len(self.written), time.monotonic()
        os.write(self.fd, keys)
        shown = self.frame(since)
        return 1000 * (shown - pressed), len(self.written) - since

    def resident_kib(self) -> int:
        [kib] = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        return int(kib)

    def processor_ns(self) -> int:
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks)

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        try:
            while os.read(self.fd, 1 << 16):
                pass
        except OSError:
            pass  # its end of the terminal is closed
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def timetable(path: Path, legs: int) -> None:
    first = datetime.date.today() + datetime.timedelta(days=2)
    routes = [("GRU", "SSA"), ("SSA", "REC"), ("GRU", "MAO"), ("REC", "GRU"), ("BSB", "GRU")]
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow("flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais".split(","))
        each = -(-legs // DAYS)
        for number in range(legs):
            day, flight = first + datetime.timedelta(days=number // each), number % each + 1
            origin, destination = routes[number % len(routes)]
            minute = (number % each) * 1200 // each
            clock = f"{minute // 60:02}:{minute % 60:02}"
            lands = f"{(minute + 150) // 60:02}:{(minute + 150) % 60:02}"
            table.writerow([f"TR{flight}", day, origin, destination, clock, lands, "320", "29x3-3", "412.90"])


def percentile(values: list[float], of_hundred: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * of_hundred / 100))]


def spread(values: list[float]) -> dict[str, float]:
    return {
        "n": len(values),
        "p50": round(statistics.median(values), 2),
        "p99": round(percentile(values, 99), 2),
        "max": round(max(values), 2),
    }


def measure(options: argparse.Namespace, address: str, home: str) -> dict[str, object]:
    found: dict[str, object] = {}
    firsts, boards = [], []
    for start in range(options.starts):
        screen = Screen(options.trecho, address, f"{home}/{start}")
        firsts.append(1000 * (screen.frame(0) - screen.started))
        boards.append(1000 * (screen.shows(rb"TR\d+") - screen.started))
        screen.quiet(0.3)
        found["resident_kib_first_page"] = screen.resident_kib()
        screen.end()
    found["first_frame_ms"], found["board_ms"] = spread(firsts), spread(boards)

    screen = Screen(options.trecho, address, f"{home}/long")
    screen.shows(rb"TR\d+")
    screen.quiet(0.5)
    screen.key(b"\x1b[F")
    screen.quiet(2.0)
    since = len(screen.written)
    screen.key(b"\x0c")  # drawn anew, and so written whole
    screen.shows(options.last.encode(), since)
    screen.quiet(1.0)
    found["resident_kib_all_legs"] = screen.resident_kib()

    kinds = {"up": b"\x1b[A", "down": b"\x1b[B", "page_up": b"\x1b[5~", "page_down": b"\x1b[6~", "mark": b"m"}
    times: dict[str, list[float]] = {}
    sizes: dict[str, list[int]] = {}
    for kind, keys in kinds.items():
        for _ in range(options.keys):
            took, size = screen.key(keys)
            times.setdefault(kind, []).append(took)
            sizes.setdefault(kind, []).append(size)
            screen.quiet(0.004)
    screen.key(b"/")
    for letter in b"salvador" * (options.keys // 16) + b"":
        for keys in (bytes([letter]), b"\x7f"):
            took, size = screen.key(keys)
            times.setdefault("filter", []).append(took)
            sizes.setdefault("filter", []).append(size)
            screen.quiet(0.004)
    screen.key(b"\x1b")
    screen.quiet(0.5)
    found["key_to_frame_ms"] = {kind: spread(values) for kind, values in times.items()}
    found["key_to_frame_ms"]["all"] = spread([one for values in times.values() for one in values])
    found["bytes_per_key"] = {kind: round(statistics.median(values)) for kind, values in sizes.items()}

    screen.key(b"\x1b[H")
    screen.quiet(1.0)
    updates = []
    with trecho.Trecho(address) as other:
        first = other.search(limit=1)["legs"][0]["leg"]
        for _ in range(20):
            since = len(screen.written)
            held = other.hold({"leg": first, "count": 1})
            screen.frame(since)
            screen.quiet(0.1)
            updates.append(len(screen.written) - since)
            since = len(screen.written)
            other.release(*[one["hold"] for one in held["holds"]])
            screen.frame(since)
            screen.quiet(0.1)
    found["bytes_per_update_of_a_leg"] = round(statistics.median(updates))
    screen.quiet(3.0)

    since, before, began = len(screen.written), screen.processor_ns(), time.monotonic()
    while (left := began + options.idle - time.monotonic()) > 0:
        screen.read(time.monotonic() + left)
    seconds = time.monotonic() - began
    found["idle_processor_percent"] = round(100 * (screen.processor_ns() - before) / 1e9 / seconds, 4)
    found["idle_bytes_per_minute"] = round((len(screen.written) - since) * 60 / seconds)
    found["resident_kib_at_the_end"] = screen.resident_kib()
    screen.end()
    return found


def main() -> None:
    release = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")).resolve() / "release"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trecho", type=Path, default=release / "trecho")
    parser.add_argument("--trechod", type=Path, default=release / "trechod")
    parser.add_argument("--legs", type=int, default=40_000)
    parser.add_argument("--starts", type=int, default=20, help="how often it is started")
    parser.add_argument("--keys", type=int, default=200, help="presses of each kind")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        timetable(Path(home) / "legs.csv", options.legs)
        options.last = f"TR{-(-options.legs // DAYS)}\\b"
        command = [options.trechod, "serve", "--listen", "127.0.0.1:0", "--data", f"{home}/server"]
        command += ["--timetable", f"{home}/legs.csv"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            for line in server.stderr:
                if at := re.search(r"127\.0\.0\.1:[1-9]\d*", line):
                    break
            else:
                raise SystemExit(f"the server ended with {server.wait()}")
            found = measure(options, at.group(), home)
        finally:
            server.terminate()
            server.wait(30)
    for name, value in found.items():
        print(json.dumps({name: value}) if options.json else f"{name:28} {value}")


if __name__ == "__main__":
    main()
