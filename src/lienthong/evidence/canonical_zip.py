"""A zip file with one possible form: the same parts give the same bytes, and no others are taken for them.

Stored without compression, in the order of the names, all dated 1980-01-01, without comments, extra fields
or gaps (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). Reading rebuilds each record and compares,
so nothing can be hidden between the parts, and what was changed is named. Any unzip program opens it.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ZIP_BYTES: Final = 1 << 30
"""Room for two bodies far over the usual limit; below 2^32, above which zip files need other records."""

_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_LOCAL_MAGIC: Final = b"PK\3\4"
_CENTRAL_MAGIC: Final = b"PK\1\2"
_END_MAGIC: Final = b"PK\5\6"
_VERSION: Final = 20  # what stored files in folders need
_STORED: Final = 0
_MIDNIGHT: Final = 0
_FIRST_DAY: Final = 0x21  # 1980-01-01, the earliest that zip knows


def write_zip(parts: Mapping[str, bytes], limit: int = MAX_ZIP_BYTES) -> bytes:
    """Give the one zip of these parts; names are ASCII. Kind `package` if it is over `limit` bytes."""
    pieces: list[bytes] = []
    central: list[bytes] = []
    offset = 0
    for name in sorted(parts):
        data = parts[name]
        local = _local_record(name, data)
        central.append(_central_record(name, data, offset))
        pieces += (local, data)
        offset += len(local) + len(data)
    directory = b"".join(central)
    if offset + len(directory) + _END.size > limit:
        raise _zip_error("the package", f"at most {limit} bytes", f"{offset} bytes in its parts")
    return b"".join((*pieces, directory, _end_record(len(parts), len(directory), offset)))


def read_zip(raw: bytes, limit: int = MAX_ZIP_BYTES) -> dict[str, bytes]:
    """Give the parts, sorted by name; kind `package` where `write_zip` would give other bytes for them."""
    if len(raw) > limit:
        raise _zip_error("the package", f"at most {limit} bytes", f"{len(raw)}")
    parts: dict[str, bytes] = {}
    offsets: list[int] = []
    offset, last = 0, ""
    while raw[offset : offset + len(_CENTRAL_MAGIC)] != _CENTRAL_MAGIC:
        name, end = _read_part(raw, offset, last, parts)
        offsets.append(offset)
        offset, last = end, name
    _require_directory(raw, offset, parts, offsets)
    return parts


def _read_part(raw: bytes, offset: int, last: str, parts: dict[str, bytes]) -> tuple[str, int]:
    """Read the part at `offset`, which must follow the part `last`; give its name and where it ends."""
    where = f"the part at offset {offset}, after {last or 'the start'}"
    if len(raw) - offset < _LOCAL.size:
        raise _zip_error(where, "a part or the central directory", "the end of the file")
    fields = _LOCAL.unpack_from(raw, offset)
    size, name_length = fields[8], fields[9]
    start = offset + _LOCAL.size + name_length
    try:
        name = raw[offset + _LOCAL.size : start].decode("ascii")
    except UnicodeDecodeError as error:
        raise _zip_error(where, "an ASCII name", repr(error.object)) from error
    data = raw[start : start + size]
    if raw[offset:start] != _local_record(name, data):
        raise _zip_error(f"{name!r} ({where})", "the record and checksum of its bytes", "others")
    if name <= last:
        raise _zip_error(f"{name!r} ({where})", "parts in the order of their names", "this one")
    parts[name] = data
    return name, start + size


def _require_directory(raw: bytes, offset: int, parts: dict[str, bytes], offsets: list[int]) -> None:
    """Require the central directory at `offset` and its end to be those of the parts, with nothing behind."""
    start = offset
    for (name, data), place in zip(parts.items(), offsets, strict=True):
        expected = _central_record(name, data, place)
        if raw[offset : offset + len(expected)] != expected:
            raise _zip_error(f"the central directory, at {name!r}", "the record of that part", "another")
        offset += len(expected)
    if raw[offset:] != _end_record(len(parts), offset - start, start):
        raise _zip_error("the end record", "the one of these parts, and nothing behind it", "something else")


def _local_record(name: str, data: bytes) -> bytes:
    encoded = name.encode("ascii")
    size = len(data)
    head = (_LOCAL_MAGIC, _VERSION, 0, _STORED, _MIDNIGHT, _FIRST_DAY, zlib.crc32(data), size, size)
    return _LOCAL.pack(*head, len(encoded), 0) + encoded


def _central_record(name: str, data: bytes, offset: int) -> bytes:
    encoded = name.encode("ascii")
    size = len(data)
    head = (
        _CENTRAL_MAGIC,
        _VERSION,
        _VERSION,
        0,
        _STORED,
        _MIDNIGHT,
        _FIRST_DAY,
        zlib.crc32(data),
        size,
        size,
    )
    return _CENTRAL.pack(*head, len(encoded), 0, 0, 0, 0, 0, offset) + encoded


def _end_record(count: int, directory_bytes: int, directory_offset: int) -> bytes:
    return _END.pack(_END_MAGIC, 0, 0, count, count, directory_bytes, directory_offset, 0)


def _zip_error(where: str, expected: str, got: str) -> EvidenceError:
    message = f"{where}: expected {expected}, got {got}; the file was altered or cut, ask for it again"
    return EvidenceError(EvidenceErrorKind.PACKAGE, message)
