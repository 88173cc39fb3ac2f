"""What of a service's JSON answer a grant lets through: a keep-list of fields, the rest is left out.

A field is a JSON pointer (RFC 6901) in which the token `*` is every element of an array and every member of an object:
`/items/*/code`. What it names is kept whole; objects and arrays on the way to it are kept with nothing else in them,
and an array's elements are reached by `*` alone. What is kept is copied byte for byte, so that no number changes; of a
member that is named twice the last counts. Pure.
"""

from __future__ import annotations

from typing import Final

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

MAX_FIELDS: Final = 256
MAX_FIELD_DEPTH: Final = 16
"""Tokens of one pointer; each is one more pass over what lies below it."""
MAX_FILTERED: Final = 1024 * 1024
"""Bytes of an answer; filtering as many takes the loop some 30 ms."""

_EACH: Final = "*"
_BLANKS: Final = b" \t\r\n"


class _Node(msgspec.Struct, frozen=True):
    """What is kept of one value: all of it, or of its members those named, and of all others what `each` says."""

    is_whole: bool = False
    members: dict[str, _Node] = {}
    each: _Node | None = None


class FieldFilter(msgspec.Struct, frozen=True):
    """A compiled keep-list; `fields` as the settings have it."""

    fields: tuple[str, ...]
    root: _Node


def compile_fields(fields: list[str]) -> FieldFilter:
    """Compile a keep-list; ValueError says what is wrong with it."""
    if not 0 < len(fields) <= MAX_FIELDS:
        message = f"fields holds {len(fields)}: expected 1 to {MAX_FIELDS} pointers such as /name or /items/*/code"
        raise ValueError(message)
    return FieldFilter(tuple(fields), _gather([_read_pointer(field) for field in fields]))


def filter_json(kept: FieldFilter, raw: bytes) -> bytes:
    """Give an answer with the fields of `kept` alone; UNFILTERED_ANSWER if it is not JSON with fields."""
    if len(raw) > MAX_FILTERED:
        raise unfiltered(f"its {len(raw)} bytes are more than the {MAX_FILTERED} that a grant with fields lets through")
    try:
        filtered = _filter(kept.root, raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unfiltered("it is not JSON") from error
    if filtered is None:
        raise unfiltered("it is neither an object nor an array")
    return filtered


def unfiltered(why: str) -> ExchangeError:
    """Make the error for an answer that the grant's fields cannot be applied to; it quotes nothing of the answer."""
    return ExchangeError(
        ExchangeErrorKind.UNFILTERED_ANSWER, f"the grant lets some fields of the answer through, and {why}"
    )


def _filter(node: _Node, raw: bytes) -> bytes | None:
    """Give what is kept of a value; None if nothing is, not even its braces."""
    if node.is_whole:
        return raw
    first = raw.lstrip(_BLANKS)[:1]
    if first == b"{":
        members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        kept = [
            msgspec.json.encode(name) + b":" + value
            for name, found in members.items()
            if (part := node.members.get(name, node.each)) is not None
            and (value := _filter(part, bytes(found))) is not None
        ]
        return b"{" + b",".join(kept) + b"}"
    if first == b"[":
        elements = msgspec.json.decode(raw, type=list[msgspec.Raw])
        each = node.each
        if each is None:
            return b"[]"
        return b"[" + b",".join([value for found in elements if (value := _filter(each, bytes(found)))]) + b"]"
    return None


def _read_pointer(field: str) -> list[str]:
    if not field.startswith("/"):
        message = f"the field {field!r} does not begin with `/`"
        raise ValueError(message)
    tokens = field[1:].split("/")
    if len(tokens) > MAX_FIELD_DEPTH:
        message = f"the field {field!r} has {len(tokens)} parts, at most {MAX_FIELD_DEPTH}"
        raise ValueError(message)
    for token in tokens:
        if "~" in token.replace("~0", "").replace("~1", ""):
            message = f"the field {field!r} holds `~`: expected `~0` for `~` and `~1` for `/`"
            raise ValueError(message)
    return [token if token == _EACH else token.replace("~1", "/").replace("~0", "~") for token in tokens]


def _gather(pointers: list[list[str]]) -> _Node:
    """Make the node of pointers that begin at one value; what `*` keeps is kept of every named member too."""
    if any(not tokens for tokens in pointers):
        return _Node(is_whole=True)
    of_each = [tokens[1:] for tokens in pointers if tokens[0] == _EACH]
    members = {
        name: _gather([tokens[1:] for tokens in pointers if tokens[0] == name] + of_each)
        for name in {tokens[0] for tokens in pointers} - {_EACH}
    }
    return _Node(members=members, each=_gather(of_each) if of_each else None)
