"""The areas service's answers as an agency's system reads them: only the fields that it needs.

Every answer says two things apart: who answered (a sandbox agency, without legal value) and where its data
comes from (real and public).
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from lienthong.sandbox.marks import HOME_AFFAIRS_AGENCY, SandboxMark
from lienthong.sandbox.units import Unit

SANDBOX: Final = SandboxMark(HOME_AFFAIRS_AGENCY)


class DataMark(msgspec.Struct, frozen=True):
    """The `data` field: the units are real and public, whatever the sandbox around them is."""

    source: str
    licence: str
    documents: tuple[str, ...]
    real: bool = True
    statement: str = "Real and public: the administrative units of Quảng Ninh province"


class UnitAnswer(msgspec.Struct, frozen=True):
    """The unit that had the code on the day `on`."""

    on: date
    unit: Unit
    data: DataMark
    sandbox: SandboxMark = SANDBOX


class SuccessorsAnswer(msgspec.Struct, frozen=True):
    """Which present unit the one of the day `on` is now.

    `decided` is true with exactly one candidate. It is false for a unit that was split: all candidates are
    listed, none is preferred.
    """

    on: date
    unit: Unit
    decided: bool
    candidates: tuple[Unit, ...]
    data: DataMark
    sandbox: SandboxMark = SANDBOX


class UnitsAnswer(msgspec.Struct, frozen=True):
    """All units of the day `on`, ordered by code."""

    on: date
    units: tuple[Unit, ...]
    data: DataMark
    sandbox: SandboxMark = SANDBOX
