from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lienthong.portal.cases.saved_searches import (
    MOST_SEARCHES,
    SEARCH_SECONDS,
    SESSION_KEY,
    find_search,
    keep_search,
)

NOW = 1_800_000_000


@given(st.text(min_size=1), st.integers(min_value=0, max_value=2 * SEARCH_SECONDS))
def test_a_search_is_found_by_its_key_for_a_while_and_nothing_of_it_is_kept_longer(text: str, later: int) -> None:
    session: dict[str, Any] = {}
    key = keep_search(session, text, NOW)
    is_kept = later <= SEARCH_SECONDS
    assert find_search(session, key, NOW + later) == (text if is_kept else "")
    assert bool(session[SESSION_KEY]) is is_kept


def test_a_key_is_good_in_its_own_session_alone() -> None:
    session: dict[str, Any] = {}
    key = keep_search(session, "hoa", NOW)
    assert find_search({}, key, NOW) == ""
    assert find_search(session, "", NOW) == ""
    assert find_search(session, key[:-1], NOW) == ""


def test_what_is_looked_for_again_keeps_its_key_and_begins_anew() -> None:
    session: dict[str, Any] = {}
    key = keep_search(session, "hoa", NOW)
    assert keep_search(session, "hoa", NOW + SEARCH_SECONDS) == key
    assert find_search(session, key, NOW + 2 * SEARCH_SECONDS) == "hoa"


def test_a_few_searches_are_kept_and_the_oldest_gives_way() -> None:
    session: dict[str, Any] = {}
    keys = [keep_search(session, f"hoa {number}", NOW) for number in range(MOST_SEARCHES)]
    keep_search(session, "hoa 0", NOW)
    keys.append(keep_search(session, "binh", NOW))
    found = [find_search(session, key, NOW) for key in keys]
    assert found == ["hoa 0", "", "hoa 2", "hoa 3", "hoa 4", "binh"]
