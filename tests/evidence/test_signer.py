from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint, verify_checkpoint
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.note import sign_note
from lienthong.evidence.signer import HeadReader, HeadSigner
from lienthong.kernel.keys import make_signing_key
from tests.evidence.logs import KEY, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable


@given(st.integers(1, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_a_head_is_written_and_signed_as_any_checkpoint_is(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    signer = HeadSigner(ORIGIN, KEY)
    body = signer.format(size, root)
    assert body == format_checkpoint(checkpoint)
    assert signer.sign(body) == sign_checkpoint(checkpoint, KEY)


@pytest.mark.parametrize("origin", ["", "two\nlines", "a+b", "a b"])
def test_an_origin_that_no_note_can_carry_is_refused_before_anything_is_signed(origin: str) -> None:
    with pytest.raises(EvidenceError):
        HeadSigner(origin, KEY)


def _outcome(read: Callable[[], Checkpoint]) -> Checkpoint | tuple[str, str]:
    try:
        return read()
    except EvidenceError as error:
        return error.kind, error.message


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32), st.data())
def test_a_reader_of_heads_answers_as_the_reader_of_any_checkpoint_does(
    size: int, root: bytes, data: st.DataObject
) -> None:
    signer = HeadSigner(ORIGIN, KEY)
    note = bytearray(signer.sign(signer.format(size, root)))
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(note)))
        cut = data.draw(st.integers(0, 2))
        note[place : place + cut] = data.draw(st.sampled_from([b"", b"\n", b"=", b"A", b" ", b"0", b"\xff"]))
    raw = bytes(note)
    expected = _outcome(lambda: verify_checkpoint(raw, ORIGIN, KEY.verify_key))
    assert _outcome(lambda: HeadReader(ORIGIN, KEY.verify_key).verify(raw)) == expected


def test_a_reader_of_heads_takes_a_note_that_others_have_signed_too() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), KEY)
    body = note[: note.index(b"\n\n") + 1]
    witness = sign_note(body, "witness", make_signing_key())
    both = note + witness[len(body) + 1 :]
    assert HeadReader(ORIGIN, KEY.verify_key).verify(both) == Checkpoint(ORIGIN, 7, bytes(32))


def test_a_reader_of_heads_refuses_another_key() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), make_signing_key())
    with pytest.raises(EvidenceError):
        HeadReader(ORIGIN, KEY.verify_key).verify(note)
