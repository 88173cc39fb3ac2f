"""Synthetic people put into the sandbox's registry; apart from their making, which needs no Django."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.people.days import find_moment
from lienthong.people.load_rows import LoadSource
from lienthong.people.loading import LoadReport, load_people
from lienthong.sandbox.people import AS_OF, DEFAULT_SEED, make_all_rows, plan_people

if TYPE_CHECKING:
    from lienthong.people.registry import Registry


def load_synthetic_people(registry: Registry, count: int, seed: int = DEFAULT_SEED, processes: int = 2) -> LoadReport:
    """Make people and load them into an empty registry; refused where the instance is not the sandbox's.

    The same count and seed give the same people. A crash leaves the registry empty.
    """
    source = LoadSource(f"load:synthetic seed {seed}", find_moment(registry.clock), AS_OF)
    return load_people(registry, make_all_rows(plan_people(count, seed), source, processes))
