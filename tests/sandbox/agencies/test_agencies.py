"""The sample agencies keep the rule of providers, and every way of behaving otherwise can be seen from outside."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.exchange.openapi import read_description
from lienthong.kernel.ids import new_uuid4
from lienthong.provider.kit import Probe, ask, check_killed, check_other_content, check_sent_at_once, check_sent_twice
from lienthong.sandbox.agencies.behaviour import Behaviour, set_behaviour
from tests.sandbox.agencies.offices import RunningAgency

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PERSON = {"number": "999226000001", "full_name": "Nguyễn Mẫu An"}
CARD = {**PERSON, "sex": "female", "birth_date": "2026-11-20", "hospital": "Trạm y tế mẫu"}
CLAIMANT = {"number": "999195000002", "full_name": "Trần Mẫu Bình"}
ALLOWANCE = {**PERSON, "died_on": "2026-11-20", "certificate": "DEMO-KT-2026-0001", "claimant": CLAIMANT}
BIRTH = {"child": {"full_name": "Nguyễn Mẫu An", "sex": "female", "birth_date": "2026-11-20"}}
EXTRACT = {**PERSON, "birth_date": "1990-01-01", "kind": "birth"}


@pytest.fixture(scope="module")
def insurance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAgency]:
    with RunningAgency(tmp_path_factory.mktemp("insurance"), "INSURANCE") as agency:
        yield agency


@pytest.fixture
def person(insurance: RunningAgency) -> Iterator[dict[str, Any]]:
    """Somebody else for each test, and usual behaviour after it."""
    person.count = getattr(person, "count", 0) + 1  # type: ignore[attr-defined] # counts for all tests of the module
    yield {**CARD, "number": f"9992260{person.count:05}"}  # type: ignore[attr-defined] # as above
    set_behaviour(insurance.behaviour)
    until = time.monotonic() + 20
    while not insurance.is_up:
        assert time.monotonic() < until


def count_cards(agency: RunningAgency, message_id: str) -> int:
    with closing(sqlite3.connect(agency.folder / "book.sqlite")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM entry WHERE message_id = ?", (message_id,)).fetchone()
    return int(count)


def test_a_card_is_issued_once_for_each_message_whatever_is_done_to_the_agency(insurance: RunningAgency) -> None:
    def count(message_id: str) -> int:
        return count_cards(insurance, message_id)

    for turn, check in enumerate((check_sent_twice, check_other_content, check_sent_at_once)):
        body = {**CARD, "number": f"99922610000{turn}"}
        check(insurance.probe("cards", body, {**body, "hospital": "Bệnh viện mẫu"}), count)


def test_a_question_for_somebodys_task_is_answered_by_the_book_once_and_told_to_who_asked_alone(
    insurance: RunningAgency, person: dict[str, Any]
) -> None:
    message = new_uuid4()
    status, first = insurance.tell("asks", {"question": "Bao nhiêu?"}, message)
    assert (status, first["state"], first["sandbox"]["instance"]) == (200, "answered", "DEMO")
    assert insurance.tell("cards", person, new_uuid4())[0] == 200
    assert insurance.tell("asks", {"question": "Bao nhiêu?"}, message) == (200, first)
    assert insurance.tell("asks", {"question": "Bao nhiêu?"}, new_uuid4())[1]["answer"] != first["answer"]
    assert insurance.tell("asks", {"question": "Khác?"}, message)[0] == 400
    assert insurance.tell("asks", {"words": "?"}, new_uuid4())[0] == 400
    asker = Probe("", b"", b"").client
    assert json.loads(insurance.get(f"asks/{message}", asker)[1]) == first
    assert insurance.get(f"asks/{message}", "DEMO/GOV/Z99.09/OTHER")[0] == 404
    description = insurance.get("asks/openapi.json")[1]
    endpoints = read_description(description, "asks", "https://example.test").endpoints
    assert {(each.method, each.path) for each in endpoints} == {("POST", "/"), ("GET", "/*")}


def test_an_agency_publishes_how_much_it_did_this_month_and_of_whom_nothing(
    insurance: RunningAgency, person: dict[str, Any]
) -> None:
    assert insurance.tell("cards", person, new_uuid4())[0] == 200
    status, figures = insurance.get("statistics/figures")
    head, row = figures.decode().splitlines()
    assert (status, head) == (200, "indicator,area,period,value,status")
    name, area, _, value, state = row.split(",")
    assert (name, area, state) == ("LINKED_INSURANCE_CARDS", "99101", "estimate")
    assert int(value) >= 1
    assert person["number"] not in figures.decode()


def test_an_agency_that_is_killed_while_it_works_acts_once(tmp_path: Path) -> None:
    with RunningAgency(tmp_path, "CIVIL") as agency:
        probe = agency.probe("extracts", EXTRACT)
        check_killed(probe, lambda message_id: count_cards(agency, message_id), agency.kill_and_start, kills=2)


def test_a_second_card_of_a_person_is_refused_until_the_first_is_taken_back(
    insurance: RunningAgency, person: dict[str, Any]
) -> None:
    status, answer = insurance.tell("cards", person, new_uuid4())
    assert (status, answer["state"], answer["sandbox"]["instance"]) == (200, "done", "DEMO")
    card = answer["result"]["card"]
    assert card.startswith("DEMO-TE-")
    status, refusal = insurance.tell("cards", person, new_uuid4())
    assert (status, refusal["state"], refusal["reason"]) == (422, "refused", "already-recorded")
    cancelling = {"number": person["number"], "card": card}
    assert insurance.tell("cards/cancel", cancelling, new_uuid4())[0] == 200
    assert insurance.tell("cards/cancel", cancelling, new_uuid4())[1]["reason"] == "nothing-to-undo"
    assert insurance.tell("cards", person, new_uuid4())[0] == 200


def test_an_agency_refuses_for_the_reason_that_it_is_told(insurance: RunningAgency, person: dict[str, Any]) -> None:
    set_behaviour(insurance.behaviour, Behaviour(refuse="facility-full", refuse_text="Cơ sở đã đủ (mẫu)"))
    message_id = new_uuid4()
    status, answer = insurance.tell("cards", person, message_id)
    assert (status, answer["reason"], answer["text"]) == (422, "facility-full", "Cơ sở đã đủ (mẫu)")
    assert count_cards(insurance, message_id) == 0


def test_a_lost_answer_is_given_when_the_message_comes_again(insurance: RunningAgency, person: dict[str, Any]) -> None:
    set_behaviour(insurance.behaviour, Behaviour(lose=1))
    message_id = new_uuid4()
    assert insurance.tell("cards", person, message_id)[0] is None
    assert count_cards(insurance, message_id) == 1
    assert insurance.tell("cards", person, message_id)[0] == 200


def test_what_is_accepted_is_done_later_and_can_be_asked_for(insurance: RunningAgency, person: dict[str, Any]) -> None:
    set_behaviour(insurance.behaviour, Behaviour(accept_s=0.3))
    message_id = new_uuid4()
    status, answer = insurance.tell("cards", person, message_id)
    assert (status, answer["state"]) == (202, "accepted")
    time.sleep(0.35)
    status, answer = insurance.tell(f"cards/outcome/{message_id}", person, new_uuid4())
    assert (status, answer["state"]) == (200, "done")
    assert insurance.tell("cards/outcome/none", person, new_uuid4())[0] == 404


def test_an_agency_that_is_down_is_not_reached_and_comes_back(insurance: RunningAgency, person: dict[str, Any]) -> None:
    set_behaviour(insurance.behaviour, Behaviour(is_down=True))
    until = time.monotonic() + 20
    while insurance.is_up:
        assert time.monotonic() < until
    assert insurance.tell("cards", person, new_uuid4())[0] is None
    set_behaviour(insurance.behaviour)
    while not insurance.is_up:
        assert time.monotonic() < until
    assert insurance.tell("cards", person, new_uuid4())[0] == 200


def test_slow_and_broken_are_seen_as_such(insurance: RunningAgency, person: dict[str, Any]) -> None:
    set_behaviour(insurance.behaviour, Behaviour(slow_s=0.3, fail=True))
    began = time.monotonic()
    assert insurance.tell("cards", person, new_uuid4())[0] == 500
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("changes", [{"number": "9" * 100}, {"birth_date": "soon"}, {"more": 1}, {"hospital": ""}])
def test_a_filing_that_is_not_the_form_is_refused(insurance: RunningAgency, changes: dict[str, Any]) -> None:
    status, answer = insurance.tell("cards", {**CARD, **changes}, new_uuid4())
    assert (status, answer["reason"]) == (422, "bad-filing")


def test_nobody_but_its_own_gateway_is_answered(insurance: RunningAgency) -> None:
    probe = insurance.probe("cards", CARD)
    stranger = Probe(probe.url, probe.body, probe.body)
    assert ask(stranger, new_uuid4()).status == 401


def test_without_the_population_registry_a_birth_is_registered_and_its_number_pending(tmp_path: Path) -> None:
    with RunningAgency(tmp_path, "CIVIL") as agency:
        status, answer = agency.tell("births", {**BIRTH, "without_parents": "Biên bản mẫu"}, new_uuid4())
        assert (status, answer["pending"], answer["result"]["number"]) == (200, True, "")
        assert answer["result"]["certificate"].startswith("DEMO-KS-")
        assert agency.tell("births", BIRTH, new_uuid4())[1]["reason"] == "no-parent"
        cancelling = {"certificate": answer["result"]["certificate"]}
        assert agency.tell("births/cancel", cancelling, new_uuid4())[0] == 200
        assert agency.tell("births/cancel", cancelling, new_uuid4())[1]["reason"] == "nothing-to-undo"
        assert ask_document(agency, "births") >= {("POST", "/"), ("POST", "/outcome/*")}


def test_allowances_are_decided_once_for_a_death_and_each_survivor(tmp_path: Path) -> None:
    with RunningAgency(tmp_path, "SOCIAL") as agency:
        for service in ("funeral-allowances", "survivor-benefits"):
            assert agency.tell(service, ALLOWANCE, new_uuid4())[0] == 200
            assert agency.tell(service, ALLOWANCE, new_uuid4())[0] == 422
        other = {**ALLOWANCE, "claimant": {**CLAIMANT, "number": "999195000003"}}
        assert agency.tell("funeral-allowances", other, new_uuid4())[0] == 422
        assert agency.tell("survivor-benefits", other, new_uuid4())[0] == 200
        assert ask_document(agency, "funeral-allowances") >= {("POST", "/"), ("POST", "/cancel")}


def ask_document(agency: RunningAgency, service: str) -> set[tuple[str, str]]:
    """Read a service's document as a gateway does."""
    probe = agency.probe(f"{service}/openapi.json", {})
    answer = ask(Probe(probe.url, b"", b"", method="GET"), new_uuid4())
    described = read_description(answer.body, service, "https://exchange.example")
    assert described.problem == ""
    return {(endpoint.method, endpoint.path) for endpoint in described.endpoints}
