"""Erasure reaches the outbox (docs/security.md, section 8)."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.erasing import erase_message, erase_older_messages
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.outbox import Outbox, State
from tests.exchange.gateway.running import RunningGateway
from tests.exchange.gateway.test_outbox import NOW, inline, make_message, never
from tests.exchange.gateway.test_reliable import PATIENCE_S, QUICK, is_over, look, send, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend


@pytest.fixture
def quick(province: Province) -> Province:
    """The commune's gateway tries again soon."""
    with (province.commune.folder / "gateway.toml").open("a") as settings:
        settings.write(QUICK)
    return province


def erase(province: Province, exchange: str) -> str:
    """Run `lienthong evidence erase`."""
    words = ["evidence", "erase", exchange, "--home", str(province.commune.folder)]
    until = time.monotonic() + PATIENCE_S
    while True:
        result = CliRunner().invoke(make_app(), words)
        if result.exit_code == 0:
            return result.output
        # An exchange of the last second is not in the index yet.
        assert time.monotonic() < until, result.exception
        time.sleep(0.1)


def test_an_erased_answer_is_not_told_by_its_status_address(quick: Province, service: Backend) -> None:
    assert service.answer.body
    with RunningGateway(quick.agency.folder), RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        told = wait_for(gateway, place, is_over)
        assert look(gateway, told["answer"]).status == 200
        assert "and 1 reliable message of" in erase(quick, told["exchange"])
        erased = look(gateway, told["answer"])
        assert erased.status == 410
        assert "x-road-id" not in erased.headers
        assert "reliable message" not in erase(quick, told["exchange"])


def test_an_erased_message_is_delivered_no_more_and_given_up(quick: Province, service: Backend) -> None:
    with RunningGateway(quick.commune.folder) as gateway:
        place = send(gateway).headers["location"]
        exchange = json.loads(look(gateway, place).body)["exchange"]
        assert "and 1 reliable message of" in erase(quick, exchange)
        told = wait_for(gateway, place, is_over)
        assert (told["state"], told["code"]) == ("given up", "erased")
    assert service.calls == []


def test_of_a_message_that_ended_without_an_answer_nothing_is_kept(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    for number, state in enumerate((State.REFUSED, State.UNKNOWN, State.GIVEN_UP)):
        message = make_message(number)
        outbox.add(message)
        outbox.change(msgspec.structs.replace(message, state=state))
        kept = outbox.find(message.id)
        assert kept is not None
        assert kept.record == b""
    outbox.close()


def test_what_is_too_old_is_erased_and_not_written_back_by_a_delivery_under_way(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    old, young = make_message(1), make_message(2, time=NOW + 5)
    for message in (old, young):
        outbox.add(message)
    assert erase_older_messages(tmp_path / "outbox.sqlite", NOW + 5) == 1
    outbox.change(msgspec.structs.replace(old, tries=1))
    assert outbox.find("01") == msgspec.structs.replace(old, tries=1, record=b"")
    assert outbox.find("02") == young
    outbox.close()


def test_messages_of_an_earlier_log_are_erased_in_the_outbox_of_its_gateway(tmp_path: Path) -> None:
    earlier = tmp_path / "closed" / "1"
    earlier.mkdir(parents=True)
    assert erase_message(earlier, "01") == 0
    sqlite3.connect(tmp_path / "outbox.sqlite").close()
    (tmp_path / "outbox.sqlite").touch()
    assert erase_message(earlier, "01") == 0
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    outbox.add(make_message(1))
    assert erase_message(earlier, "01") == 1
    outbox.close()


def test_a_file_that_cannot_be_erased_in_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_bytes(b"something else, and long enough to be looked at" * 20)
    with pytest.raises(ExchangeError, match=r"outbox\.sqlite: .*erase again"):
        erase_message(tmp_path, "01")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("[store]\nkeep_days = 29", "outbox.keep_days is 30, expected at most 29"),
        ("[store]\nkeep_days = 2\n[outbox]\nkeep_days = 2", "outbox.deadline_hours is 72.0, expected at most 48"),
    ],
)
def test_the_outbox_promises_and_shows_nothing_for_longer_than_the_store_keeps_it(
    province: Province, settings: str, told: str
) -> None:
    with (province.commune.folder / "gateway.toml").open("a") as written:
        written.write(f"\n{settings}\n")
    with pytest.raises(ExchangeError, match=re.escape(told)) as refused:
        open_home(province.commune.folder, {})
    assert refused.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS


def test_a_deadline_beyond_what_is_kept_is_refused(quick: Province) -> None:
    with (quick.commune.folder / "gateway.toml").open("a") as settings:
        settings.write("keep_days = 1\ndeadline_hours = 24\n[store]\nkeep_days = 1\n")
    with RunningGateway(quick.commune.folder) as gateway:
        assert send(gateway, X_Road_Deadline="86400").status == 202
        refused = send(gateway, X_Road_Deadline="86401")
        assert refused.code == "server.clientproxy.invalid_request"
        assert b"from 1 to 86400" in refused.body
