"""How a site reaches the agencies that act on linked cases: the section `[agencies]` of its settings."""

from __future__ import annotations

import msgspec


class AgencySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As which subsystem cases ask, and which subsystem stands behind each agency's name in the procedures.

    The gateway's address is that of `[exchange]`. Without `client` no agency is asked: steps are done by hand.
    """

    client: str = ""
    token_file: str = ""
    services: dict[str, str] = {}
    """By the name that procedures use, `INSTANCE/CLASS/CODE/SUBSYSTEM`."""
    life_hours: int = 168
    """How long a message is delivered before it counts as given up."""
    longest_pause_s: float = 300.0
    """The longest pause between two tries, or two looks for an answer."""
