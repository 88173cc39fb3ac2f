"""What the operator is told, as JSON lines on standard error (docs/operate.md).

Of an exchange only kind, side and id are told: a message may quote what a caller sent. Nothing here knows people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from lienthong.exchange.errors import ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.errors import DirectoryError
    from lienthong.exchange.errors import ExchangeError

    ReportGivenUp = Callable[[str, str, str], None]

_log = structlog.get_logger("lienthong.gateway")


def report_exchange(exchange: str, error: ExchangeError, trace: str = "") -> None:
    """An exchange was refused or failed; of an unexpected error the traceback too. `trace` is the caller's."""
    told = {"traceparent": trace} if trace else {}
    if error.__cause__ is not None and error.kind is ExchangeErrorKind.INTERNAL_ERROR:
        _log.error("exchange failed", exchange=exchange, **told, exc_info=error.__cause__)
    else:
        _log.warning("exchange refused", exchange=exchange, kind=error.kind, side=error.side, **told)


def report_overload(door: str, refused: int, under_way: int) -> None:
    """In the last second a door refused requests because too many were under way."""
    _log.warning("overloaded", door=door, refused=refused, under_way=under_way)


def report_policy(error: ExchangeError) -> None:
    """An edited settings file is invalid; the last good one stays in force."""
    _log.error("settings refused", kind=error.kind, why=error.message)


def report_delays(error: ExchangeError) -> None:
    """The file of delayed disclosures cannot be read: nothing is delayed."""
    _log.error("delays refused", kind=error.kind, why=error.message)


def report_directory(error: DirectoryError) -> None:
    """A new directory is not good; the last good one stays in force."""
    _log.error("directory refused", kind=error.kind, why=error.message)


def report_unknown_key(gateway: str, key: str) -> None:
    """The directory lists a key for our own member that this gateway does not know."""
    _log.critical("unknown own key", gateway=gateway, key=key)


def report_upkeep(what: str, error: Exception) -> None:
    """Something that is tried again each second or hour has failed."""
    _log.error("upkeep failed", what=what, why=str(error))


def report_given_up(exchange: str, service: str, code: str) -> None:
    """A reliable message had no outcome by its deadline: a person must find out what became of it."""
    _log.error("message given up", exchange=exchange, service=service, kind=code)


def report_witness(why: str) -> None:
    """Our own head was not cosigned: no witness is there, or one will not."""
    _log.error("not cosigned", why=why)


def report_unwitnessed(origin: str, why: str) -> None:
    """What a peer's log has shown us is not linked to a cosigned head, or not of one history with it."""
    _log.error("not witnessed", log=origin, why=why)


def report_fork(origin: str, cosigned: bytes, offered: bytes) -> None:
    """As a witness we were offered a head that does not go on from the one that we cosigned: keep both notes."""
    _log.critical("fork", log=origin, cosigned=cosigned.decode(), offered=offered.decode())


def report_failure(error: Exception) -> None:
    """The log or the store failed; the process ends."""
    _log.critical("log failed", why=str(error))


def report_start(what: str) -> None:
    """Something was found at a start that needs a look."""
    _log.warning("start", why=what)


def report_link(peer: str, error: ExchangeError) -> None:
    """A link ended; its reasons name gateways and frames, never people."""
    _log.info("link ended", peer=peer, kind=error.kind, why=error.message)
