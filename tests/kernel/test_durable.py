"""Small files are replaced whole, and durably: a crash at any step leaves the old content or the new one."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

import pytest

from lienthong.kernel.durable import replace_file
from tests.guards.tree import SOURCE, python_files

if TYPE_CHECKING:
    from pathlib import Path

NEED_NOT_WAIT = {
    "evidence/files.py",  # has its own durable way
    "evidence/reindex.py",  # made again from the log, as the next
    "exchange/gateway/operation/monitoring_file.py",
    "exchange/gateway/peer_heads.py",
    "exchange/gateway/process.py",  # run.json, of one run
    "exchange/gateway/retention.py",
    "exchange/gateway/tracker.py",
    "exchange/keeping/backup.py",  # synced as it is written
    "exchange/keeping/restoring.py",  # a folder
}
"""Modules that give a file its name without `replace_file`."""


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_it_returns(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(b"old")
    seen: list[tuple[str, bytes]] = []

    def sync(descriptor: int) -> None:
        what = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append((what, path.read_bytes()))
        os.fsync(descriptor)

    replace_file(path, b"new", sync=sync)
    assert seen == [("file", b"old"), ("folder", b"new")]
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)


def test_a_leftover_of_a_crash_is_no_obstacle_and_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    (tmp_path / ".a.new").write_bytes(b"half")
    replace_file(path, b"1", 0o644)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"1", 0o644)
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    (tmp_path / ".a.new").mkdir()
    with pytest.raises(OSError, match=r"a\.new"):
        replace_file(path, b"2")
    assert path.read_bytes() == b"1"


@pytest.mark.parametrize("house", ["directory", "exchange"])
def test_no_small_file_is_replaced_without_waiting_for_the_disk(house: str) -> None:
    found = {
        str(path.relative_to(SOURCE))
        for path in python_files(SOURCE / house)
        if re.search(r"\bunfinished\.(?:replace|rename)\(", path.read_text())
    }
    assert found - NEED_NOT_WAIT == set()
