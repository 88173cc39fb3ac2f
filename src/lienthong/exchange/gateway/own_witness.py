"""A member's gateway as a witness of the others (rule 7.1): willing if gateway.toml names it in `[witness]`.

Its door is `/witness/add-checkpoint` on the admin port, and its name and url must be in the directory to count. It does
not cosign its own member's logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Mount

from lienthong.evidence.witness import Witness, WitnessedHeads
from lienthong.evidence.witness_app import make_witness_routes
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.alarms import report_fork
from lienthong.kernel.keys import load_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.members import Directory, LogKey
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock


class OwnWitness:
    """The witness of one gateway, with its file open."""

    def __init__(self, home: GatewayHome, directory: Callable[[], Directory], clock: Clock) -> None:
        """Raise where the name is not below the member's, or keys/witness.key is not there."""
        name = home.settings.witness.name
        self._own = home.member.text + "/"
        self._directory = directory
        if not name.startswith(self._own):
            raise ExchangeError(
                ExchangeErrorKind.MALFORMED_SETTINGS,
                f"gateway.toml: witness.name is {name!r}, expected a name below {self._own}: it says whose word it is",
            )
        key = load_signing_key(home.keys / "witness.key")
        self._heads = WitnessedHeads(home.witnessed)
        self.witness = Witness(name, key, self._heads, clock, self._find_log, report_fork)

    def route(self) -> Mount:
        """Give the witness's door for the admin app."""
        return Mount("/witness", routes=make_witness_routes(self.witness))

    def close(self) -> None:
        """Close the file."""
        self._heads.close()

    def _find_log(self, origin: str) -> LogKey | None:
        return None if origin.startswith(self._own) else self._directory().find_log(origin)


def open_own_witness(home: GatewayHome, directory: Callable[[], Directory], clock: Clock) -> OwnWitness | None:
    """Give this gateway's witness, None if its settings name none."""
    return OwnWitness(home, directory, clock) if home.settings.witness.name else None
