"""The page for operators, executed: from nothing to a proven call between two new members, and a revocation."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.sandbox.ports import find_free_ports
from tests.guards.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BIN = Path(sys.executable).parent
PATIENCE_S = 40.0
TITLE = "\n## From nothing to a proven call\n"


def _read_page() -> tuple[list[str], str]:
    """Give the page's four commands and its call, each port replaced by a free one."""
    text = (ROOT / "docs" / "operate.md").read_text().split(TITLE, 1)[1].split("\n## ", 1)[0]
    # Where the page leaves a default out, the default is said here, to have free ports everywhere.
    text = text.replace("--instance DEMO", "--instance DEMO --address 127.0.0.1:4500")
    text = text.replace(
        "--subsystem PORTAL",
        "--peers 127.0.0.1:5500 --consumers 127.0.0.1:8080 --admin 127.0.0.1:4000 --subsystem PORTAL",
    )
    ports = sorted(set(re.findall(r"127\.0\.0\.1:(\d+)", text)))
    for port, free in zip(ports, find_free_ports(len(ports)), strict=True):
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:<{free}>")
    setup, call = re.findall(r"```sh\n(.*?)```", re.sub(r"<(\d+)>", r"\1", text), re.DOTALL)
    return setup.splitlines(), call.strip()


class Shell:
    """Runs lines of the page in one folder, each in a group of its own that is ended with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "LIENTHONG_DIRECTORY__POLL_S": "0.5",
        }

    def start(self, line: str) -> None:
        with (self.folder / f"out{len(self.running)}").open("wb") as out:
            self.running.append(
                subprocess.Popen(
                    ["/bin/sh", "-c", line.removesuffix("&")],
                    cwd=self.folder,
                    env=self.environment,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            )

    def run(self, line: str, answer: str = "") -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def wait(self, what: str, is_there: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not is_there():
            assert time.monotonic() < until, (what, [path.read_text() for path in self.folder.glob("out*")])
            time.sleep(0.1)

    def end(self) -> None:
        for process in reversed(self.running):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.end()


def test_two_new_members_come_from_nothing_to_a_proven_call_as_the_page_says(shell: Shell) -> None:
    (directory, commune, agency, admit), call = _read_page()
    served = shell.folder / "served"
    served.mkdir()
    (served / "06886").write_text("Cẩm Phả")
    port = re.findall(r"units=http://127\.0\.0\.1:(\d+)", agency)[0]
    shell.start(f"{sys.executable} -m http.server {port} --bind 127.0.0.1 --directory {served} &")
    address = re.findall(r"127\.0\.0\.1:\d+", directory)[0]

    shell.start(directory)
    shell.wait("the directory", lambda: _answers(shell, f"http://{address}/health"))
    shell.start(commune)
    shell.start(agency)
    requests = shell.folder / "province" / "requests"
    shell.wait("both requests", lambda: len(list(requests.glob("*.json"))) == 2)
    shown = shell.run(admit, "y\ny\n")
    for request in ("out2", "out3"):
        (fingerprint,) = re.findall(r"(?:[0-9a-f]{4}-){5}[0-9a-f]{4}", (shell.folder / request).read_text())
        assert f"fingerprint {fingerprint}" in shown

    answers: list[str] = []
    shell.wait("the answer", lambda: _is_answered(shell, call, answers))
    assert answers[-1].endswith("Cẩm Phả")
    (exchange,) = re.findall(r"X-Road-Request-Id: ?(\S+)", answers[-1], re.IGNORECASE)
    export = f"lienthong evidence export {exchange} --home commune -o call.zip"
    shell.wait(
        "the proof",
        lambda: (
            subprocess.call(["/bin/sh", "-c", f"{export} 2>/dev/null"], cwd=shell.folder, env=shell.environment) == 0
        ),
    )
    root = (shell.folder / "province" / "root.txt").read_text().strip()
    assert "version 3" in shell.run(f"lienthong evidence verify call.zip --root={root}")
    cosigned = shell.folder / "commune" / "cosigned-head"
    shell.wait("the directory's witness", lambda: cosigned.exists() and "DEMO/witness" in cosigned.read_text())

    shell.run("lienthong directory revoke province DEMO/GOV/Z99.02/GW1 --reason 'the test is over'")
    shell.wait("the revocation", lambda: "unknown_member" in shell.run(call))
    assert "the TLS key is that of no gateway" in (shell.folder / "out2").read_text()
    shell.run(f"lienthong evidence verify call.zip --root={root}")
    shown = shell.run("lienthong directory show province")
    assert "GW1 at" in shown
    assert "witness DEMO/witness at http://127.0.0.1:" in shown


def _answers(shell: Shell, url: str) -> bool:
    return subprocess.call(["curl", "-sf", "-o", "/dev/null", url], cwd=shell.folder) == 0  # noqa: S607 - curl of the path


def _is_answered(shell: Shell, call: str, answers: list[str]) -> bool:
    done = subprocess.run(["/bin/sh", "-c", call], cwd=shell.folder, capture_output=True, text=True, check=False)
    answers.append(done.stdout)
    return done.stdout.startswith("HTTP/1.1 200")
