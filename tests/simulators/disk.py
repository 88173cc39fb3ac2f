"""A disk under a running gateway's log that turns slow or fails when a test says so."""

from __future__ import annotations

import os
import time

from tests.simulators.files import QuickFiles


class Disk(QuickFiles):
    """Operations named in `errors` fail with that error number from now on; `sync_s` is how long a sync takes."""

    errors: dict[str, int]
    sync_s: float

    def __init__(self) -> None:
        super().__init__()
        # The real files are a frozen value; this one is meant to change.
        object.__setattr__(self, "errors", {})
        object.__setattr__(self, "sync_s", 0.0)

    def turn_slow(self, seconds: float) -> None:
        """Let each sync take this long."""
        object.__setattr__(self, "sync_s", seconds)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        self._fail("pwrite")
        return super().pwrite(descriptor, data, offset)

    def fdatasync(self, descriptor: int) -> None:
        time.sleep(self.sync_s)
        self._fail("fdatasync")
        super().fdatasync(descriptor)

    def _fail(self, operation: str) -> None:
        code = self.errors.get(operation)
        if code is not None:
            raise OSError(code, os.strerror(code))
