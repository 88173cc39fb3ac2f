"""The reviewed file of what the sources do not say: days, deciding documents, corrections with their reasons."""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import Final

import msgspec

from lienthong.areas.errors import AreasError, AreasErrorKind

OVERRIDES_FILE: Final = "overrides.toml"


class Change(StrEnum):
    """What a correction does to the source's successions."""

    ADD = "add"
    REMOVE = "remove"


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day of the reform, the first day known before it, and the document on the provinces."""

    change: date
    begin: date
    provinces: str


class ProvinceBegin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A former province's own first known day, and the document that made its units."""

    code: str
    begin: date
    document: str
    source: str


class SuccessionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A succession between communes, by codes, that the source misses or has too much."""

    change: Change
    old: str
    new: str
    reason: str


class NameChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name as it is in the deciding document."""

    code: str
    begin: date
    name: str
    reason: str


class Overrides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    snapshot: Snapshot
    resolutions: dict[str, str]
    province: tuple[ProvinceBegin, ...] = ()
    succession: tuple[SuccessionChange, ...] = ()
    name: tuple[NameChange, ...] = ()

    def begin_of(self, province: str) -> date:
        """Give the first day on which a former province's units are known."""
        own = (entry.begin for entry in self.province if entry.code == province)
        return next(own, self.snapshot.begin)


def read_overrides() -> Overrides:
    """Read the committed file; raises `DATA_DAMAGED`."""
    text = resources.files("lienthong.areas").joinpath("data", OVERRIDES_FILE).read_text("utf-8")
    return parse_overrides(text)


def parse_overrides(text: str) -> Overrides:
    """Read the file's text; raises `DATA_DAMAGED` for what is no such file."""
    try:
        return msgspec.convert(tomllib.loads(text), Overrides)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{OVERRIDES_FILE}: {error}"
        raise AreasError(AreasErrorKind.DATA_DAMAGED, message) from error
