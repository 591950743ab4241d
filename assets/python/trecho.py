#!/usr/bin/env python3
"""A client of Trecho's booking server, with nothing but Python's standard library (3.9+).

As a module:

    with Trecho("localhost:7470", name="Ana") as trecho:
        trecho.watch()                                        # then search: nothing is missed
        leg = trecho.search("GRU", "SSA")["legs"][0]
        trecho.hold({"leg": leg["leg"], "count": 1})
        booking = trecho.confirm([passenger("Ana Souza")])
        print(booking["locator"], booking["claim"])

As a program: `python3 trecho.py search GRU SSA`, `… hold LEG`, `… --token TOKEN confirm
--passenger "Ana Souza"`, `… watch`; `--help` tells the rest, `--json` prints one JSON document a
line. `--tls` encrypts: with `--ca FILE` the server must be one that this file vouches for, else one
that the platform's authorities do.

The protocol is JSON-RPC 2.0, one message per line over TCP; `shared/PROTOCOL.md` specifies it.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import secrets
import select
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional

DEFAULT_PORT = 7470
DEFAULT_ADDRESS = f"localhost:{DEFAULT_PORT}"
#: A line from the server has at most this many bytes, its newline not counted.
LINE_BYTES = 1024 * 1024

Json = dict[str, Any]


class Refused(Exception):
    """The server said no, and nothing has changed. `kind` is one of the protocol's closed list."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.data: Json = error.get("data") or {}
        self.kind: Optional[str] = self.data.get("kind")

    def __str__(self) -> str:
        about = [str(one) for name in ("legs", "seats", "holds") for one in self.data.get(name, [])]
        return f"{self.args[0]} ({', '.join(about)})" if about else str(self.args[0])


class Lost(ConnectionError):
    """The connection is gone; what became of a request without a reply is unknown."""


@dataclass(frozen=True)
class Event:
    """Something that the server told unasked, such as `leg.taken`."""

    name: str
    params: Json


class Lines:
    """Lines over a socket: whole ones, however the bytes arrive."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self._searched = 0

    def send(self, message: Json) -> None:
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        try:
            self._sock.sendall(line)
        except OSError as error:
            raise Lost(f"cannot send: {error}") from error

    def receive(self, deadline: Optional[float]) -> Optional[Json]:
        """The next message, or None if none came whole before `deadline` (None: wait for ever)."""
        while True:
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._searched = 0
                return self._read(line)
            self._searched = len(self._buffer)
            if self._searched > LINE_BYTES:
                raise Lost(f"the server sent a line of more than {LINE_BYTES} bytes")
            if self._sock.fileno() < 0:
                raise Lost("the connection is closed")
            if not self._comes(deadline):
                return None
            try:
                data = self._sock.recv(65536)
            except OSError as error:
                raise Lost(f"cannot receive: {error}") from error
            if not data:
                raise Lost("the server closed the connection")
            self._buffer += data

    def _comes(self, deadline: Optional[float]) -> bool:
        """Whether there is something to receive before `deadline`."""
        # A record of TLS is decrypted whole: what was not asked for of it yet waits here, unseen
        # by select.
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return True
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        return bool(select.select([self._sock], [], [], wait)[0])

    @staticmethod
    def _read(line: bytes) -> Json:
        try:
            message = json.loads(line)
        except ValueError as error:
            raise Lost(f"the server sent a line that is not JSON: {error}") from error
        if not isinstance(message, dict):
            raise Lost("the server sent a line that is no message")
        return message


class Trecho:
    """One passenger's session. It outlives its connection: `token` takes it up again.

    Use it from one thread. Left as a context manager it closes the session, which releases what
    is in the cart; `hang_up` leaves the cart for a later `token=`.
    """

    def __init__(
        self,
        address: str = DEFAULT_ADDRESS,
        *,
        token: Optional[str] = None,
        name: Optional[str] = None,
        timeout: float = 10.0,
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        """Connects and opens a session, or resumes the one of `token`.

        With `tls`, such as `encrypted()` makes, nothing is sent before the server has proved who
        it is, and nothing ever goes in plain text.
        """
        self.address = parse_address(address)
        self.tls = tls
        self.name = name
        self.timeout = timeout
        self.token = token
        #: Another connection has resumed this session: never to be resumed by itself, or two
        #: clients would throw each other out for ever.
        self.replaced = False
        #: The server's account of the session when it was opened or last resumed.
        self.opened: Json = {}
        self._watch: Optional[Json] = None
        self._next_id = 0
        # Legs as last told, each at its highest version: events carry state, so the newest is
        # all there is to know, and what waits never outgrows the number of legs.
        self._legs: dict[str, Event] = {}
        self._others: list[Event] = []
        self._connect()

    def __enter__(self) -> Trecho:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the connection ------------------------------------------------------------------------

    def _connect(self) -> None:
        host, port = self.address
        try:
            sock = socket.create_connection(self.address, timeout=self.timeout)
        except OSError as error:
            raise Lost(f"no server answers at {host}:{port}: {error}") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        if self.tls is not None:
            try:
                self._sock = self.tls.wrap_socket(sock, server_hostname=host)
            except ssl.SSLCertVerificationError as error:
                sock.close()
                raise Lost(
                    f"the server at {host}:{port} is not believed, and nothing was sent to it: "
                    f"{error.verify_message}; name the file that vouches for it with --ca"
                ) from error
            except OSError as error:
                sock.close()
                raise Lost(f"no TLS with the server at {host}:{port}: {error}") from error
        self._lines = Lines(self._sock)
        params = {"resume": self.token} if self.token else {}
        if self.name:
            params["name"] = self.name
        epoch = self.opened.get("epoch")
        try:
            self.opened = self.call("session.open", **params)
        except BaseException:
            self.hang_up()
            raise
        self.token = self.opened["token"]
        if self.opened["epoch"] != epoch:
            self._legs.clear()  # another epoch counts its versions anew

    def reconnect(self) -> Json:
        """Connects again and resumes the session: the same cart, the same clock, the same watch.

        Returns the cart. Raises `Refused` with `session_unknown` if its time was up; with `token`
        set to None before, a new session begins instead.
        """
        self.hang_up()
        self.replaced = False
        self._connect()
        if self._watch is not None:
            self.call("feed.watch", **self._watch)
        cart: Json = self.opened["cart"]
        return cart

    def hang_up(self) -> None:
        """Ends the connection, not the session: its holds stay for the server's grace period."""
        self._sock.close()

    def close(self) -> None:
        """Ends the session; its holds are released at once."""
        with contextlib.suppress(Lost, Refused):  # what is gone already is as closed as it can be
            self.call("session.close")
        self.hang_up()

    def call(self, method: str, **params: Any) -> Json:
        """One request and its reply. Events that come before it are kept for `events`."""
        self._next_id += 1
        request_id = self._next_id
        self._lines.send({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        deadline = time.monotonic() + self.timeout
        while True:
            message = self._lines.receive(deadline)
            if message is None:
                self.hang_up()  # a late reply must not pass for that of a later request
                raise Lost(f"{method}: no reply within {self.timeout:g} s")
            if "method" in message:
                self._keep(message)
                continue
            # An error under no id answers a line whose id the server could not read: ours.
            if message.get("id") not in (request_id, None):
                raise Lost(f"the server answered request {message.get('id')} out of turn")
            if "error" in message:
                raise Refused(message["error"])
            result: Json = message["result"]
            return result

    # -- what the server tells -----------------------------------------------------------------

    def _keep(self, message: Json) -> None:
        event = Event(message["method"], message.get("params") or {})
        self.replaced = self.replaced or event.name == "session.replaced"
        leg = event.params.get("leg") if event.name.startswith("leg.") else None
        if leg is None:
            self._others.append(event)
        else:
            known = self._legs.pop(leg, None)
            if known is None or known.params["version"] <= event.params["version"]:
                known = event
            self._legs[leg] = known

    def _kept(self) -> Optional[Event]:
        if self._others:
            return self._others.pop(0)
        if self._legs:
            return self._legs.pop(next(iter(self._legs)))
        return None

    def next_event(self, timeout: Optional[float] = None) -> Optional[Event]:
        """The next event, or None if none came within `timeout` seconds (None: wait for ever)."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            event = self._kept()
            if event is not None:
                return event
            message = self._lines.receive(deadline)
            if message is None:
                return None
            if "method" in message:
                self._keep(message)

    def events(self) -> Iterator[Event]:
        """Events as they come, for ever; raises `Lost` when the connection goes."""
        while True:
            event = self.next_event()
            if event is not None:
                yield event

    def watch(self, **only: Any) -> Json:
        """Asks for events: of `legs=[…]`, of `from_=`, `to=`, `date=`, or of everything."""
        self._watch = route_params(only)
        return self.call("feed.watch", **self._watch)

    # -- searching and buying ------------------------------------------------------------------

    def search(self, from_: Optional[str] = None, to: Optional[str] = None, **more: Any) -> Json:
        """A page of legs, by departure: `date=`, `text=`, `include="all"`, `limit=`, `cursor=`."""
        return self.call("legs.search", **route_params({"from_": from_, "to": to, **more}))

    def hold(self, *legs: Json) -> Json:
        """Holds seats on legs, all or nothing; returns the cart.

        Each leg is `{"leg": …}`, `{"leg": …, "count": n}` or `{"leg": …, "seats": ["12A"]}`. Never
        resent by itself: after `Lost`, `reconnect` and look at the cart.
        """
        return self.call("cart.hold", legs=list(legs))

    def release(self, *holds: int) -> Json:
        """Gives these holds back, or the whole cart; returns the cart."""
        return self.call("cart.release", **({"holds": list(holds)} if holds else {}))

    def cart(self) -> Json:
        """The session's cart."""
        return self.call("cart.get")

    def confirm(
        self,
        passengers: list[Json],
        *,
        email: Optional[str] = None,
        holds: Optional[list[int]] = None,
        key: Optional[str] = None,
        attempts: int = 6,
        pause: Callable[[float], None] = time.sleep,
    ) -> Json:
        """Buys the whole cart, exactly once; returns the booking.

        When the reply is lost, it reconnects and sends the same request with the same idempotency
        key: the server sells what is still to be sold, or tells the booking that it made. `holds`
        is what the passenger saw; if the cart differs, nothing is sold. Raises `Lost` when all
        attempts are used up: call again with the same `key` to learn what became of it.
        """
        params: Json = {"passengers": passengers, "idempotency_key": key or new_key()}
        if email is not None:
            params["email"] = email
        if holds is not None:
            params["holds"] = holds
        for attempt in range(attempts):
            try:
                if attempt > 0:
                    self.reconnect()
                return self.call("cart.confirm", **params)
            except (Lost, Refused) as error:
                passing = isinstance(error, Lost) or error.kind == "closing"
                if not passing or self.replaced or attempt + 1 == attempts:
                    raise
                pause(backoff(attempt))
        raise ValueError("at least one attempt is needed")

    def booking(self, locator: str, claim: str) -> Json:
        """A booking, for whoever has its claim code."""
        return self.call("bookings.get", locator=locator, claim=claim)

    def cancel(self, locator: str, claim: str, *legs: str) -> Json:
        """Cancels a booking's tickets on these legs, or on all."""
        only = {"legs": list(legs)} if legs else {}
        return self.call("bookings.cancel", locator=locator, claim=claim, **only)


def encrypted(ca: Optional[str] = None) -> ssl.SSLContext:
    """TLS 1.3 with a server whom `ca` (a file of certificates, PEM) vouches for; without one, an
    authority of the platform's."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise ValueError(f"{ca!r} is no file of certificates (PEM): {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def backoff(attempt: int) -> float:
    """Seconds to wait after this attempt, counted from 0: doubling, at most 8, spread at random."""
    return float(min(8.0, 0.25 * 2 ** min(attempt, 5))) * random.uniform(0.5, 1.0)


def new_key() -> str:
    """A fresh idempotency key: one for each purchase, the same for each retry of it."""
    return secrets.token_urlsafe(16)


def passenger(name: str) -> Json:
    """Someone who flies, from a name as people write it: the first word, then the rest."""
    first, _, last = name.strip().partition(" ")
    if not last.strip():
        raise ValueError(f"{name!r}: a passenger needs a first and a last name")
    return {"first_name": first, "last_name": last.strip()}


def parse_address(address: str) -> tuple[str, int]:
    """`host`, `host:port` or `[v6]:port`."""
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        host, port = address, str(DEFAULT_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{address!r}: expected an address such as {DEFAULT_ADDRESS}")
    return host.strip("[]"), int(port)


def route_params(params: Json) -> Json:
    """Drops what is not given; `from` is a word of Python's own, hence `from_`."""
    return {key.rstrip("_"): value for key, value in params.items() if value is not None}


# -- the program ---------------------------------------------------------------------------------


def plain(line: str) -> str:
    """A line from afar, safe for a terminal: nothing in it that moves, hides or turns text."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def reais(centavos: int) -> str:
    """`R$ 1.234,56`."""
    whole = f"{centavos // 100:,}".replace(",", ".")
    return f"R$ {whole},{centavos % 100:02d}"


def show_legs(page: Json) -> Iterator[str]:
    for leg in page["legs"]:
        yield (
            f"{leg['leg']:<24} {leg['from']} {leg['to']}  {leg['departs_at'][:16]}  "
            f"{leg['arrives_at'][11:16]}  {leg['seats_left']:>3} {leg['status']:<8} "
            f"{reais(leg['fare_centavos']):>12}"
        )
    yield f"{len(page['legs'])} of {page['total']}{'+' if page.get('total_more') else ''} legs"


def show_booking(booking: Json) -> Iterator[str]:
    yield f"booking {booking['locator']}   claim code {booking['claim']}"
    for ticket in booking["tickets"]:
        who = ticket["passenger"]
        yield (
            f"  {ticket['leg']:<24} {ticket['seat']:>4}  {who['first_name']} {who['last_name']}  "
            f"{reais(ticket['fare_centavos'])}  {ticket['status']}"
        )
    yield f"  total {reais(booking['total_centavos'])}"


def show_event(event: Event) -> str:
    params = event.params
    if event.name.startswith("leg."):
        return (
            f"{event.name:<13} {params['leg']} {params['from']}-{params['to']} "
            f"{params['seats_left']} left ({params['reason']})"
        )
    return f"{event.name} {json.dumps(params, ensure_ascii=False)}"


def show_cart(cart: Json) -> Iterator[str]:
    for hold in cart["holds"]:
        yield f"  {hold['leg']:<24} {hold['seat']:>4}  {reais(hold['fare_centavos'])}"
    left = f", {cart['expires_in_ms'] // 1000} s left" if "expires_in_ms" in cart else ""
    yield f"  total {reais(cart['total_centavos'])}{left}"


def leg_ask(text: str, count: int) -> Json:
    """`LEG` for so many seats, or `LEG:12A,12B` for these."""
    leg, _, seats = text.partition(":")
    return {"leg": leg, "seats": seats.split(",")} if seats else {"leg": leg, "count": count}


def hold(trecho: Trecho, legs: list[str], count: int) -> Json:
    return trecho.hold(*(leg_ask(text, count) for text in legs))


def confirm(trecho: Trecho, options: argparse.Namespace) -> Json:
    """Holds what is named first, if anything is."""
    passengers = [passenger(name) for name in options.passenger]
    if options.legs:
        hold(trecho, options.legs, len(passengers))
    key = options.key or new_key()
    try:
        return trecho.confirm(passengers, email=options.email, key=key)
    except Lost as lost:
        raise Lost(
            f"{lost}\nwhether it was bought is unknown; to learn it:\n"
            f"  trecho.py --token {trecho.token} confirm --key {key} …the same passengers"
        ) from lost


def watch(trecho: Trecho, options: argparse.Namespace) -> Iterator[Event]:
    """Events for ever, also across a restart of the server: a watch holds nothing to be lost."""
    only = {"legs": options.legs or None, "from_": options.origin, "to": options.to}
    trecho.watch(**only, date=options.date)
    attempt = 0
    while True:
        try:
            if attempt > 0:
                trecho.reconnect()
            attempt = 0
            print("watching", file=sys.stderr, flush=True)
            yield from trecho.events()
        except (Lost, Refused) as error:
            print(f"trecho: {error}; connecting again", file=sys.stderr, flush=True)
            trecho.token = None
            time.sleep(backoff(attempt))
            attempt += 1


def run(options: argparse.Namespace) -> None:
    def tell(document: Json, lines: Iterator[str]) -> None:
        if options.json:
            print(json.dumps(document, ensure_ascii=False), flush=True)
        else:
            print("\n".join(map(plain, lines)), flush=True)

    tls = encrypted(options.ca) if options.tls or options.ca else None
    trecho = Trecho(options.server, token=options.token, name=options.name, tls=tls)
    keep_session = options.token is not None
    try:
        if options.command == "search":
            include = "all" if options.all else None
            page = trecho.search(
                options.origin, options.to, date=options.date, include=include, limit=options.limit
            )
            tell(page, show_legs(page))
        elif options.command in ("hold", "cart"):
            cart = hold(trecho, options.legs, options.count) if options.legs else trecho.cart()
            tell({"token": trecho.token, **cart}, show_cart(cart))
            keep_session = True
            if not options.json:
                print("  this connection ends now, and the cart outlives it by the server's grace: 60 s,")
                print(f"  if not told otherwise. Until then: trecho.py --token {trecho.token} confirm …")
        elif options.command in ("book", "confirm"):
            booking = confirm(trecho, options)
            tell(booking, show_booking(booking))
        elif options.command == "show":
            booking = trecho.booking(options.locator, options.claim)
            tell(booking, show_booking(booking))
        elif options.command == "cancel":
            booking = trecho.cancel(options.locator, options.claim, *options.legs)
            tell(booking, show_booking(booking))
        else:
            for event in itertools.islice(watch(trecho, options), options.count):
                tell({"event": event.name, **event.params}, iter([show_event(event)]))
    finally:
        if keep_session:
            trecho.hang_up()
        else:
            trecho.close()


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trecho.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--server",
        default=os.environ.get("TRECHO_ADDR", DEFAULT_ADDRESS),
        metavar="ADDR",
        help=f"where the server is (TRECHO_ADDR; default {DEFAULT_ADDRESS})",
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        default=os.environ.get("TRECHO_TLS", "").lower() in ("1", "on", "t", "true", "y", "yes"),
        help="encrypt, with a server whom an authority of this machine's vouches for (TRECHO_TLS)",
    )
    parser.add_argument(
        "--ca",
        default=os.environ.get("TRECHO_CA"),
        metavar="FILE",
        help="encrypt, with a server whom this file (PEM) vouches for (TRECHO_CA)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    parser.add_argument("--name", help="what to call this passenger on a presenter's screen")
    parser.add_argument("--token", help="resume the session of this token")
    commands = parser.add_subparsers(dest="command", required=True)

    search = commands.add_parser("search", help="legs on sale, by departure")
    search.add_argument("origin", nargs="?", metavar="FROM")
    search.add_argument("to", nargs="?", metavar="TO")
    search.add_argument("--date", metavar="YYYY-MM-DD", help="of departure, where it departs")
    search.add_argument("--all", action="store_true", help="also legs that cannot be held now")
    search.add_argument("--limit", type=int, help="legs a page, 1 to 500")

    take = commands.add_parser("hold", help="hold legs for a later confirm, all or nothing")
    take.add_argument("--count", type=int, default=1, help="seats on each leg (default 1)")
    cart = commands.add_parser("cart", help="what the session of --token holds")
    cart.set_defaults(legs=[])

    buy = commands.add_parser("confirm", help="buy what the session of --token holds")
    buy.set_defaults(legs=[])
    both = commands.add_parser("book", help="hold and confirm in one")
    for command in (take, both):
        command.add_argument("legs", nargs="+", metavar="LEG[:SEAT,…]")
    for command in (buy, both):
        command.add_argument("--passenger", action="append", required=True, metavar="NAME")
        command.add_argument("--email")
        command.add_argument("--key", help="the idempotency key; the same for a retry")

    show = commands.add_parser("show", help="a booking")
    cancel = commands.add_parser("cancel", help="cancel a booking, or some legs of it")
    for command in (show, cancel):
        command.add_argument("locator")
        command.add_argument("claim")
    cancel.add_argument("legs", nargs="*", metavar="LEG")

    follow = commands.add_parser("watch", help="legs being taken and reopened, as it happens")
    follow.add_argument("legs", nargs="*", metavar="LEG")
    follow.add_argument("--from", dest="origin", metavar="FROM")
    follow.add_argument("--to")
    follow.add_argument("--date", metavar="YYYY-MM-DD")
    follow.add_argument("--count", type=int, help="stop after so many events")
    return parser


def main() -> int:
    """Exit codes: 0 done, 1 failed or refused, 2 usage."""
    options = command_line().parse_args()
    try:
        run(options)
    except ValueError as error:
        print(f"trecho: {error}", file=sys.stderr)
        return 2
    except Refused as refused:
        print(f"trecho: {refused}", file=sys.stderr)
        return 1
    except Lost as lost:
        print(f"trecho: {lost}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
