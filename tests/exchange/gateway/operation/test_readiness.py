from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call

if TYPE_CHECKING:
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend


def test_a_stopping_gateway_says_that_it_drains_while_a_request_under_way_ends(
    province: Province, service: Backend
) -> None:
    statuses: list[int] = []
    service.may_answer.clear()
    with RunningGateway(province.agency.folder) as agency, RunningGateway(province.commune.folder) as commune:

        def ask() -> None:
            headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
            statuses.append(call(commune.consumers, "GET", f"/r1/{SERVICE}/granted/1", headers).status)

        caller, stopper = threading.Thread(target=ask), threading.Thread(target=agency.stop)
        caller.start()
        assert service.called.wait(PATIENCE_S)
        assert call(agency.admin, "GET", "/ready").status == 200
        stopper.start()
        until = time.monotonic() + PATIENCE_S
        while (ready := call(agency.admin, "GET", "/ready")).status == 200:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert ready.status == 503
        assert [reason.partition(":")[0] for reason in json.loads(ready.body)["reasons"]] == ["draining"]
        service.may_answer.set()
        caller.join(PATIENCE_S)
        stopper.join(PATIENCE_S)
    assert statuses == [200]
