"""The COSIGNED frame (docs/wire.md): a cosigned head of the sender's log, linked to what its receiver has seen."""

from __future__ import annotations

import struct

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.frames import HASH_SIZE, MAX_NOTE, MAX_PATH, FrameType, frame

_FIXED = struct.Struct(">QHB")


class CosignedFrame(msgspec.Struct, frozen=True):
    """`seen` is the size of the last head on this link; the proof leads from the smaller of the two to the larger."""

    seen: int
    note: bytes
    consistency: tuple[bytes, ...]


def encode_cosigned(cosigned: CosignedFrame) -> bytes:
    """Encode a COSIGNED frame."""
    fixed = _FIXED.pack(cosigned.seen, len(cosigned.note), len(cosigned.consistency))
    return frame(FrameType.COSIGNED, b"".join((fixed, cosigned.note, *cosigned.consistency)))


def decode_cosigned(payload: bytes) -> CosignedFrame:
    """Decode COSIGNED; the payload must be exactly as long as its counts say."""
    if len(payload) < _FIXED.size:
        raise _bad(f"{len(payload)} bytes, expected {_FIXED.size}")
    seen, note_length, count = _FIXED.unpack_from(payload)
    end = _FIXED.size + note_length
    if note_length > MAX_NOTE or count > MAX_PATH + 1 or len(payload) != end + count * HASH_SIZE:
        raise _bad("a count over its limit, or its length and its counts differ")
    hashes = tuple(payload[at : at + HASH_SIZE] for at in range(end, len(payload), HASH_SIZE))
    return CosignedFrame(seen, payload[_FIXED.size : end], hashes)


def _bad(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, f"COSIGNED frame: {why}")
