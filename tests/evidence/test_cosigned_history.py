from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.directory.members import LogKey
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.cosignature import Cosigner, cosign
from lienthong.evidence.cosigned_history import CosignedHead, find_cosigned_before, keep_cosigned
from lienthong.evidence.note import format_note, parse_note
from lienthong.kernel.keys import make_signing_key

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.kernel.keys import SigningKey

KEY, OTHER, WITNESS = make_signing_key(), make_signing_key(), make_signing_key()
LOG = LogKey("DEMO/GOV/Z99.01/GW1/1", KEY.verify_key, 0)
COSIGNERS = (Cosigner("DEMO/witness", WITNESS.verify_key),)


def _note(size: int, second: int, key: SigningKey = KEY) -> bytes:
    signed = parse_note(sign_checkpoint(Checkpoint(LOG.origin, size, bytes(32)), key))
    return format_note(signed.text, [*signed.signatures, cosign(signed.text, "DEMO/witness", WITNESS, second)])


def _find(path: Path, index: int, time: int) -> CosignedHead | None:
    return find_cosigned_before(path, LOG, COSIGNERS, index, time)


def test_the_first_head_over_an_entry_counts_if_it_was_cosigned_in_time(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    for size, second in ((2, 10), (4, 20), (6, 30)):
        keep_cosigned(path, _note(size, second))
    assert _find(path, 1, 10_000) == CosignedHead(2, _note(2, 10))
    assert _find(path, 2, 25_000) == CosignedHead(4, _note(4, 20))
    assert _find(path, 2, 19_999) is None
    assert _find(path, 6, 99_000) is None


def test_torn_lines_and_what_others_signed_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    assert _find(path, 0, 99_000) is None
    keep_cosigned(path, _note(2, 10, OTHER))
    keep_cosigned(path, _note(3, 11))
    path.write_bytes(path.read_bytes()[:-50])
    keep_cosigned(path, _note(4, 12))
    path.write_bytes(path.read_bytes() + b"\n\xff\xff")
    keep_cosigned(path, _note(5, 13))
    assert _find(path, 0, 99_000) == CosignedHead(4, _note(4, 12))
    assert _find(path, 4, 99_000) == CosignedHead(5, _note(5, 13))
