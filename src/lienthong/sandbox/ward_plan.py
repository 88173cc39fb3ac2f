"""The sample commune's own plan, invented: its document, and its targets, which are held against real records."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Final

from lienthong.delivery.directive_seed import load_directives
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.seeding import load_seeds, parse_seed

if TYPE_CHECKING:
    from collections.abc import Callable

WARD_PLAN: Final = DirectiveKey("15/KH-UBND", "UBND phường Minh Họa Đông", date(2025, 11, 20))
WARD_TARGETS: Final = "ILLUSTRATIVE-WARD"
"""The code of its targets."""
TARGETS_FILE: Final = "ward-plan.toml"


def load_ward_plan(say: Callable[[str], None]) -> None:
    """Load the plan, below the invented province's, which has to be there. Safe to repeat."""
    folder = resources.files("lienthong.sandbox") / "data"
    load_seeds([parse_seed((folder / TARGETS_FILE).read_text("utf-8"), TARGETS_FILE)], lambda _: None)
    load_directives(folder / "ward-directives.yaml")
    say("loaded the plan of the sample commune, whose figures are counted from this sandbox's own records")
