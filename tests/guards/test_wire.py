from __future__ import annotations

import importlib
import re

from lienthong.exchange.errors import ERROR_TABLE, ExchangeError, Spelling
from lienthong.exchange.gateway.frames import FrameType
from tests.guards.tree import ROOT

TEXT = (ROOT / "docs" / "wire.md").read_text()
_LIMIT = re.compile(r"^\| [^|]+ \| `([\w/]+)\.py:(\w+)` \| ([0-9.]+) \|", re.MULTILINE)
_FRAME = re.compile(r"^\| ([0-9]+) \| ([A-Z_]+) \|", re.MULTILINE)
_ERROR = re.compile(r"^\| `(\w+)` \| `([\w.]+)` \| `([\w.]+)` \| ([0-9]{3}) \|$", re.MULTILINE)


def test_every_limit_of_the_page_is_that_of_the_code() -> None:
    limits = _LIMIT.findall(TEXT)
    assert len(limits) > 25

    wrong = []
    for module, name, value in limits:
        actual = getattr(importlib.import_module(f"lienthong.{module.replace('/', '.')}"), name)
        if actual != float(value):
            wrong.append(f"{module}.py:{name} is {actual}, the page says {value}")
    assert wrong == []


def test_every_frame_type_is_in_the_table_with_its_number() -> None:
    assert {name: int(number) for number, name in _FRAME.findall(TEXT)} == {kind.name: kind.value for kind in FrameType}


def test_every_error_kind_is_in_the_table_with_its_codes_and_status() -> None:
    expected = []
    for kind in ERROR_TABLE:
        error = ExchangeError(kind, "")
        expected.append((kind.value, error.code(), error.code(Spelling.CAMEL), str(error.status)))

    assert _ERROR.findall(TEXT) == expected
