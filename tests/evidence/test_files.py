from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.files import (
    SystemFiles,
    list_names,
    make_folders,
    remove_file,
    write_all,
    write_file,
)
from tests.simulators.files import FaultKind, FaultyFiles

if TYPE_CHECKING:
    from pathlib import Path

FILES = SystemFiles()


def test_a_file_is_written_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"first, longer", b"second"):
        write_file(FILES, path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert FILES.names(tmp_path) == ["file"]


def test_a_leftover_of_an_unfinished_write_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file.new").write_bytes(b"a longer leftover of a crash")
    write_file(FILES, tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_short_write_is_an_error_that_says_where(tmp_path: Path) -> None:
    files = FaultyFiles(tmp_path, at=2, kind=FaultKind.SHORT)
    descriptor = files.open(tmp_path / "file", create=True)
    with pytest.raises(OSError, match="offset 7: expected 10 bytes, wrote 5"):
        write_all(files, descriptor, b"0123456789", 7)
    files.close(descriptor)


def test_reading_ends_at_the_length_or_the_end_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    descriptor = FILES.open(tmp_path / "file")
    assert FILES.pread(descriptor, 4, 2) == b"2345"
    assert FILES.pread(descriptor, 100, 5) == b"56789"
    assert FILES.pread(descriptor, 5, 10) == b""
    assert FILES.size(descriptor) == 10
    FILES.close(descriptor)


def test_a_new_file_never_takes_a_name_that_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        FILES.open(tmp_path / "file", create=True)


def test_a_file_is_replaced_whatever_an_unfinished_write_of_it_has_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file.new").write_bytes(b"a longer one that is not whole")
    for content in (b"newer", b"newest"):
        write_file(FILES, tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_folders_are_made_with_their_parents_and_those_there_are_kept(tmp_path: Path) -> None:
    for _ in range(2):
        make_folders(FILES, tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    (tmp_path / "a" / "b" / "c").rmdir()
    make_folders(FILES, tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_what_is_absent_is_removed_and_listed_without_an_error(tmp_path: Path) -> None:
    remove_file(FILES, tmp_path / "absent")
    assert list_names(FILES, tmp_path / "absent") == []


def test_two_holders_cannot_have_a_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    first, second = FILES.open(tmp_path / "lock"), FILES.open(tmp_path / "lock")
    FILES.lock(first)
    with pytest.raises(BlockingIOError):
        FILES.lock(second)
    FILES.close(first)
    FILES.lock(second)
    FILES.close(second)


def test_files_are_not_handed_on_to_other_programs(tmp_path: Path) -> None:
    descriptor = FILES.open(tmp_path / "file", create=True)
    assert not os.get_inheritable(descriptor)
    FILES.close(descriptor)
