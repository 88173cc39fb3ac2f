"""How many sign-ins the OpenID provider gives in a second: whole code flows over HTTP, on all cores of this machine.

One flow is what a relying party causes for a person who is signed in at the provider: the authorization request by
the person's browser, the exchange of the code with PKCE and the client's secret, and the request for the person's
claims. The web server is `lienthong web` (granian WSGI, a process per core), the database our PostgreSQL with real
commits, every flow another session and another code; the load comes from this machine too: its cost is in the figure.

`python -m bench.signin` writes build/bench/signin.json; `--seconds` sets how long each measurement takes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import json
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.machine import ROOT, find_commit, find_cpu_model
from bench.processes import cpu_seconds
from lienthong.site.roles import Role
from lienthong.site.serving import migrate, prepare_site

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULT = ROOT / "build" / "bench" / "signin.json"
SECONDS = 10.0
WARM_UP_S = 15.0
"""Until the servers, the database and its plans are warm: with 3 s the first algorithm pays for both."""
SESSIONS = 400
BROWSERS = 8
CALLBACK = "https://province.example/sign-in/provider/answer"
ALGORITHMS = ("RS256", "ES256")


@dataclass
class Load:
    """What the browsers and the relying party did: seconds of each flow, and what went wrong."""

    port: int
    client_id: str
    secret: str
    sessions: list[str]
    cookie: str
    ends: float
    times: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each measurement takes")
    seconds = parser.parse_args().seconds
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as home:
        # As root, the database runs as another user, who must reach its folder.
        Path(home).chmod(0o755)
        port = find_port()
        file = write_settings(Path(home), port)
        with prepare_site(file, Role.REGISTRY, say):
            migrate(say)
            clients, sessions, cookie = make_people()
            with serve(file, port) as server:
                for algorithm in ALGORITHMS:
                    suffix = "" if algorithm == "RS256" else f"_{algorithm.lower()}"
                    told = (port, algorithm, clients[algorithm], sessions, cookie)
                    run_flows(Load(*told, ends=time.perf_counter() + WARM_UP_S))
                    figures |= measure(Load(*told, ends=time.perf_counter() + seconds), server, suffix)
    print(f"{find_cpu_model()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, figure in figures.items():
        print(f"{name:32} {figure:>10,.2f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cpu": find_cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()}
    RESULT.write_text(json.dumps({"machine": machine, "commit": find_commit(), "figures": figures}, indent=2) + "\n")


def say(text: str) -> None:
    """Tell how far it is, beside the table."""
    print(text, file=sys.stderr)


def find_port() -> int:
    """Give a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def write_settings(home: Path, port: int) -> Path:
    """Write the settings of a registry with a process per core; gives the file."""
    file = home / "registry.toml"
    lines = (
        'role = "registry"',
        'instance = "DEMO"',
        'data = "."',
        f'address = "127.0.0.1:{port}"',
        f"processes = {os.cpu_count()}",
        f"openid_approved_clients = {json.dumps(ALGORITHMS)}",
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def make_people() -> tuple[dict[str, str], list[str], str]:
    """Make clients, citizens and their sessions; gives the clients' secrets, the session keys and the cookie's name."""
    from django.conf import settings  # noqa: PLC0415 # needs the settings to be there
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 # as above

    from lienthong.identity.models import Account  # noqa: PLC0415 # as above
    from lienthong.identity.provider.clients import NewClient, register_client  # noqa: PLC0415 # as above

    clients = {
        algorithm: register_client(NewClient(algorithm, "Bench", [CALLBACK], algorithm=algorithm))
        for algorithm in ALGORITHMS
    }
    keys = []
    for place in range(SESSIONS):
        number = f"000{place:09}"
        account = Account.objects.create(
            username=number, personal_number=number, kind="citizen", full_name="Nguyễn Thị Mẫu", level=2
        )
        session = SessionStore()
        now = time.time()
        session.update(
            {
                "_auth_user_id": str(account.pk),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": account.get_session_auth_hash(),
                "account_authentication_methods_user": str(account.pk),
                "account_authentication_methods": [
                    {"method": "password", "at": now},
                    {"method": "mfa", "type": "totp", "at": now},
                ],
            }
        )
        session.save()
        keys.append(str(session.session_key))
    return clients, keys, settings.SESSION_COOKIE_NAME


@contextmanager
def serve(file: Path, port: int) -> Iterator[int]:
    """Run `lienthong web` until the measurement is over; gives its process id."""
    command = [sys.executable, "-m", "lienthong", "web", "--settings", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        await_answer(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/.well-known/openid-configuration")
            if connection.getresponse().status == 200:  # noqa: PLR2004 # OK
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server does not answer")


def measure(load: Load, server: int, suffix: str) -> dict[str, float]:
    """Run the load, and give flows per second, latencies, and the server's CPU time per flow."""
    started, cpu = time.perf_counter(), cpu_seconds([server])
    run_flows(load)
    spent, cpu = time.perf_counter() - started, cpu_seconds([server]) - cpu
    if load.problems:
        raise SystemExit(f"{len(load.problems)} flows failed, the first: {load.problems[0]}")
    cuts = statistics.quantiles(load.times, n=100)
    return {
        f"code_flows{suffix}_per_s": round(len(load.times) / spent, 1),
        f"code_flow{suffix}_p50_ms": round(cuts[49] * 1e3, 2),
        f"code_flow{suffix}_p95_ms": round(cuts[94] * 1e3, 2),
        f"code_flow{suffix}_web_cpu_ms": round(cpu / len(load.times) * 1e3, 2),
    }


def run_flows(load: Load) -> None:
    """Run flows from several browsers at once until the time is over."""
    threads = [threading.Thread(target=run_browser, args=(load, place)) for place in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_browser(load: Load, place: int) -> None:
    """Run flows one after the other, each with the next of this browser's sessions."""
    wire = Wire(load.port)
    basic = base64.b64encode(f"{load.client_id}:{load.secret}".encode()).decode()
    mine = load.sessions[place::BROWSERS]
    turn = 0
    while time.perf_counter() < load.ends and not load.problems:
        started = time.perf_counter()
        problem = run_flow(wire, load, mine[turn % len(mine)], basic)
        if problem:
            load.problems.append(problem)
        load.times.append(time.perf_counter() - started)
        turn += 1


def run_flow(wire: Wire, load: Load, session: str, basic: str) -> str:
    """Run one flow; gives what went wrong, or empty text."""
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": load.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid profile",
        "state": state,
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    place = f"/openid/authorize?{urlencode(query)}"
    answer = wire.ask("GET", place, {"Cookie": f"{load.cookie}={session}"})
    told = parse_qs(urlsplit(answer.location).query)
    if "code" not in told or told["state"] != [state]:
        return f"authorize: {answer.status} {told}"
    form = {
        "grant_type": "authorization_code",
        "code": told["code"][0],
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = wire.ask("POST", "/openid/token", headers, urlencode(form))
    if answer.status != 200 or b"id_token" not in answer.body:  # noqa: PLR2004 # OK
        return f"token: {answer.status} {answer.body!r}"
    bearer = {"Authorization": f"Bearer {json.loads(answer.body)['access_token']}"}
    answer = wire.ask("GET", "/openid/user", bearer)
    return "" if b'"sub"' in answer.body else f"user: {answer.status} {answer.body!r}"


@dataclass(frozen=True)
class Answered:
    """An answer: its status, where it leads, and its body."""

    status: int
    location: str
    body: bytes


class Wire:
    """A kept connection that costs this machine little: the standard client takes a fifth of the time of a flow."""

    def __init__(self, port: int) -> None:
        self._host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = self._socket.makefile("rb")

    def ask(self, method: str, place: str, headers: dict[str, str], body: str = "") -> Answered:
        """Make one request; the answers of these endpoints all have a length."""
        lines = [f"{method} {place} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", body]).encode())
        status = int(self._read.readline().split(b" ", 2)[1])
        length, location = 0, ""
        while line := self._read.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"location":
                location = value.strip().decode()
        return Answered(status, location, self._read.read(length))


if __name__ == "__main__":
    main()
