"""Figures that other agencies publish, asked over the exchange and checked like any imported file.

The contract is small: `GET SERVICE/figures` answers CSV in the columns of docs/indicators.md. Rows are of one source,
the agency's, whatever they say; the message id stands beside each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.import_rows import ImportFile
from lienthong.delivery.importing import ImportReport, import_figures
from lienthong.delivery.progress import tell_nobody
from lienthong.delivery.words import Origin
from lienthong.exchange.client import GatewayClient, Question

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.progress import Tell

PATH: Final = "/figures"
ANSWERED: Final = 200


def collect_from_agency(
    client: GatewayClient, service: str, source: str, today: date, tell: Tell = tell_nobody
) -> ImportReport:
    """Ask an agency for its figures and import the good rows; raises `ExchangeError`, `NOT_ANSWERED`, `BAD_FILE`."""
    tell(f"asking {service}", 0, None)
    answer = client.ask(Question(service, PATH)).require_answered()
    if answer.status != ANSWERED:
        message = f"{service}{PATH}: expected figures, got status {answer.status} (exchange {answer.exchange})"
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, message)
    file = ImportFile(service, source, today, Origin.EXCHANGE, answer.exchange)
    return import_figures(answer.body, file, tell=tell)
