"""Every head of a log that a witness has cosigned, in a file beside the log: they show what was there when.

Once another member's log is closed, its messages count for their receiver by the receiver's own head that was cosigned
before (rule 7.2). The newest head is always cosigned later than that: so all are kept, the oldest first.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import find_cosignatures
from lienthong.evidence.errors import EvidenceError
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lienthong.directory.members import LogKey
    from lienthong.evidence.cosignature import Cosigner

HISTORY_FILE: Final = "cosigned-heads"
"""One note a line, in base64url."""
MAX_SIZE_DIGITS: Final = 16
"""Of a tree's size, which is below 2^53."""


class CosignedHead(NamedTuple):
    """A head of `size` entries, as its note."""

    size: int
    note: bytes


def keep_cosigned(path: Path, note: bytes) -> None:
    """Append a head. A crash may take the last of them away, or leave a line that says nothing: others count."""
    with path.open("ab") as file:
        # The line's end comes first, so that a torn line before it ends as well.
        file.write(b"\n" + encode_base64url(note).encode())


def find_cosigned_before(
    path: Path, log: LogKey, cosigners: Iterable[Cosigner], index: int, time: int
) -> CosignedHead | None:
    """Give the first head over the entry `index` of a log if one of `cosigners` has cosigned it by `time` (ms UTC)."""
    for note in _read_notes(path):
        # A head comes each minute: those that are too short are passed over before their signatures are checked.
        if _read_claimed_size(note) <= index:
            continue
        with suppress(EvidenceError):
            size = verify_checkpoint(note, log.origin, log.key).size
            found = find_cosignatures(note, cosigners)
            if size > index and found:
                # Those behind it are later still.
                return CosignedHead(size, note) if min(each.time for each in found) <= time else None
    return None


def _read_claimed_size(note: bytes) -> int:
    """Give the size that a note says, unverified; 0 where it says none."""
    _, _, rest = note.partition(b"\n")
    size = rest.partition(b"\n")[0]
    return int(size) if size.isdigit() and len(size) <= MAX_SIZE_DIGITS else 0


def _read_notes(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            with suppress(KernelError, UnicodeDecodeError):
                yield decode_base64url(line.strip().decode("ascii"))
