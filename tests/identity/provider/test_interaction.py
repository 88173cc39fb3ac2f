from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lienthong.identity.provider.interaction import ERRORS, Asked, Found, Step, choose_step

NOW = 1_800_000_000_000
PLAIN = Asked(frozenset(), None, 1, None)

moments = st.integers(0, NOW)
prompts = st.sampled_from(
    [frozenset[str](), *(frozenset({word}) for word in ("none", "login", "consent", "select_account"))]
)
asking = st.builds(Asked, prompts, st.none() | st.integers(0, 10_000), st.sampled_from([1, 2]), st.none() | moments)
finding = st.none() | st.builds(Found, st.sampled_from([0, 1, 2]), moments, st.booleans())


def choose(asked: Asked, found: Found | None, *, has_consent: bool = True) -> Step:
    return choose_step(asked, found, has_consent=has_consent, now_ms=NOW)


def test_nobody_signs_in_and_somebody_is_answered() -> None:
    assert choose(PLAIN, None) is Step.SIGN_IN
    assert choose(PLAIN, Found(1, NOW - 5)) is Step.ANSWER
    assert choose(PLAIN, Found(1, NOW - 5), has_consent=False) is Step.ASK_CONSENT


def test_an_age_of_zero_asks_again_even_right_after_a_sign_in_unless_that_was_for_this_request() -> None:
    asked = replace(PLAIN, max_age=0)

    assert choose(asked, Found(1, NOW)) is Step.SIGN_IN_AGAIN
    assert choose(replace(asked, asked_ms=NOW - 9000), Found(1, NOW - 1000)) is Step.ANSWER
    assert choose(replace(asked, asked_ms=NOW - 1000), Found(1, NOW - 9000)) is Step.SIGN_IN_AGAIN


def test_a_prompt_to_sign_in_is_met_only_by_a_sign_in_after_it() -> None:
    asked = replace(PLAIN, prompts=frozenset({"login"}))

    assert choose(asked, Found(2, NOW)) is Step.SIGN_IN_AGAIN
    assert choose(replace(asked, asked_ms=NOW - 2000), Found(2, NOW - 5000)) is Step.SIGN_IN_AGAIN
    assert choose(replace(asked, asked_ms=NOW - 5000), Found(2, NOW - 2000)) is Step.ANSWER


def test_a_level_that_is_lacking_is_asked_for_once_and_then_an_error() -> None:
    asked = replace(PLAIN, level=2)

    assert choose(asked, Found(1, NOW - 5)) is Step.RAISE_LEVEL
    assert choose(replace(asked, asked_ms=NOW - 9000), Found(1, NOW - 5)) is Step.UNMET
    assert choose(replace(asked, prompts=frozenset({"none"})), Found(1, NOW - 5)) is Step.INTERACTION_REQUIRED


def test_a_hint_of_somebody_else_asks_for_another_sign_in_once() -> None:
    found = Found(1, NOW - 5, is_hinted=False)

    assert choose(PLAIN, found) is Step.SIGN_IN_AGAIN
    assert choose(replace(PLAIN, asked_ms=NOW - 9000), found) is Step.LOGIN_REQUIRED


@given(asking, finding, st.booleans())
def test_a_silent_request_never_shows_anything(asked: Asked, found: Found | None, has_consent: bool) -> None:  # noqa: FBT001 # hypothesis gives it
    silent = replace(asked, prompts=frozenset({"none"}))

    assert choose(silent, found, has_consent=has_consent) in {Step.ANSWER, *ERRORS}


@given(asking, finding, st.booleans())
def test_an_answer_is_given_only_to_who_is_there_sure_enough_lately_enough_and_willing(
    asked: Asked,
    found: Found | None,
    has_consent: bool,  # noqa: FBT001 # hypothesis gives it
) -> None:
    if choose(asked, found, has_consent=has_consent) is not Step.ANSWER:
        return
    assert found is not None
    assert has_consent
    assert found.is_hinted
    assert found.level >= asked.level
    was_asked = asked.asked_ms is not None and found.signed_in_ms // 1000 >= asked.asked_ms // 1000
    if not was_asked:
        assert not asked.prompts & {"login", "select_account"}
        assert asked.max_age is None or NOW - found.signed_in_ms < asked.max_age * 1000


@given(asking, st.sampled_from([0, 1, 2]))
def test_whoever_signs_in_when_asked_is_not_sent_round_again(asked: Asked, level: int) -> None:
    back = replace(asked, asked_ms=NOW - 60_000, prompts=asked.prompts - {"none", "consent"})

    assert choose(back, Found(level, NOW - 1000)) in {Step.ANSWER, *ERRORS}
