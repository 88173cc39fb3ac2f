"""JMESPath as procedures use it: what a step sends, when it applies, when a question is asked.

An expression sees `form` (the answers), `steps` (the results, by step id) and `case`; a form's own conditions see the
answers alone. What is missing is null, and null is false.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError

from lienthong.cases.errors import CasesError, CasesErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEPT: Final = 512
"""How many expressions stay compiled; all procedures together have fewer."""

CASE_WORDS: Final = frozenset({"code", "today", "received_on", "procedure", "applicant", "unit", "amounts"})
"""What `case` has: texts, the applicant's number, and the dated amounts of the procedure by name."""


@lru_cache(maxsize=KEPT)
def compile_expression(text: str) -> Any:  # noqa: ANN401 # jmespath has no types
    """Compile an expression; raises BAD_PROCEDURE that says where it cannot be read."""
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        said = " ".join(str(error).split())
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, f"expression {text!r}: {said}") from error


_UNFIT: Final = (JMESPathError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
"""What searching raises: the library's own errors, and Python's where a function meets what it did not foresee."""


def evaluate(text: str, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 # a JSON value
    """Give the JSON value of an expression; raises BAD_PROCEDURE if it does not fit the data."""
    try:
        return compile_expression(text).search(data)
    except _UNFIT as error:
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, f"expression {text!r} does not fit: {error}") from error


def is_true(text: str, data: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds; an empty one does, and one that does not fit what is there does not."""
    try:
        return not text or bool(compile_expression(text).search(data))
    except JMESPathTypeError:
        return False


def find_names(text: str) -> Iterator[tuple[str, ...]]:
    """Give the ways into the data that an expression names, such as `("form", "child_name")`."""
    yield from _walk(compile_expression(text).parsed)


def _walk(node: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """What stands behind a dot or a filter sees the part before it, not the whole, and names nothing of it."""
    children = node.get("children", [])
    if node["type"] == "field":
        yield (node["value"],)
    elif node["type"] == "subexpression":
        yield tuple(child["value"] for child in children if child["type"] == "field")
    elif node["type"] in {"projection", "filter_projection", "value_projection", "pipe"}:
        yield from _walk(children[0])
    else:
        for child in children:
            yield from _walk(child)
