"""TOML files of this house, read so that a mistake is named with its file, its table and its key."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_Shape = TypeVar("_Shape", bound=msgspec.Struct)


def parse_toml(text: str, source: str, known: str) -> object:
    """Read a file whose only top-level key is `known`, and give its value; None if it is absent."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise bad_settings(source, f"not TOML: {error}") from error
    require_known_keys(tables, (known,), source)
    return tables.get(known)


def convert_table(table: object, shape: type[_Shape], place: str) -> _Shape:
    """Turn a parsed table into `shape`; `place` is file and table, for the message."""
    if not isinstance(table, dict):
        raise bad_settings(place, "expected a table of keys and values")
    require_known_keys(table, shape.__struct_fields__, place)
    try:
        return msgspec.convert(table, shape)
    except msgspec.ValidationError as error:
        raise bad_settings(place, f"{error}".replace("`$.", "`")) from error


def require_known_keys(table: Mapping[str, object], known: Collection[str], place: str) -> None:
    """Refuse a key that nothing reads: a mistyped `purposes` must not silently widen a grant."""
    for key in table:
        if key not in known:
            nearest = get_close_matches(key, known, n=1, cutoff=0.0)
            raise bad_settings(place, f"unknown key {key!r}: did you mean {nearest[0]!r}?")


def bad_settings(place: str, problem: str) -> ExchangeError:
    """Make the error for a mistake in a settings file."""
    return ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{place}: {problem}")
