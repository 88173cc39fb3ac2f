"""How long from a clone to the first proven exchange (`python -m bench.demo`).

As somebody does it who has just found the project: clone the repository, `make demo ARGS=--once`. Everything is
installed from the network into the clone, with empty caches; of the environment only the way to the network is kept.
The clock starts before the clone. The first proven exchange is the one whose package the demo has just verified. What
is cloned is the last commit: a change that is not committed is not measured.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.chain import BenchError
from bench.machine import ROOT, find_commit, find_cpu_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

RESULT: Final = ROOT / "build" / "bench" / "demo.json"
MOST_SECONDS: Final = 180
"""Wanted, from the clone to the end."""
KEPT: Final = ("HOME", "LANG", "PIP_", "UV_", "NPM_CONFIG_", "SSL_CERT_", "NODE_EXTRA_CA_CERTS", "HTTP", "NO_PROXY")
"""How this machine gets to package registries: the beginnings of variables that are kept, in either case of letters."""
BEGUN: Final = "Lienthong, instance "
PROVEN: Final = "verified exchange "
"""How the demo's lines begin when all is installed, and when an exchange was proven."""


@dataclass(frozen=True)
class Milestones:
    """Seconds since the clone began: all is installed, the first exchange is proven, all is told."""

    begun: float
    proven: float
    ended: float

    @property
    def figures(self) -> dict[str, float]:
        """Give the figures of the JSON."""
        return {
            "clone_to_first_exchange_s": round(self.proven, 1),
            "install_s": round(self.begun, 1),
            "demo_s": round(self.ended - self.begun, 1),
            "clone_to_end_s": round(self.ended, 1),
        }


def main() -> int:
    """Measure, print, and write build/bench/demo.json; gives 1 where it took longer than wanted."""
    # Now: others may commit meanwhile.
    load_before, commit = round(os.getloadavg()[0], 2), find_commit().rstrip("+")
    try:
        milestones = measure()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    machine = {
        "cpu": find_cpu_model(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": load_before,
    }
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, load before {load_before}")
    for name, figure in milestones.figures.items():
        print(f"{name:26} {figure:>8.1f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "commit": commit, "figures": milestones.figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")
    is_good = milestones.ended < MOST_SECONDS
    print("as wanted" if is_good else f"wanted: all of it within {MOST_SECONDS} s")
    return 0 if is_good else 1


def measure() -> Milestones:
    """Clone and run, showing what is said; raises `BenchError` where the demo fails."""
    git, make = find_program("git"), find_program("make")
    with tempfile.TemporaryDirectory(prefix="lienthong-clone-") as name:
        clone = Path(name) / "lienthong"
        started = time.monotonic()
        subprocess.run([git, "clone", "--quiet", ROOT.as_uri(), str(clone)], check=True)
        process = subprocess.Popen(
            [make, "demo", "ARGS=--once"],
            cwd=clone,
            env=make_environment(os.environ, Path(name)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        try:
            times = note_times(process.stdout or (), lambda: time.monotonic() - started)
            code = process.wait()
        finally:
            # Ctrl-C reaches the bench alone; the demo ends its processes on SIGTERM.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
        ended = time.monotonic() - started
    if code or PROVEN not in times:
        raise BenchError(f"`make demo` ended with {code}; what it said stands above")
    return Milestones(times[BEGUN], times[PROVEN], ended)


def note_times(lines: Iterable[str], clock: Callable[[], float]) -> dict[str, float]:
    """Show the lines, and give when the first of each kind came."""
    times: dict[str, float] = {}
    for line in lines:
        print(f"{clock():6.1f}  {line}", end="", flush=True)
        for beginning in (BEGUN, PROVEN):
            if line.startswith(beginning):
                times.setdefault(beginning, clock())
    return times


def make_environment(own: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Give a bare environment: the way to the network, empty caches below `folder`, and no virtual environment."""
    kept = {name: own[name] for name in own if name.upper().startswith(KEPT) and "CACHE" not in name.upper()}
    path = [place for place in own.get("PATH", os.defpath).split(os.pathsep) if not Path(place).is_relative_to(ROOT)]
    caches = {"XDG_CACHE_HOME": folder / "cache", "npm_config_cache": folder / "npm"}
    return kept | {"PATH": os.pathsep.join(path)} | {name: str(place) for name, place in caches.items()}


def find_program(name: str) -> str:
    """Give the path of a program; raises with its name."""
    found = shutil.which(name)
    if found is None:
        raise BenchError(f"{name} is not installed")
    return found


if __name__ == "__main__":
    sys.exit(main())
