from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.database import await_end
from tests.site.servers import await_true, find_servers, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Site:
    """A settings file of its own, and the commands run with it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.database = folder / "database"
        self.processes: list[subprocess.Popen[str]] = []
        self.file = folder / "site.toml"
        self.file.write_text(f'instance = "DEMO"\nrole = "province"\ndata = "."\naddress = "127.0.0.1:{self.port}"\n')

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._command(*words), check=False, capture_output=True, text=True, cwd="/")

    def start(self, *words: str, until: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self._command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
        )
        self.processes.append(process)
        assert process.stdout is not None
        said: list[str] = []
        while until not in "".join(said):
            line = process.stdout.readline()
            assert line, f"it ended: {said}"
            said.append(line)
        return process

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "lienthong", *words, "--settings", str(self.file)]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with make_folder() as folder:
        folder.mkdir()
        found = Site(folder)
        refused = found.run("web")
        assert refused.returncode == 1
        assert "run: lienthong migrate --role province" in refused.stderr
        made = found.run("migrate")
        assert made.returncode == 0, made.stderr
        try:
            yield found
        finally:
            # A test that failed left it running.
            for process in found.processes:
                with process:
                    process.kill()
            await_end(found.database)


def _end(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    with process:
        return process.wait(30)


def test_migrating_again_changes_nothing(site: Site) -> None:
    again = site.run("migrate")

    assert again.stdout.splitlines()[-1] == "the tables are up to date"


def test_a_site_serves_until_it_is_told_to_stop(site: Site) -> None:
    process = site.start("web", until="listening at")
    await_true(lambda: site.get("/health") == (200, b'{"status": "ok"}'))

    status, page = site.get("/")
    assert status == 200
    assert "Dịch vụ công".encode() in page
    assert site.get("/nowhere")[0] == 404
    assert _end(process, signal.SIGTERM) == 0
    assert site.get("/health") == (0, b"")


def test_a_killed_site_leaves_no_process_that_keeps_its_port_or_its_database(site: Site) -> None:
    process = site.start("web", until="listening at")
    await_true(lambda: site.get("/health")[0] == 200)
    _end(process, signal.SIGKILL)
    await_end(site.database)

    assert site.get("/health") == (0, b"")


def test_web_and_worker_share_the_database_and_health_tells_when_it_is_gone(site: Site) -> None:
    web = site.start("web", until="listening at")
    worker = site.start("worker", until="the worker is ready")
    assert len(find_servers(site.database)) == 1
    assert _end(worker, signal.SIGTERM) == 0
    await_true(lambda: site.get("/health")[0] == 200)

    for server in find_servers(site.database):
        os.kill(server, signal.SIGKILL)
    with web:
        assert web.wait(30) == 70


def test_a_taken_address_is_told_in_a_line(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        refused = site.run("web")

    assert refused.returncode == 1
    assert f"127.0.0.1:{site.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_with_an_unknown_key_are_refused_by_name(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(site.file.read_text() + "adress = 1\n")
    refused = subprocess.run(
        [sys.executable, "-m", "lienthong", "migrate", "--settings", str(file)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert refused.returncode == 1
    assert "unknown setting 'adress'; the nearest known one is 'address'" in refused.stderr
