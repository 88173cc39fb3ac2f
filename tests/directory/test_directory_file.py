from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import DirectoryFile, sign_directory
from lienthong.kernel.keys import make_signing_key
from tests.directory.province import make_directory

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory
    from lienthong.kernel.keys import SigningKey

ROOT = make_signing_key()


def _publish(path: Path, directory: Directory, key: SigningKey = ROOT) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(sign_directory(directory, key))
    fresh.replace(path)


def _open(folder: Path) -> tuple[Path, DirectoryFile]:
    path = folder / "directory.json"
    _publish(path, make_directory(version=5))
    return path, DirectoryFile(path, ROOT.verify_key)


def test_a_newer_version_is_taken_up_and_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    path, file = _open(tmp_path)
    assert file.current() == make_directory(version=5)
    assert not file.refresh()

    _publish(path, make_directory(version=6))

    assert file.refresh()
    assert file.current().version == 6
    assert not file.refresh()


def test_the_same_directory_written_again_is_no_news(tmp_path: Path) -> None:
    path, file = _open(tmp_path)
    _publish(path, make_directory(version=5))

    assert not file.refresh()


@pytest.mark.parametrize(
    ("offered", "key", "kind"),
    [
        (make_directory(version=4), ROOT, DirectoryErrorKind.ROLLBACK),
        (make_directory(version=5, name="Someone else"), ROOT, DirectoryErrorKind.ROLLBACK),
        (make_directory(version=6), make_signing_key(), DirectoryErrorKind.BAD_SIGNATURE),
        (
            replace(make_directory(version=6), instance="VN", members=(), gateways=(), groups={}),
            ROOT,
            DirectoryErrorKind.OTHER_INSTANCE,
        ),
    ],
    ids=["older", "other content of one version", "wrong signer", "other instance"],
)
def test_a_bad_successor_is_reported_once_and_the_last_good_one_stays(
    offered: Directory, key: SigningKey, kind: DirectoryErrorKind, tmp_path: Path
) -> None:
    path, file = _open(tmp_path)
    _publish(path, offered, key)

    with pytest.raises(DirectoryError) as refused:
        file.refresh()

    assert refused.value.kind is kind
    assert file.current() == make_directory(version=5)
    assert not file.refresh()

    _publish(path, make_directory(version=7))
    assert file.refresh()


def test_a_half_written_file_is_refused_and_its_completion_taken_up(tmp_path: Path) -> None:
    path, file = _open(tmp_path)
    envelope = sign_directory(make_directory(version=6), ROOT)
    path.write_bytes(envelope[:100])
    with pytest.raises(DirectoryError) as refused:
        file.refresh()
    assert refused.value.kind is DirectoryErrorKind.MALFORMED

    path.write_bytes(envelope)

    assert file.refresh()
    assert file.current().version == 6


def test_a_vanished_file_is_reported_each_time_and_the_last_good_one_stays(tmp_path: Path) -> None:
    path, file = _open(tmp_path)
    path.unlink()

    for _ in range(2):
        with pytest.raises(DirectoryError) as refused:
            file.refresh()
        assert refused.value.kind is DirectoryErrorKind.UNREADABLE
    assert file.current().version == 5


def test_without_a_good_first_directory_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError) as refused:
        DirectoryFile(tmp_path / "absent.json", ROOT.verify_key)
    assert refused.value.kind is DirectoryErrorKind.UNREADABLE

    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DirectoryError) as refused:
        DirectoryFile(tmp_path / "folder.json", ROOT.verify_key)
    assert refused.value.kind is DirectoryErrorKind.UNREADABLE


def test_a_rewrite_that_keeps_size_and_place_is_noticed_by_its_time(tmp_path: Path) -> None:
    path, file = _open(tmp_path)
    before = path.stat()
    path.write_bytes(sign_directory(make_directory(version=6), ROOT))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    assert path.stat().st_size == before.st_size
    assert file.refresh()
