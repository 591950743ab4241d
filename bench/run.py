#!/usr/bin/env python3
"""Measures `trechod` and its peers on this machine, in turns, and tells the ratios.

    bench/run.py --quick                 everything once and short: three minutes, to see that it runs
    bench/run.py                         everything five times: about half an hour on a quiet machine
    bench/run.py --only carts --rounds 3
    bench/run.py report FILE             the tables again, from the lines of an earlier run

What is compared:

    carts    C clients, each hold, hold, confirm, every reply after its commit is on disk: trechod,
             Redis (AOF always, Lua), PostgreSQL (a function a step, only confirms wait for the disk),
             the first version (Python), and a server that sends three requests back
    fanout   one event to the last of N watchers, and as many events as go: trechod, Redis, NATS, and a
             bare broadcast server; and their memory for a watcher to whom nothing is told
    memory   that memory alone
    size     1,000,000 legs: until trechod is ready, its memory, searches, trips, carts

Ratios come from runs that followed each other: ours, a peer, ours, a peer. A run in which other
programs used more than a quarter of a processor, or the hypervisor took as much, is dirty: it is
made once more, and counts only where there is no clean one (marked with *). A run with a wrong or
missing answer never counts. A peer that is not installed is left out with a line that says so.

One generator drives all (`trecho-bench`, in Rust, beside this file); it shares the processors with the
server, and its share is told. Everything is on 127.0.0.1, on free ports, with data of its own under
target/bench (which must be on the disk to be measured). Needs Linux, Python 3.9 and cargo; nothing of
Python's but its standard library. Debian's peers: redis-server nats-server postgresql.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Optional

import machine
import report
from servers import Missing, Running, Servers

TOP = Path(__file__).resolve().parent.parent
#: The cabins of the legs: 174 seats, and one leg for all with 1,200,000.
CABIN, SEATS = "29x3-3", 174
HOT_CABIN, HOT_SEATS = "200000x3-3", 1_200_000
#: A generator that takes longer hangs.
LONGEST_SECONDS = 300.0

Start = Callable[[], AbstractContextManager[Running]]


class Bench:
    """One run of this program: what was asked for, and where its lines go."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.quick: bool = options.quick
        self.rounds: int = options.rounds or (1 if options.quick else 5)
        self.servers = Servers(options.binaries, options.data)
        self.missing: dict[str, str] = {}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        self.out = options.out.open("a", encoding="utf-8")
        self.lines: list[dict[str, Any]] = []

    def note(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        self.out.write(json.dumps(line) + "\n")
        self.out.flush()

    def turn(self, what: dict[str, Any], start: Start, *words: str) -> None:
        """One run of the generator against a server started fresh; a dirty one is made once more."""
        peer = what["peer"]
        if peer in self.missing:
            return
        for attempt in range(1 if self.quick else 2):
            machine.wait_until_quiet(3 if self.quick else 45)
            try:
                with start() as server:
                    line = self.generate(server, *words)
            except Missing as missing:
                self.missing[peer] = str(missing)
                print(f"SKIPPED: {peer}: {missing}", flush=True)
                return
            line = {**what, "attempt": attempt, **line}
            line["dirty"] = report.is_dirty(line)
            self.note(line)
            print(report.short(line), flush=True)
            if not line["dirty"]:
                return

    def generate(self, server: Running, *words: str) -> dict[str, Any]:
        command = [str(self.options.binaries / "trecho-bench"), *words]
        command += ["--addr", server.address, "--server-pid", str(server.pid)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return {"errors": 1, "first_error": f"no end within {LONGEST_SECONDS:.0f} s"}
        if done.returncode != 0:
            return {"errors": 1, "first_error": done.stderr.strip()[-500:]}
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    # Carts

    def carts(self) -> None:
        spread = self.legs("spread", 10_000, flights=2_000, cabin=CABIN)
        hot = self.legs("hot", 1, flights=1, cabin=HOT_CABIN)
        on = self.servers
        durable = lambda: on.redis(durable=True)  # noqa: E731
        bare = lambda: on.bare("echo")  # noqa: E731
        first = lambda: on.first_version(10_000, SEATS)  # noqa: E731
        for number in range(self.rounds):
            for shape, clients, legs, ours in (
                ("spread", 256, 10_000, spread),
                ("few clients", 64, 10_000, spread),
                ("hot leg", 64, 1, hot),
            ):
                what = {"bench": "carts", "shape": shape, "round": number}
                run = ["carts", "--clients", str(clients), "--legs", str(legs)]
                run += ["--seats", str(SEATS if legs > 1 else HOT_SEATS)]
                run += ["--seconds", "2" if self.quick else "5", "--warm-up", "1"]

                def against(peer: str, start: Start) -> None:
                    self.turn({**what, "peer": peer}, start, *run, "--peer", peer)  # noqa: B023

                against("ours", lambda: on.ours(ours))  # noqa: B023
                against("redis", durable)
                if shape != "few clients":
                    against("postgres", on.postgres)
                if shape == "spread":
                    against("echo", bare)
            # Its carts take longer than the others' whole runs, and more clients make them longer.
            what = {"bench": "carts", "shape": "first version", "round": number}
            run = ["carts", "--clients", "16", "--legs", "10000", "--warm-up", "1"]
            run += ["--seconds", "5" if self.quick else "10", "--peer", "first-version"]
            self.turn({**what, "peer": "first-version"}, first, *run)

    def legs(self, name: str, count: int, *, flights: int, cabin: str) -> Path:
        """An imported data directory, to be copied for each run."""
        table, into = self.servers.data / f"{name}.csv", self.servers.data / f"{name}-legs"
        machine.write_legs(table, count, flights=flights, cabin=cabin)
        self.servers.import_legs(table, into)
        return into

    # Fan-out and memory

    def fanout(self) -> None:
        for number in range(self.rounds):
            for watchers in (100, 1_000) if self.quick else (100, 1_000, 10_000):
                rate = 100 if watchers <= 1_000 else 10
                run = ["--single", "20" if self.quick else "50", "--rate", str(rate)]
                run += ["--steady", "2" if self.quick else "5"]
                run += ["--saturated", "2" if self.quick else "4"]
                self.watch("fanout", number, watchers, run)

    def memory(self) -> None:
        for number in range(self.rounds):
            for watchers in (1_000, 10_000):
                self.watch("memory", number, watchers, ["--single", "0"])

    def watch(self, bench: str, number: int, watchers: int, run: list[str]) -> None:
        on = self.servers
        legs = self.hot_legs()
        peers: dict[str, Start] = {
            "ours": lambda: on.ours(legs),
            "redis": lambda: on.redis(durable=False),
            "nats": on.nats,
            "bare": lambda: on.bare("fanout"),
        }
        for peer, start in peers.items():
            what = {"bench": bench, "shape": str(watchers), "round": number, "peer": peer}
            words = ["fanout", "--peer", peer, "--watchers", str(watchers), *run]
            self.turn(what, start, *words)

    def hot_legs(self) -> Path:
        into = self.servers.data / "hot-legs"
        return into if into.exists() else self.legs("hot", 1, flights=1, cabin=HOT_CABIN)

    # Size

    def size(self) -> None:
        count = 100_000 if self.quick else 1_000_000
        table, template = self.servers.data / "size.csv", self.servers.data / "size-legs"
        print(f"importing {count:,} legs …", flush=True)
        days = machine.write_legs(table, count, flights=4_000, cabin=CABIN)
        seconds = self.servers.import_legs(table, template)
        self.note({"bench": "import", "legs": count, "seconds": seconds})
        print(f"importing {count:,} legs took {seconds:.1f} s", flush=True)

        @contextlib.contextmanager
        def started() -> Iterator[Running]:
            with self.servers.ours(template) as server:
                ready.append(server.ready_seconds)
                yield server

        for number in range(self.rounds):
            ready: list[float] = []
            what = {"bench": "size", "shape": f"{count} legs", "round": number, "peer": "ours"}
            run = ["reads", "--dates", ",".join(days[:: max(1, len(days) // 20)])]
            run += ["--seconds", "1" if self.quick else "5"]
            for clients in (1, 8):
                asked = {**what, "clients": clients}
                self.turn(asked, started, *run, "--clients", str(clients))
                self.note({**what, "bench": "ready", "seconds": ready[-1]})
                print(f"  ready after {ready[-1]:.2f} s", flush=True)
            # Over the same 10,000 legs as `spread`, which are now a part of many.
            run = ["carts", "--peer", "ours", "--clients", "256", "--legs", "10000"]
            run += ["--seconds", "2" if self.quick else "5", "--warm-up", "1"]
            self.turn({**what, "bench": "carts", "shape": "of many legs"}, started, *run)
        table.unlink()


def build(options: argparse.Namespace) -> None:
    command = ["cargo", "build", "--release", "--locked"]
    command += ["-p", "trecho-server", "-p", "trecho-bench"]
    if not options.no_build:
        subprocess.run(command, cwd=TOP, check=True)
    for name in ("trechod", "trecho-bench"):
        if not (options.binaries / name).exists():
            raise SystemExit(f"there is no {options.binaries / name}: leave --no-build out")


BENCHES = ("carts", "fanout", "memory", "size")


def wishes() -> argparse.Namespace:
    what, _, how = (__doc__ or "").partition("\n")
    flags = argparse.ArgumentParser(
        description=what, epilog=how, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = TOP / "target"
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    flags.add_argument("command", nargs="*", help="report FILE…: the tables of earlier runs")
    flags.add_argument("--quick", action="store_true", help="everything once, and short")
    flags.add_argument("--rounds", type=int, help="how often each is run [default: 5; quick: 1]")
    flags.add_argument("--only", help=f"some of {','.join(BENCHES)} [default: all but memory]")
    flags.add_argument("--no-build", action="store_true", help="use the binaries that are there")
    flags.add_argument("--binaries", type=Path, default=target / "release", help="where they are")
    flags.add_argument("--data", type=Path, default=target / "bench", help="where servers keep data")
    flags.add_argument("--out", type=Path, default=target / "bench" / f"{now}.jsonl", help="lines")
    return flags.parse_args()


def main() -> Optional[str]:
    options = wishes()
    if options.command:
        if options.command[0] != "report" or len(options.command) < 2:
            return "the one command is: report FILE…"
        texts = [Path(file).read_text(encoding="utf-8") for file in options.command[1:]]
        lines = [json.loads(line) for text in texts for line in text.splitlines()]
        print(report.tables(lines))
        return None
    only = options.only.split(",") if options.only else ["carts", "fanout", "size"]
    unknown = [name for name in only if name not in BENCHES]
    if unknown:
        return f"there is no bench {unknown[0]}; there are {', '.join(BENCHES)}"
    build(options)
    files = machine.allow_files()
    if files < 20_000 and not options.quick:
        print(f"at most {files} open files: 10,000 watchers may not fit (ulimit -Hn)", flush=True)
    bench = Bench(options)
    bench.note({"bench": "machine", **machine.facts(options.binaries, options.data)})
    began = time.monotonic()
    try:
        for name in only:
            getattr(bench, name)()
    finally:
        print(f"\n{report.tables(bench.lines)}")
        print(f"{time.monotonic() - began:.0f} s; every run is a line of {options.out}")
    wrong = [line for line in bench.lines if line.get("errors")]
    return f"{len(wrong)} runs had wrong or missing answers" if wrong else None


if __name__ == "__main__":
    sys.exit(main())
