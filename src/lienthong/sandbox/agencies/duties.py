"""What an agency can be asked to do: each duty is one path of one service, with its forms and its decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import msgspec

    from lienthong.provider.in_starlette import Connection
    from lienthong.sandbox.agencies.book import Entry
    from lienthong.sandbox.marks import SandboxMark


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of a filing. `subject`: of what there is one entry only; `pending`: part of it comes later."""

    result: dict[str, Any]
    subject: str | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """POST `service` + `path`: `decide` runs in the message's transaction, on the day that is given."""

    service: str
    path: str
    summary: str
    filing: type[msgspec.Struct]
    decide: Callable[[Connection, Any, date], Decided]
    tells_person: str = ""
    """Where the message names the person that it is about (services.toml, `subject`); the service's first duty says."""


Finish: TypeAlias = "Callable[[Entry], bytes | None]"
"""Brings the rest of what is pending, outside any transaction: asks other members.

Gives the whole result, None where it cannot be had now, and raises `RefusedFiling` where it never will.
"""


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """One of the sample agencies: its subsystem, the mark on its answers, what it does, and what it counts of it.

    `indicator`: of how much of its first duty was done in a month; empty: it publishes nothing.
    """

    subsystem: str
    mark: SandboxMark
    duties: tuple[Duty, ...]
    indicator: str = ""

    def list_services(self) -> tuple[str, ...]:
        """Give the names of its services."""
        return tuple(dict.fromkeys(duty.service for duty in self.duties))


NUMBER_IN_BODY: Final = "body:/number"
