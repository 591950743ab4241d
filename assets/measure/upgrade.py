"""How long passengers notice that a new `trechod` takes the place of an old one.

    python3 assets/measure/upgrade.py --bin target/release --legs 10000,100000 --runs 5

For each size of the timetable it starts a server on a data directory with so many legs, has passengers
with carts on it, drains it, starts a new process on the same data and port as soon as the old one has ended,
and measures, in milliseconds:

    end      from the drain to the end of the old process
    start    from the start of the new process to the line that says that it serves
    eager    the gap between two answers to a session that asks every 5 ms and reconnects every 5 ms
    polite   from `server.closing` to the answer of the resumed session, for sessions that do as the protocol
             says: wait `retry_in_ms`, then connect (the slowest of 20)
    trecho   from the drain until the real client, in a terminal of its own, has its session again

Every cart is looked at before and after, and bought in the end; a cart that is not as it was ends the
measurement. Nothing but Python's standard library (3.9+).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import shutil
import signal
import statistics
import struct
import tempfile
import termios
import threading
import time
from pathlib import Path
from typing import Any, Optional

from common import PATIENCE, Line, Server, import_legs, ms, timetable

#: So many sessions do as the protocol says.
POLITE = 20


class Passenger(threading.Thread):
    """Somebody with a cart, who comes back by a policy of their own."""

    def __init__(self, address: tuple[str, int], leg: str) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.line = Line(address)
        self.token = self.line.ask("session.open")["token"]
        self.cart = self.line.ask("cart.hold", legs=[{"leg": leg}])["holds"]
        self.gap_ms: Optional[float] = None
        self.stopped = False

    def resume(self) -> bool:
        """Takes the session up again, if somebody is there."""
        try:
            self.line = Line(self.address)
            opened = self.line.ask("session.open", resume=self.token)
        except OSError:
            return False
        if opened["cart"]["holds"] != self.cart:
            raise SystemExit(f"a cart has changed: {self.cart} is {opened['cart']}")
        return True

    def buys(self) -> None:
        name = {"first_name": "Ana", "last_name": "Souza"}
        bought = self.line.ask("cart.confirm", passengers=[name], idempotency_key="k")
        assert len(bought["tickets"]) == 1
        self.line.close()


class Polite(Passenger):
    def run(self) -> None:
        message = self.line.next()
        assert message["method"] == "server.closing", message
        heard = time.monotonic()
        self.line.close()
        time.sleep(message["params"]["retry_in_ms"] / 1000)
        pause = 0.25
        while not self.resume():
            time.sleep(pause * (1 + random.random()))
            pause = min(2 * pause, 7.5)
        self.gap_ms = ms(heard)


class Eager(Passenger):
    def run(self) -> None:
        answered = time.monotonic()
        try:
            while True:
                self.line.ask("cart.get")
                answered = time.monotonic()
                time.sleep(0.005)
        except OSError:
            self.line.close()
        while not self.resume():
            time.sleep(0.005)
        self.gap_ms = ms(answered)


class Client:
    """The real `trecho`, with a seat in its cart, in a terminal that somebody reads."""

    def __init__(self, program: Path, server: Server, home: Path) -> None:
        address = f"127.0.0.1:{server.address[1]}"
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            variables = {"HOME": str(home), "TERM": "xterm-256color", "LANG": "en_US.UTF-8"}
            os.execve(program, [str(program), address], variables)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = bytearray()
        threading.Thread(target=self._read, daemon=True).start()
        self._until(lambda: b"TR" in self.seen and b"GRU" in self.seen)
        admin = server.admin()
        pressed = 0.0
        while not (carts := admin.ask("sessions.list", holding=True)["sessions"]):
            # The first key may come before there is a leg under the cursor.
            if time.monotonic() - pressed > 3:
                os.write(self.terminal, b" ")
                pressed = time.monotonic()
            time.sleep(0.02)
        [cart] = carts
        self.session = cart["session"]
        admin.close()

    def _read(self) -> None:
        try:
            while data := os.read(self.terminal, 65536):
                self.seen += data
        except OSError:
            pass

    def _until(self, done: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise SystemExit(f"never seen: {bytes(self.seen[-2000:])!r}")
            time.sleep(0.01)

    def is_back(self, admin: Line) -> bool:
        sessions = admin.ask("sessions.list", holding=True, limit=500)["sessions"]
        return any(one["session"] == self.session and one["attached"] for one in sessions)

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def measure(programs: Path, base: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        shutil.copytree(base, data)
        old = Server(programs / "trechod", data, "127.0.0.1:0")
        home = Path(place) / "home"
        home.mkdir()
        client = Client(programs / "trecho", old, home)
        legs = Line(old.address).ask("legs.search", limit=POLITE + 1)["legs"]
        eager = Eager(old.address, legs[0]["leg"])
        polite = [Polite(old.address, leg["leg"]) for leg in legs[1:]]
        for passenger in [eager, *polite]:
            passenger.start()
        admin = old.admin()
        began = time.monotonic()
        admin.ask("drain")
        code = old.process.wait(PATIENCE)
        end_ms = ms(began)
        assert code == 0, code
        new = Server(programs / "trechod", data, "127.0.0.1:%d" % old.address[1])
        admin = new.admin()
        while not client.is_back(admin):
            time.sleep(0.01)
            assert ms(began) < 1000 * PATIENCE, "the client does not come back"
        trecho_ms = ms(began)
        for passenger in [eager, *polite]:
            passenger.join(PATIENCE)
            passenger.buys()
        assert eager.gap_ms is not None
        client.end()
        new.end()
        return {
            "end": end_ms,
            "start": new.start_ms,
            "eager": eager.gap_ms,
            "polite": max(one.gap_ms or 0 for one in polite),
            "trecho": trecho_ms,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=Path("target/release"))
    parser.add_argument("--legs", default="10000,100000")
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    programs = told.bin.resolve()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {told.runs} runs each, ms")
    for legs in map(int, told.legs.split(",")):
        with tempfile.TemporaryDirectory() as place:
            base, table = Path(place) / "base", Path(place) / "legs.csv"
            timetable(table, legs)
            import_legs(programs, table, base)
            runs = [measure(programs, base) for _ in range(told.runs)]
        for run in runs:
            print(f"{legs} legs:", *(f"{name} {value:.0f}" for name, value in run.items()))
        medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        print(f"{legs} legs, medians:", *(f"{name} {value:.0f}" for name, value in medians.items()))
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
