"""Shows that the tests bite: each deliberate defect of server/src/faults.rs is found by tests that run anyway.

Builds the server's tests with the feature `faults`, sees them pass with no defect on, and sees one of them fail with
each: which one is printed, and how soon it failed. At last it looks that an ordinary build has nothing of the defects
in it, and that an optimised one cannot have them. With the argument `release` it looks at what has been built for
release, and does nothing else.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "server/src/faults.rs"
TRECHOD = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug/trechod"

# A place in which a defect is looked for may take so many seconds. Generous: the machine may be slow, the tests are not.
PATIENCE_S = 120

# Where each defect is looked for: the test binary and what the names of its tests begin with.
SIMULATION = ("lib", "desk::simulation::whatever_")
KILLS = ("black_box", "nemesis::killed_")
WHERE = {
    "ack-before-commit": [SIMULATION, ("lib", "desk::tests::"), ("black_box", "acknowledged::")],
    "commit-without-sync": [("lib", "ledger::lossy::tests::a_power_cut"), SIMULATION],
    "event-before-commit": [SIMULATION, ("lib", "desk::tests::")],
    "goes-on-after-failed-sync": [SIMULATION],
    "half-undone": [("lib", "desk::tests::full_disk::"), SIMULATION],
    "expiry-race": [SIMULATION],
    "late-deadline": [SIMULATION, ("lib", "booking::model_test::")],
    "wall-clock": [("black_box", "fire::wall_clock::")],
    "partial-cart": [SIMULATION, ("lib", "booking::model_test::"), ("black_box", "races::carts_")],
    "seat-twice": [SIMULATION, KILLS],
    "lost-idempotency": [SIMULATION, KILLS],
    "retry-reads": [("lib", "desk::tests::orders_of_one_batch"), SIMULATION],
    "no-owner-check": [SIMULATION, ("lib", "booking::model_test::")],
    "no-claim-check": [("lib", "ledger::contract::"), ("black_box", "rules::")],
    "forgotten-detach": [("black_box", "sessions::a_cart_that_nobody")],
    "skipped-event": [("black_box", "feed::a_leg_s_life"), KILLS],
    "stale-board": [KILLS],
    "version-goes-back": [SIMULATION, ("black_box", "restart::holds_")],
    "reordered-replies": [("black_box", "pipelining::")],
    "lost-cancel": [KILLS],
    "promises-more": [KILLS, ("black_box", "fire::deadline::"), SIMULATION],
    "half-time": [("black_box", "fire::deadline::"), KILLS, SIMULATION],
    "forgotten-panic": [("black_box", "panics::")],
    "unnoticed-panic": [("black_box", "panics::")],
}

# What the tests see of these is that nothing happens any more: they may end by running out of time.
HANGS = set()


def table():
    """The names in the table, and the words that only a build with defects has."""
    text = TABLE.read_text()
    marker = re.search(r'const MARKER: &str = "([^"]+)"', text).group(1)
    return re.findall(r'^    [A-Z]\w+ "([a-z-]+)",$', text, re.M), marker


def build():
    """The test binaries with the defects in them, by name."""
    command = ["cargo", "test", "--locked", "-p", "trecho-server", "--features", "faults"]
    command += ["--no-run", "--lib", "--test", "black_box", "--message-format", "json"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    binaries = {}
    for line in out.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("profile", {}).get("test"):
            kind = message["target"]["kind"][0]
            binaries["lib" if kind == "lib" else message["target"]["name"]] = message["executable"]
    return binaries


def run(binary, prefix, fault):
    """The tests whose names begin so that failed, what was said, and whether they ended at all."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRECHO_")}
    if fault:
        environment["TRECHO_FAULT"] = fault
    # What a test that passes says, too: it may say that it was skipped.
    command = [binary, prefix, "--show-output"]
    try:
        done = subprocess.run(command, cwd=ROOT / "server", env=environment, text=True, errors="replace",
                              timeout=PATIENCE_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as late:
        # Bytes, whatever was asked for.
        return [], bytes(late.stdout or b"").decode(errors="replace"), False
    said = done.stdout
    if "running 0 tests" in said:
        sys.exit(f"no test's name begins with {prefix}: mend the table in {Path(__file__).name}")
    failed = re.findall(r"^test (\S+) \.\.\. FAILED", said, re.M)
    if done.returncode and not failed:
        sys.exit(f"{prefix}… ended with {done.returncode}, and no test had failed:\n{said}")
    return failed, said, True


def find(binaries, fault):
    """Says which test finds the defect; whether one does. A test that did not end has found nothing, unless that is
    what the defect does; one that was skipped has not looked, and .ci/run decides whether it may be."""
    skipped = None
    for kind, prefix in WHERE[fault]:
        began = time.monotonic()
        failed, said, ended = run(binaries[kind], prefix, fault)
        if failed:
            found = failed[0].rsplit("::", 1)[-1]
            print(f"{fault:26} found in {time.monotonic() - began:5.1f} s by {found}", flush=True)
            return True
        if not ended:
            print(f"{fault:26} {prefix}… did not end in {PATIENCE_S} s", flush=True)
            if fault in HANGS:
                return True
        skipped = skipped or re.search(r"^SKIPPED: .*", said, re.M)
    if skipped:
        print(f"{skipped.group()}; so nobody looked for {fault}", flush=True)
        return True
    print(f"{fault:26} NOT FOUND", flush=True)
    return False


def look_at_builds(names, marker):
    """An ordinary build has none of it, and an optimised one with it is refused."""
    words = [word.encode() for word in [marker, "TRECHO_FAULT", *names]]
    missing = [word for word in words if word not in TRECHOD.read_bytes()]
    if missing:
        sys.exit(f"{missing} is not in the build with the defects: the next check would prove nothing")
    subprocess.run(["cargo", "build", "--locked", "-p", "trecho-server"], cwd=ROOT, check=True)
    sound = TRECHOD.read_bytes()
    if left := [word for word in words if word in sound]:
        sys.exit(f"an ordinary build has {left} in it: is the feature `faults` on?")
    print("an ordinary trechod has none of them")
    # As in the release profile, but without building everything else anew.
    optimised = ["--config", "profile.dev.package.trecho-server.debug-assertions=false"]
    command = ["cargo", "check", "--locked", "-p", "trecho-server", "--lib", "--features", "faults", *optimised]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0 or "no build that serves anyone" not in done.stderr:
        sys.exit(f"a build without debug assertions takes the feature `faults`:\n{done.stderr}")
    print("and a build for release refuses them")


def look_at_release(names, marker):
    """What was built for release has none of it."""
    words = [word.encode() for word in [marker, "TRECHO_FAULT", *names]]
    built = [path for path in map(TRECHOD.parent.parent.joinpath, ["release/trechod", "release/trecho"]) if path.exists()]
    if not built:
        print("SKIPPED: nothing has been built for release here")
    for path in built:
        if left := [word for word in words if word in path.read_bytes()]:
            sys.exit(f"{path} has {left} in it")
        print(f"{path.name} for release has none of them")


def main():
    names, marker = table()
    if sys.argv[1:] == ["release"]:
        look_at_release(names, marker)
        return
    if set(names) != set(WHERE):
        sys.exit(f"in one of the two tables only: {sorted(set(names) ^ set(WHERE))}")
    binaries = build()
    for kind, prefix in sorted({place for places in WHERE.values() for place in places}):
        failed, said, ended = run(binaries[kind], prefix, None)
        if failed or not ended:
            sys.exit(f"with no defect on, {failed or prefix} failed, or did not end:\n{said}")
    missed = [fault for fault in names if not find(binaries, fault)]
    look_at_builds(names, marker)
    if missed:
        sys.exit(f"nobody noticed: {missed}")


if __name__ == "__main__":
    main()
