from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.directory.errors import DirectoryError
from lienthong.directory.members import DirectoryFile, verify_directory
from lienthong.directory.office import Office
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import make_signing_key
from lienthong.sandbox.federation import make_federation
from lienthong.sandbox.tuf_directory import certify, publish_chained, read_root
from tests.clocks import SetClock

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.sandbox.federation import Federation

DAY_MS = 86_400_000


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    return make_federation(tmp_path / "federation", SystemClock())


def test_a_next_version_is_taken_by_who_reads_the_one_document_already(federation: Federation) -> None:
    office = Office(federation.office, SystemClock())
    reading = DirectoryFile(federation.directory, read_root(office))
    before = reading.current()
    federation.directory.write_bytes(publish_chained(office, msgspec.structs.replace(before, groups={})))
    assert reading.refresh()
    after = reading.current()
    assert (after.version, after.groups, after.gateways) == (before.version + 1, {}, before.gateways)


def test_another_root_key_reads_nothing_and_no_log_is_forgotten(federation: Federation) -> None:
    with pytest.raises(DirectoryError):
        verify_directory(federation.directory.read_bytes(), make_signing_key().verify_key)
    office = Office(federation.office, SystemClock())
    listed = office.repository.directory_content()
    with pytest.raises(DirectoryError, match="must stay listed"):
        publish_chained(office, msgspec.structs.replace(listed, gateways=listed.gateways[1:]))


def test_a_certificate_is_issued_anew_before_it_is_over(tmp_path: Path) -> None:
    now = SystemClock().now_ms()
    federation = make_federation(tmp_path / "federation", SetClock(now))
    file = federation.consumer.keys / "tls.pem"
    first = file.read_bytes()
    certify(Office(federation.office, SetClock(now + 20 * DAY_MS)), federation.consumer)
    assert file.read_bytes() == first
    certify(Office(federation.office, SetClock(now + 80 * DAY_MS)), federation.consumer)
    assert file.read_bytes() != first
    context = ssl.create_default_context()
    context.load_cert_chain(file, federation.consumer.keys / "tls.key")
