"""The heads of the sandbox's logs, published and cosigned, verified under the keys in the directory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from lienthong.directory.members import verify_directory
from lienthong.evidence.checkpoint import Checkpoint, verify_checkpoint
from lienthong.evidence.cosignature import Cosignature, cosigners_for, find_cosignatures
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.directory.members import Directory
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.gateway_home import GatewayHome

PUBLISH_SECONDS: Final = 15.0
"""Publication and cosigning run just behind the durable log; what is this late has stopped."""

LOOK_SECONDS: Final = 0.05

COSIGNED_FILE: Final = "cosigned-head"
"""In a gateway's home: the newest head of its log that a witness has cosigned."""


def require_head(federation: Federation, home: GatewayHome, size: int, check: Callable[[], None]) -> Checkpoint:
    """Wait for a published head of at least `size` entries and return it, its signature verified.

    `check` is called while waiting and may raise; a head that stays behind raises `SandboxError`.
    """
    return _await(lambda: find_head(federation, home), size, f"a published head of {home.origin}", check)


def require_cosigned(federation: Federation, home: GatewayHome, size: int, check: Callable[[], None]) -> Cosignature:
    """Wait for a head of at least `size` entries that a witness of the directory has cosigned; as `require_head`."""
    path = home.folder / COSIGNED_FILE
    _await(lambda: _read_head(federation, home, path), size, f"a cosigned head of {home.origin}", check)
    found = find_cosignatures(path.read_bytes(), cosigners_for(_read_directory(federation), home.origin))
    if not found:
        message = f"expected a cosignature of a listed witness in {path}, got none"
        raise SandboxError(SandboxErrorKind.EVIDENCE, message)
    return found[0]


def find_head(federation: Federation, home: GatewayHome) -> Checkpoint | None:
    """Give the published head, verified; None before the first publication."""
    return _read_head(federation, home, home.folder / "log" / "checkpoint")


def _await(look: Callable[[], Checkpoint | None], size: int, what: str, check: Callable[[], None]) -> Checkpoint:
    deadline = time.monotonic() + PUBLISH_SECONDS
    while True:
        head = look()
        if head is not None and head.size >= size:
            return head
        check()
        if time.monotonic() > deadline:
            message = f"expected {what} over {size} entries, got {head.size if head else 'none'}"
            raise SandboxError(SandboxErrorKind.EVIDENCE, message)
        time.sleep(LOOK_SECONDS)


def _read_head(federation: Federation, home: GatewayHome, path: Path) -> Checkpoint | None:
    log = _read_directory(federation).find_log(home.origin)
    if log is None or not path.exists():
        return None
    return verify_checkpoint(path.read_bytes(), home.origin, log.key)


def _read_directory(federation: Federation) -> Directory:
    return verify_directory(federation.directory.read_bytes(), federation.root)
