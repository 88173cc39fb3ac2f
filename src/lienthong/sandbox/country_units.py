"""The country's units in the tables of a sandbox's site, of either role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.areas.loading import load_extract
from lienthong.areas.models import Load

if TYPE_CHECKING:
    from collections.abc import Callable


def load_country(say: Callable[[str], None]) -> None:
    """Load the country's units, unless they are there."""
    if Load.objects.exists():
        return
    say("loading the country's units before and since 1 July 2025")
    counts = load_extract(lambda _: None, with_sandbox=True).counts
    say(f"loaded {counts['units added']} units and {counts['successions added']} successions")
