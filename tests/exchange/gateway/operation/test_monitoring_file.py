from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from lienthong.evidence.index import Index
from lienthong.evidence.store import load_store_key
from lienthong.exchange.gateway.operation.monitoring import Monitoring
from lienthong.exchange.gateway.operation.monitoring_file import SETTLED_MS, MonitoringFile
from lienthong.kernel.keys import load_secret
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend


def ask(commune: RunningGateway, path: str) -> int:
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    return call(commune.consumers, "GET", f"/r1/{SERVICE}{path}", headers).status


def read_lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []


def test_records_are_written_once_each_also_after_a_restart_and_files_turn_over(
    province: Province, service: Backend
) -> None:
    assert service.may_answer.is_set()
    home = province.commune
    with (home.folder / "gateway.toml").open("a") as settings:
        settings.write('[admin]\nmonitoring_file = "monitoring.jsonl"\n')
    file = home.folder / "monitoring.jsonl"
    with RunningGateway(province.agency.folder):
        for _ in range(2):
            written = len(read_lines(file))
            with RunningGateway(home.folder) as commune:
                assert [ask(commune, "/granted/1"), ask(commune, "/secret/2")] == [200, 500]
                until = time.monotonic() + PATIENCE_S
                while len(read_lines(file)) < written + 2:
                    assert time.monotonic() < until
                    time.sleep(0.05)
    lines = read_lines(file)
    assert [line["succeeded"] for line in lines] == [True, False] * 2
    assert len({line["xRequestId"] for line in lines}) == 4

    # The same log from the start, into files of a line: full ones are kept under numbers.
    index = Index(home.folder / "index.sqlite", load_secret(home.keys / "index.key"))
    monitoring = Monitoring(home.folder / "log", home.origin, index, load_store_key(home.keys / "store.key"))
    other = home.folder / "other.jsonl"
    now = int(time.time() * 1000) + SETTLED_MS
    MonitoringFile(other, home.origin, monitoring, max_bytes=1).write(now)
    assert read_lines(other) == lines
    MonitoringFile(other, home.origin, monitoring, max_bytes=1).write(now)
    assert read_lines(other) == lines
    (home.folder / "other.jsonl.position").unlink()
    MonitoringFile(other, home.origin, monitoring, max_bytes=1).write(now)
    assert read_lines(home.folder / "other.jsonl.1") == read_lines(other) == lines
    MonitoringFile(other, "another/log", monitoring, max_bytes=1).write(now)
    assert read_lines(home.folder / "other.jsonl.2") == lines
    index.close()
