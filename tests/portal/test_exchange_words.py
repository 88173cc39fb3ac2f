from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.asking import DeliveryState
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side, Spelling
from lienthong.portal.cases.waiting_words import CURES
from lienthong.portal.delivery.directive_words import ASK_CURES
from lienthong.portal.exchange_words import KIND_WORDS, Cure, find_trouble


def test_every_kind_of_error_has_words_in_both_languages_and_a_cure_on_both_sets_of_pages() -> None:
    assert set(KIND_WORDS) == set(ExchangeErrorKind)
    assert set(CURES) == set(ASK_CURES) == set(Cure)
    texts = [happened for happened, _ in KIND_WORDS.values()] + [*CURES.values(), *ASK_CURES.values()]
    for text in texts:
        with override("en"):
            english = str(text)
        with override("vi"):
            assert str(text) != english
        assert english.endswith(".")
        assert "_" not in english


@pytest.mark.parametrize("side", list(Side))
def test_a_code_of_any_spelling_is_read_alone_and_before_what_the_gateway_said(side: Side) -> None:
    words = {happened for happened, _ in KIND_WORDS.values()}
    for kind in ExchangeErrorKind:
        for spelling in Spelling:
            code = ExchangeError(kind, "", side).code(spelling)
            for text in (code, f"{code}: no grant names this client: none"):
                trouble = find_trouble(text)
                assert trouble is not None
                assert (trouble.code, trouble.happened in words) == (code, True)


def test_what_a_reason_says_is_told_by_its_kind_whatever_form_it_has() -> None:
    for text, kind in (
        ("service_unreachable", ExchangeErrorKind.SERVICE_UNREACHABLE),
        ("server.serverproxy.service_failed.network_error", ExchangeErrorKind.SERVICE_UNREACHABLE),
        ("server.serverproxy.access_denied: why", ExchangeErrorKind.NOT_GRANTED),
        ("server.clientproxy.of_another_time", ExchangeErrorKind.INTERNAL_ERROR),
        (f"{DeliveryState.GIVEN_UP}: why", ExchangeErrorKind.GIVEN_UP),
        (DeliveryState.UNKNOWN.value, ExchangeErrorKind.OUTCOME_UNKNOWN),
        ("HTTP 502 Bad Gateway", ExchangeErrorKind.SERVICE_FAILED),
    ):
        trouble = find_trouble(text)
        assert trouble is not None
        assert (trouble.happened, trouble.cure) == KIND_WORDS[kind]
        assert text.startswith(trouble.code)


def test_where_an_agency_may_have_acted_it_is_asked_before_anything_is_sent_again() -> None:
    in_doubt = {kind for kind, (_, cure) in KIND_WORDS.items() if cure is Cure.FINDING_OUT}
    assert {ExchangeErrorKind.OUTCOME_UNKNOWN, ExchangeErrorKind.GIVEN_UP} <= in_doubt


@given(st.text())
def test_words_of_a_person_are_left_to_them(text: str) -> None:
    trouble = find_trouble(f"Đã gọi điện. {text}")
    assert trouble is None
