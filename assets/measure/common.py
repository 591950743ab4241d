"""What the measurements share: a timetable of any size, a server, a connection of lines."""

from __future__ import annotations

import datetime
import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

HEADER = "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais"
#: Generous: only a failure waits this long.
PATIENCE = 60.0


def ms(since: float) -> float:
    return (time.monotonic() - since) * 1000


def timetable(path: Path, legs: int) -> None:
    """Legs on 1,000 flights a day from next week on."""
    first = datetime.date.today() + datetime.timedelta(days=7)
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for leg in range(legs):
            date = first + datetime.timedelta(days=leg // 1000)
            minute = leg % 1000
            clock = f"{6 + minute // 60 % 16:02}:{minute % 60:02}"
            print(f"TR{1 + minute},{date},GRU,SSA,{clock},23:59,320,29x3-3,412.90", file=file)


class Line:
    """A connection: a line out, a line in."""

    def __init__(self, address: Any, family: int = socket.AF_INET) -> None:
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.reader = self.socket.makefile("rb")

    def next(self) -> Any:
        line = self.reader.readline()
        if not line:
            raise ConnectionError("the server has closed")
        return json.loads(line)

    def ask(self, method: str, **params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            message = self.next()
            if "id" in message:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            if message["method"] == "server.closing":
                raise ConnectionError("the server closes")

    def close(self) -> None:
        self.reader.close()
        self.socket.close()


def import_legs(programs: Path, table: Path, data: Path) -> None:
    command = [str(programs / "trechod"), "import", str(table), "--data", str(data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Server:
    def __init__(self, program: Path, data: Path, listen: str) -> None:
        command = [str(program), "serve", "--listen", listen, "--data", str(data)]
        command += ["--timetable", "none"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = re.search(r"serves (127\.0\.0\.1):(\d+)", line)
            if found:
                self.start_ms = ms(self.began)
                self.address = (found.group(1), int(found.group(2)))
                break
        else:
            raise SystemExit(f"the server ended with {self.process.wait()} and never served")
        self.socket = data / "admin" / "admin.sock"

    def admin(self) -> Line:
        return Line(str(self.socket), socket.AF_UNIX)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
