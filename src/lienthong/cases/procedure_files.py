"""Reading a procedure's folder: procedure.yaml and its form, checked against the schemas, then as values.

What the schemas cannot say is checked by catalogue_check.py. A folder is one version of a procedure.
"""

from __future__ import annotations

import json
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from jsonschema import Draft202012Validator, FormatChecker

from lienthong.cases.form_parts import (
    Field,
    FieldKind,
    Form,
    FormPage,
    NumberCheck,
    Option,
    PersonMatch,
    Prefill,
    Words,
)
from lienthong.cases.marked_file import Fault, FaultsError, MarkedFile, read_marked
from lienthong.cases.procedure import (
    Call,
    Fee,
    Legal,
    Limit,
    Outcome,
    Parameter,
    Procedure,
    Step,
    Variant,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROCEDURE_FILE: Final = "procedure.yaml"

MOST_FAULTS: Final = 20
"""How many faults of one file are named; the rest are most often the same."""

_LIMIT_LENGTHS: Final = {FieldKind.TEXT: 200, FieldKind.LONG_TEXT: 2000, FieldKind.NAME: 100}


class ProcedureFiles(NamedTuple):
    """Both files of a folder as they were read, for messages."""

    procedure: MarkedFile
    form: MarkedFile


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Load one of the schemas that stand beside this house's code."""
    schema: dict[str, Any] = json.loads(files("lienthong.cases").joinpath("data", name).read_text("utf-8"))
    return schema


def read_files(folder: Path) -> ProcedureFiles:
    """Read both files and check each against its schema; raises `FaultsError` with all that is wrong."""
    procedure = read_marked(folder / PROCEDURE_FILE, f"{folder.name}/{PROCEDURE_FILE}")
    faults = check_schema(procedure, "procedure.schema.json")
    if faults:
        raise FaultsError(*faults)
    form_file = folder / procedure.value["form"]
    if not form_file.is_file():
        raise FaultsError(procedure.fault(("form",), f"the folder has no file {form_file.name!r}"))
    form = read_marked(form_file, f"{folder.name}/{form_file.name}")
    faults = check_schema(form, "form.schema.json")
    if faults:
        raise FaultsError(*faults)
    return ProcedureFiles(procedure, form)


def check_schema(file: MarkedFile, schema: str) -> list[Fault]:
    """Give what a file says otherwise than its schema, in the order of its lines."""
    validator = Draft202012Validator(load_schema(schema), format_checker=FormatChecker(["date"]))
    faults = [file.fault(list(error.absolute_path), _say(error)) for error in validator.iter_errors(file.value)]
    return sorted(set(faults), key=lambda fault: (fault.line, fault.text))[:MOST_FAULTS]


def _say(error: Any) -> str:  # noqa: ANN401 # jsonschema has no types
    """Say a schema's error in the words of who writes the file."""
    expected, got = error.validator_value, error.instance
    match error.validator:
        case "required":
            said = f"expected {', '.join(name for name in expected if name not in got)}"
        case "additionalProperties":
            known = set(error.schema.get("properties", ()))
            extra = ", ".join(name for name in got if name not in known)
            said = f"nobody reads {extra}; possible are {', '.join(sorted(known))}"
        case "enum":
            said = f"got {got!r}, expected one of {', '.join(map(str, expected))}"
        case "pattern":
            said = f"got {got!r}, which is not of the form {expected}"
        case "type":
            said = f"expected {expected}, got {got!r}"
        case "format":
            said = f"{got!r} is no day of the calendar"
        case "not":
            said = f"{' and '.join(expected['required'])} does not go with this rule"
        case _:
            said = str(error.message)
    return said


def make_procedure(read: ProcedureFiles, folder: str) -> Procedure:
    """Make the procedure of files that were checked."""
    told = read.procedure.value
    legal = tuple(_legal(one) for one in told["legal"])
    limits = tuple(_limit(one, legal[0]) for one in told.get("limits", ()))
    valid_from, valid_to = _valid(told["valid"])
    return Procedure(
        code=told["code"],
        valid_from=valid_from,
        valid_to=valid_to,
        legal=legal,
        form=make_form(read.form.value),
        limits=limits,
        chain=_limit(told["chain"], legal[0]) if "chain" in told else None,
        fees=tuple(_convert(Fee, one, legal=_legal_or(one, legal[0])) for one in told.get("fees", ())),
        parameters=tuple(_parameter(one, legal[0]) for one in told.get("parameters", ())),
        steps=tuple(_step(one, limits) for one in told.get("steps", ())),
        outcome=tuple(_outcome(one) for one in told.get("outcome", ())),
        variants=tuple(msgspec.convert(one, Variant) for one in told.get("variants", ())),
        folder=folder,
        **_same_named(told),
    )


def make_form(told: Mapping[str, Any]) -> Form:
    """Make the form of a schema that was checked."""
    needed = set(told.get("required", ()))
    fields = {name: _field(name, one, is_needed=name in needed) for name, one in told["properties"].items()}
    pages = tuple(
        FormPage(
            name=page["name"],
            title=_words(page["title"]),
            hint=_words(page.get("hint", _NOTHING)),
            fields=tuple(fields[name] for name in page["fields"] if name in fields),
        )
        for page in told["x-pages"]
    )
    return Form(
        pages=pages,
        matches=msgspec.convert(told.get("x-matches", ()), tuple[PersonMatch, ...]),
        number_checks=msgspec.convert(told.get("x-number-checks", ()), tuple[NumberCheck, ...]),
        schema=dict(told),
    )


_NOTHING: Final = {"vi": "", "en": ""}
_PLAIN: Final = (
    "title",
    "summary",
    "field",
    "keywords",
    "bring",
    "code_status",
    "authority",
    "level",
    "replaces",
    "run_by",
)


def _same_named(told: Mapping[str, Any]) -> dict[str, Any]:
    types = {field.name: field.type for field in msgspec.structs.fields(Procedure)}
    return {name: msgspec.convert(told[name], types[name]) for name in _PLAIN if name in told}


def _convert(shape: type[Any], told: Mapping[str, Any], **more: object) -> Any:  # noqa: ANN401 # of `shape`
    types = {field.name: field.type for field in msgspec.structs.fields(shape)}
    same = {name: msgspec.convert(told[name], types[name]) for name in types if name in told and name not in more}
    return shape(**same, **more)


def _words(told: Mapping[str, str]) -> Words:
    return Words(told["vi"], told["en"])


def _legal(told: Mapping[str, Any]) -> Legal:
    return msgspec.convert(told, Legal)


def _legal_or(told: Mapping[str, Any], otherwise: Legal) -> Legal:
    return _legal(told["legal"]) if "legal" in told else otherwise


def _valid(told: Mapping[str, str]) -> tuple[date, date | None]:
    return date.fromisoformat(told["from"]), date.fromisoformat(told["to"]) if "to" in told else None


def _limit(told: Mapping[str, Any], otherwise: Legal) -> Limit:
    at = {"time": time.fromisoformat(told["time"])} if "time" in told else {}
    limit: Limit = _convert(Limit, told, legal=_legal_or(told, otherwise), **at)
    return limit


def _parameter(told: Mapping[str, Any], otherwise: Legal) -> Parameter:
    first, last = _valid(told["valid"])
    parameter: Parameter = _convert(Parameter, told, legal=_legal_or(told, otherwise), valid_from=first, valid_to=last)
    return parameter


def _step(told: Mapping[str, Any], limits: tuple[Limit, ...]) -> Step:
    undo = _convert(Call, told["undo"]) if "undo" in told else None
    limit = next((limit for limit in limits if limit.step == told["id"]), None)
    step: Step = _convert(Step, told, undo=undo, limit=limit)
    return step


def _outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(document=told["document"], title=_words(told["title"]), from_step=told.get("from", ""))


def _field(name: str, told: Mapping[str, Any], *, is_needed: bool) -> Field:
    kind = FieldKind(told["x-kind"])
    return Field(
        name=name,
        kind=kind,
        label=_words(told["x-label"]),
        hint=_words(told.get("x-hint", _NOTHING)),
        required=is_needed or told.get("x-required", False),
        options=tuple(Option(value, _words(label)) for value, label in told.get("x-options", {}).items()),
        prefill=msgspec.convert(told["x-prefill"], Prefill) if "x-prefill" in told else None,
        when=told.get("x-when", ""),
        own=told.get("x-own", False),
        sensitive=told.get("x-sensitive", False),
        min_length=told.get("minLength", 0),
        max_length=told.get("maxLength", _LIMIT_LENGTHS.get(kind, 200)),
        minimum=told.get("minimum"),
        maximum=told.get("maximum"),
        not_after_today=told.get("x-not-after-today", False),
        not_before=told.get("x-not-before", ""),
    )
