from __future__ import annotations

import msgspec
import pytest

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.peer import (
    PeerEvidence,
    PeerHead,
    decode_peer_evidence,
    decode_peer_head,
    encode_peer,
    inclusion_path,
)

EVIDENCE = PeerEvidence(b"{}", 7, (b"a" * 32, b"b" * 32))
HEAD = PeerHead(b"note", 6, (b"c" * 32,))


def test_both_parts_are_read_as_they_were_written() -> None:
    assert decode_peer_evidence(encode_peer(EVIDENCE)) == EVIDENCE
    assert decode_peer_head(encode_peer(HEAD)) == HEAD
    assert msgspec.msgpack.decode(encode_peer(HEAD)) == [b"note", 6, [b"c" * 32]]


def test_the_path_inside_the_batch_comes_before_the_part_that_the_batch_shares() -> None:
    assert inclusion_path(EVIDENCE, HEAD) == (b"a" * 32, b"b" * 32, b"c" * 32)


@pytest.mark.parametrize("decode", [decode_peer_evidence, decode_peer_head])
@pytest.mark.parametrize("raw", [b"", b"\x90", b"\x94\x01\x02\x03\x04", encode_peer(EVIDENCE) + b"\x00"])
def test_other_bytes_are_damage(decode: object, raw: bytes) -> None:
    assert callable(decode)
    with pytest.raises(EvidenceError, match="keeps of its peer") as caught:
        decode(raw)
    assert caught.value.kind is EvidenceErrorKind.DAMAGED
