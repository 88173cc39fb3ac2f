"""What must hold in a procedure beyond its schemas: names that are named exist, and expressions can be read.

Each check gives faults with file and line; a folder without faults can be loaded. Pure but for reading the folder.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.errors import CasesError
from lienthong.cases.expressions import CASE_WORDS, compile_expression, find_names
from lienthong.cases.form_check import check_form
from lienthong.cases.marked_file import Fault, FaultsError, MarkedFile
from lienthong.cases.procedure_files import ProcedureFiles, make_procedure, read_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from lienthong.cases.marked_file import Place
    from lienthong.cases.procedure import Procedure

VARIANT_FIELD: Final = "variant"
"""The form's question that says which variant is applied for."""


def check_folder(folder: Path) -> tuple[Procedure | None, tuple[Fault, ...]]:
    """Read a folder: the procedure, or None and all that is wrong with it."""
    try:
        read = read_files(folder)
    except FaultsError as error:
        return None, error.faults
    faults = tuple(_check(read))
    if faults:
        return None, tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return make_procedure(read, folder.name), ()


def check_together(procedures: Iterable[Procedure]) -> Iterator[str]:
    """Give what contradicts between versions of one code: of two that hold on one day, neither is the procedure."""
    ordered = sorted(procedures, key=lambda one: (one.code, one.valid_from))
    for earlier, later in pairwise(ordered):
        ends = earlier.valid_to
        if earlier.code == later.code and (ends is None or later.valid_from <= ends):
            until = "without end" if ends is None else f"to {ends}"
            yield (
                f"procedure {later.code}: {earlier.folder} is valid {until}, {later.folder} from {later.valid_from}; "
                f"end {earlier.folder} the day before"
            )


def _check(read: ProcedureFiles) -> Iterator[Fault]:
    fields = frozenset(read.form.value["properties"])
    yield from check_form(read.form)
    yield from _check_days(read.procedure)
    yield from _check_steps(read.procedure, fields)
    yield from _check_names(read.procedure)
    yield from _check_variants(read)
    yield from _check_parameters(read.procedure)


def _check_days(file: MarkedFile) -> Iterator[Fault]:
    windows: list[tuple[Place, dict[str, str]]] = [(("valid",), file.value["valid"])]
    windows += [
        (("parameters", position, "valid"), one["valid"])
        for position, one in enumerate(file.value.get("parameters", ()))
    ]
    for place, valid in windows:
        if "to" in valid and valid["to"] < valid["from"]:
            yield file.fault((*place, "to"), f"{valid['to']} is before from, {valid['from']}")


def _check_steps(file: MarkedFile, fields: Collection[str]) -> Iterator[Fault]:
    """Check that a step's needs stand before it, so that no step waits for itself, and what its expressions name."""
    before: dict[str, frozenset[str]] = {}
    for position, step in enumerate(file.value.get("steps", ())):
        place: Place = ("steps", position)
        if step["id"] in before:
            yield file.fault((*place, "id"), f"{step['id']!r} is another step's id")
        needs: frozenset[str] = frozenset()
        for need in step.get("needs", ()):
            if need not in before:
                yield file.fault((*place, "needs"), f"{need!r} is no step that stands before this one")
            needs |= {need} | before.get(need, frozenset())
        before[step["id"]] = needs
        for name in ("send", "when"):
            if name in step:
                yield from check_expression(file, (*place, name), _Known(fields, needs))
        if "undo" in step:
            yield from check_expression(file, (*place, "undo", "send"), _Known(fields, needs | {step["id"]}))
    for position, fee in enumerate(file.value.get("fees", ())):
        if "when" in fee:
            yield from check_expression(file, ("fees", position, "when"), _Known(fields, frozenset()))


class _Known:
    """What an expression may name: the form's fields, the steps done before, and what is known of every case."""

    def __init__(self, fields: Collection[str], steps: Collection[str]) -> None:
        self._parts = {"form": fields, "steps": steps, "case": CASE_WORDS}

    def find_fault(self, way: tuple[str, ...]) -> str:
        """Say what is wrong with a way into the data; nothing is an empty text."""
        head, *rest = way
        if head not in self._parts:
            return f"{head!r} is none of form, steps, case"
        if not rest or rest[0] in self._parts[head]:
            return ""
        what = {"form": "field of the form", "steps": "step that this one needs", "case": "word about the case"}[head]
        possible = ", ".join(sorted(self._parts[head])) or "none"
        return f"{'.'.join(way)}: {rest[0]!r} is no {what}; possible are {possible}"


def check_expression(file: MarkedFile, place: Place, known: _Known) -> Iterator[Fault]:
    """Check that an expression can be read, and that all it names is there."""
    text: Any = file.value
    for part in place:
        text = text[part]
    try:
        compile_expression(text)
    except CasesError as error:
        yield file.fault(place, error.message)
        return
    for fault in {known.find_fault(way) for way in find_names(text)} - {""}:
        yield file.fault(place, fault)


def _check_names(file: MarkedFile) -> Iterator[Fault]:
    """Check that limits and outcomes name steps, and that a limit is said once."""
    steps = {step["id"] for step in file.value.get("steps", ())}
    seen: set[str] = set()
    for position, limit in enumerate(file.value.get("limits", ())):
        name = limit.get("step", "")
        place: Place = ("limits", position)
        if name not in steps:
            yield file.fault(place, f"step: {name!r} is no step; the limit of the whole is `chain`")
        if name in seen:
            yield file.fault(place, f"step: {name!r} has a limit already")
        seen.add(name)
    if "step" in file.value.get("chain", {}):
        yield file.fault(("chain", "step"), "the chain is of the whole; a step's limit stands in limits")
    for position, outcome in enumerate(file.value.get("outcome", ())):
        if "from" in outcome and outcome["from"] not in steps:
            yield file.fault(("outcome", position, "from"), f"{outcome['from']!r} is no step")


def _check_variants(read: ProcedureFiles) -> Iterator[Fault]:
    names = [variant["name"] for variant in read.procedure.value.get("variants", ())]
    if not names:
        return
    options = list(read.form.value["properties"].get(VARIANT_FIELD, {}).get("x-options", ()))
    if sorted(options) != sorted(names):
        said = f"the form's field {VARIANT_FIELD!r} has the options {', '.join(options) or 'none'}"
        yield read.procedure.fault(("variants",), f"{said}, expected the variants {', '.join(names)}")


def _check_parameters(file: MarkedFile) -> Iterator[Fault]:
    """Check that on no day two amounts hold."""
    windows: dict[str, list[tuple[date, date]]] = {}
    for position, one in enumerate(file.value.get("parameters", ())):
        first = date.fromisoformat(one["valid"]["from"])
        last = date.fromisoformat(one["valid"]["to"]) if "to" in one["valid"] else date.max
        known = windows.setdefault(one["name"], [])
        if any(first <= until and since <= last for since, until in known):
            yield file.fault(("parameters", position), f"{one['name']!r} has another amount in the same time")
        known.append((first, last))
