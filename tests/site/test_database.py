from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lienthong.site.database import ensure_database, hold_server
from lienthong.site.database_place import find_place
from lienthong.site.errors import SiteError
from tests.database import await_end
from tests.site.servers import ask, await_true, end, find_guards, find_servers, make_folder, start_holder

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    with make_folder() as made:
        yield made


def test_a_held_server_answers_and_ends_when_it_is_released(folder: Path) -> None:
    said: list[str] = []
    with hold_server(folder, said.append, is_brief=True):
        assert ask(folder, "SELECT current_setting('server_version_num')::int / 10000") == [(18,)]
        rows = ask(folder, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'")
        assert rows == [("b", "C.UTF-8")]
        assert ask(folder, "SHOW listen_addresses") == [("",)]
        assert find_place(folder).socket.stat().st_mode & 0o777 == 0o700
    await_end(folder)

    assert find_servers(folder) == []
    assert [line.split(" in ")[0] for line in said] == ["making the database", "starting PostgreSQL"]


def test_a_second_start_joins_the_server_and_keeps_it_when_the_first_goes(folder: Path) -> None:
    first = hold_server(folder, is_brief=True)
    with hold_server(folder, is_brief=True) as second:
        servers = find_servers(folder)
        first.release()
        ensure_database(second.place, "lienthong_registry")
        ensure_database(second.place, "lienthong_province")
        ensure_database(second.place, "lienthong_province")

        names = ask(folder, "SELECT datname FROM pg_database WHERE datname LIKE 'lienthong%' ORDER BY 1")
        assert names == [("lienthong_province",), ("lienthong_registry",)]
        assert find_servers(folder) == servers
        assert len(servers) == 1


def test_starts_at_the_same_moment_share_one_server(folder: Path) -> None:
    holds = []
    threads = [threading.Thread(target=lambda: holds.append(hold_server(folder, is_brief=True))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    try:
        assert len(find_servers(folder)) == 1
        assert len(holds) == 4
    finally:
        # What is held would else be waited for for ever.
        for hold in holds:
            hold.release()


def test_a_server_ends_with_its_holder_even_if_that_is_killed(folder: Path) -> None:
    holder = start_holder(folder)
    assert len(find_servers(folder)) == 1
    end(holder, signal.SIGKILL)
    await_end(folder)

    assert find_servers(folder) == []
    assert find_guards(folder) == []


def test_a_server_ends_with_its_guard_and_the_next_start_finds_all_that_was_committed(folder: Path) -> None:
    holder = start_holder(folder, durable=True)
    ask(folder, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    (guard,) = find_guards(folder)
    os.kill(guard, signal.SIGKILL)
    end(holder)

    with hold_server(folder):
        assert ask(folder, "SELECT count(*) FROM kept") == [(1000,)]


def test_what_was_committed_outlives_the_death_of_holder_guard_and_server(folder: Path) -> None:
    holder = start_holder(folder, durable=True)
    ask(folder, "CREATE TABLE kept (number int)")
    for number in range(3):
        ask(folder, "INSERT INTO kept SELECT count(*) FROM kept")
        for process in (*find_servers(folder), *find_guards(folder)):
            os.kill(process, signal.SIGKILL)
        end(holder)
        await_true(lambda: not find_servers(folder))
        holder = start_holder(folder, durable=True)

        assert ask(folder, "SELECT max(number) FROM kept") == [(number,)]
    end(holder, signal.SIGTERM)


def test_a_holder_is_told_when_the_server_ends_under_it(folder: Path) -> None:
    ended = threading.Event()
    with hold_server(folder, is_brief=True) as hold:
        hold.watch(ended.set)
        (server,) = find_servers(folder)
        os.kill(server, signal.SIGKILL)

        assert ended.wait(20)


def test_data_of_another_major_version_is_refused_with_both_versions(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("17\n")

    with pytest.raises(SiteError, match=r"is of PostgreSQL 17, this program brings 18"):
        hold_server(folder)


def test_a_folder_that_is_no_database_is_refused_and_left_as_it_is(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "letters.txt").write_text("dear")

    with pytest.raises(SiteError, match="not a data folder of PostgreSQL"):
        hold_server(folder)
    assert (folder / "data" / "letters.txt").read_text() == "dear"


def test_a_first_start_that_was_cut_short_is_done_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n")

    with hold_server(folder, is_brief=True):
        assert ask(folder, "SELECT 1") == [(1,)]
    assert not (folder / "data.new").exists()


def test_a_server_that_cannot_start_says_the_end_of_its_log(folder: Path) -> None:
    with hold_server(folder, is_brief=True):
        pass
    await_end(folder)
    (folder / "data" / "global" / "pg_control").unlink()

    with pytest.raises(SiteError, match=r"could not open file .*pg_control|could not find the database system"):
        hold_server(folder)


def test_a_folder_with_a_long_path_has_its_sockets_in_a_private_short_one(folder: Path) -> None:
    long = folder / ("long" * 30)
    with hold_server(long, is_brief=True) as hold:
        assert ask(long, "SELECT 1") == [(1,)]
        assert not hold.place.socket.is_relative_to(long)
        assert hold.place.socket.stat().st_mode & 0o777 == 0o700
    await_end(long)
    hold.place.socket.rmdir()


def test_a_sockets_folder_that_others_can_enter_is_refused(folder: Path) -> None:
    (folder / "run").mkdir(parents=True)
    (folder / "run").chmod(0o755)

    with pytest.raises(SiteError, match="must be a folder of the database server's user alone"):
        hold_server(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_normal_user_starts_a_server_without_any_right(folder: Path) -> None:
    os.chown(folder.parent, NOBODY, NOBODY)
    holder = start_holder(folder, user=NOBODY)
    (server,) = find_servers(folder)

    assert Path(f"/proc/{server}").stat().st_uid == NOBODY
    end(holder)
