"""Tables from the lines of a run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any, Optional

Line = dict[str, Any]
Value = Callable[[Line], Optional[float]]

#: So many cores may others use, and the hypervisor take, in a clean run.
CLEAN = 0.25


def processors(line: Line) -> list[Line]:
    """Every account of the processors in a line."""
    own = [line["processors"]] if "processors" in line else []
    return own + [part["processors"] for part in line.values() if has_processors(part)]


def has_processors(part: Any) -> bool:
    return isinstance(part, dict) and "processors" in part


def is_dirty(line: Line) -> bool:
    accounts = processors(line)
    return any(account["other"] > CLEAN or account["steal"] > CLEAN for account in accounts)


def at(line: Line, *path: str) -> Optional[float]:
    found: Any = line
    for member in path:
        found = found.get(member) if isinstance(found, dict) else None
    return None if found is None else float(found)


def short(line: Line) -> str:
    """One run in a line, as it goes."""
    words = [f"{line['bench']} {line['shape']}: {line['peer']}"]
    for name, unit, *path in (
        ("", " carts/s", "carts_per_second"),
        ("hold p99 ", " us", "hold", "p99_us"),
        ("to the last of all ", " us", "single", "last", "p50_us"),
        ("", " delivered/s", "saturated", "delivered_per_second"),
        ("", " KiB a watcher", "resident_kib_per_watcher"),
        ("search p99 ", " us", "route_and_date", "p99_us"),
        ("trips p99 ", " us", "trips", "p99_us"),
    ):
        value = at(line, *path)
        if value is not None:
            words.append(f"{name}{number(value)}{unit}")
    if line.get("errors"):
        words.append(f"{line['errors']} ERRORS ({line.get('first_error') or 'see the line'})")
    if line.get("dirty"):
        words.append("(dirty)")
    return "  ".join(words)


def number(value: Optional[float]) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Runs:
    """All runs of one shape by one peer: those that count, and how many there were."""

    def __init__(self, lines: list[Line]) -> None:
        self.all = len({line["round"] for line in lines})
        sound = [line for line in lines if not line.get("errors")]
        clean = [line for line in sound if not line["dirty"]]
        #: The last of each round.
        self.counted = {line["round"]: line for line in clean or sound}
        self.mark = "" if clean else "*"
        self.wrong = len(lines) - len(sound)

    def values(self, value: Value) -> list[float]:
        found = [value(line) for line in self.counted.values()]
        return [one for one in found if one is not None]

    def told(self, value: Value, *, spread: bool = True) -> str:
        values = self.values(value)
        if not values:
            return "-"
        middle = number(statistics.median(values)) + self.mark
        if not spread or len(values) == 1:
            return middle
        return f"{middle} [{number(min(values))} to {number(max(values))}]"

    def count(self) -> str:
        wrong = f", {self.wrong} wrong" if self.wrong else ""
        return f"{len(self.counted)}/{self.all}{wrong}"


def ratio(ours: Runs, peer: Runs, value: Value) -> str:
    """Ours by the peer's, round by round, so that a slow minute strikes both."""
    found = []
    for turn in ours.counted.keys() & peer.counted.keys():
        one, other = value(ours.counted[turn]), value(peer.counted[turn])
        if one is not None and other:
            found.append(one / other)
    if not found:
        return "-"
    middle = f"{statistics.median(found):.3g}{ours.mark or peer.mark}"
    return middle if len(found) == 1 else f"{middle} [{min(found):.3g} to {max(found):.3g}]"


def grouped(lines: list[Line], bench: str) -> dict[str, dict[str, Runs]]:
    """Runs by shape and peer, in the order in which they were made."""
    shapes: dict[str, dict[str, list[Line]]] = {}
    for line in lines:
        if line["bench"] == bench:
            shapes.setdefault(line["shape"], {}).setdefault(line["peer"], []).append(line)
    return {
        shape: {peer: Runs(found) for peer, found in peers.items()}
        for shape, peers in shapes.items()
    }


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def microseconds(*path: str) -> Value:
    """In milliseconds, as tables have it."""
    return lambda line: None if (us := at(line, *path)) is None else us / 1_000


def cores(*path: str) -> Callable[[Runs], str]:
    def told(runs: Runs) -> str:
        kinds = ("server", "generator", "other", "steal")
        return "/".join(
            runs.told(lambda line, kind=kind: at(line, *path, kind), spread=False)  # type: ignore[misc]
            for kind in kinds
        )

    return told


def per_cart(line: Line) -> Optional[float]:
    """Processor time of the server for one cart, in microseconds."""
    rate, used = at(line, "carts_per_second"), at(line, "processors", "server")
    return used * 1e6 / rate if rate and used is not None else None


def carts(lines: list[Line]) -> list[str]:
    rate: Value = lambda line: at(line, "carts_per_second")  # noqa: E731
    shapes = grouped(lines, "carts")
    ours = shapes.get("spread", {}).get("ours")
    blocks = []
    for shape, peers in shapes.items():
        head = [shape, "carts/s", "hold p50, p99 (ms)", "confirm p50, p99 (ms)"]
        head += ["server's us a cart", "cores: server/generator/other/steal"]
        head += ["ours is … times", "runs"]
        rows = []
        for peer, runs in peers.items():
            base = peers.get("ours") or ours
            hold, confirm = (
                ", ".join(
                    runs.told(microseconds(step, quantile), spread=False)
                    for quantile in ("p50_us", "p99_us")
                )
                for step in ("hold", "confirm")
            )
            against = ratio(base, runs, rate) if base and peer != "ours" else ""
            rows.append(
                [peer, runs.told(rate), hold, confirm, runs.told(per_cart)]
                + [cores("processors")(runs), against, runs.count()]
            )
        blocks.append(table(head, rows))
    if ours and "hot leg" in shapes and "few clients" in shapes:
        hot, few = shapes["hot leg"].get("ours"), shapes["few clients"].get("ours")
        if hot and few:
            blocks.append(f"Ours, a hot leg by 10,000 legs: {ratio(hot, few, rate)}.")
    if ours and "of many legs" in shapes:
        many = shapes["of many legs"]["ours"]
        blocks.append(f"Ours, 10,000 of all legs by 10,000 alone: {ratio(many, ours, rate)}.")
    few = shapes.get("few clients", {})
    if "ours" in few and "redis" in few:
        p99 = microseconds("hold", "p99_us")
        blocks.append(f"p99 of a hold, few clients, ours by Redis: {ratio(few['ours'], few['redis'], p99)}.")
    return blocks


def fanout(lines: list[Line]) -> list[str]:
    blocks = []
    single = microseconds("single", "last", "p50_us")
    saturated: Value = lambda line: at(line, "saturated", "delivered_per_second")  # noqa: E731
    for watchers, peers in grouped(lines, "fanout").items():
        head = [f"{watchers} watchers", "one event to the last, p50 (ms)", "p99"]
        head += ["at a steady rate, p50, p99", "delivered/s, saturated"]
        head += ["cores: server/generator/other/steal", "latency: ours is … times"]
        head += ["delivered: ours is … times", "KiB a watcher", "runs"]
        ours = peers.get("ours")
        rows = []
        for peer, runs in peers.items():
            compared = ours is not None and peer != "ours"
            steady = ", ".join(
                runs.told(microseconds("steady", "last", quantile), spread=False)
                for quantile in ("p50_us", "p99_us")
            )
            rows.append(
                [peer, runs.told(single)]
                + [runs.told(microseconds("single", "last", "p99_us"), spread=False), steady]
                + [runs.told(saturated), cores("saturated", "processors")(runs)]
                + [ratio(ours, runs, single) if compared and ours else ""]
                + [ratio(ours, runs, saturated) if compared and ours else ""]
                + [runs.told(lambda line: at(line, "resident_kib_per_watcher")), runs.count()]
            )
        blocks.append(table(head, rows))
    return blocks


def memory(lines: list[Line]) -> list[str]:
    per: Value = lambda line: at(line, "resident_kib_per_watcher")  # noqa: E731
    rows = [
        [f"{peer}, {watchers} watchers", runs.told(per), runs.count()]
        for watchers, peers in grouped(lines, "memory").items()
        for peer, runs in peers.items()
    ]
    return [table(["memory", "KiB a watcher", "runs"], rows)] if rows else []


def size(lines: list[Line]) -> list[str]:
    rows = []
    reads = [line for line in lines if line["bench"] == "size"]
    for clients in sorted({line["clients"] for line in reads}):
        some = grouped([line for line in reads if line["clients"] == clients], "size")
        for shape, peers in some.items():
            runs = peers["ours"]
            quantiles = [
                ", ".join(
                    runs.told(microseconds(kind, quantile), spread=False)
                    for quantile in ("p50_us", "p99_us")
                )
                for kind in ("route_and_date", "date", "text", "trips")
            ]
            resident = runs.told(lambda line: (at(line, "resident_kib_after") or 0) / 1_024)
            rows.append([f"{shape}, {clients} clients", *quantiles, resident, runs.count()])
    if not rows:
        return []
    head = ["size", "route and date p50, p99 (ms)", "date", "word", "trips", "MiB resident", "runs"]
    ready = [line["seconds"] for line in lines if line["bench"] == "ready"]
    took = [line["seconds"] for line in lines if line["bench"] == "import"]
    told = f"Ready after {number(statistics.median(ready))} s [{number(min(ready))} to {number(max(ready))}]"
    return [table(head, rows), f"{told}; the import took {number(took[-1])} s."]


def facts(lines: list[Line]) -> list[str]:
    return [
        ", ".join(f"{name} {value}" for name, value in line.items() if name != "bench")
        for line in lines
        if line["bench"] == "machine"
    ]


def tables(lines: list[Line]) -> str:
    told = [*facts(lines), *carts(lines), *fanout(lines), *memory(lines), *size(lines)]
    told.append(
        "Medians [least to most] over the runs that count (clean ones of all); *: there was no clean "
        f"one, so others used more than {CLEAN} cores."
    )
    return "\n\n".join(told)
