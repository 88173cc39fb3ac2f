"""Names that Vietnamese people might have, put together from lists of common parts by seeded chance.

The parts are common ones and their weights a plausible guess, not statistics. A made-up name may well be
somebody's: what keeps real people out is the number under a code that nobody is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.people.words import Sex
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

NAMES_FILE: Final = "synthetic-names.json"

NEW_FASHION: Final = 1990
"""From this birth year on the newer middle and given names are taken."""


class NameWeights(msgspec.Struct, frozen=True):
    """Middle and given names with their weights."""

    middle: dict[str, int]
    given: dict[str, int]


class Fashions(msgspec.Struct, frozen=True):
    """The names of elder and of younger people."""

    old: NameWeights
    new: NameWeights


class EthnicGroup(msgspec.Struct, frozen=True):
    """A group's share and its family names; none means the common ones."""

    share: int
    families: dict[str, int]


class NamesFile(msgspec.Struct, frozen=True):
    """The committed file as it is."""

    families: dict[str, int]
    ethnic: dict[str, EthnicGroup]
    male: Fashions
    female: Fashions
    hamlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameBook:
    """The parts, each repeated as its weight says, so that one draw is one look-up."""

    groups: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    middles: Mapping[tuple[Sex, bool], tuple[str, ...]]
    givens: Mapping[tuple[Sex, bool], tuple[str, ...]]
    hamlets: tuple[str, ...]

    def draw_group(self, chance: Random) -> str:
        """Draw an ethnic group."""
        return _draw(self.groups, chance)

    def draw_family(self, group: str, chance: Random) -> str:
        """Draw a family name of a group."""
        return _draw(self.families[group], chance)

    def draw_name(self, family: str, sex: Sex, birth_year: int, chance: Random) -> str:
        """Draw a whole name with the given family name."""
        fashion = (sex, birth_year >= NEW_FASHION)
        middle = _draw(self.middles[fashion], chance)
        given = _draw(self.givens[fashion], chance)
        return f"{family} {given}" if middle == given else f"{family} {middle} {given}"


def read_names() -> NameBook:
    """Read the committed lists; raises `SandboxError` when they have not their form."""
    content = resources.files("lienthong.sandbox").joinpath("data", NAMES_FILE).read_bytes()
    try:
        names = msgspec.json.decode(content, type=NamesFile)
    except msgspec.MsgspecError as error:
        message = f"{NAMES_FILE} has not the form that this release reads: {error}"
        raise SandboxError(SandboxErrorKind.SOURCE, message) from error
    fashions = {
        (sex, is_new): parts.new if is_new else parts.old
        for sex, parts in ((Sex.MALE, names.male), (Sex.FEMALE, names.female))
        for is_new in (False, True)
    }
    return NameBook(
        groups=_spread({name: group.share for name, group in names.ethnic.items()}),
        families={name: _spread(group.families or names.families) for name, group in names.ethnic.items()},
        middles={fashion: _spread(parts.middle) for fashion, parts in fashions.items()},
        givens={fashion: _spread(parts.given) for fashion, parts in fashions.items()},
        hamlets=names.hamlets,
    )


def _spread(weights: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name, weight in weights.items() for _ in range(weight))


def _draw(parts: tuple[str, ...], chance: Random) -> str:
    return parts[int(chance.random() * len(parts))]
