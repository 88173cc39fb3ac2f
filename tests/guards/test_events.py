from __future__ import annotations

import re

from tests.guards.tree import ROOT, SOURCE, python_files

_EVENT = re.compile(r'_log\.\w+\(\s*"([^"]+)"')


def test_every_event_that_an_operator_may_see_is_documented() -> None:
    events = {event for path in python_files(SOURCE) for event in _EVENT.findall(path.read_text())}
    assert len(events) > 3

    page = (ROOT / "docs" / "operate.md").read_text()
    assert [event for event in sorted(events) if f"| `{event}` |" not in page] == []
