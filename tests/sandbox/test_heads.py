"""A log's published head: awaited, and believed only under the directory's key."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.cosignature import cosign
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.note import format_note, parse_note
from lienthong.kernel.keys import load_signing_key, make_signing_key
from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.federation import Federation, make_federation
from lienthong.sandbox.heads import find_head, require_cosigned, require_head
from tests.clocks import SetClock

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.kernel.keys import SigningKey


NOW = 1_790_000_000_000


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    return make_federation(tmp_path / "federation", SetClock(NOW))


def _publish(federation: Federation, size: int, key: SigningKey | None = None) -> None:
    home = federation.consumer
    signed = sign_checkpoint(Checkpoint(home.origin, size, bytes(32)), key or load_signing_key(home.keys / "log.key"))
    (home.folder / "log").mkdir(exist_ok=True)
    (home.folder / "log" / "new").write_bytes(signed)
    (home.folder / "log" / "new").replace(home.folder / "log" / "checkpoint")


def _cosign(federation: Federation, size: int, key: SigningKey) -> None:
    home = federation.consumer
    signed = parse_note(
        sign_checkpoint(Checkpoint(home.origin, size, bytes(32)), load_signing_key(home.keys / "log.key"))
    )
    cosigned = cosign(signed.text, "DEMO/witness", key, NOW // 1000)
    (home.folder / "cosigned-head").write_bytes(format_note(signed.text, [*signed.signatures, cosigned]))


def _do_nothing() -> None:
    pass


def _fail() -> None:
    raise ChildProcessError


def test_no_head_is_found_before_the_first_publication(federation: Federation) -> None:
    assert find_head(federation, federation.consumer) is None


def test_a_head_that_comes_later_is_awaited(federation: Federation) -> None:
    _publish(federation, 2)
    timer = threading.Timer(0.2, _publish, (federation, 4))
    timer.start()
    assert require_head(federation, federation.consumer, 4, _do_nothing).size == 4
    timer.join()


def test_a_head_under_another_key_is_refused(federation: Federation) -> None:
    _publish(federation, 2, make_signing_key())
    with pytest.raises(EvidenceError):
        find_head(federation, federation.consumer)


def test_a_head_is_witnessed_once_a_listed_witness_has_cosigned_one_that_is_large_enough(tmp_path: Path) -> None:
    federation = make_federation(tmp_path / "federation", SetClock(NOW), is_served=True)
    _cosign(federation, 4, load_signing_key(federation.office / "witness" / "witness.key"))
    found = require_cosigned(federation, federation.consumer, 4, _do_nothing)
    assert (found.name, found.time) == ("DEMO/witness", NOW)
    with pytest.raises(ChildProcessError):
        require_cosigned(federation, federation.consumer, 5, _fail)


def test_a_strangers_cosignature_is_none(tmp_path: Path) -> None:
    federation = make_federation(tmp_path / "federation", SetClock(NOW), is_served=True)
    _cosign(federation, 4, make_signing_key())
    with pytest.raises(SandboxError, match="expected a cosignature of a listed witness"):
        require_cosigned(federation, federation.consumer, 4, _do_nothing)


def test_a_dead_gateway_ends_the_wait(federation: Federation) -> None:
    with pytest.raises(ChildProcessError):
        require_head(federation, federation.consumer, 4, _fail)
