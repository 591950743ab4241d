"""Runs what README.md tells its readers to run, and looks whether it does what it says.

Plays the `nc` session of README.md against a real server that has the example timetable, and checks
that README.pt-BR.md has the same session; then the Python client's commands; then the one command,
`cargo run --locked --release -- demo`, in a terminal (where there is tmux).
"""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")).resolve()
#: Generous: only a failure waits this long.
PATIENCE = 30.0


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    text = (TOP / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def session(page: str) -> list[tuple[str, str]]:
    """What one types, and the pattern of what comes back, of a page's `nc` session."""
    [block] = [block for block in blocks(page, "text") if block.startswith("> ")]
    turns: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("> "):
            turns.append((line[2:], ""))
        else:  # a reply may go on over indented lines
            asked, so_far = turns[-1]
            turns[-1] = (asked, so_far + line.removeprefix("< ").lstrip())
    return turns


def pattern(shortened: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in shortened.split("…")))


def start_server(data: str) -> tuple[subprocess.Popen[str], str]:
    command = [str(TARGET / "debug" / "trechod"), "serve", "--listen", "127.0.0.1:0"]
    command += ["--data", data, "--timetable", "assets/legs-example.csv"]
    server = subprocess.Popen(command, cwd=TOP, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        found = re.search(r"127\.0\.0\.1:([1-9]\d*)", line)
        if found:
            return server, found.group(1)
    raise SystemExit(f"the server ended with {server.wait()} and never served")


def play_nc(port: str) -> None:
    """Types the session into a real `nc`, line by line, as a person does."""
    turns = session("README.md")
    assert turns == session("README.pt-BR.md"), "the two pages show different sessions"
    assert len(turns) == 3, "three lines"
    nc = subprocess.Popen(["nc", "127.0.0.1", port], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert nc.stdin is not None and nc.stdout is not None
    try:
        for asked, expected in turns:
            nc.stdin.write(asked.encode() + b"\n")
            nc.stdin.flush()
            assert select.select([nc.stdout], [], [], PATIENCE)[0], f"no reply to {asked}"
            reply = nc.stdout.readline().decode().rstrip("\n")
            assert pattern(expected).fullmatch(reply), f"{asked}\n{reply}\nis not\n{expected}"
    finally:
        nc.kill()
        nc.wait()
    print("  nc: searched, held and bought in three lines")


def play_python(port: str) -> None:
    lines = [line for block in blocks("README.md", "sh") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("python3 ")]
    assert len(commands) == 3, commands
    environment = {**os.environ, "TRECHO_ADDR": f"127.0.0.1:{port}"}
    for command in commands:
        words = shlex.split(command)
        if words[-1] == "watch":
            continue  # runs until it is told to stop; its test is in assets/python
        done = subprocess.run(
            words, cwd=TOP, env=environment, timeout=PATIENCE, text=True, stdout=subprocess.PIPE
        )
        assert done.returncode == 0, command
        assert "TR" in done.stdout, done.stdout
    print("  the Python client searched and booked")


def play_demo() -> None:
    [command] = [block.strip() for block in blocks("README.md", "sh") if "-- demo\n" in block]
    assert command == "cargo run --locked --release -- demo", command
    tmux = shutil.which("tmux")
    if tmux is None:
        print("  SKIPPED: the demo needs a terminal, and there is no tmux here")
        return
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=TOP, check=True)
    on = [tmux, "-L", f"trecho-readme-{os.getpid()}", "-f", "/dev/null"]

    def screen() -> str:
        shown = subprocess.run(
            [*on, "capture-pane", "-p"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return shown.stdout

    subprocess.run(
        [*on, "new-session", "-d", "-x", "120", "-y", "40", command], cwd=TOP, check=True
    )
    try:
        until = time.monotonic() + PATIENCE
        while not re.search(r"TR\d{3,4}.*\d\d:\d\d.*R\$", screen()):
            assert time.monotonic() < until, f"the demo shows no legs:\n{screen()}"
            time.sleep(0.1)
        subprocess.run([*on, "send-keys", "q"], check=True)
        while subprocess.run([*on, "has-session"], stderr=subprocess.DEVNULL).returncode == 0:
            assert time.monotonic() < until, f"q does not end the demo:\n{screen()}"
            time.sleep(0.1)
    finally:
        subprocess.run([*on, "kill-server"], stderr=subprocess.DEVNULL)
    print("  the demo shows its board, and q ends it")


def look_at_pictures() -> None:
    """The pictures are what the program draws today."""
    pages = {"en": "assets/screen.svg", "pt": "assets/screen.pt-BR.svg"}
    for lang, path in pages.items():
        command = [str(TARGET / "debug" / "trecho"), "picture", "--lang", lang]
        command += ["--theme", "dark", "--ascii=false", "--size", "120x40"]
        drawn = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        redraw = f"{shlex.join(['trecho', *command[1:]])} > {path}"
        assert drawn == (TOP / path).read_bytes(), f"the screen has changed: {redraw}"
    print("  the pictures are the program's own")


def look_at_map() -> None:
    """ARCHITECTURE.md names every module."""
    map_of_the_code = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:\w+/)*(\w+)(?:\.rs)?`", map_of_the_code))
    for source in sorted(TOP.glob("*/src/**/*.rs")):
        module = source.relative_to(TOP).with_suffix("").as_posix()
        if not re.search(r"tests?\b|contract|fixtures", module):
            assert source.stem in named, f"ARCHITECTURE.md's map does not name {module}.rs"
    print("  the map of the code names every module")


def main() -> None:
    look_at_map()
    look_at_pictures()
    with tempfile.TemporaryDirectory() as data:
        server, port = start_server(data)
        try:
            play_nc(port)
            play_python(port)
        finally:
            server.terminate()
            assert server.wait(PATIENCE) == 0
    play_demo()


if __name__ == "__main__":
    main()
