from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.signer import HeadSigner
from tests.evidence.logs import KEY, ORIGIN


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
