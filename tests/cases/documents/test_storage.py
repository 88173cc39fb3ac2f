from __future__ import annotations

import hashlib
import multiprocessing
import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.storage import ARRIVING, UNNAMED_SECONDS, DocumentStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def _files(store: DocumentStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file() and path.name != "lock"]


def _name_none(_digests: Iterable[str]) -> set[str]:
    return set()


def test_content_is_kept_under_its_hash_and_read_back(store: DocumentStore) -> None:
    digest = store.keep(b"a paper")
    assert digest == hashlib.sha256(b"a paper").hexdigest()
    assert store.read(digest) == b"a paper"
    assert store.holds(digest)
    assert not store.holds("0" * 64)


def test_the_same_content_is_kept_once(store: DocumentStore) -> None:
    assert store.keep(b"a paper") == store.keep(b"a paper")
    assert len(_files(store)) == 1


def test_files_and_folders_are_their_owners_alone(store: DocumentStore) -> None:
    store.keep(b"a paper")
    assert {stat.S_IMODE(path.stat().st_mode) for path in _files(store)} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in store.folder.rglob("*") if path.is_dir()} == {0o700}


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(store: DocumentStore) -> None:
    digest = store.keep(b"a paper")
    _files(store)[0].write_bytes(b"b paper")
    with pytest.raises(DocumentError, match="other content") as caught:
        store.read(digest)
    assert caught.value.kind is DocumentErrorKind.DAMAGED


def test_a_missing_file_says_where_it_was(store: DocumentStore) -> None:
    with pytest.raises(DocumentError, match="restore") as caught:
        store.read("0" * 64)
    assert caught.value.kind is DocumentErrorKind.DAMAGED


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "0" * 63 + "G", "0" * 65])
def test_a_name_that_is_no_hash_reaches_no_file(store: DocumentStore, name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        store.read(name)
    assert caught.value.kind is DocumentErrorKind.UNKNOWN_DOCUMENT


def test_the_collection_removes_what_is_old_and_named_by_no_row(store: DocumentStore) -> None:
    wanted, unwanted = store.keep(b"wanted"), store.keep(b"unwanted")
    later = time.time() + UNNAMED_SECONDS + 60

    assert store.collect(lambda digests: {wanted} & set(digests), later) == 1

    assert store.holds(wanted)
    assert not store.holds(unwanted)


def test_the_collection_leaves_young_files_and_those_handed_in_again(store: DocumentStore) -> None:
    digest = store.keep(b"a paper")
    assert store.collect(_name_none) == 0

    aged = time.time() - UNNAMED_SECONDS - 60
    os.utime(_files(store)[0], (aged, aged))
    store.keep(b"a paper")
    assert store.collect(_name_none) == 0
    assert store.holds(digest)


def test_what_a_crash_left_half_written_is_collected_and_named_by_nobody(store: DocumentStore) -> None:
    digest = store.keep(b"a paper")
    half = store.folder / ARRIVING / "half"
    half.write_bytes(b"a pa")
    assert store.collect(set, time.time() + UNNAMED_SECONDS + 60) == 1
    assert not half.exists()
    assert store.holds(digest)


def _keep_many(folder: Path, rounds: int) -> None:
    store = DocumentStore(folder)
    for number in range(rounds):
        assert store.read(store.keep(b"%d" % (number % 7))) == b"%d" % (number % 7)


def test_processes_keep_the_same_files_at_once(store: DocumentStore) -> None:
    context = multiprocessing.get_context("spawn")
    keepers = [context.Process(target=_keep_many, args=(store.folder, 30)) for _ in range(2)]
    for keeper in keepers:
        keeper.start()
    for keeper in keepers:
        keeper.join()
    assert [keeper.exitcode for keeper in keepers] == [0, 0]
    assert len(_files(store)) == 7
