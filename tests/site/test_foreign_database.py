"""A site on the operator's own database server, answered by several web processes."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from lienthong.site.database_place import DATABASE_USER, find_place
from tests.site.servers import ask, await_true, end, find_servers, make_folder, start_holder
from tests.site.test_commands import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "province_of_tests"


@pytest.fixture
def foreign() -> Iterator[Path]:
    """Run a server that the site knows nothing of but an address; gives its folder."""
    with make_folder() as folder:
        holder = start_holder(folder)
        ask(folder, f"CREATE DATABASE {NAME}")
        yield folder
        end(holder)


def count_connections(foreign: Path) -> int:
    return ask(foreign, "SELECT datname FROM pg_stat_activity").count((NAME,))


def list_serving(first: int) -> list[int]:
    """List the processes that a web server's first process started to answer requests."""
    threads = Path(f"/proc/{first}/task").iterdir()
    return [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]


def test_a_site_runs_on_a_foreign_server_with_several_processes(foreign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = quote(str(find_place(foreign).socket), safe="")
    monkeypatch.setenv("LIENTHONG_DATABASE_URL", f"postgresql://{DATABASE_USER}@/{NAME}?host={host}")
    monkeypatch.setenv("LIENTHONG_PROCESSES", "2")
    with make_folder() as folder:
        folder.mkdir()
        site = Site(folder)
        made = site.run("migrate")
        assert made.returncode == 0, made.stderr
        web = site.start("web", until=f"http://127.0.0.1:{site.port}")
        try:
            await_true(lambda: site.get("/health")[0] == 200)
            assert {site.get("/sign-in/")[0] for _ in range(20)} == {200}
            await_true(lambda: len(list_serving(web.pid)) >= 2)
            assert count_connections(foreign) >= 1
            assert find_servers(site.database) == []
        finally:
            web.send_signal(signal.SIGTERM)
            with web:
                web.wait(30)
        await_true(lambda: count_connections(foreign) == 0)
        assert ask(foreign, "SELECT count(*) > 10 FROM information_schema.tables", NAME) == [(True,)]
