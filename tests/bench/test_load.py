from __future__ import annotations

import pytest

from bench.chain import BenchError
from bench.load import parse_run


def test_a_result_is_read_in_seconds_milliseconds_and_microseconds_of_cpu() -> None:
    run = parse_run("Running 1s test\nRESULT 2000 1000000 150 900 0 0 0 0 0\n", cpu=0.5)

    assert (run.rate, run.p50_ms, run.p99_ms, run.cpu_us) == (2000.0, 0.15, 0.9, 250.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RESULT 2000 1000000 150 900 0 0 0 1 0", "status 1"),
        ("RESULT 2000 1000000 150 900 0 2 0 0 0", "read 2"),
        ("RESULT 0 1000000 0 0 0 0 0 0 0", "0 requests"),
        ("unable to connect", "no result"),
    ],
)
def test_a_run_with_any_error_is_no_figure(line: str, words: str) -> None:
    with pytest.raises(BenchError, match=words):
        parse_run(line + "\n", cpu=0.5)
