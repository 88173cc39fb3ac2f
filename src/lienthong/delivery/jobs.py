"""Background work of delivery: reminders of tasks, questions to other agencies, and what is counted."""

from __future__ import annotations

from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from lienthong.delivery.asks import carry_on, list_open_asks, list_received_asks
from lienthong.delivery.notices import send_notices
from lienthong.delivery.tasks import find_day
from lienthong.exchange.client import ONCE, GatewayClient
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

_log = structlog.get_logger()

NOTICES_CRON: Final = "30 23 * * *"
"""Cron reads UTC: half past six in Vietnam, before offices open."""

ASKS_CRON: Final = "* * * * *"
"""Every minute: answers are fetched, and what lost its job is sent."""


RECEIVED_CRON: Final = "17 * * * *"
"""Hourly: people answer, not machines."""

COUNT_CRON: Final = "40 17 * * *"
"""Twenty to one at night in Vietnam, when the day before is over."""

FETCH_S: Final = 2
"""So long after a question was sent its answer is fetched: a system has answered by then, a person has not."""

COPY_CRON: Final = "*/10 * * * *"
"""Every ten minutes; a board shows how old its counts are."""


@app.periodic(cron=NOTICES_CRON)
@app.task(name="delivery.remind", queueing_lock="delivery_remind")
def remind(timestamp: int) -> None:
    """Remind owners, and tell leaders of what is late. Safe to repeat."""
    del timestamp
    send_notices(timezone.now())


@app.task(name="delivery.carry_ask_on")
def carry_ask_on(ask_id: int, *, is_first: bool = False) -> None:
    """Send one question to another agency, or fetch its answer. Safe to repeat.

    After the first time it is looked after once more, soon; should that be lost, the sweep comes anyway.
    """
    carry_asks_on([ask_id])
    if is_first and ask_id in list_open_asks():
        carry_ask_on.configure(lock=f"ask:{ask_id}", schedule_in={"seconds": FETCH_S}).defer(ask_id=ask_id)


@app.periodic(cron=ASKS_CRON)
@app.task(name="delivery.sweep_asks", queueing_lock="delivery_sweep_asks")
def sweep_asks(timestamp: int) -> None:
    """Go on with all questions that are open. Safe to repeat."""
    del timestamp
    carry_asks_on(list_open_asks())


@app.periodic(cron=RECEIVED_CRON)
@app.task(name="delivery.fetch_answers", queueing_lock="delivery_fetch_answers")
def fetch_answers(timestamp: int) -> None:
    """Ask the agencies that have a question whether they have answered. Safe to repeat."""
    del timestamp
    carry_asks_on(list_received_asks())


@app.periodic(cron=COUNT_CRON)
@app.task(name="delivery.count_all", queueing_lock="delivery_count_all")
def count_figures(timestamp: int) -> None:
    """Count cases of the month before and of this one, cards, the gateway, and ask agencies. Safe to repeat."""
    from lienthong.delivery.counting import count_all  # noqa: PLC0415 # web processes start without

    del timestamp
    for counted in count_all(find_day(timezone.now())):
        if counted.problem:
            _log.warning("not_counted", what=counted.what, reason=counted.problem)


@app.periodic(cron=COPY_CRON)
@app.task(name="delivery.refresh_copy", queueing_lock="delivery_refresh_copy")
def refresh_copy(timestamp: int) -> None:
    """Take over into the columnar copy what changed. Safe to repeat; one that is lost is made up for by the next."""
    from lienthong.delivery.counting import refresh_site_copy  # noqa: PLC0415 # as above

    del timestamp
    refresh_site_copy()


def defer_ask(ask_id: int) -> None:
    """Put the sending of a question into the queue, in the transaction that asks."""
    carry_ask_on.configure(lock=f"ask:{ask_id}").defer(ask_id=ask_id, is_first=True)


def carry_asks_on(asks: list[int]) -> None:
    """Go on with questions through the site's gateway; one that does not answer now is asked again by the next run."""
    exchange = settings.EXCHANGE
    if not asks or not exchange.address:
        return
    # Once: the sweep is what asks again.
    with GatewayClient(exchange.address, exchange.client, settings.EXCHANGE_TOKEN, retries=ONCE) as gateway:
        for ask in asks:
            try:
                carry_on(ask, gateway, timezone.now())
            except ExchangeError as error:
                # Nothing was changed, and the sweep comes again in a minute; one question holds up no other.
                if error.kind is ExchangeErrorKind.NETWORK_ERROR:
                    return
