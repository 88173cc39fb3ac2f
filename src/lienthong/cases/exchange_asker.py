"""Asking other members about one person, through the own gateway, to fill in a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec
import structlog
from django.conf import settings

from lienthong.cases.prefill import Told
from lienthong.exchange.client import ONCE, GatewayClient, Question
from lienthong.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.filling_in import AskedFor
    from lienthong.exchange.client import Answer, ClientSettings
    from lienthong.kernel.clock import Clock

_log = structlog.get_logger()

PERSONS: Final = "persons"
"""What forms call the service of the population registry that tells of persons."""

ANSWERED: Final = 200
UNKNOWN: Final = 404


@dataclass(frozen=True, slots=True)
class ExchangeAsker:
    """`services` are whole names of services by the names that forms use."""

    client: GatewayClient
    services: Mapping[str, str]
    clock: Clock

    def ask(self, service: str, number: str, parts: tuple[str, ...], asked_for: AskedFor) -> Told | None:
        """Ask `GET SERVICE/NUMBER?fields=…`; None where nobody answers, or otherwise than about this person."""
        name = self.services.get(service)
        if name is None:
            return None
        path = f"/{quote(number, safe='')}?{urlencode({'fields': ','.join(parts)})}"
        try:
            answer = self.client.ask(Question(name, path, purpose=asked_for.purpose, user=asked_for.user))
        except ExchangeError as error:
            # Of the question only its kind: its address holds a personal number.
            _log.warning("prefill_failed", kind=str(error.kind), service=service)
            return None
        return self._read(answer, service)

    def _read(self, answer: Answer, service: str) -> Told | None:
        at = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)
        if answer.refusal is None and answer.status == UNKNOWN:
            return Told(answer.exchange, at, None)
        if answer.refusal is not None or answer.status != ANSWERED:
            _log.warning("prefill_refused", exchange=answer.exchange, status=answer.status, service=service)
            return None
        try:
            body = msgspec.json.decode(answer.body, type=dict[str, Any])
        except msgspec.MsgspecError:
            _log.warning("prefill_unreadable", exchange=answer.exchange, service=service)
            return None
        return Told(answer.exchange, at, body)


def make_site_asker(clock: Clock) -> ExchangeAsker | None:
    """Make the asker of the running site; None where it has no gateway, so that everything is typed."""
    exchange: ClientSettings = settings.EXCHANGE
    if not exchange.address:
        return None
    return ExchangeAsker(_open_client(exchange, settings.EXCHANGE_TOKEN), {PERSONS: exchange.population}, clock)


@lru_cache(maxsize=1)
def _open_client(exchange: ClientSettings, token: str) -> GatewayClient:
    """Give the one client of this process, made at the first question: connections do not survive a fork."""
    return GatewayClient(exchange.address, exchange.client, token, retries=ONCE)
