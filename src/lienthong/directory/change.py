"""What a next version may not do: forget a log's key, open a closed log again, or move a closing (rule 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import parse_directory

if TYPE_CHECKING:
    from lienthong.directory.members import Directory


def require_nothing_forgotten(before: Directory, after: Directory) -> None:
    """Return if each log stays listed with its key and start, and each closing as it was; else `CONTRADICTORY`."""
    for gateway in before.gateways:
        for log in gateway.logs:
            kept = after.find_log(log.origin)
            if kept is None or (kept.key, kept.since) != (log.key, log.since):
                raise _contradiction(f"the log {log.origin} and its key must stay listed; close it instead")
            if log.closed is not None and kept.closed != log.closed:
                raise _contradiction(f"the closing of {log.origin} must stay as it is")


def read_change(before: Directory, raw: bytes, now_ms: int, expires_ms: int) -> Directory:
    """Give the next version from an edited document; its version and times are set here, whatever it says."""
    try:
        content = msgspec.json.decode(raw, type=dict)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DirectoryError(DirectoryErrorKind.MALFORMED, f"directory: {error}") from error
    stated = {"version": before.version + 1, "instance": before.instance, "issued": now_ms, "expires": expires_ms}
    after = parse_directory(content | stated)
    require_nothing_forgotten(before, after)
    return after


def _contradiction(reason: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.CONTRADICTORY, f"directory: {reason}")
