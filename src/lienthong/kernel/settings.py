"""Settings: one TOML file read into one frozen Struct, then overridden by `LIENTHONG_*` variables.

A key that nothing reads is an error, because a misspelt limit or address would otherwise act as if it were
not there.
"""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import inspect

from lienthong.kernel.errors import KernelError, KernelErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

PREFIX: Final = "LIENTHONG_"
"""Begins the name of each variable that overrides a setting."""

_SECTION_MARK: Final = "__"
"""Stands for the dot: `LIENTHONG_PEERS__PORT` overrides `port` under `[peers]`."""

_TEXTUAL: Final = (inspect.StrType, inspect.LiteralType, inspect.EnumType)
"""Fields whose variable is taken as it stands, without the quotes of TOML."""

Shape = TypeVar("Shape", bound=msgspec.Struct)


def load_settings(path: Path, shape: type[Shape], environ: Mapping[str, str]) -> Shape:
    """Read a TOML file into `shape`, with the variables of `environ` laid over it.

    A variable names a field by its path in capitals. Its text is read as the field's type; lists and other
    compound values are written as in TOML. Errors: `SETTINGS_MISSING` (no file), `SETTINGS_MALFORMED` (not
    TOML), `SETTINGS_UNKNOWN_KEY` (names the key, its place and the nearest known one), `SETTINGS_INVALID`
    (type, missing).
    """
    described = inspect.type_info(shape)
    document = _read_toml(path)
    for unknown in _unknown_keys(document, described, ()):
        raise _unknown_key(str(path), unknown, _known_keys(described))
    for name in sorted(environ):
        if name.startswith(PREFIX):
            _override(document, described, name, environ[name])
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        raise KernelError(KernelErrorKind.SETTINGS_INVALID, f"settings of {path}: {error}") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        message = f"settings file {path} cannot be read ({error.strerror}); create it or name another"
        raise KernelError(KernelErrorKind.SETTINGS_MISSING, message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"settings file {path}: expected TOML, got {error}"
        raise KernelError(KernelErrorKind.SETTINGS_MALFORMED, message) from error


def _unknown_keys(value: object, expected: inspect.Type, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give the path of each key of `value` that no Struct in `expected` has.

    The keys of a free table (a dict) are all known.
    """
    if isinstance(value, list):
        for item in _item_types(expected):
            for index, element in enumerate(value):
                yield from _unknown_keys(element, item, (*place, str(index)))
    if not isinstance(value, dict):
        return
    for struct in _of_type(expected, inspect.StructType):
        fields = {field.encode_name: field.type for field in struct.fields}
        for key, inner in value.items():
            if key in fields:
                yield from _unknown_keys(inner, fields[key], (*place, key))
            else:
                yield (*place, key)
    for table in _of_type(expected, inspect.DictType):
        for key, inner in value.items():
            yield from _unknown_keys(inner, table.value_type, (*place, key))


def _override(document: dict[str, Any], described: inspect.Type, name: str, text: str) -> None:
    path = tuple(name.removeprefix(PREFIX).lower().split(_SECTION_MARK))
    section: Any = document
    expected = described
    for depth, part in enumerate(path):
        if not isinstance(section, dict):
            return  # The file has a plain value in the table's place, which the conversion refuses.
        field = _find_field(expected, part)
        if field is None:
            raise _unknown_key(f"variable {name}", path, _known_keys(described))
        expected = field.type
        if depth < len(path) - 1:
            section = section.setdefault(field.encode_name, {})
        else:
            section[field.encode_name] = _read_variable(name, text, expected)


def _read_variable(name: str, text: str, expected: inspect.Type) -> object:
    if any(isinstance(alternative, _TEXTUAL) for alternative in _alternatives(expected)):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        message = f"variable {name}: expected a value as TOML writes it, got {text!r}"
        raise KernelError(KernelErrorKind.SETTINGS_INVALID, message) from error


def _find_field(expected: inspect.Type, part: str) -> inspect.Field | None:
    for struct in _of_type(expected, inspect.StructType):
        for field in struct.fields:
            if field.encode_name.replace("-", "_").lower() == part:
                return field
    return None


def _known_keys(expected: inspect.Type, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for struct in _of_type(expected, inspect.StructType):
        for field in struct.fields:
            yield (*place, field.encode_name)
            yield from _known_keys(field.type, (*place, field.encode_name))
    for item in _item_types(expected):
        yield from _known_keys(item, place)


_Kind = TypeVar("_Kind", bound=inspect.Type)


def _of_type(expected: inspect.Type, kind: type[_Kind]) -> list[_Kind]:
    return [alternative for alternative in _alternatives(expected) if isinstance(alternative, kind)]


def _alternatives(expected: inspect.Type) -> tuple[inspect.Type, ...]:
    return expected.types if isinstance(expected, inspect.UnionType) else (expected,)


def _item_types(expected: inspect.Type) -> list[inspect.Type]:
    return [
        alternative.item_type
        for alternative in _alternatives(expected)
        if isinstance(alternative, inspect.ListType | inspect.VarTupleType)
    ]


def _unknown_key(where: str, key: tuple[str, ...], known: Iterable[tuple[str, ...]]) -> KernelError:
    names = sorted({".".join(path) for path in known})
    named = ".".join(key)
    # Without indices a key inside a list of tables is compared with its known form.
    bare = ".".join(part for part in key if not part.isdecimal())
    nearest = difflib.get_close_matches(bare, names, n=1, cutoff=0.0)
    hint = f"the nearest known one is {nearest[0]!r}" if nearest else "none is known here"
    return KernelError(KernelErrorKind.SETTINGS_UNKNOWN_KEY, f"{where}: unknown setting {named!r}; {hint}")
