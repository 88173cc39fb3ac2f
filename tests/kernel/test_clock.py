from __future__ import annotations

import time

from lienthong.kernel.clock import SystemClock


def test_the_system_clock_tells_utc_milliseconds() -> None:
    before = time.time()
    now = SystemClock().now_ms()
    after = time.time()

    assert int(before * 1000) <= now <= int(after * 1000)
