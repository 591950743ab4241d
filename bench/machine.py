"""The machine: what it is, whether it is quiet, and the legs that are imported on it."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

import servers

TOP = Path(__file__).resolve().parent.parent


def allow_files() -> int:
    """Raises the limit of open files as far as it goes: ten thousand watchers need two each."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def busy(seconds: float) -> float:
    """How many processors anything at all uses, steal included, in the next `seconds`."""

    def ticks() -> int:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return sum(fields) - fields[3] - fields[4]  # but idle and waiting for the disk

    before = ticks()
    time.sleep(seconds)
    return (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds


def wait_until_quiet(most_seconds: float) -> None:
    until = time.monotonic() + most_seconds
    while busy(0.7) > 0.15 and time.monotonic() < until:
        pass


def first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, check=False)
    except OSError:
        return ""
    return done.stdout.split("\n")[0].strip()


def facts(binaries: Path, data: Path) -> dict[str, Any]:
    """What a reader of figures must know."""

    def version(name: str, *words: str) -> str:
        try:
            return first_line(servers.program(name), *words)
        except servers.Missing:
            return "none"

    models = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": first_line("git", "describe", "--always", "--dirty"),
        "processors": os.cpu_count(),
        "processor": models[0] if models else platform.machine(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "kernel": platform.release(),
        "data_on": first_line("findmnt", "-n", "-o", "FSTYPE,OPTIONS", "-T", str(data)),
        "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "trechod": first_line(str(binaries / "trechod"), "--version"),
        "rustc": first_line("rustc", "--version"),
        "python": platform.python_version(),
        "redis": version("redis-server", "--version"),
        "postgres": version("postgres", "--version"),
        "nats": version("nats-server", "--version"),
    }


def dates(count: int) -> list[str]:
    """Days that have not departed when a run ends, from next month on."""
    first = datetime.date.today() + datetime.timedelta(days=30)
    return [(first + datetime.timedelta(days=day)).isoformat() for day in range(count)]


def write_legs(into: Path, count: int, *, flights: int, cabin: str) -> list[str]:
    """A CSV table of `count` legs, so many flights a day, over the routes that are really flown.
    Returns its dates."""
    lines = (TOP / "assets/network/routes.csv").read_text(encoding="utf-8").splitlines()[1:]
    routes = [line.split(",")[:2] for line in lines]
    days = dates(-(-count // flights))
    with into.open("w", encoding="utf-8") as table:
        table.write("flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n")
        for number in range(count):
            flight, day = number % flights, days[number // flights]
            start, end = routes[flight % len(routes)]
            minute = 300 + flight * 870 // flights // 5 * 5
            departs, arrives = (
                f"{time // 60:02}:{time % 60:02}" for time in (minute, minute + 180)
            )
            table.write(
                f"TR{1000 + flight},{day},{start},{end},{departs},{arrives},320,{cabin},"
                f"{199 + flight % 400}.90\n"
            )
    return days
