"""Large bodies through two real gateways: many at once, within the windows of one link, and whole."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from lienthong.exchange.gateway.flow import LINK_WINDOW, WINDOW
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import call
from tests.simulators.backend import BackendAnswer

if TYPE_CHECKING:
    from tests.exchange.gateway.running import RunningGateway
    from tests.simulators.backend import Backend

HEADERS = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
GRANTED = f"/r1/{SERVICE}/granted/06886"


def test_many_large_answers_at_once_all_come_whole(
    provider: RunningGateway, consumer: RunningGateway, service: Backend
) -> None:
    assert provider.peers != consumer.peers
    # Together more than a link's window, and each too small to be granted credit of its own on the way.
    body = bytes(range(256)) * 400
    service.answer = BackendAnswer(body=body)
    at_once = 3 * LINK_WINDOW // len(body)

    service.may_answer.clear()
    with ThreadPoolExecutor(at_once) as threads:
        asked = [threads.submit(call, consumer.consumers, "GET", GRANTED, HEADERS) for _ in range(at_once)]
        while len(service.calls) < at_once:
            time.sleep(0.01)
        service.may_answer.set()
        answers = [answer.result() for answer in asked]
    assert {answer.status for answer in answers} == {200}
    assert {hashlib.sha256(answer.body).digest() for answer in answers} == {hashlib.sha256(body).digest()}


def test_a_body_beyond_a_streams_window_goes_both_ways(
    provider: RunningGateway, consumer: RunningGateway, service: Backend
) -> None:
    assert provider.peers != consumer.peers
    body = bytes(range(256)) * (20 * WINDOW // 256)  # 5 MiB: in a spool file on both sides
    service.answer = BackendAnswer(body=body)
    answer = call(consumer.consumers, "POST", GRANTED, HEADERS, body)
    assert (answer.status, answer.body == body) == (200, True)
    assert service.calls[-1].body == body
