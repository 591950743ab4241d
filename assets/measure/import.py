"""How long passengers wait while a timetable is imported into their running server.

    python3 assets/measure/import.py --bin target/release --legs 100000 --runs 5

A passenger holds and releases a seat, over and over, first while nothing else happens and then while
`trechod import` brings so many legs. Told are, in milliseconds, the median and the longest of the holds of
both times, and the seconds that the import took. Nothing but Python's standard library (3.9+).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable

from common import Line, Server, import_legs, ms, timetable


def holds(line: Line, leg: str, until: Callable[[], bool]) -> list[float]:
    """How long each hold took, until it is time to stop."""
    took = []
    while not until():
        asked = time.monotonic()
        line.ask("cart.hold", legs=[{"leg": leg}])
        took.append(ms(asked))
        line.ask("cart.release")
    return took


def measure(programs: Path, table: Path) -> tuple[list[float], list[float], float]:
    with tempfile.TemporaryDirectory() as place:
        data, first = Path(place) / "data", Path(place) / "first.csv"
        timetable(first, 1)
        import_legs(programs, first, data)
        server = Server(programs / "trechod", data, "127.0.0.1:0")
        line = Line(server.address)
        leg = line.ask("legs.search")["legs"][0]["leg"]
        end = time.monotonic() + 3
        quiet = holds(line, leg, lambda: time.monotonic() > end)
        began = time.monotonic()
        command = [str(programs / "trechod"), "import", str(table), "--data", str(data)]
        importing = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        meanwhile = holds(line, leg, lambda: importing.poll() is not None)
        took = time.monotonic() - began
        assert importing.returncode == 0
        line.close()
        server.end()
        return quiet, meanwhile, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=Path("target/release"))
    parser.add_argument("--legs", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    programs = told.bin.resolve()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {told.legs} legs")
    with tempfile.TemporaryDirectory() as place:
        table = Path(place) / "legs.csv"
        timetable(table, told.legs)
        for _ in range(told.runs):
            quiet, meanwhile, took = measure(programs, table)
            print(
                f"import {took:.1f} s; holds alone: median {statistics.median(quiet):.1f} ms, longest"
                f" {max(quiet):.0f} ms; meanwhile: median {statistics.median(meanwhile):.1f} ms,"
                f" longest {max(meanwhile):.0f} ms ({len(meanwhile)} holds)"
            )
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
