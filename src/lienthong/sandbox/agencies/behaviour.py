"""How a sample agency behaves at the moment: a small JSON file beside its book, read anew before each answer.

So a demo, a test or a person with an editor makes an agency slow, refuse, lose answers or be down, and good again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.sandbox.gateway_home import write_private

if TYPE_CHECKING:
    from pathlib import Path


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is not as usual. Without a file everything is."""

    is_down: bool = False
    """Nothing listens."""
    slow_s: float = 0.0
    """So long it takes before it answers."""
    accept_s: float = 0.0
    """It says `accepted` at once, and is done only so long after."""
    refuse: str = ""
    """It refuses everything, for this reason."""
    refuse_text: str = ""
    lose: int = 0
    """So many answers get lost: it acts, and breaks the connection off."""
    twice: bool = False
    """It answers again whenever it is asked, and each time otherwise: what it said first must stand."""
    fail: bool = False
    """It acts, and answers 500."""


USUAL = Behaviour()


def read_behaviour(file: Path) -> Behaviour:
    """Read how to behave now; a file that is not there, or half understood, changes nothing."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Behaviour)
    except (FileNotFoundError, msgspec.MsgspecError):
        return USUAL


def set_behaviour(file: Path, behaviour: Behaviour = USUAL) -> None:
    """Let an agency behave otherwise from its next answer on; `is_down` takes a moment."""
    write_private(file, msgspec.json.encode(behaviour))
