from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.db import connections

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.messages import Message, answer_once
from lienthong.people.models import AnsweredMessage, Household

MESSAGE = Message("DEMO/GOV/Z99.01/PORTAL", "m-1", b"content")


class Made(msgspec.Struct, frozen=True):
    household: int


def make_household() -> Made:
    return Made(Household.objects.create().pk)


@pytest.mark.django_db
def test_a_message_sent_again_gets_the_recorded_answer() -> None:
    first, repeated = answer_once(MESSAGE, make_household, Made)
    again, repeated_then = answer_once(MESSAGE, make_household, Made)
    assert (first, repeated, repeated_then) == (again, False, True)
    assert Household.objects.count() == 1


@pytest.mark.django_db
def test_an_id_with_other_content_is_refused_and_another_client_may_use_it() -> None:
    answer_once(MESSAGE, make_household, Made)
    with pytest.raises(PeopleError, match="needs an id of its own") as refusal:
        answer_once(Message(MESSAGE.client, "m-1", b"other"), make_household, Made)
    assert refusal.value.kind is PeopleErrorKind.MESSAGE_REUSED
    answer_once(Message("DEMO/GOV/Z99.02/CIVIL", "m-1", b"other"), make_household, Made)
    assert Household.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_message_leaves_nothing_and_may_come_again() -> None:
    def refuse() -> Made:
        make_household()
        raise PeopleError(PeopleErrorKind.CONFLICT, "no")

    with pytest.raises(PeopleError):
        answer_once(MESSAGE, refuse, Made)
    assert (AnsweredMessage.objects.count(), Household.objects.count()) == (0, 0)
    answer_once(MESSAGE, make_household, Made)


@pytest.mark.django_db(transaction=True)
def test_of_the_same_message_at_the_same_time_one_takes_effect() -> None:
    gate = threading.Barrier(4)

    def send(_worker: int) -> Made:
        gate.wait()
        try:
            return answer_once(MESSAGE, make_household, Made)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert len(answers) == Household.objects.count() == 1


@pytest.mark.parametrize("message", [Message("c", "", b""), Message("", "m", b""), Message("c", "x" * 256, b"")])
def test_a_message_without_client_or_id_is_refused(message: Message) -> None:
    with pytest.raises(PeopleError, match="expected 1 to"):
        answer_once(message, make_household, Made)
