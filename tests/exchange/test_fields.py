from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.fields import MAX_FIELD_DEPTH, MAX_FIELDS, MAX_FILTERED, compile_fields, filter_json

PERSON: dict[str, Any] = {
    "name": "Nguyễn Văn A",
    "number": "079…",
    "birth": {"date": "2000-01-01", "place": {"code": "22", "name": "Quảng Ninh"}},
    "cards": [{"kind": "a", "number": 1}, {"kind": "b", "number": 2}, 3, None],
    "by/slash": 1,
    "til~de": 2,
    "*": 3,
}


def _filter(fields: list[str], document: object) -> Any:  # noqa: ANN401 - whatever JSON
    return json.loads(filter_json(compile_fields(fields), json.dumps(document).encode()))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["/name"], {"name": "Nguyễn Văn A"}),
        (["/birth"], {"birth": PERSON["birth"]}),
        (["/birth/date"], {"birth": {"date": "2000-01-01"}}),
        (["/birth/place/code", "/name"], {"name": "Nguyễn Văn A", "birth": {"place": {"code": "22"}}}),
        (["/birth", "/birth/date"], {"birth": PERSON["birth"]}),
        (["/cards/*/kind"], {"cards": [{"kind": "a"}, {"kind": "b"}]}),
        (["/cards/*"], {"cards": PERSON["cards"]}),
        (["/cards/0"], {"cards": []}),
        (["/cards/kind"], {"cards": []}),
        (["/*/date"], {"birth": {"date": "2000-01-01"}, "cards": []}),
        (["/*/place/name", "/birth/place/code"], {"birth": {"place": PERSON["birth"]["place"]}, "cards": []}),
        (["/*"], PERSON),
        (["/by~1slash", "/til~0de"], {"by/slash": 1, "til~de": 2}),
        (["/nothing"], {}),
        (["/name/first"], {}),
        (["/"], {}),
    ],
)
def test_what_is_named_is_kept_and_the_rest_is_left_out(fields: list[str], expected: object) -> None:
    assert _filter(fields, PERSON) == expected


def test_a_list_at_the_top_is_filtered_by_its_elements() -> None:
    assert _filter(["/*/name"], [PERSON, {"number": 1}, 3]) == [{"name": "Nguyễn Văn A"}, {}]


def test_what_is_kept_is_kept_to_the_byte() -> None:
    raw = b' {"a": {"x" : 1.10, "y":12345678901234567890123} , "b":2, "a": [1.0e2]} '
    assert filter_json(compile_fields(["/a"]), raw) == b'{"a":[1.0e2]}'
    raw = b'{"a": {"x" : 1.10}, "b": 2}'
    assert filter_json(compile_fields(["/a"]), raw) == b'{"a":{"x" : 1.10}}'


def test_of_a_member_that_is_named_twice_the_last_counts() -> None:
    raw = b'{"a":{"b":1},"a":{"b":2,"c":3}}'
    assert filter_json(compile_fields(["/a/b"]), raw) == b'{"a":{"b":2}}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a":1',
        b'{"a":1}{"b":2}',
        b'{"a":1} x',
        b"<a/>",
        b"a,b\n1,2",
        b"3",
        b'"text"',
        b"null",
        b"\xef\xbb\xbf{}",
        b'{"\xff":1}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":"' + b"x" * MAX_FILTERED + b'"}',
    ],
)
def test_what_cannot_be_filtered_is_refused_and_not_quoted(raw: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        filter_json(compile_fields(["/name/first"]), raw)
    assert caught.value.kind is ExchangeErrorKind.UNFILTERED_ANSWER
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ([], "holds 0"),
        (["/a"] * (MAX_FIELDS + 1), f"1 to {MAX_FIELDS}"),
        ([""], "''"),
        (["name"], "begin with `/`"),
        (["/a~"], "`~`"),
        (["/a~2b"], "`~`"),
        (["/~01~"], "`~`"),
        (["/a" * (MAX_FIELD_DEPTH + 1)], f"at most {MAX_FIELD_DEPTH}"),
    ],
)
def test_a_list_of_fields_that_is_wrong_says_how(fields: list[str], part: str) -> None:
    with pytest.raises(ValueError, match="field") as caught:
        compile_fields(fields)
    assert part in str(caught.value)


NAMES = st.sampled_from(["a", "b", "c", "0", "x/y", "~", ""])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)
TOKENS = NAMES | st.just("*")
POINTERS = st.lists(TOKENS, min_size=1, max_size=4)


def _write(tokens: list[str]) -> str:
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def _keep(pointers: list[list[str]], value: Any) -> Any:  # noqa: ANN401 - whatever JSON
    """Say what the rule says, in the slow and plain way; `...` for nothing."""
    if any(not pointer for pointer in pointers):
        return value
    if isinstance(value, dict):
        parts = {
            name: _keep([pointer[1:] for pointer in pointers if pointer[0] in {name, "*"}], found)
            for name, found in value.items()
            if any(pointer[0] in {name, "*"} for pointer in pointers)
        }
        return {name: part for name, part in parts.items() if part is not ...}
    if isinstance(value, list):
        inner = [pointer[1:] for pointer in pointers if pointer[0] == "*"]
        kept = [_keep(inner, found) for found in value] if inner else []
        return [part for part in kept if part is not ...]
    return ...


@given(st.lists(POINTERS, min_size=1, max_size=5), DOCUMENTS)
def test_any_answer_keeps_exactly_what_any_list_names(pointers: list[list[str]], document: object) -> None:
    expected = _keep(pointers, document)
    if expected is ...:
        with pytest.raises(ExchangeError):
            _filter([_write(pointer) for pointer in pointers], document)
    else:
        assert _filter([_write(pointer) for pointer in pointers], document) == expected


@given(
    st.lists(POINTERS, min_size=1, max_size=3),
    st.binary(max_size=60) | st.text(st.sampled_from('{}[]:,"ab1 \\u'), max_size=30).map(str.encode),
)
def test_any_bytes_are_filtered_to_json_or_refused(pointers: list[list[str]], raw: bytes) -> None:
    try:
        filtered = filter_json(compile_fields([_write(pointer) for pointer in pointers]), raw)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.UNFILTERED_ANSWER
    else:
        assert filtered[:1] in {b"{", b"["}


@given(st.lists(st.text(max_size=8), max_size=4))
def test_any_list_of_fields_is_compiled_or_refused(fields: list[str]) -> None:
    try:
        compiled = compile_fields(fields)
    except ValueError as error:
        assert "field" in str(error)
    else:
        assert compiled.fields == tuple(fields)
