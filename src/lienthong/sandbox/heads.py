"""The published heads of the sandbox's logs, verified under the keys in the directory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from lienthong.directory.members import verify_directory
from lienthong.evidence.checkpoint import Checkpoint, verify_checkpoint
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.gateway_home import GatewayHome

PUBLISH_SECONDS: Final = 15.0
"""Publication runs just behind the durable log; one that is this late has stopped."""

LOOK_SECONDS: Final = 0.05


def require_head(federation: Federation, home: GatewayHome, size: int, check: Callable[[], None]) -> Checkpoint:
    """Wait for a published head of at least `size` entries and return it, its signature verified.

    `check` is called while waiting and may raise; a head that stays behind raises `SandboxError`.
    """
    deadline = time.monotonic() + PUBLISH_SECONDS
    while True:
        head = find_head(federation, home)
        if head is not None and head.size >= size:
            return head
        check()
        if time.monotonic() > deadline:
            found = head.size if head else "none"
            message = f"expected a published head of {home.origin} over {size} entries, got {found}"
            raise SandboxError(SandboxErrorKind.EVIDENCE, message)
        time.sleep(LOOK_SECONDS)


def find_head(federation: Federation, home: GatewayHome) -> Checkpoint | None:
    """Give the published head, verified; None before the first publication."""
    directory = verify_directory(federation.directory.read_bytes(), federation.root)
    log = directory.find_log(home.origin)
    path = home.folder / "log" / "checkpoint"
    if log is None or not path.exists():
        return None
    return verify_checkpoint(path.read_bytes(), home.origin, log.key)
