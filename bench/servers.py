"""Starts the servers that are measured, each fresh, on a free port of this machine, with data of its
own that are gone afterwards; and ends them by their process id."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Only a failure waits this long.
PATIENCE = 120.0


class Missing(Exception):
    """A peer that is not on this machine, or cannot be run here: it is left out, and that is said."""


@dataclass
class Running:
    """A server, and how long it took from its start until it let somebody in."""

    pid: int
    port: int
    ready_seconds: float

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def program(name: str) -> str:
    """Where a peer's program is."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None and name in ("postgres", "initdb"):
        places = glob.glob(f"/usr/lib/postgresql/*/bin/{name}") + glob.glob(
            f"/usr/pgsql-*/bin/{name}"
        )
        found = max(places, default=None)
    if found is None:
        raise Missing(f"there is no {name} on this machine")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Servers:
    """What can be started. `data` is where their data go: on the disk that is to be measured."""

    def __init__(self, binaries: Path, data: Path) -> None:
        self.binaries = binaries
        self.data = data
        data.mkdir(parents=True, exist_ok=True)

    def directory(self, name: str) -> Path:
        """An empty directory."""
        path = self.data / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    @contextlib.contextmanager
    def running(self, command: list[str], port: int, name: str) -> Iterator[Running]:
        log = self.data / f"{name}.log"
        with log.open("wb") as into:
            began = time.monotonic()
            process = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=into, stderr=into
            )
        try:
            while True:
                if process.poll() is not None:
                    said = log.read_text(errors="replace")[-500:]
                    raise Missing(f"{name} ended with {process.returncode}: {said.strip()}")
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if time.monotonic() - began > PATIENCE:
                    raise Missing(f"{name} lets nobody in on port {port}; see {log}")
                time.sleep(0.005)
            yield Running(process.pid, port, time.monotonic() - began)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def import_legs(self, table: Path, into: Path) -> float:
        """Makes a data directory with these legs; says how many seconds that took."""
        shutil.rmtree(into, ignore_errors=True)
        began = time.monotonic()
        command = [str(self.binaries / "trechod"), "import", str(table), "--data", str(into)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"trechod import failed: {done.stderr}")
        return time.monotonic() - began

    @contextlib.contextmanager
    def ours(self, template: Path) -> Iterator[Running]:
        """trechod on a copy of imported data; `template` itself stays as it is."""
        data = self.data / "trechod"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(template, data)
        port = free_port()
        command = [str(self.binaries / "trechod"), "serve", "--listen", f"127.0.0.1:{port}"]
        command += ["--data", str(data), "--timetable", "none", "--admin-socket", "none"]
        command += ["--log-level", "warn"]
        began = time.monotonic()
        with self.running(command, port, "trechod") as server:
            # The port is open before the legs are read: ready is who answers.
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as probe:
                probe.sendall(b'{"jsonrpc":"2.0","id":1,"method":"server.ping","params":{}}\n')
                reply = probe.makefile("rb").readline()
            if b'"result"' not in reply:
                raise SystemExit(f"trechod is not ready: {reply!r}")
            server.ready_seconds = time.monotonic() - began
            yield server

    @contextlib.contextmanager
    def redis(self, *, durable: bool) -> Iterator[Running]:
        port, data = free_port(), self.directory("redis")
        command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--dir", str(data), "--save", "", "--maxclients", "12000"]
        command += ["--appendonly", "yes" if durable else "no", "--appendfsync", "always"]
        command += ["--auto-aof-rewrite-percentage", "0", "--daemonize", "no"]
        with self.running(command, port, "redis") as server:
            yield server

    @contextlib.contextmanager
    def postgres(self) -> Iterator[Running]:
        """As an unprivileged user: PostgreSQL refuses root."""
        port, data = free_port(), self.directory("postgres")
        us: list[str] = []
        if os.geteuid() == 0:
            with contextlib.suppress(LookupError):
                shutil.chown(data, "postgres", "postgres")
                us = [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            if not us:
                raise Missing("root may not run PostgreSQL, and there is no user postgres")
        init = [*us, program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        init += ["-E", "UTF8", "--no-sync"]
        made = subprocess.run(init, cwd="/", capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise Missing(f"initdb failed: {made.stderr.strip()}")
        command = [*us, program("postgres"), "-D", str(data), "-c", f"port={port}"]
        for setting in (
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={data}",
            "max_connections=100",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "max_wal_size=4GB",
        ):
            command += ["-c", setting]
        with self.running(command, port, "postgres") as server:
            # The port is open a moment before it takes connections.
            time.sleep(0.5)
            yield server

    @contextlib.contextmanager
    def first_version(self, legs: int, seats: int) -> Iterator[Running]:
        port, data = free_port(), self.directory("first_version")
        command = [sys.executable, str(HERE / "peers" / "first_version.py"), "--port", str(port)]
        command += ["--legs", str(legs), "--seats", str(seats), "--file", str(data / "state.json")]
        with self.running(command, port, "first_version") as server:
            yield server

    @contextlib.contextmanager
    def nats(self) -> Iterator[Running]:
        port = free_port()
        command = [program("nats-server"), "-a", "127.0.0.1", "-p", str(port)]
        with self.running(command, port, "nats") as server:
            yield server

    @contextlib.contextmanager
    def bare(self, what: str) -> Iterator[Running]:
        """`echo` or `fanout`: the ceilings, from the generator's own program."""
        port = free_port()
        command = [str(self.binaries / "trecho-bench"), f"serve-{what}"]
        command += ["--addr", f"127.0.0.1:{port}"]
        with self.running(command, port, f"bare-{what}") as server:
            yield server
