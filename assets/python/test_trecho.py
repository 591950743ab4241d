"""The Python client against a real server.

`python3 test_trecho.py --trechod target/debug/trechod` starts servers of its own;
`python3 test_trecho.py --server localhost:7470` uses one that runs, and skips what must kill it.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Optional

from trecho import LINE_BYTES, Event, Lines, Lost, Refused, Trecho
from trecho import encrypted, new_key, passenger

ANA = passenger("Ana de Souza")
#: Where the server is, if it is not ours to start.
ADDRESS: Optional[str] = None
#: The server's program.
TRECHOD: Optional[str] = None
#: Generous: only a failure waits this long.
PATIENCE = 20.0


class Server:
    """A `trechod` of our own, on a port and a data directory of its own."""

    def __init__(self, data: str, listen: str = "127.0.0.1:0", more: tuple[str, ...] = ()) -> None:
        assert TRECHOD is not None
        command = [TRECHOD, "serve", "--listen", listen, "--data", data, *more]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.address = self._announced()

    def _announced(self) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            if found and found.group(1) != "0":
                # Nobody else reads the log; an unread pipe would fill and stop the server.
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return found.group(0)
        raise AssertionError(f"the server ended with {self.process.wait()} and never served")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        with contextlib.suppress(ValueError):
            self.process.stderr.close()
        return status


class Framing(unittest.TestCase):
    """Needs no server: bytes in, lines out."""

    def setUp(self) -> None:
        self.near, self.far = socket.socketpair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)
        self.lines = Lines(self.near)

    def test_a_line_is_read_however_its_bytes_arrive(self) -> None:
        sent = '{"id":1,"city":"São Paulo"}\n{"id":2}\n'.encode()

        def trickle() -> None:
            for at in range(len(sent)):
                self.far.sendall(sent[at : at + 1])

        sender = threading.Thread(target=trickle)
        sender.start()
        deadline = time.monotonic() + PATIENCE
        self.assertEqual(self.lines.receive(deadline), {"id": 1, "city": "São Paulo"})
        self.assertEqual(self.lines.receive(deadline), {"id": 2})
        sender.join()

    def test_half_a_line_is_no_message_yet_and_loses_nothing(self) -> None:
        self.far.sendall(b'{"id"')
        self.assertIsNone(self.lines.receive(time.monotonic()))
        self.far.sendall(b":7}\n")
        self.assertEqual(self.lines.receive(time.monotonic() + PATIENCE), {"id": 7})

    def test_a_line_without_end_is_refused_before_it_fills_the_memory(self) -> None:
        def flood() -> None:
            with contextlib.suppress(OSError):
                self.far.sendall(b"x" * (LINE_BYTES * 4))

        sender = threading.Thread(target=flood)
        sender.start()
        with self.assertRaises(Lost):
            self.lines.receive(time.monotonic() + PATIENCE)
        self.near.close()
        sender.join()

    def test_garbage_and_an_end_are_a_lost_connection(self) -> None:
        self.far.sendall(b"not json\n[]\n")
        for _ in range(2):
            with self.assertRaises(Lost):
                self.lines.receive(time.monotonic() + PATIENCE)
        self.far.close()
        with self.assertRaises(Lost):
            self.lines.receive(time.monotonic() + PATIENCE)


class AgainstAServer(unittest.TestCase):
    """One server for all of its tests; each takes legs of its own."""

    server: Optional[Server] = None
    address: str
    used: set[str] = set()

    @classmethod
    def setUpClass(cls) -> None:
        if ADDRESS is not None:
            cls.address = ADDRESS
            return
        if TRECHOD is None:
            raise unittest.SkipTest("neither --server nor --trechod given")
        data = tempfile.TemporaryDirectory()
        cls.addClassCleanup(data.cleanup)
        cls.server = Server(data.name)
        cls.addClassCleanup(cls.server.stop)
        cls.address = cls.server.address

    def connect(self, **options: Any) -> Trecho:
        trecho = Trecho(self.address, timeout=PATIENCE, **options)
        self.addCleanup(trecho.close)
        return trecho

    def a_leg(self, trecho: Trecho, at_least: int = 1) -> str:
        """A leg that no other test uses, with this many seats left or more."""
        cursor: dict[str, str] = {}
        while True:
            page = trecho.search(limit=500, **cursor)
            for leg in page["legs"]:
                if leg["leg"] not in self.used and leg["seats_left"] >= at_least:
                    self.used.add(leg["leg"])
                    return str(leg["leg"])
            cursor = {"cursor": page["cursor"]}

    def a_last_seat(self) -> str:
        """A leg with exactly one free seat: found so, or else made so by other passengers."""
        scout = self.connect()
        legs = scout.search(limit=500)["legs"]
        legs = [leg for leg in legs if leg["leg"] not in self.used]
        leg = min(legs, key=lambda leg: int(leg["seats_left"]))
        self.used.add(leg["leg"])
        spare = leg["seats_left"] - 1
        while spare > 0:  # a cart takes 9 seats of a leg at most
            count = min(9, spare)
            self.connect().hold({"leg": leg["leg"], "count": count})
            spare -= count
        self.assertEqual(scout.call("legs.get", leg=leg["leg"])["seats_left"], 1)
        return str(leg["leg"])

    def heard(self, trecho: Trecho, name: str, leg: str) -> Event:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            event = trecho.next_event(timeout=1.0)
            if event is not None and event.name == name and event.params["leg"] == leg:
                return event
        raise AssertionError(f"no {name} of {leg} was heard")

    def test_two_passengers_want_the_last_seat_and_exactly_one_gets_it(self) -> None:
        leg = self.a_last_seat()
        racers = [self.connect(name="Ana"), self.connect(name="Bento")]
        for racer in racers:
            racer.watch()
        start = threading.Barrier(2)
        outcomes: dict[Trecho, Any] = {}

        def race(racer: Trecho) -> None:
            start.wait()
            try:
                outcomes[racer] = racer.hold({"leg": leg})
            except Refused as refused:
                outcomes[racer] = refused

        threads = [threading.Thread(target=race, args=[racer]) for racer in racers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        won = [racer for racer in racers if isinstance(outcomes[racer], dict)]
        lost = [racer for racer in racers if isinstance(outcomes[racer], Refused)]
        self.assertEqual((len(won), len(lost)), (1, 1), outcomes)
        refusal = outcomes[lost[0]]
        self.assertEqual((refusal.kind, refusal.data["legs"]), ("leg_taken", [leg]))

        taken = self.heard(lost[0], "leg.taken", leg)
        self.assertEqual(taken.params["seats_left"], 0)
        booking = won[0].confirm([ANA])
        self.assertEqual([ticket["leg"] for ticket in booking["tickets"]], [leg])

        won[0].cancel(booking["locator"], booking["claim"])
        self.assertEqual(self.heard(lost[0], "leg.reopened", leg).params["seats_left"], 1)

    def test_a_confirm_sent_again_returns_the_same_booking(self) -> None:
        trecho = self.connect()
        trecho.hold({"leg": self.a_leg(trecho)})
        key = new_key()
        booking = trecho.confirm([ANA], key=key)
        self.assertEqual(trecho.confirm([ANA], key=key), booking)
        with self.assertRaises(Refused) as conflict:
            trecho.confirm([passenger("Bento Lima")], key=key)
        self.assertEqual(conflict.exception.kind, "idempotency_conflict")
        self.assertEqual(trecho.booking(booking["locator"], booking["claim"]), booking)

    def test_a_lost_reply_neither_loses_the_purchase_nor_makes_it_twice(self) -> None:
        trecho = self.connect()
        leg = self.a_leg(trecho, at_least=2)
        left = trecho.call("legs.get", leg=leg)["seats_left"]
        trecho.hold({"leg": leg})

        class Deaf(Lines):
            """Sends, then is cut off before the reply."""

            def receive(self, deadline: Optional[float]) -> Any:
                raise Lost("the cable is out")

        trecho._lines = Deaf(trecho._sock)
        booking = trecho.confirm([ANA], pause=lambda _: None)
        self.assertEqual(len(booking["tickets"]), 1)
        self.assertEqual(trecho.cart()["holds"], [])
        self.assertEqual(trecho.call("legs.get", leg=leg)["seats_left"], left - 1)

    def test_a_session_is_resumed_by_its_token_with_its_cart(self) -> None:
        first = self.connect()
        cart = first.hold({"leg": self.a_leg(first)})
        first.hang_up()
        second = self.connect(token=first.token)
        self.assertEqual(second.opened["cart"]["holds"], cart["holds"])
        self.assertEqual(second.token, first.token)

    def test_closing_a_session_frees_its_seats_and_everyone_is_told(self) -> None:
        leg = self.a_last_seat()
        watcher = self.connect()
        watcher.watch()
        with self.connect() as passing:
            passing.hold({"leg": leg})
            self.heard(watcher, "leg.taken", leg)
        self.assertEqual(self.heard(watcher, "leg.reopened", leg).params["reason"], "released")

    def test_a_refused_hold_of_two_legs_leaves_the_cart_as_it_was(self) -> None:
        leg = self.a_last_seat()
        self.connect().hold({"leg": leg})
        trecho = self.connect()
        kept = trecho.hold({"leg": self.a_leg(trecho)})
        with self.assertRaises(Refused) as refused:
            trecho.hold({"leg": self.a_leg(trecho)}, {"leg": leg})
        self.assertEqual(refused.exception.data["legs"], [leg])
        self.assertEqual(trecho.cart()["holds"], kept["holds"])

    def test_the_program_searches_and_books(self) -> None:
        with self.connect() as trecho:
            leg = self.a_leg(trecho)
        program = [sys.executable, str(Path(__file__).with_name("trecho.py"))]
        program += ["--server", self.address]
        listed = subprocess.run(
            [*program, "search", "--limit", "1"], capture_output=True, text=True
        )
        self.assertEqual((listed.returncode, listed.stderr), (0, ""))
        booked = subprocess.run(
            [*program, "book", leg, "--passenger", "Ana de Souza"], capture_output=True, text=True
        )
        self.assertIn(leg, booked.stdout, booked.stderr)
        unknown = subprocess.run(
            [*program, "book", "TR1-20200101-GRU", "--passenger", "Ana de Souza"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("search again", unknown.stderr)


class AcrossAKill(unittest.TestCase):
    """What was answered is on disk: kill -9 loses none of it."""

    def test_cart_and_booking_survive_kill_minus_nine(self) -> None:
        if TRECHOD is None:
            self.skipTest("needs --trechod: a server that may be killed")
        with tempfile.TemporaryDirectory() as data:
            server = Server(data)
            trecho = Trecho(server.address, timeout=PATIENCE)
            legs = [leg["leg"] for leg in trecho.search(limit=2)["legs"]]
            trecho.hold({"leg": legs[0]})
            key = new_key()
            booking = trecho.confirm([ANA], key=key)
            cart = trecho.hold({"leg": legs[1]})
            server.stop(signal.SIGKILL)

            server = Server(data, listen=server.address)
            try:
                self.assertEqual(trecho.reconnect()["holds"], cart["holds"])
                self.assertEqual(trecho.confirm([ANA], key=key), booking)
                self.assertEqual(trecho.booking(booking["locator"], booking["claim"]), booking)
                trecho.close()
            finally:
                self.assertEqual(server.stop(), 0)


class Encrypted(unittest.TestCase):
    """The same over TLS, and no word to a server that is not believed."""

    directory: Path
    cert: Path
    address: str

    @classmethod
    def setUpClass(cls) -> None:
        if TRECHOD is None:
            raise unittest.SkipTest("needs --trechod: a server with a certificate of ours")
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.cert = cls.certificate("ours")
        key = cls.cert.with_name("key.pem")
        more = ("--tls-cert", str(cls.cert), "--tls-key", str(key))
        server = Server(str(cls.directory / "data"), more=more)
        cls.addClassCleanup(server.stop)
        cls.address = server.address

    @classmethod
    def certificate(cls, name: str) -> Path:
        assert TRECHOD is not None
        out = cls.directory / name
        command = [TRECHOD, "cert", "--host", "127.0.0.1", "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        return out / "cert.pem"

    def test_a_passenger_books_and_replies_of_many_records_come_whole(self) -> None:
        tls = encrypted(str(self.cert))
        with Trecho(self.address, timeout=PATIENCE, tls=tls) as trecho:
            trecho.watch()
            legs = trecho.search(limit=500)["legs"]
            self.assertEqual(len(legs), 500)
            trecho.hold({"leg": legs[0]["leg"]})
            self.assertIsNotNone(trecho.next_event(PATIENCE))
            key = new_key()
            booking = trecho.confirm([ANA], key=key)
            trecho.reconnect()
            self.assertEqual(trecho.confirm([ANA], key=key), booking)

    def test_a_server_that_nobody_vouches_for_hears_nothing(self) -> None:
        other = str(self.certificate("other"))
        for ca in (other, None):
            with self.assertRaises(Lost) as lost:
                Trecho(self.address, timeout=PATIENCE, tls=encrypted(ca))
            self.assertIn("nothing was sent", str(lost.exception))
        with self.assertRaises(ValueError):
            encrypted(str(self.directory / "missing.pem"))

    def test_neither_side_goes_on_in_plain_text(self) -> None:
        with self.assertRaises(Refused) as refused:
            Trecho(self.address, timeout=PATIENCE)
        self.assertIn("--tls", str(refused.exception))
        plain = Server(str(self.directory / "plain"), more=("--timetable", "none"))
        self.addCleanup(plain.stop)
        with self.assertRaises(Lost):
            Trecho(plain.address, timeout=PATIENCE, tls=encrypted(str(self.cert)))

    def test_the_program_takes_a_flag_or_a_variable(self) -> None:
        program = [sys.executable, str(Path(__file__).with_name("trecho.py"))]
        program += ["--server", self.address]
        search = ["search", "--limit", "1"]

        def run(flags: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
            command = [*program, *flags, *search]
            return subprocess.run(command, capture_output=True, text=True, env=variables)

        self.assertEqual(run(["--ca", str(self.cert)]).stderr, "")
        self.assertEqual(run([], TRECHO_CA=str(self.cert)).stderr, "")
        self.assertEqual(run([], TRECHO_TLS="yes", SSL_CERT_FILE=str(self.cert)).stderr, "")
        self.assertIn("not believed", run(["--tls"]).stderr)
        self.assertEqual(run(["--ca", "/nonexistent"]).returncode, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--server", metavar="ADDR", help="a server that runs")
    where.add_argument("--trechod", metavar="PATH", help="the server's program, to start our own")
    known, rest = parser.parse_known_args()
    ADDRESS, TRECHOD = known.server, known.trechod
    unittest.main(argv=[sys.argv[0], *rest])
