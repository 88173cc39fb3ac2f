"""A procedure in lines, for the command line: what it asks and does, and how two versions differ. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.cases.explanation import tell_legal
from lienthong.cases.procedure import LimitRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lienthong.cases.form_parts import Field
    from lienthong.cases.procedure import Limit, Procedure, Step

_NAMES: Final = ("id", "name", "code", "value", "document", "step")
"""What a part of a list is called by, the first that it has."""


def describe(procedure: Procedure) -> Iterator[str]:
    """Give a procedure in lines for people who write procedures."""
    until = "" if procedure.valid_to is None else f" to {procedure.valid_to}"
    yield f"{procedure.code}  {procedure.title.vi}"
    yield f"          {procedure.title.en}"
    yield f"code: {procedure.code_status}; valid from {procedure.valid_from}{until}; folder {procedure.folder}"
    if procedure.replaces:
        yield f"replaces {procedure.replaces}"
    yield f"received by: {procedure.authority}; sign-in level {procedure.level}; run by {procedure.run_by}"
    yield from (f"legal: {tell_legal(legal)}" for legal in procedure.legal)
    if procedure.chain is not None:
        yield f"term of the whole: {_tell_limit(procedure.chain)}"
    yield from (f"variant {one.name}: {one.title.vi}" for one in procedure.variants)
    for step in procedure.steps:
        yield from _describe_step(step)
    yield from (f"fee {fee.name}: {fee.amount} đồng [{tell_legal(fee.legal)}]" for fee in procedure.fees)
    for one in procedure.parameters:
        ends = "" if one.valid_to is None else f" to {one.valid_to}"
        yield f"amount {one.name}: {one.amount} đồng from {one.valid_from}{ends} [{tell_legal(one.legal)}]"
    yield from (f"outcome {one.document}: {one.title.vi}" for one in procedure.outcome)
    for page in procedure.form.pages:
        yield f"page {page.name}: {page.title.vi}"
        yield from (_describe_field(field) for field in page.fields)


def _describe_step(step: Step) -> Iterator[str]:
    after = f" after {', '.join(step.needs)}" if step.needs else ""
    when = f" when {step.when}" if step.when else ""
    yield f"step {step.id}: {step.agency}/{step.service}{step.path}{after}{when}"
    if step.limit is not None:
        yield f"    term: {_tell_limit(step.limit)}"
    yield f"    undo: {f'{step.undo.service}{step.undo.path}' if step.undo else 'an officer, by hand'}"


def _tell_limit(limit: Limit) -> str:
    if limit.rule is LimitRule.SAME_DAY_BEFORE:
        told = f"the same working day up to {limit.time:%H:%M}, else the next"
    else:
        more = "" if limit.if_verification is None else f", {limit.if_verification} with verification"
        told = f"{limit.working_days} working days{more}"
    return f"{told} [{tell_legal(limit.legal)}]"


def _describe_field(field: Field) -> str:
    marks = ["required" if field.required else "optional"]
    marks += ["about the applicant"] * field.own + ["sensitive"] * field.sensitive
    if field.prefill is not None:
        marks.append(f"filled in from {field.prefill.service}: {field.prefill.path}")
    if field.when:
        marks.append(f"when {field.when}")
    return f"    {field.name} ({field.kind}): {field.label.vi}; {', '.join(marks)}"


def compare(one: Procedure, other: Procedure) -> Iterator[str]:
    """Give what differs between two procedures: `-` only in the first, `+` only in the second, `~` in both."""
    before, after = (dict(_flatten(_plain(each), ())) for each in (one, other))
    for place in dict.fromkeys((*before, *after)):
        name = ".".join(place)
        if place not in after:
            yield f"- {name}: {before[place]}"
        elif place not in before:
            yield f"+ {name}: {after[place]}"
        elif before[place] != after[place]:
            yield f"~ {name}: {before[place]} -> {after[place]}"


def _plain(procedure: Procedure) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(procedure)
    told["form"].pop("schema")
    told.pop("folder")
    return told


def _flatten(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 # JSON
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flatten(part, (*place, name))
    elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        for name, part in _name_parts(value):
            yield from _flatten(part, (*place, name))
    elif isinstance(value, list | tuple):
        yield from ([(place, ", ".join(map(str, value)))] if value else [])
    elif value not in {None, ""}:
        yield place, " ".join(str(value).split())


def _name_parts(parts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Call parts of a list by their own names, so that one put in between is one difference; a second by its place."""
    seen: dict[str, int] = {}
    for number, part in enumerate(parts, 1):
        name = next((str(part[key]) for key in _NAMES if part.get(key)), str(number))
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})", part
