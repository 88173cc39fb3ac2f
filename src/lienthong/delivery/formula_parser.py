"""Reads formulas: `ratio(HEAD, HEAD@country)`, `streak(growth(GRDP) >= 10 "percent")`, `A / B[-1]`. Pure.

    formula    = term {("+" | "-") term}
    term       = factor {("*" | "/") factor}
    factor     = "-" factor | number ["unit"] | reference | function | "(" formula ")"
    reference  = CODE ["{" breakdown "}"] ["@" ("country" | area)] ["[" (-steps | period) "]"]
    function   = name "(" formula {"," formula} ["," period] ")"
               | "streak(" formula (">=" | ">" | "<=" | "<") formula ")"

Codes are in capitals, functions in small letters. An error names the position in the text, counted from 1.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, NamedTuple, NoReturn

from lienthong.delivery.breakdowns import parse_breakdown, write_breakdown
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.formula_tree import (
    ARGUMENTS,
    COUNTRY,
    WITH_PERIOD,
    Call,
    Comparator,
    Function,
    Negation,
    Node,
    Number,
    Operation,
    Operator,
    Reference,
    Streak,
)
from lienthong.delivery.periods import Period, parse_period
from lienthong.delivery.units import ONE, parse_unit
from lienthong.delivery.words import TOTAL

MOST_CHARACTERS: Final = 500
MOST_DEPTH: Final = 40
"""Formulas are written by people; what is longer or deeper is no formula of ours."""

_TOKEN: Final = re.compile(
    r"""(?P<space>[ ]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<code>[A-Z][A-Z0-9_]*)
      | (?P<name>[a-z][a-z_]*)
      | (?P<unit>"[^"]*")
      | (?P<breakdown>\{[^}]*\})
      | (?P<bracket>\[[^\]]*\])
      | (?P<sign>>=|<=|[-+*/()<>,@])""",
    re.VERBOSE,
)
_AREA: Final = re.compile(r"VN|[0-9]{2}|[0-9]{3}|[0-9]{5}")
_LAG: Final = re.compile(r"-[1-9][0-9]?")


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse_formula(text: str) -> Node:
    """Read a formula; raises `BAD_FORMULA`, or `BAD_UNIT`, `BAD_PERIOD` and `BAD_CELL` for what stands in it."""
    if len(text) > MOST_CHARACTERS:
        _refuse(text, MOST_CHARACTERS, f"it has more than {MOST_CHARACTERS} characters")
    reader = _Reader(text)
    node = reader.read_formula()
    reader.require_end()
    return node


class _Reader:
    """Reads from left to right and never back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _split(text)
        self._place = 0
        self._depth = 0

    def read_formula(self) -> Node:
        node = self._read_term()
        while (token := self._take("+", "-")) is not None:
            node = Operation(Operator(token.text), node, self._read_term(), token.position)
        return node

    def require_end(self) -> None:
        if self._next.kind != "end":
            self._expect("the end or an operator")

    def _read_term(self) -> Node:
        node = self._read_factor()
        while (token := self._take("*", "/")) is not None:
            node = Operation(Operator(token.text), node, self._read_factor(), token.position)
        return node

    def _read_factor(self) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            _refuse(self._text, self._next.position, f"it is nested deeper than {MOST_DEPTH}")
        node = self._read_part()
        self._depth -= 1
        return node

    def _read_part(self) -> Node:
        token = self._next
        if self._take("-"):
            return Negation(self._read_factor(), token.position)
        if self._take("("):
            node = self.read_formula()
            self._require(")")
            return node
        if token.kind in {"number", "code", "name"}:
            self._place += 1
            readers = {"number": self._read_number, "code": self._read_reference, "name": self._read_function}
            return readers[token.kind](token)
        return self._expect("a number, an indicator's code, a function or a bracket")

    def _read_number(self, token: _Token) -> Node:
        unit = self._take_kind("unit")
        return Number(Fraction(token.text), parse_unit(unit[1:-1]) if unit else ONE, token.position)

    def _read_reference(self, token: _Token) -> Node:
        braces = self._take_kind("breakdown")
        breakdown = write_breakdown(parse_breakdown(braces[1:-1])) if braces else TOTAL
        area = self._read_area() if self._take("@") else ""
        bracket = self._take_kind("bracket")
        inside = bracket[1:-1] if bracket else ""
        if not inside and not bracket:
            return Reference(token.text, token.position, area, breakdown=breakdown)
        if _LAG.fullmatch(inside):
            return Reference(token.text, token.position, area, int(inside), breakdown=breakdown)
        return Reference(token.text, token.position, area, period=parse_period(inside), breakdown=breakdown)

    def _read_area(self) -> str:
        token = self._next
        if token.text != COUNTRY and not _AREA.fullmatch(token.text):
            self._expect("`country` or the code of an area")
        self._place += 1
        return token.text

    def _read_function(self, token: _Token) -> Node:
        if token.text not in set(Function):
            self._place -= 1
            self._expect(f"a function ({', '.join(Function)})")
        function = Function(token.text)
        self._require("(")
        node = self._read_streak(token) if function is Function.STREAK else self._read_call(function, token)
        self._require(")")
        return node

    def _read_streak(self, token: _Token) -> Node:
        left = self.read_formula()
        compared = self._take(*Comparator)
        if compared is None:
            return self._expect("a comparison: >=, >, <= or <")
        return Streak(left, Comparator(compared.text), self.read_formula(), token.position)

    def _read_call(self, function: Function, token: _Token) -> Node:
        arguments = [self.read_formula()]
        for _ in range(ARGUMENTS[function] - 1):
            self._require(",")
            arguments.append(self.read_formula())
        period = self._read_period() if function in WITH_PERIOD else None
        return Call(function, tuple(arguments), token.position, period)

    def _read_period(self) -> Period:
        self._require(",")
        token = self._next
        if token.kind != "number":
            self._expect("a year such as 2015")
        self._place += 1
        return parse_period(token.text)

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *signs: str) -> _Token | None:
        token = self._next
        if token.kind != "sign" or token.text not in signs:
            return None
        self._place += 1
        return token

    def _take_kind(self, kind: str) -> str:
        token = self._next
        if token.kind != kind:
            return ""
        self._place += 1
        return token.text

    def _require(self, sign: str) -> None:
        if self._take(sign) is None:
            self._expect(f"`{sign}`")

    def _expect(self, what: str) -> NoReturn:
        token = self._next
        _refuse(self._text, token.position, f"expected {what}, got {token.text or 'the end'}")


def _split(text: str) -> list[_Token]:
    tokens, place = [], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            _refuse(text, place, f"{text[place]!r} means nothing here")
        if found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup or "", found[0], place))
        place = found.end()
    return [*tokens, _Token("end", "", place)]


def _refuse(text: str, place: int, reason: str) -> NoReturn:
    message = f"the formula {text!r} at position {place + 1}: {reason}"
    raise DeliveryError(DeliveryErrorKind.BAD_FORMULA, message)
