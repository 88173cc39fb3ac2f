"""A sample agency as a process of its own, without a gateway: the tests are the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from lienthong.kernel.canonical import encode_base64url
from lienthong.provider.kit import Probe, ask
from lienthong.sandbox.gateway_home import ensure_secret
from lienthong.sandbox.ports import find_free_ports

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PURPOSE = "2.002621#H49.01-261130-0001"


@dataclass
class RunningAgency:
    """Runs from `with` to its end."""

    folder: Path
    subsystem: str

    def __post_init__(self) -> None:
        (self.port,) = find_free_ports(1)
        self.secret = encode_base64url(ensure_secret(self.folder / "gateway.secret"))
        settings = {
            "subsystem": self.subsystem,
            "port": self.port,
            "folder": str(self.folder),
            "secret_file": str(self.folder / "gateway.secret"),
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (self.folder / "agency.toml").write_text("\n".join(lines))
        self.behaviour = self.folder / "behaviour.json"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        command = (sys.executable, "-m", "lienthong.sandbox.agencies.serve", str(self.folder / "agency.toml"))
        self.process = subprocess.Popen(command)
        until = time.monotonic() + 20
        while not self.is_up:
            assert time.monotonic() < until
            time.sleep(0.02)

    @property
    def is_up(self) -> bool:
        """Whether somebody listens."""
        return ask(self.probe("none", {}), "up").status is not None

    def kill_and_start(self) -> None:
        time.sleep(0.01)
        self.process.kill()
        self.process.wait()
        self.start()

    def probe(self, path: str, body: dict[str, Any], other: dict[str, Any] | None = None) -> Probe:
        """Give what the provider's kit calls it by."""
        headers = {"X-Road-Gateway-Secret": self.secret, "X-Road-Purpose": PURPOSE}
        url = f"http://127.0.0.1:{self.port}/{path}"
        return Probe(url, json.dumps(body).encode(), json.dumps(other or body).encode(), headers=headers)

    def tell(self, path: str, body: dict[str, Any], message_id: str) -> tuple[int | None, dict[str, Any]]:
        """Send a message as the agency's gateway does; no status: the answer got lost."""
        answer = ask(self.probe(path, body), message_id)
        return answer.status, json.loads(answer.body) if answer.body else {}

    def get(self, path: str, client: str = "") -> tuple[int, bytes]:
        """Ask for something as the agency's gateway does, for a client of it."""
        headers = {"X-Road-Gateway-Secret": self.secret, "X-Road-Client": client}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", headers=headers)  # our own
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 # as above
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
