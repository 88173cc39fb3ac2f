from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.errors import DirectoryError
from lienthong.directory.members import DirectoryFile, verify_directory
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import make_signing_key
from lienthong.sandbox.federation import make_federation
from lienthong.sandbox.tuf_directory import publish_chained

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory


@pytest.fixture
def listed(tmp_path: Path) -> Directory:
    federation = make_federation(tmp_path / "federation", SystemClock())
    return DirectoryFile(federation.directory, federation.root).current()


def test_the_federations_directory_is_read_from_a_file_under_the_chain_of_roots(
    listed: Directory, tmp_path: Path
) -> None:
    file = tmp_path / "directory.json"
    first = publish_chained(tmp_path / "office", listed, SystemClock())
    file.write_bytes(first.document)
    reading = DirectoryFile(file, first.root)
    assert reading.current().gateways == listed.gateways
    # The next one is taken by who reads it already.
    again = publish_chained(tmp_path / "office", msgspec.structs.replace(listed, groups={}), SystemClock())
    assert again.root == first.root
    file.write_bytes(again.document)
    assert reading.refresh()
    assert reading.current().version == verify_directory(first.document, first.root).version + 1


def test_another_root_key_reads_nothing_and_no_log_is_forgotten(listed: Directory, tmp_path: Path) -> None:
    made = publish_chained(tmp_path / "office", listed, SystemClock())
    with pytest.raises(DirectoryError):
        verify_directory(made.document, make_signing_key().verify_key)
    with pytest.raises(DirectoryError):
        publish_chained(
            tmp_path / "office", msgspec.structs.replace(listed, gateways=listed.gateways[1:]), SystemClock()
        )
