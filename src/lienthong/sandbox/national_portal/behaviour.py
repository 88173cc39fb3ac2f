"""How the simulated portal behaves at the moment: a small JSON file beside its book, read anew before each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.sandbox.gateway_home import write_private

if TYPE_CHECKING:
    from pathlib import Path


class PortalBehaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is not as usual. Without a file everything is. Calls are counted from when the behaviour was set."""

    is_down: bool = False
    """Every call of the province breaks off, and nothing is done. People's pages stay up."""
    slow_s: float = 0.0
    """So long it takes before it answers."""
    lose_answers: int = 0
    """So many answers get lost: it writes down what it was told, and breaks the connection off."""
    lose_from_status: int = 0
    """Only answers about this status or a later one are lost or forgotten."""
    forget: int = 0
    """So often it answers that it has what it was told, and has lost it."""


USUAL = PortalBehaviour()


def read_behaviour(file: Path) -> PortalBehaviour:
    """Read how to behave now; a file that is not there, or half understood, changes nothing."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=PortalBehaviour)
    except (FileNotFoundError, msgspec.MsgspecError):
        return USUAL


def set_behaviour(file: Path, behaviour: PortalBehaviour = USUAL) -> None:
    """Let the portal behave otherwise from its next answer on."""
    write_private(file, msgspec.json.encode(behaviour))
