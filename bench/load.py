"""One run of load against a chain: wrk with a fixed number of requests in flight for a fixed time.

wrk is a closed loop: each connection sends the next request when the last was answered. Its percentiles are
corrected for coordinated omission by wrk itself. Any error in a run makes the run worthless, so it raises.
"""

from __future__ import annotations

import http.client
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chain import BenchError
from bench.processes import cpu_seconds

if TYPE_CHECKING:
    from bench.chain import Chain

SCRIPT = Path(__file__).with_name("load.lua")
REQUEST_TIMEOUT = "10s"  # a request that takes longer is an error, and an error fails the bench
END_SECONDS = 30  # what wrk gets beyond its time before it is given up
SUCCESS = 200


@dataclass(frozen=True)
class Case:
    """One kind of exchange: what is asked, how many bytes of body go and come back."""

    name: str
    method: str
    path: str
    sent: int
    answered: int


CASES = (
    Case("1k", "GET", "/1k", sent=0, answered=1024),
    Case("1k-post", "POST", "/1k", sent=1024, answered=1024),
    Case("100k", "GET", "/100k", sent=0, answered=102_400),
)


@dataclass(frozen=True)
class Run:
    """What one run gave: exchanges per second, latencies in ms, the chain's CPU per exchange in µs."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def require_right_answer(chain: Chain, case: Case) -> None:
    """Ask once and compare status and length: a chain that answers fast but wrongly must not be measured."""
    connection = http.client.HTTPConnection(chain.address, timeout=10)
    try:
        connection.request(case.method, chain.prefix + case.path, b"x" * case.sent, dict(chain.headers))
        answer = connection.getresponse()
        body = answer.read()
    except OSError as error:
        raise BenchError(f"{chain.name} does not answer: {error}\n{chain.tail_of_logs()}") from error
    finally:
        connection.close()
    if answer.status != SUCCESS or len(body) != case.answered:
        raise BenchError(
            f"{chain.name} {case.name}: expected 200 and {case.answered} bytes,"
            f" got {answer.status} and {len(body)} bytes: {body[:300]!r}\n{chain.tail_of_logs()}"
        )


def run_load(chain: Chain, case: Case, in_flight: int, seconds: int) -> Run:
    """Load the chain for some whole seconds; raises when any request failed."""
    command = [find_wrk(), "-t1", f"-c{in_flight}", f"-d{seconds}s", "--timeout", REQUEST_TIMEOUT]
    command += ["-s", str(SCRIPT)]
    for name, value in chain.headers:
        command += ["-H", f"{name}: {value}"]
    command += [f"http://{chain.address}{chain.prefix}{case.path}", "--", case.method, str(case.sent)]
    before = cpu_seconds(chain.processes)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + END_SECONDS)
    spent = cpu_seconds(chain.processes) - before
    where = f"{chain.name} {case.name} at {in_flight} in flight"
    try:
        return parse_run(done.stdout, spent)
    except BenchError as error:
        raise BenchError(f"{where}: {error}\n{done.stdout}{done.stderr}\n{chain.tail_of_logs()}") from error


def parse_run(output: str, cpu: float) -> Run:
    """Read the line that load.lua writes; raises when it is missing, counts errors, or counts no request."""
    lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
    if len(lines) != 1:
        raise BenchError("wrk gave no result")
    requests, microseconds, p50, p99, *errors = (int(number) for number in lines[0].split()[1:])
    if any(errors) or not requests:
        kinds = ("connect", "read", "write", "status", "timeout")
        counted = ", ".join(f"{kind} {count}" for kind, count in zip(kinds, errors, strict=True))
        raise BenchError(f"{requests} requests with errors ({counted})")
    return Run(requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3, cpu / requests * 1e6)


def find_wrk() -> str:
    """Give the path of wrk; raises with how to get it."""
    found = shutil.which("wrk")
    if found is None:
        raise BenchError("wrk is not installed: apt-get install nginx-light wrk")
    return found
