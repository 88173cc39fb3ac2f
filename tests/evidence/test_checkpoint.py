from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.checkpoint import (
    Checkpoint,
    format_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import NoteSignature, format_note, parse_note, sign_note
from lienthong.evidence.tree import EMPTY_ROOT, MAX_TREE_SIZE
from lienthong.kernel.keys import SigningKey

KEY = SigningKey(bytes(range(32)))
ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
HEAD = Checkpoint(ORIGIN, 12, bytes(range(32)))
BODY = format_checkpoint(HEAD)

SPEC_BODY = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SPEC_NOTE = (
    SPEC_BODY.decode() + "\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5"
    "/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()

ORIGINS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=30)
CHECKPOINTS = st.builds(Checkpoint, ORIGINS, st.integers(1, MAX_TREE_SIZE), st.binary(min_size=32, max_size=32))


def test_the_specifications_example_is_read_and_written_again() -> None:
    assert parse_note(SPEC_NOTE).text == SPEC_BODY
    checkpoint = parse_checkpoint(SPEC_BODY)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert format_checkpoint(checkpoint) == SPEC_BODY


def test_a_signed_checkpoint_verifies_under_its_origin_and_key() -> None:
    assert verify_checkpoint(sign_checkpoint(HEAD, KEY), ORIGIN, KEY.verify_key) == HEAD


def test_a_cosigned_checkpoint_verifies_with_the_cosignature_kept() -> None:
    (own,) = parse_note(sign_checkpoint(HEAD, KEY)).signatures
    cosigned = format_note(BODY, [own, NoteSignature("witness.example", b"\1\2\3\4", bytes(72))])
    assert verify_checkpoint(cosigned, ORIGIN, KEY.verify_key) == HEAD


def test_a_checkpoint_of_another_log_is_refused_even_under_the_same_key() -> None:
    foreign = sign_note(format_checkpoint(Checkpoint("DEMO/GOV/Z99.02/GW1/1", 12, HEAD.root)), ORIGIN, KEY)
    with pytest.raises(EvidenceError, match=f"expected the origin '{ORIGIN}'") as caught:
        verify_checkpoint(foreign, ORIGIN, KEY.verify_key)
    assert caught.value.kind is EvidenceErrorKind.CHECKPOINT


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(EvidenceError, match="three lines"):
        verify_checkpoint(sign_note(b"hello\n", ORIGIN, KEY), ORIGIN, KEY.verify_key)


@given(CHECKPOINTS)
def test_a_checkpoint_read_back_is_the_one_that_was_written(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@given(
    st.one_of(
        st.binary(max_size=80),
        st.lists(st.sampled_from(["a", "\n", "0", "1", "007", "é", "A" * 43 + "=", " "])).map(
            lambda x: "".join(x).encode()
        ),
    )
)
def test_any_bytes_are_refused_or_read_in_the_one_way_that_writes_them_again(raw: bytes) -> None:
    try:
        checkpoint = parse_checkpoint(raw)
    except EvidenceError as error:
        assert error.kind is EvidenceErrorKind.CHECKPOINT
        return
    assert format_checkpoint(checkpoint) == raw


def test_an_empty_log_has_the_empty_root_only() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert parse_checkpoint(format_checkpoint(empty)) == empty
    with pytest.raises(EvidenceError, match="at size 0"):
        format_checkpoint(Checkpoint(ORIGIN, 0, HEAD.root))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"\n12\n", b"\n012\n", "without leading zeros"),
        (b"\n12\n", b"\n+12\n", "without leading zeros"),
        (b"\n12\n", b"\n-1\n", "without leading zeros"),
        (b"\n12\n", b"\n 12\n", "without leading zeros"),
        (b"\n12\n", "\n\u0661\n".encode(), "without leading zeros"),
        (b"\n12\n", b"\n9007199254740992\n", "without leading zeros"),
        (b"\n12\n", b"\n" + b"9" * 5000 + b"\n", "without leading zeros"),
        (b"\n12\n", b"\n\n", "without leading zeros"),
        (b"DEMO/GOV/Z99.01/GW1/1\n", b"\n", "an origin"),
        (b"=\n", b"\n", "a hash in base64"),
        (b"Hh8=", b"Hh9=", "a hash in base64"),
        (b"AAECAwQF", b"AAEC", "a hash of 32 bytes, got 29"),
        (b"=\n", b"=\nextension\n", "three lines"),
        (b"=\n", b"=", "three lines"),
        (b"DEMO", b"\xff", "UTF-8"),
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused(old: bytes, new: bytes, expected: str) -> None:
    assert old in BODY
    with pytest.raises(EvidenceError, match=expected):
        parse_checkpoint(BODY.replace(old, new))


def test_an_origin_of_two_lines_is_not_written() -> None:
    with pytest.raises(EvidenceError):
        format_checkpoint(Checkpoint("a\nb", 1, HEAD.root))
