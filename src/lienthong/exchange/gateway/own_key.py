"""What a gateway's own files must agree on with the directory before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.alarms import report_start
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.kernel.keys import VerifyKey


def require_listed(directory: Directory, origin: str, key: VerifyKey) -> None:
    """Refuse a key that the directory lists otherwise: no peer would accept what it signs.

    A log that the directory does not list yet may be opened; peers take nothing from it until it is listed, which the
    operator is told.
    """
    listed = directory.find_log(origin)
    if listed is None:
        report_start(f"the directory does not list the log {origin} yet: until then peers take nothing from it")
    if listed is not None and listed.key != key:
        raise ExchangeError(
            ExchangeErrorKind.MALFORMED_SETTINGS,
            f"keys/log.key is not the key of the log {origin}: expected {encode_base64url(listed.key.raw)} as the "
            f"directory says, got {encode_base64url(key.raw)}; restore the right file",
        )
