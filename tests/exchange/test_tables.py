from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.tables import convert_table, parse_toml


class Shape(msgspec.Struct):
    name: str
    size: int = 1


def test_the_one_table_of_a_file_is_given() -> None:
    assert parse_toml("[things.a]\nx = 1\n", "f.toml", "things") == {"a": {"x": 1}}
    assert parse_toml("", "f.toml", "things") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[thing.a]", "f.toml: unknown key 'thing': did you mean 'things'?"),
        ("things = ", "f.toml: not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(text: str, message: str) -> None:
    with pytest.raises(ExchangeError) as caught:
        parse_toml(text, "f.toml", "things")
    assert caught.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"name": "x", "siz": 2}, "f: unknown key 'siz': did you mean 'size'?"),
        ({"zzz": 2}, "f: unknown key 'zzz': did you mean '"),
        ({"name": "x", "size": "2"}, "f: Expected `int`, got `str` - at `size`"),
        ({"size": 2}, "f: Object missing required field `name`"),
        ([], "f: expected a table of keys and values"),
    ],
)
def test_a_wrong_key_is_named_with_its_place(table: object, message: str) -> None:
    with pytest.raises(ExchangeError) as caught:
        convert_table(table, Shape, "f")
    assert str(caught.value).startswith(message)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_toml(text, "f.toml", "things")
    except ExchangeError as error:
        assert str(error).startswith("f.toml: ")
