"""What this house asks the population registry, stated here and answered by whoever puts a site together.

In the role `registry` the answer is a direct call; a province has none, and its officers compare the card alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class CardData:
    """What somebody reads off a card to show that they hold it."""

    number: str
    full_name: str
    birth_date: date
    card_issued_on: date


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What an officer compares with the card in their hand."""

    number: str
    full_name: str
    birth_date: date
    is_alive: bool


class RegistryPort(Protocol):
    """The population registry, as far as accounts need it."""

    def agrees(self, told: CardData) -> bool:
        """Say whether all four are those of one living person; nothing says which is wrong."""
        ...

    def find_person(self, number: str) -> KnownPerson | None:
        """Find who has a number; None if nobody has it or it is no number."""
        ...
