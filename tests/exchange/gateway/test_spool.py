from __future__ import annotations

import hashlib
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.spool import EMPTY_BODY, MEMORY_LIMIT, Body, Spool, SpoolBudget

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1024 * 1024


@pytest.fixture
def budget(tmp_path: Path) -> SpoolBudget:
    return SpoolBudget(8 * MEBIBYTE, 4 * MEBIBYTE, tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 400_000), max_size=6))
def test_a_body_is_what_was_written_in_memory_or_in_a_file(budget: SpoolBudget, lengths: list[int]) -> None:
    pieces = [bytes([number + 1]) * length for number, length in enumerate(lengths)]
    whole = b"".join(pieces)
    spool = Spool(budget)
    for piece in pieces:
        spool.write(piece)
    body = spool.finish()
    assert body.is_in_memory == (len(whole) <= MEMORY_LIMIT)
    assert (body.length, b"".join(body.chunks())) == (len(whole), whole)
    assert (body.sha256, body.sha512) == (hashlib.sha256(whole).digest(), hashlib.sha512(whole).digest())
    assert body.read(len(whole) // 2, 10) == whole[len(whole) // 2 :][:10]
    assert budget.used == len(whole)
    body.close()
    body.close()
    assert budget.used == 0


# Rule 9.3: the budget counts bytes of bodies, so what is held for each of them is bounded too.
@pytest.mark.parametrize("size", [1, 7, 300])
def test_a_body_that_comes_in_tiny_pieces_takes_little_more_memory_than_its_bytes(
    budget: SpoolBudget, size: int
) -> None:
    pieces = 200_000 // size
    spool = Spool(budget)
    tracemalloc.start()
    for number in range(pieces):
        # As a frame brings it: a view of a payload that is nothing else's.
        spool.write(memoryview(bytes(4) + bytes([number % 251]) * size)[4:])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * pieces * size
    assert spool.finish().content == b"".join(bytes([number % 251]) * size for number in range(pieces))


def test_a_large_body_s_file_has_no_name(budget: SpoolBudget) -> None:
    spool = Spool(budget)
    spool.write(bytes(2 * MEBIBYTE))
    assert list(budget.folder.iterdir()) == []
    spool.drop()


@pytest.mark.parametrize("length", [100, 2 * MEBIBYTE])
def test_a_dropped_body_gives_back_what_it_took(budget: SpoolBudget, length: int) -> None:
    spool = Spool(budget)
    spool.reserve(3 * MEBIBYTE)
    spool.write(bytes(length))
    assert budget.used == 3 * MEBIBYTE
    spool.drop()
    assert budget.used == 0


def test_a_body_over_the_limit_is_refused_when_announced_and_when_it_comes(budget: SpoolBudget) -> None:
    with pytest.raises(ExchangeError) as announced:
        Spool(budget).reserve(4 * MEBIBYTE + 1)
    spool = Spool(budget)
    for _ in range(4):
        spool.write(bytes(MEBIBYTE))
    with pytest.raises(ExchangeError) as came:
        spool.write(b"x")
    spool.drop()
    assert announced.value.kind is came.value.kind is ExchangeErrorKind.BODY_TOO_LARGE
    assert budget.used == 0


def test_a_service_s_own_limit_goes_before_the_gateway_s(budget: SpoolBudget) -> None:
    with pytest.raises(ExchangeError, match="at most 10"):
        Spool(budget, 10).write(bytes(11))


def test_bodies_together_go_no_further_than_the_budget(budget: SpoolBudget) -> None:
    first, second, third = Spool(budget), Spool(budget), Spool(budget)
    first.reserve(4 * MEBIBYTE)
    second.reserve(3 * MEBIBYTE)
    with pytest.raises(ExchangeError, match="take 7340032 of 8388608") as full:
        third.reserve(2 * MEBIBYTE)
    assert full.value.kind is ExchangeErrorKind.OVERLOADED
    third.drop()
    first.drop()
    third.reserve(2 * MEBIBYTE)
    assert budget.used == 5 * MEBIBYTE


def test_the_empty_body_has_no_pieces() -> None:
    assert list(EMPTY_BODY.chunks()) == []
    assert list(Body(b"x").chunks()) == [b"x"]
