from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.delivery.asks import NewAsk, ask_agency, carry_on, list_open_asks
from lienthong.delivery.directive_words import AskState, TaskAct
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.jobs import carry_ask_on, carry_asks_on, defer_ask, fetch_answers, remind, sweep_asks
from lienthong.delivery.models import Task, TaskAsk
from lienthong.delivery.tasks import NewTask, act_on_task, give_task
from lienthong.exchange.client import ONCE, ClientSettings, GatewayClient
from lienthong.exchange.errors import ExchangeError
from tests.delivery.posts import NOW, Holder, make_holder, make_leader
from tests.exchange.gateway.province import CLIENT as REAL_CLIENT
from tests.exchange.gateway.province import SERVICE as REAL_SERVICE
from tests.exchange.gateway.province import TOKEN, Province
from tests.exchange.gateway.running import RunningGateway
from tests.simulators.backend import Backend
from tests.simulators.moody_gateway import MoodyGateway, Say, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

SERVICE = "DEMO/GOV/Z99/FINANCE/funds"
CLIENT = "DEMO/GOV/Z99/OFFICE"
QUESTION = NewAsk(service=SERVICE, purpose="990/KH-UBND", body={"year": 2026})
TAKEN = Say(202, b'{"state":"waiting","status":"/status/x","exchange":"0195-1"}')
NOT_YET = Say(202, b'{"state":"waiting"}')
DONE = Say(200, b'{"state":"answered"}')
REFUSED = Say(200, b'{"state":"refused"}')
GIVEN_UP = Say(200, b'{"state":"given up"}')
ANSWER = Say(200, b'{"funds":12}', (("X-Road-Request-Id", "0195-1"), ("Content-Type", "application/json")))


def make_task() -> tuple[Task, Holder, Holder]:
    leader, owner = make_leader(), make_holder("lan.le")
    task = give_task(NewTask(title="Bố trí vốn", owner=owner.post.pk, due_on=date(2026, 6, 15)), leader.account, NOW)
    return task, owner, leader


def ask(task: Task, owner: Holder, new: NewAsk = QUESTION) -> TaskAsk:
    return ask_agency(task.code, new, owner.account, NOW, lambda _: None)


def open_client(gateway: MoodyGateway) -> GatewayClient:
    return GatewayClient(gateway.address, CLIENT, "token", retries=ONCE)


def test_a_question_goes_out_reliably_and_its_answer_stands_beside_the_task() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    with MoodyGateway([TAKEN, NOT_YET, DONE, ANSWER]) as gateway, open_client(gateway) as client:
        states = [carry_on(asked.pk, client, NOW + timedelta(minutes=minute)) for minute in range(4)]
    assert states == [AskState.HANDED_OVER, AskState.HANDED_OVER, AskState.ANSWERED, AskState.ANSWERED]
    asked.refresh_from_db()
    assert (asked.answer_status, asked.answer, asked.exchange) == (200, '{"funds":12}', "0195-1")
    sent = gateway.heard[0]
    assert (sent.method, sent.target, sent.body) == ("POST", f"/r1/{SERVICE}", b'{"year":2026}')
    told = [sent.headers[name] for name in ("x-road-id", "x-road-purpose", "prefer")]
    assert told == [str(asked.message), "990/KH-UBND", "respond-async"]
    assert [step.act for step in task.steps.order_by("number")] == ["given", "asked", "answered"]
    assert list_open_asks() == []


def test_a_system_that_answers_at_once_is_heard_seconds_after_it_was_asked() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    told = Say(200, '{"state":"answered","answer":"12 việc"}'.encode(), (("X-Road-Request-Id", "0195-1"),))
    with MoodyGateway([TAKEN, DONE, told]) as gateway:
        exchange = ClientSettings(address=gateway.address, client=CLIENT)
        with override_settings(EXCHANGE=exchange, EXCHANGE_TOKEN="token"):  # noqa: S106 # of tests
            carry_ask_on(asked.pk, is_first=True)
            (job,) = ProcrastinateJob.objects.filter(task_name="delivery.carry_ask_on")
            assert (job.args, job.lock) == ({"ask_id": asked.pk}, f"ask:{asked.pk}")
            assert job.scheduled_at is not None
            carry_ask_on(**job.args)
    asked.refresh_from_db()
    assert (asked.state, asked.answer) == ("answered", "12 việc")


def test_a_gateway_that_is_away_leaves_the_question_under_its_id_for_the_next_run() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    with MoodyGateway([None, refuse("server.clientproxy.timeout", 503), TAKEN]) as gateway:
        with open_client(gateway) as client:
            for _ in range(2):
                with pytest.raises(ExchangeError):
                    carry_on(asked.pk, client, NOW)
            assert list_open_asks() == [asked.pk]
            carry_on(asked.pk, client, NOW)
        assert {heard.headers["x-road-id"] for heard in gateway.heard} == {str(asked.message)}


def test_a_refusal_ends_the_question_and_says_why() -> None:
    task, owner, _ = make_task()
    first, second, third = (ask(task, owner) for _ in range(3))
    script = [
        refuse("server.serverproxy.access_denied"),
        TAKEN,
        GIVEN_UP,
        refuse("server.clientproxy.given_up"),
        TAKEN,
        DONE,
        Say(404, b"none", (("X-Road-Request-Id", "0195-3"),)),
    ]
    with MoodyGateway([*script]) as gateway, open_client(gateway) as client:
        for asked in (first, second, second, third, third):
            carry_on(asked.pk, client, NOW)
    rows = TaskAsk.objects.order_by("pk")
    assert [(row.state, row.answer) for row in rows] == [
        ("failed", "server.serverproxy.access_denied: why"),
        ("failed", "server.clientproxy.given_up: why"),
        ("failed", "none"),
    ]
    assert task.steps.filter(act=TaskAct.UNANSWERED).count() == 3


def test_an_answer_that_comes_after_the_task_is_over_is_kept() -> None:
    task, owner, leader = make_task()
    asked = ask(task, owner)
    act_on_task(task.code, TaskAct.CANCELLED, leader.account, NOW, "không còn cần")
    with MoodyGateway([TAKEN, DONE, ANSWER]) as gateway, open_client(gateway) as client:
        carry_on(asked.pk, client, NOW)
        assert carry_on(asked.pk, client, NOW) == AskState.ANSWERED
    task.refresh_from_db()
    assert task.state == "cancelled"


def test_only_who_works_on_a_task_asks_and_with_a_purpose() -> None:
    task, owner, _ = make_task()
    stranger = make_holder("ha.vu")
    for asks, new in (
        (stranger, QUESTION),
        (owner, NewAsk(service=SERVICE, purpose="", body={})),
        (owner, NewAsk(service=SERVICE, purpose="a b", body={})),
        (owner, NewAsk(service="DEMO", purpose="990/KH-UBND", body={})),
    ):
        with pytest.raises(DeliveryError) as caught:
            ask(task, asks, new)
        assert caught.value.kind == DeliveryErrorKind.BAD_TASK
    assert not TaskAsk.objects.exists()


def test_the_purpose_of_a_vietnamese_number_is_written_in_ascii() -> None:
    task, owner, _ = make_task()
    assert ask(task, owner, NewAsk(service=SERVICE, purpose="06/QĐ-TTg", body={})).purpose == "06/QD-TTg"


def test_the_sweep_goes_on_with_what_is_open_through_the_sites_gateway() -> None:
    task, owner, _ = make_task()
    ask_agency(task.code, QUESTION, owner.account, NOW, defer_ask)
    with MoodyGateway([TAKEN, DONE, ANSWER]) as gateway:
        exchange = ClientSettings(address=gateway.address, client=CLIENT)
        with override_settings(EXCHANGE=exchange, EXCHANGE_TOKEN="token"):  # noqa: S106 # of tests
            carry_asks_on(list_open_asks())
            carry_asks_on(list_open_asks())
    assert TaskAsk.objects.get().state == AskState.ANSWERED


def test_an_answer_that_the_own_gateway_does_not_give_now_is_fetched_later() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    away = refuse("server.clientproxy.overloaded", 503)
    with MoodyGateway([TAKEN, away, DONE, away, DONE, ANSWER]) as gateway, open_client(gateway) as client:
        carry_on(asked.pk, client, NOW)
        for _ in range(2):
            with pytest.raises(ExchangeError):
                carry_on(asked.pk, client, NOW)
        assert carry_on(asked.pk, client, NOW) == AskState.ANSWERED


def test_a_delivery_that_the_gateway_no_longer_knows_ends_the_question() -> None:
    task, owner, _ = make_task()
    asked = ask(task, owner)
    with MoodyGateway([TAKEN, refuse("client.unknown_message", 404)]) as gateway, open_client(gateway) as client:
        carry_on(asked.pk, client, NOW)
        assert carry_on(asked.pk, client, NOW) == AskState.FAILED


def test_one_question_that_goes_wrong_holds_up_no_other() -> None:
    task, owner, _ = make_task()
    first, second = ask(task, owner), ask(task, owner)
    with MoodyGateway([refuse("server.clientproxy.overloaded", 503), TAKEN]) as gateway:
        exchange = ClientSettings(address=gateway.address, client=CLIENT)
        with override_settings(EXCHANGE=exchange, EXCHANGE_TOKEN="token"):  # noqa: S106 # of tests
            carry_asks_on([first.pk, second.pk])
    assert [row.state for row in TaskAsk.objects.order_by("pk")] == ["waiting", "handed-over"]


def test_a_question_goes_through_both_gateways_and_is_logged_by_both(tmp_path: Path) -> None:
    task, owner, _ = make_task()
    with Backend() as service:
        province = Province(tmp_path, service.port)
        asked = ask(
            task, owner, NewAsk(service=REAL_SERVICE, path="/granted/06886", purpose="990/KH-UBND", body={"a": 1})
        )
        with (
            RunningGateway(province.agency.folder),
            RunningGateway(province.commune.folder) as consumer,
            GatewayClient(consumer.consumers, REAL_CLIENT, TOKEN) as client,
        ):
            until = time.monotonic() + 20
            while carry_on(asked.pk, client, NOW) != AskState.ANSWERED and time.monotonic() < until:
                time.sleep(0.05)
    asked.refresh_from_db()
    (call,) = service.calls
    assert (call.method, call.body, call.headers["x-road-id"]) == ("POST", b'{"a":1}', str(asked.message))
    assert (asked.state, asked.answer) == ("answered", '{"unit":"06886"}')
    assert asked.exchange == call.headers["x-road-request-id"]


def test_the_recurring_jobs_go_on_with_what_is_open_and_remind(settings: Settings) -> None:
    task, owner, _ = make_task()
    first, second = ask(task, owner), ask(task, owner)
    TaskAsk.objects.filter(pk=second.pk).update(state=AskState.RECEIVED)
    answered = Say(200, b'{"state":"answered","answer":"12"}', (("X-Road-Request-Id", "0195-9"),))
    with MoodyGateway([TAKEN, answered]) as gateway:
        settings.EXCHANGE = ClientSettings(address=gateway.address, client=CLIENT)
        settings.EXCHANGE_TOKEN = "token"  # noqa: S105 # of tests
        sweep_asks(0)
        fetch_answers(0)
    assert [row.state for row in TaskAsk.objects.order_by("pk")] == ["handed-over", "answered"]
    remind(0)
    assert task.steps.filter(act__in=(TaskAct.REMINDED, TaskAct.ESCALATED)).exists()
    settings.EXCHANGE = ClientSettings()
    carry_ask_on(first.pk)
    assert TaskAsk.objects.get(pk=first.pk).state == AskState.HANDED_OVER
