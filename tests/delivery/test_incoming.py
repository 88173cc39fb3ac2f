from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings

from lienthong.delivery.asks import carry_on, list_open_asks, list_received_asks
from lienthong.delivery.directive_words import AskState
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.incoming import answer_question, list_incoming, receive_question, tell_answer
from lienthong.delivery.models.task import IncomingAsk
from lienthong.web.callers import GATEWAY_SECRET_HEADER, Caller
from lienthong.web.gateway_call import GatewayCall
from tests.delivery.posts import NOW, make_holder
from tests.delivery.test_asks import TAKEN, ask, make_task, open_client
from tests.simulators.moody_gateway import MoodyGateway, Say, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

ASKER, OTHER = "DEMO/GOV/Z98/OFFICE", "DEMO/GOV/Z97/OFFICE"
CALL = GatewayCall(ASKER, "0195-7", "990/KH-UBND")
QUESTION = '{"question": "Bao nhiêu hồ sơ đã số hóa?", "due_on": "2026-06-20"}'.encode()
SECRET = "s" * 40


def refused(doing: Callable[[], object]) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        doing()
    return caught.value.kind


def test_a_question_is_kept_once_and_told_as_received_until_somebody_answers_it_once() -> None:
    officer, operator = make_holder("lan.le"), make_holder("op.vu", Caller.OPERATOR)
    for _ in range(2):
        assert receive_question(CALL, QUESTION, NOW).state == "received"
    (row,) = list_incoming(is_open=True)
    assert tell_answer(ASKER, "0195-7").answer == ""
    assert refused(lambda: answer_question(row.pk, "12", operator.account, NOW)) == DeliveryErrorKind.BAD_TASK
    answer_question(row.pk, "12.000 hồ sơ", officer.account, NOW)
    assert (tell_answer(ASKER, "0195-7").state, tell_answer(ASKER, "0195-7").answer) == ("answered", "12.000 hồ sơ")
    assert refused(lambda: answer_question(row.pk, "13", officer.account, NOW)) == DeliveryErrorKind.BAD_TASK
    assert list_incoming(is_open=True) == []
    for change in (
        lambda: IncomingAsk.objects.update(answer="13"),
        lambda: IncomingAsk.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_only_who_asked_is_told() -> None:
    receive_question(CALL, QUESTION, NOW)
    assert refused(lambda: tell_answer(OTHER, "0195-7")) == DeliveryErrorKind.UNKNOWN_TASK


def test_what_is_no_question_or_another_one_under_the_same_id_is_refused() -> None:
    receive_question(CALL, QUESTION, NOW)
    for content, kind in (
        (b"{", DeliveryErrorKind.BAD_TASK),
        (b'{"question": " "}', DeliveryErrorKind.BAD_TASK),
        (b'{"question": "a", "more": 1}', DeliveryErrorKind.BAD_TASK),
        (b'{"question": "a"}', DeliveryErrorKind.BAD_TASK),
        ('{"question": "TỐI MẬT: a"}'.encode(), DeliveryErrorKind.SECRET_DOCUMENT),
    ):
        assert refused(lambda: receive_question(CALL, content, NOW)) == kind  # noqa: B023 # called at once
    assert IncomingAsk.objects.count() == 1


def test_the_service_takes_a_question_and_gives_its_answer_to_the_gateway_alone() -> None:
    officer = make_holder("lan.le")
    with override_settings(GATEWAY_SECRET=SECRET):
        headers = {"X-Road-Client": ASKER, "X-Road-Id": "0195-7", "X-Road-Purpose": "990/KH-UBND"}
        client = Client(headers={GATEWAY_SECRET_HEADER: SECRET, **headers})
        stranger = Client(headers=headers)
        told = client.post("/services/delivery/asks", QUESTION, content_type="application/json")
        assert (told.status_code, told.json()["state"]) == (202, "received")
        answer_question(list_incoming()[0].pk, "12", officer.account, NOW)
        assert client.get("/services/delivery/asks/0195-7").json() == {"state": "answered", "answer": "12"}
        assert client.get("/services/delivery/asks/0195-8").status_code == 404
        assert client.post("/services/delivery/asks", b"{", content_type="application/json").status_code == 400
        assert stranger.get("/services/delivery/asks/0195-7").status_code == 401
        described = client.get("/services/delivery/asks/openapi.json").json()
        assert {path: list(each) for path, each in described["paths"].items()} == {"/": ["post"], "/{message}": ["get"]}
        assert described["components"]["schemas"]["IncomingQuestion"]["required"] == ["question"]


def test_a_question_that_an_agency_has_is_asked_after_until_a_person_there_has_answered() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    has_it = Say(202, b'{"state":"received"}', (("X-Road-Request-Id", "0195-2"),))
    script = [
        TAKEN,
        Say(200, b'{"state":"answered"}'),
        has_it,
        Say(200, b'{"state":"received","answer":""}'),
        refuse("server.serverproxy.access_denied"),
        Say(200, b'{"state":"answered","answer":"12"}', (("X-Road-Request-Id", "0195-9"),)),
    ]
    with MoodyGateway([*script]) as gateway, open_client(gateway) as client:
        assert [carry_on(asked.pk, client, NOW) for _ in range(2)] == [AskState.HANDED_OVER, AskState.RECEIVED]
        assert (list_open_asks(), list_received_asks()) == ([], [asked.pk])
        assert carry_on(asked.pk, client, NOW) == AskState.RECEIVED
        with pytest.raises(Exception, match="access_denied"):
            carry_on(asked.pk, client, NOW)
        assert carry_on(asked.pk, client, NOW + timedelta(hours=1)) == AskState.ANSWERED
    asked.refresh_from_db()
    assert (asked.answer, asked.exchange) == ("12", "0195-9")
    assert gateway.heard[-1].target.endswith(f"/funds/{asked.message}")
