"""The helper in Django, over the registry's own table of messages."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from lienthong.people.models import AnsweredMessage
from lienthong.provider.errors import ProviderError, ProviderErrorKind
from lienthong.provider.in_django import answer_request_once

pytestmark = pytest.mark.django_db


class _Failed(Exception):  # noqa: N818 - an effect of a test
    """The effect fails."""


def ask(body: bytes, message_id: str, effects: list[bytes]) -> tuple[bytes, bool]:
    headers = {"X-Road-Client": "DEMO/GOV/Z99.01/PORTAL", "X-Road-Id": message_id}
    request = RequestFactory().post("/births", body, content_type="application/json", headers=headers)

    def effect() -> bytes:
        effects.append(body)
        return b"answer to " + body

    return answer_request_once(AnsweredMessage, request, effect)


def test_the_same_message_gets_the_same_answer_and_acts_once() -> None:
    effects: list[bytes] = []
    assert ask(b"one", "m-1", effects) == (b"answer to one", False)
    assert ask(b"one", "m-1", effects) == (b"answer to one", True)
    assert ask(b"one", "m-2", effects) == (b"answer to one", False)
    assert effects == [b"one", b"one"]


def test_other_content_under_the_same_id_is_refused() -> None:
    effects: list[bytes] = []
    ask(b"one", "m-1", effects)
    with pytest.raises(ProviderError) as refused:
        ask(b"two", "m-1", effects)
    assert refused.value.kind is ProviderErrorKind.MESSAGE_REUSED
    assert effects == [b"one"]


def test_a_message_without_an_id_is_refused() -> None:
    with pytest.raises(ProviderError) as refused:
        ask(b"one", "", [])
    assert refused.value.kind is ProviderErrorKind.BAD_MESSAGE


def test_an_effect_that_fails_leaves_nothing_and_is_judged_again() -> None:
    headers = {"X-Road-Client": "DEMO/GOV/Z99.01/PORTAL", "X-Road-Id": "m-1"}
    request = RequestFactory().post("/births", b"one", content_type="application/json", headers=headers)

    def fail() -> bytes:
        raise _Failed

    with pytest.raises(_Failed):
        answer_request_once(AnsweredMessage, request, fail)
    assert not AnsweredMessage.objects.exists()
