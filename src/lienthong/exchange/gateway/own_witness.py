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
from lienthong.kernel.keys import load_signing_key, make_signing_key, store_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.members import Directory, LogKey
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import VerifyKey

KEY_FILE = "witness.key"


class OwnWitness:
    """The witness of one gateway, with its file open."""

    def __init__(self, home: GatewayHome, directory: Callable[[], Directory], clock: Clock) -> None:
        """Raise where the name is not below the member's, or key or memory are not there.

        A witness that has forgotten what it cosigned would cosign another history: it must not start.
        """
        name = home.settings.witness.name
        self._own = home.member.text + "/"
        self._directory = directory
        if not name.startswith(self._own):
            raise ExchangeError(
                ExchangeErrorKind.MALFORMED_SETTINGS,
                f"gateway.toml: witness.name is {name!r}, expected a name below {self._own}: it says whose word it is",
            )
        key = load_signing_key(home.keys / KEY_FILE)
        if not home.witnessed.exists():
            raise ExchangeError(
                ExchangeErrorKind.MALFORMED_SETTINGS,
                f"{home.witnessed} is not there, and without it this witness could cosign a second history of a log; "
                f"remove keys/{KEY_FILE}, take another witness.name, and run: lienthong gateway init-witness",
            )
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


def make_own_witness(home: GatewayHome) -> VerifyKey:
    """Make key and memory, once; a key that is there is refused (`KEY_EXISTS`), for its memory goes with it.

    A crash between leaves a memory without a key, which the next call uses.
    """
    WitnessedHeads(home.witnessed).close()
    key = make_signing_key()
    store_signing_key(home.keys / KEY_FILE, key)
    return key.verify_key
