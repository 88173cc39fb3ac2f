"""The kit finds a service that acts twice, and passes one that uses the helper."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from lienthong.provider.__main__ import main
from lienthong.provider.errors import ProviderError
from lienthong.provider.kit import Probe, ask, check_killed, check_other_content, check_sent_at_once, check_sent_twice
from lienthong.sandbox.ports import find_free_ports
from tests.provider.register import count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Service:
    """The register as a process."""

    def __init__(self, file: str, kind: str) -> None:
        (port,) = find_free_ports(1)
        self._command = (sys.executable, "-m", "tests.provider.register", str(port), file, kind)
        self.probe = Probe(f"http://127.0.0.1:{port}/lines", b"one", b"two")
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command)
        until = time.monotonic() + 20
        while ask(Probe(f"{self.probe.url}/none", b"", b""), "ready").status is None:
            assert time.monotonic() < until
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def kill_and_start(self) -> None:
        time.sleep(0.015)
        self.kill()
        self.start()


@contextmanager
def running(folder: Path, kind: str) -> Iterator[tuple[Service, partial[int]]]:
    file = str(folder / "register.sqlite")
    service = Service(file, kind)
    try:
        yield service, partial(count_lines, file)
    finally:
        service.kill()


def test_a_service_that_uses_the_helper_passes_the_kit(tmp_path: Path) -> None:
    with running(tmp_path, "once") as (service, count):
        check_sent_twice(service.probe, count)
        check_other_content(service.probe, count)
        check_sent_at_once(service.probe, count)
        check_killed(service.probe, count, service.kill_and_start, kills=3)


def test_a_service_that_acts_on_each_call_is_found(tmp_path: Path) -> None:
    with running(tmp_path, "often") as (service, count):
        for check in (check_sent_twice, check_other_content, check_sent_at_once):
            with pytest.raises(ProviderError):
                check(service.probe, count)


@pytest.mark.parametrize(("kind", "code"), [("once", 0), ("often", 1)])
def test_the_kit_runs_from_a_shell(tmp_path: Path, kind: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    counting = f"{sys.executable} -m tests.provider.register count {tmp_path / 'register.sqlite'} {{}}"
    with running(tmp_path, kind) as (service, _):
        files = ["--body", str(tmp_path / "one"), "--other-body", str(tmp_path / "two")]
        assert main([service.probe.url, *files, "--count", counting, "--header", "X-Kit:1"]) == code
    told = capsys.readouterr().out
    assert told.count("passed") == (3 if code == 0 else 0)


def test_a_probe_that_is_not_carried_out_passes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, "once") as (service, count):
        probe = Probe(f"{service.probe.url}/none", b"", b"")
        with pytest.raises(ProviderError, match="not carried out"):
            check_sent_twice(probe, count)
