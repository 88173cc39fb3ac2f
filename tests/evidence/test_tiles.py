from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.log import LogSettings
from lienthong.evidence.tile_names import Tile, tile_path, tiles_of
from lienthong.evidence.tiles import decode_bundle, encode_bundle, read_bundle, read_published, read_tile
from lienthong.evidence.tree import leaf_hash
from tests.evidence.logs import KEY, ORIGIN, OpenLog, extend_log, make_entry, make_log
from tests.simulators.files import QuickFiles

if TYPE_CHECKING:
    from pathlib import Path

FILES = QuickFiles()


@dataclass(frozen=True)
class NotingFiles(QuickFiles):
    """The real files, with a list of the folders that were synced."""

    synced: list[Path] = field(default_factory=list)

    def sync_folder(self, folder: Path) -> None:
        self.synced.append(folder)
        super().sync_folder(folder)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_is_read_as_it_was_written(statements: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(statements), "bundle") == statements


@pytest.mark.parametrize("bundle", [b"\0", b"\0\5abcd", b"\0\1a\0"])
def test_a_bundle_that_is_cut_short_is_refused(bundle: bytes) -> None:
    with pytest.raises(EvidenceError, match="bundle") as caught:
        decode_bundle(bundle, "bundle")
    assert caught.value.kind is EvidenceErrorKind.TILE


def test_the_published_files_are_those_of_the_specification(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 600, each=50, settings=LogSettings(segment_bytes=100_000))
    published = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    tiles = {tile_path(tile.level, tile.index, tile.width) for tile in tiles_of(600)}
    bundles = {"tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"}
    assert tiles == {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"}
    others = {"checkpoint", "lock"} | {name for name in published if name.startswith("segments/")}
    assert published == tiles | bundles | others
    leaves = [make_entry(number).leaf for number in range(600)]
    assert (folder / "tile/0/001").read_bytes() == b"".join(leaves[256:512])
    assert [leaf_hash(s) for s in read_bundle(FILES, folder, 2, 88)] == leaves[512:]
    assert verify_checkpoint((folder / "checkpoint").read_bytes(), ORIGIN, KEY.verify_key).size == 600


def test_partial_forms_go_when_the_full_one_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 100)
    extend_log(folder, 100, 100)
    partial = sorted(path.name for path in (folder / "tile/0/000.p").iterdir())
    assert partial == ["100", "200"]
    extend_log(folder, 200, 100)
    for level in ("0", "entries"):
        assert sorted(path.name for path in (folder / "tile" / level).iterdir()) == ["000", "001.p"]


def test_a_folder_is_synced_where_it_has_a_new_name_or_this_process_has_not_synced_it_yet(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 100)
    files = NotingFiles()
    opened = OpenLog(folder, files)
    opened.log.resume(None)

    def publish(*numbers: int) -> set[str]:
        opened.append(*(make_entry(number) for number in numbers))
        files.synced.clear()
        opened.log.publish()
        return {str(place.relative_to(folder)) for place in files.synced}

    partial = {"tile/0/000.p", "tile/entries/000.p"}
    assert publish(100) == {".", "tile", "tile/0", "tile/entries", *partial}
    assert publish(101) == {".", *partial}
    full = {"tile/0", "tile/0/001.p", "tile/entries", "tile/entries/001.p", "tile/1", "tile/1/000.p"}
    assert publish(*range(102, 300)) == {".", "tile", *full}
    assert publish(300) == {".", "tile/0/001.p", "tile/entries/001.p"}
    opened.log.close()


def test_the_start_of_a_full_tile_stands_for_a_partial_one_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 250)
    old = (folder / "checkpoint").read_bytes()
    extend_log(folder, 250, 50)
    (folder / "checkpoint").write_bytes(old)
    published = read_published(FILES, folder, ORIGIN, KEY.verify_key)
    assert (published.size, len(published.statements)) == (250, 250)
    opened = OpenLog(folder)
    assert opened.log.size == 300
    opened.log.resume(None)
    opened.log.close()
    assert read_published(FILES, folder, ORIGIN, KEY.verify_key).size == 300


def test_a_full_tile_of_another_length_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    make_log(folder, 300)
    name = folder / "tile/0/000"
    name.write_bytes(name.read_bytes() + bytes(32))
    with pytest.raises(EvidenceError, match="tile/0/000"):
        read_tile(FILES, folder, Tile(0, 0, 256))


def test_old_proofs_are_made_from_tiles_and_new_ones_after_reopening(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    done = make_log(folder, 1500, each=100, settings=LogSettings())
    opened = OpenLog(folder)
    for committed in done[::37]:
        head = committed.head
        assert opened.log.prove_inclusion(committed.index, head.size) == head.path(committed.index) + head.suffix
        assert opened.log.root_at(head.size) == head.root
