"""What a `received` entry keeps of its peer: enough to show the peer's statement to a third party later.

Both parts lie under the CRC of the batch, beside the entry: `PeerEvidence` is the entry's own, `PeerHead`
is shared by all entries that came under one checkpoint of the peer (docs/security.md, section 2).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

T = TypeVar("T")


class PeerEvidence(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The peer's statement, its index in the peer's log and the part of its path inside the peer's batch."""

    statement: bytes
    index: int
    path: tuple[bytes, ...]


class PeerHead(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The peer's signed checkpoint note, its batch's first entry and the end that the batch's paths share."""

    checkpoint: bytes
    first: int
    suffix: tuple[bytes, ...]


_encoder = msgspec.msgpack.Encoder()
_evidence_decoder = msgspec.msgpack.Decoder(PeerEvidence)
_head_decoder = msgspec.msgpack.Decoder(PeerHead)


def inclusion_path(evidence: PeerEvidence, head: PeerHead) -> tuple[bytes, ...]:
    """Give the inclusion path of the peer's entry under the head's checkpoint, bottom-up."""
    return evidence.path + head.suffix


def encode_peer(part: PeerEvidence | PeerHead) -> bytes:
    """Give the msgpack bytes that an entry keeps as `evidence` or `shared`."""
    return _encoder.encode(part)


def decode_peer_evidence(raw: bytes) -> PeerEvidence:
    """Read an entry's `evidence`; raises kind `damaged`."""
    return _decode(_evidence_decoder, raw)


def decode_peer_head(raw: bytes) -> PeerHead:
    """Read an entry's `shared` part; raises kind `damaged`."""
    return _decode(_head_decoder, raw)


def _decode(decoder: msgspec.msgpack.Decoder[T], raw: bytes) -> T:
    try:
        return decoder.decode(raw)
    except msgspec.DecodeError as error:
        message = f"expected what a received entry keeps of its peer, got {len(raw)} other bytes: {error}"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, message) from error
