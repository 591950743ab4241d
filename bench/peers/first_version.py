"""What the first version was like: Python, a thread a client, one lock, JSON, and the whole state
dumped into one file at each purchase, without waiting for the disk. Not safe against a crash.

A peer for `run.py`, which starts it.
"""

from __future__ import annotations

import argparse
import json
import socket
import threading
import time
from typing import Any

HOLD_SECONDS = 300


class Booking:
    """The seats, who holds them, and what was bought."""

    def __init__(self, legs: int, seats: int, file: str) -> None:
        self.lock = threading.Lock()
        self.file = file
        self.holds: dict[int, tuple[int, int, float]] = {}
        self.next_hold = 1
        self.state: dict[str, Any] = {
            "legs": [
                {"id": number, "from": f"A{number}", "to": f"B{number}", "free": seats}
                for number in range(legs)
            ],
            "bookings": [],
        }

    def hold(self, client: int, leg: int) -> dict[str, Any]:
        with self.lock:
            if self.state["legs"][leg]["free"] <= 0:
                return {"ok": False, "error": "sold out"}
            self.state["legs"][leg]["free"] -= 1
            hold = self.next_hold
            self.next_hold += 1
            self.holds[hold] = (client, leg, time.time() + HOLD_SECONDS)
            return {"ok": True, "hold": hold}

    def confirm(self, client: int, holds: list[int]) -> dict[str, Any]:
        with self.lock:
            now = time.time()
            for hold in holds:
                owner, _, until = self.holds.get(hold, (None, None, 0.0))
                if owner != client or until < now:
                    return {"ok": False, "error": "hold gone"}
            legs = [self.holds.pop(hold)[1] for hold in holds]
            number = len(self.state["bookings"]) + 1
            self.state["bookings"].append({"id": number, "client": client, "legs": legs})
            with open(self.file, "w", encoding="utf-8") as file:
                json.dump(self.state, file, indent=4)
            return {"ok": True, "booking": number}


def serve(booking: Booking, connection: socket.socket, client: int) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            message = json.loads(line)
            if message["op"] == "hold":
                reply = booking.hold(client, message["leg"])
            else:
                reply = booking.confirm(client, message["holds"])
            connection.sendall(json.dumps(reply).encode() + b"\n")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--legs", type=int, required=True)
    options.add_argument("--seats", type=int, required=True)
    options.add_argument("--file", required=True)
    wanted = options.parse_args()
    booking = Booking(wanted.legs, wanted.seats, wanted.file)
    with socket.create_server(("127.0.0.1", wanted.port), backlog=1024) as listener:
        while True:
            connection, (_, client) = listener.accept()
            thread = threading.Thread(target=serve, args=(booking, connection, client), daemon=True)
            thread.start()


if __name__ == "__main__":
    main()
