"""The tables: sources, what is measured, what was measured, and what was promised.

Append-only, guarded by triggers: `Observation`, `Target`. Of an `Indicator` its meaning never changes.
"""

from __future__ import annotations

from lienthong.delivery.models.indicator import Indicator, Source
from lienthong.delivery.models.observation import Observation
from lienthong.delivery.models.target import Plan, Target

__all__ = ("Indicator", "Observation", "Plan", "Source", "Target")
