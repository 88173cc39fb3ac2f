"""Bounded and fair doors (rule 9.4). Nothing here is timed: services hold their answers, and calls are counted."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.link import LinkLimits
from lienthong.exchange.gateway.places import MAX_CALLERS_REQUESTS, SHARE, Places
from tests.exchange.gateway.province import (
    AGENCY,
    CLIENT,
    OTHER_CLIENT,
    OTHER_TOKEN,
    PERSONS,
    SERVICE,
    STRANGER,
    TOKEN,
    Province,
    read_kinds,
)
from tests.exchange.gateway.running import HEAD_PATIENCE_S, PATIENCE_S, TICK_S, Reply, RunningGateway, call
from tests.simulators.backend import Backend
from tests.simulators.files import QuickFiles
from tests.simulators.peer import make_question

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulators.peer import Peer

TARGET = f"{SERVICE}/granted/06886"
SMALL = 10
"""Places in these tests: one owner alone gets 8, since 8 is four times the 2 that are left."""
ALONE = 8


def hold(places: Places, owner: str, part: str = "") -> int:
    """Take as many places as an owner gets."""
    held = 0
    try:
        while True:
            places.take(owner, part)
            held += 1
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.OVERLOADED
    return held


def test_one_owner_gets_most_places_and_the_next_finds_some() -> None:
    places = Places(MAX_CALLERS_REQUESTS)
    alone = hold(places, "a", "x") + hold(places, "a", "y")
    assert alone == pytest.approx(MAX_CALLERS_REQUESTS * SHARE / (SHARE + 1), abs=2)
    assert places.has_room("b")
    assert hold(places, "b") >= MAX_CALLERS_REQUESTS // 8


def test_greedy_owners_come_to_equal_parts_as_requests_end() -> None:
    places = Places(100)
    hold(places, "a")
    # The first ends requests one after another, both take what they get.
    for _ in range(200):
        if places.held_by("a"):
            places.give_back("a", "")
        hold(places, "b")
        hold(places, "a")
    assert abs(places.held_by("a") - places.held_by("b")) <= SHARE


def test_a_part_that_hangs_leaves_room_for_the_owners_other_parts() -> None:
    places = Places(MAX_CALLERS_REQUESTS)
    hold(places, "a", "hangs")
    assert hold(places, "a", "answers") > 10


@given(st.integers(1, 40), st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xy"), st.booleans())))
def test_places_are_bounded_counted_and_never_all_one_owners(limit: int, steps: list[tuple[str, str, bool]]) -> None:
    places = Places(limit)
    held: list[tuple[str, str]] = []
    for owner, part, is_new in steps:
        if is_new:
            had_room = places.has_room(owner)
            try:
                places.take(owner, part)
                held.append((owner, part))
                assert had_room
            except ExchangeError:
                assert places.used > 0
        elif (owner, part) in held:
            held.remove((owner, part))
            places.give_back(owner, part)
        assert places.used == len(held) <= limit
        assert all(places.held_by(each) == sum(of == each for of, _ in held) for each in "abcd")
        if limit > SHARE:
            # Fewer places than that are too few to share.
            assert all(places.held_by(each) < limit for each in "abcd")
    for owner, part in held:
        places.give_back(owner, part)
    assert places.used == 0


def test_what_was_refused_is_told_once_in_one_line() -> None:
    places, told = Places(1), []
    hold(places, "a")
    with pytest.raises(ExchangeError, match="of a"):
        places.require_room("a")
    places.tell(lambda refused, used: told.append((refused, used)))
    places.tell(lambda refused, used: told.append((refused, used)))
    assert told == [(2, 1)]


def limit_requests(folder: Path, name: str) -> None:
    settings = folder / "gateway.toml"
    settings.write_text(settings.read_text().replace("\nanswer_s = 8.0\n", f"\nanswer_s = 8.0\n{name} = {SMALL}\n"))


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


class Callers:
    """Calls of own systems in threads, with their replies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.replies: list[tuple[str, Reply]] = []
        self._threads: list[threading.Thread] = []

    def call(self, client: str, token: str, times: int) -> None:
        for _ in range(times):
            thread = threading.Thread(target=self._call, args=(client, token), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _call(self, client: str, token: str) -> None:
        headers = {"X-Road-Client": client, "X-Road-Token": token}
        self.replies.append((client, call(self.address, "GET", f"/r1/{TARGET}", headers)))

    def wait(self) -> list[tuple[str, int]]:
        for thread in self._threads:
            thread.join(PATIENCE_S)
        return sorted((client, reply.status) for client, reply in self.replies)


def test_one_own_system_that_floods_leaves_room_for_another(province: Province, service: Backend) -> None:
    grants = province.agency.folder / "grants.toml"
    grants.write_text(grants.read_text() + grants.read_text().replace(CLIENT, OTHER_CLIENT))
    limit_requests(province.commune.folder, "own_requests")
    service.may_answer.clear()
    with RunningGateway(province.agency.folder), RunningGateway(province.commune.folder) as consumer:
        callers = Callers(consumer.consumers)
        callers.call(CLIENT, TOKEN, 12)
        wait_until(lambda: len(callers.replies) == 12 - len(service.calls) and len(service.calls) >= ALONE - 2)
        held = len(service.calls)
        refused = callers.replies[0][1]
        assert (refused.status, refused.code) == (503, "server.clientproxy.overloaded")
        assert refused.headers["retry-after"] == "1"
        assert json.loads(refused.body)["type"] == "server.clientproxy.overloaded"
        callers.call(OTHER_CLIENT, OTHER_TOKEN, 1)
        wait_until(lambda: len(service.calls) == held + 1)
        service.may_answer.set()
        told = callers.wait()
        assert told.count((CLIENT, 200)) == held
        assert told.count((OTHER_CLIENT, 200)) == 1
        assert call(consumer.consumers, "GET", f"/r1/{TARGET}", {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}).status
    # What was refused left nothing in any log.
    assert read_kinds(province.commune).count("request") == held + 2


def test_one_member_that_floods_leaves_room_for_another_and_its_excess_is_not_logged(
    province: Province, service: Backend, liar: Peer
) -> None:
    stranger = f"{STRANGER}/PORTAL"
    grants = province.agency.folder / "grants.toml"
    grants.write_text(grants.read_text() + grants.read_text().replace(CLIENT, stranger))
    limit_requests(province.agency.folder, "peer_requests")
    service.may_answer.clear()
    other = province.play(STRANGER)
    with (
        RunningGateway(province.agency.folder) as provider,
        liar.dial(provider.peers) as flood,
        other.dial(provider.peers) as link,
    ):
        for _ in range(12):
            flood.ask(make_question(CLIENT, TARGET))
        refused = [flood.hear(0)[0] for _ in range(4)]
        assert [type(each) for each in refused] == [ErrorFrame] * 4
        assert {each.code for each in refused if isinstance(each, ErrorFrame)} == {"overloaded"}
        held = 12 - len(refused)
        wait_until(lambda: len(service.calls) == held)
        asked = link.ask(make_question(stranger, TARGET))
        wait_until(lambda: len(service.calls) == held + 1)
        service.may_answer.set()
        assert isinstance(link.hear(asked)[0], AnswerFrame)
    assert read_kinds(province.agency).count("received") == held + 1
    other.close()


def test_a_door_without_places_is_refused_at_the_start(province: Province) -> None:
    settings = province.agency.folder / "gateway.toml"
    settings.write_text(settings.read_text().replace("\nanswer_s = 8.0\n", "\nown_requests = 0\n"))
    with pytest.raises(ExchangeError, match="own_requests"):
        open_home(province.agency.folder, {})


def test_requests_go_to_the_gateway_of_a_member_with_the_fewest_under_way(
    province: Province, service: Backend, tmp_path: Path
) -> None:
    second = province.add_gateway(AGENCY, tmp_path / "second")
    for name in ("services.toml", "grants.toml"):
        (second.folder / name).write_text((province.agency.folder / name).read_text())
    service.may_answer.clear()
    with (
        RunningGateway(province.agency.folder),
        RunningGateway(second.folder),
        RunningGateway(province.commune.folder) as consumer,
    ):
        callers = Callers(consumer.consumers)
        # The first finds only one linked, and the other is dialled beside; each is held, so that counts differ.
        for number in range(1, 13):
            callers.call(CLIENT, TOKEN, 1)
            wait_until(lambda number=number: len(service.calls) == number)  # type: ignore[misc] # mypy sees no default
        service.may_answer.set()
        assert callers.wait() == [(CLIENT, 200)] * 12
    received = [read_kinds(home).count("received") for home in (province.agency, second)]
    assert sum(received) == 12
    assert min(received) >= 4


def test_a_service_that_hangs_leaves_room_for_another_and_its_excess_is_not_logged(
    province: Province, service: Backend, liar: Peer
) -> None:
    settings = province.agency.folder / "gateway.toml"
    settings.write_text(settings.read_text().replace("\nanswer_s = 8.0\n", "\nanswer_s = 8.0\nservice_requests = 3\n"))
    service.may_answer.clear()
    with Backend() as other:
        services = province.agency.folder / "services.toml"
        hangs, answers = f":{service.port}/persons", f":{other.port}/persons"
        services.write_text(services.read_text().replace(hangs, answers))
        with RunningGateway(province.agency.folder) as provider, liar.dial(provider.peers) as link:
            for number in range(1, 4):
                link.ask(make_question(CLIENT, TARGET))
                wait_until(lambda number=number: len(service.calls) == number)  # type: ignore[misc] # mypy sees no default
            error, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
            assert isinstance(error, ErrorFrame)
            assert error.code == "overloaded"
            purpose = ((b"X-Road-Purpose", b"1.001193"),)
            asked = link.ask(make_question(CLIENT, f"{PERSONS}/001095000001", headers=purpose))
            assert isinstance(link.hear(asked)[0], AnswerFrame)
            service.may_answer.set()
            for _ in range(3):
                link.receive()
    assert read_kinds(province.agency).count("received") == 4
    assert len(service.calls) == 3


def test_a_members_second_gateway_that_comes_later_is_found_without_anybody_waiting_for_it(
    province: Province, service: Backend, tmp_path: Path
) -> None:
    second = province.add_gateway(AGENCY, tmp_path / "second")
    for name in ("services.toml", "grants.toml"):
        (second.folder / name).write_text((province.agency.folder / name).read_text())
    impatient = Surroundings(
        files=QuickFiles(), head_patience_s=HEAD_PATIENCE_S, tick_s=TICK_S, link_limits=LinkLimits(beside_s=0.02)
    )
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    with (
        RunningGateway(province.agency.folder),
        RunningGateway(province.commune.folder, impatient) as consumer,
    ):
        for _ in range(3):
            assert call(consumer.consumers, "GET", f"/r1/{TARGET}", headers).status == 200
        service.may_answer.clear()
        with RunningGateway(second.folder):
            callers = Callers(consumer.consumers)
            # Each is held at the first gateway until one finds the second linked: it has none under way.
            for number in range(4, 20):
                callers.call(CLIENT, TOKEN, 1)
                wait_until(lambda number=number: len(service.calls) == number)  # type: ignore[misc] # mypy sees no default
                if "received" in read_kinds(second):
                    break
                time.sleep(0.05)
            service.may_answer.set()
            callers.wait()
    assert "received" in read_kinds(second)
