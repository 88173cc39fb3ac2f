from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from lienthong.directory.change import read_change, require_nothing_forgotten
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import format_directory
from lienthong.kernel.canonical import encode_base64url
from tests.directory.province import EXPIRES, ISSUED, log_key, make_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.members import LogKey


def _change(origin: str, change: Callable[[LogKey], LogKey | None]) -> None:
    before = make_directory()
    gateways = []
    for gateway in before.gateways:
        changed = [change(log) if log.origin == origin else log for log in gateway.logs]
        gateways.append(replace(gateway, logs=tuple(log for log in changed if log is not None)))
    require_nothing_forgotten(before, replace(before, gateways=tuple(gateways)))


@pytest.mark.parametrize(
    ("origin", "change"),
    [
        ("DEMO/GOV/Z99.01/GW1/1", lambda _log: None),
        ("DEMO/GOV/Z99.02/GW1/1", lambda _log: None),
        ("DEMO/GOV/Z99.02/GW1/1", lambda log: replace(log, key=log_key(9))),
        ("DEMO/GOV/Z99.02/GW1/1", lambda log: replace(log, since=log.since - 1)),
        ("DEMO/GOV/Z99.01/GW1/1", lambda log: replace(log, closed=replace(log.closed, size=6))),
    ],
    ids=["closed log", "open log", "key", "start", "closing"],
)
def test_a_next_version_that_forgets_or_alters_a_log_is_refused(
    origin: str, change: Callable[[LogKey], LogKey | None]
) -> None:
    with pytest.raises(DirectoryError) as refused:
        _change(origin, change)
    assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY


def test_groups_and_witnesses_are_changed_by_an_edited_document() -> None:
    content = msgspec.json.decode(format_directory(make_directory()))
    content["groups"] = {}
    content["version"] = 77
    key = encode_base64url(log_key(8).raw)
    content["witnesses"] = [{"name": "witness.example", "key": key, "url": "http://witness.example"}]
    after = read_change(make_directory(), msgspec.json.encode(content), ISSUED + 1, EXPIRES + 1)

    assert (after.version, after.issued, after.expires) == (2, ISSUED + 1, EXPIRES + 1)
    assert after.groups == {}
    assert [witness.name for witness in after.witnesses] == ["witness.example"]
    with pytest.raises(DirectoryError) as refused:
        read_change(make_directory(), b"[]", ISSUED, EXPIRES)
    assert refused.value.kind is DirectoryErrorKind.MALFORMED
