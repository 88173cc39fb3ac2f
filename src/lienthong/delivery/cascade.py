"""From a promise to its proof: directive, programme or plan, task, target, indicator, observations, records behind.

The tree is data; each node says what it is and its key, so that a page can make every step a link. All rows of one kind
are read at once, so that a tree costs as many queries whether it has ten steps or ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db.models import F, Window
from django.db.models.functions import DenseRank

from lienthong.delivery.directive_words import RelationKind
from lienthong.delivery.formula_parser import parse_formula
from lienthong.delivery.formula_tree import list_references
from lienthong.delivery.models import (
    Directive,
    DirectivePart,
    DirectiveRelation,
    Indicator,
    Observation,
    Plan,
    Target,
    Task,
    TaskAsk,
    TaskProof,
)
from lienthong.delivery.words import find_country

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

Row = TypeVar("Row")
Measure = tuple[str, str, str]
"""What a figure is of: an indicator's code, an area, a breakdown."""

OBSERVATIONS: Final = 5
"""How many of the latest figures stand under an indicator; its own page has all."""
DEPTH: Final = 6
"""Centre, province, commune, with programmes and plans between: deeper is no cascade that anybody reads."""


class NodeKind(StrEnum):
    """What a step of the cascade is; its key is of that kind."""

    DIRECTIVE = "directive"
    """Key: the register's row."""
    PART = "part"
    """Key: its path within the directive above."""
    TASK = "task"
    """Key: its code."""
    PROOF = "proof"
    """Key: the file's row."""
    ASK = "ask"
    """Key: the message id; `note` has the exchange's id, which leads to the evidence."""
    TARGET = "target"
    """Key: `PLAN/TARGET`."""
    INDICATOR = "indicator"
    """Key: its code; `note` has the area. Below a computed one stand those that it is computed from."""
    OBSERVATION = "observation"
    """Key: its row."""
    RECORD = "record"
    """What an observation was counted from or read in. Key: `ORIGIN:REFERENCE`."""


@dataclass(frozen=True, slots=True)
class CascadeNode:
    """One step: `title` for people, `note` a state or value beside it."""

    kind: NodeKind
    key: str
    title: str
    note: str = ""
    children: tuple[CascadeNode, ...] = ()


def build_cascade(directive: Directive) -> CascadeNode:
    """Give the whole tree below a directive."""
    return _read_rows(directive).show_directive(directive, DEPTH)


def list_above(directive: Directive) -> list[Directive]:
    """List what a directive implements, for the way up."""
    rows = directive.relations.filter(kind=RelationKind.IMPLEMENTS).select_related("other")
    return [row.other for row in rows.order_by("other__issued_on", "pk")]


def list_plans_of(directives: Iterable[Directive]) -> dict[int, list[Plan]]:
    """List the plans that directives are, by the directive's row, with one query.

    A plan whose document's number is not known is found by the issuer: a congress issues one resolution.
    """
    listed = list(directives)
    plans = list(Plan.objects.filter(directive_issuer__in={each.issuer for each in listed}).order_by("code"))
    return {each.pk: [plan for plan in plans if _is_plan_of(plan, each)] for each in listed}


def count_nodes(node: CascadeNode, kind: NodeKind) -> int:
    """Count the steps of one kind in a tree."""
    return (node.kind is kind) + sum(count_nodes(child, kind) for child in node.children)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every row that stands below a directive, by the one that it stands under."""

    below: Mapping[int, Sequence[Directive]]
    parts: Mapping[int, Sequence[DirectivePart]]
    tasks: Mapping[int | None, Sequence[Task]]
    proofs: Mapping[int, Sequence[TaskProof]]
    asks: Mapping[int, Sequence[TaskAsk]]
    plans: Mapping[int, Sequence[Plan]]
    targets: Mapping[str, Sequence[Target]]
    """By the plan's code, each in its last version, in the document's order."""
    indicators: Mapping[str, Indicator]
    observations: Mapping[Measure, Sequence[Observation]]
    """The latest first."""

    def show_directive(self, directive: Directive, depth: int) -> CascadeNode:
        tasks = self.tasks.get(directive.pk, ())
        children = [
            CascadeNode(NodeKind.PART, part.path, part.heading, "", self._show_tasks(tasks, part.path))
            for part in self.parts.get(directive.pk, ())
        ]
        children += self._show_tasks(tasks, "")
        for plan in self.plans.get(directive.pk, ()):
            children += [self._show_target(target) for target in self.targets.get(plan.code, ())]
        if depth > 1:
            children += [self.show_directive(each, depth - 1) for each in self.below.get(directive.pk, ())]
        return CascadeNode(NodeKind.DIRECTIVE, str(directive.pk), directive.title, directive.number, tuple(children))

    def _show_tasks(self, tasks: Sequence[Task], path: str) -> tuple[CascadeNode, ...]:
        return tuple(self._show_task(task) for task in tasks if task.directive_path == path)

    def _show_task(self, task: Task) -> CascadeNode:
        proofs = [
            CascadeNode(NodeKind.PROOF, str(proof.pk), proof.name, proof.digest)
            for proof in self.proofs.get(task.pk, ())
        ]
        asks = [
            CascadeNode(NodeKind.ASK, str(ask.message), ask.service, ask.exchange or ask.state)
            for ask in self.asks.get(task.pk, ())
        ]
        targets = self.targets.get(task.plan, ()) if task.target else ()
        served = [self._show_target(target) for target in targets if target.code == task.target]
        return CascadeNode(NodeKind.TASK, task.code, task.title, task.state, (*proofs, *asks, *served))

    def _show_target(self, target: Target) -> CascadeNode:
        indicator = self.indicators.get(target.indicator)
        measure = (target.indicator, target.plan.area_code, target.breakdown)
        below = () if indicator is None else (self._show_indicator(indicator, measure),)
        return CascadeNode(NodeKind.TARGET, f"{target.plan.code}/{target.code}", target.name, target.due, below)

    def _show_indicator(self, indicator: Indicator, measure: Measure) -> CascadeNode:
        """Give an indicator with its figures, and with what it is computed from, which leads round in no circle."""
        rows = self.observations.get(measure, ())
        children = [_show_observation(row) for row in rows[:OBSERVATIONS]]
        children += [self._show_indicator(self.indicators[part[0]], part) for part in _list_parts(indicator, measure)]
        return CascadeNode(NodeKind.INDICATOR, indicator.code, indicator.name, measure[1], tuple(children))


def _read_rows(directive: Directive) -> _Rows:
    below, directives = _read_below(directive)
    tasks = list(Task.objects.filter(directive__in=directives).order_by("due_on", "code"))
    proofs = TaskProof.objects.filter(step__task__in=tasks).select_related("step").defer("content")
    plans = list_plans_of(directives)
    codes = {plan.code for listed in plans.values() for plan in listed}
    targets = _read_targets(codes | {task.plan for task in tasks if task.target})
    indicators = Indicator.objects.in_bulk(field_name="code")
    return _Rows(
        below=below,
        parts=_group(DirectivePart.objects.filter(directive__in=directives).order_by("place"), _get_directive),
        tasks=_group(tasks, _get_directive),
        proofs=_group(proofs.order_by("step__number"), lambda proof: proof.step.task_id),
        asks=_group(TaskAsk.objects.filter(task__in=tasks).order_by("pk"), lambda ask: ask.task_id),
        plans=plans,
        targets=_group(sorted(targets, key=lambda target: target.place), lambda target: target.plan.code),
        indicators=indicators,
        observations=_read_observations(_list_measures(targets, indicators)),
    )


def _read_below(directive: Directive) -> tuple[dict[int, list[Directive]], list[Directive]]:
    """Give what implements each directive, by its key, and all of them; a query for each step down."""
    below: dict[int, list[Directive]] = defaultdict(list)
    found, last = {directive.pk: directive}, [directive]
    for _ in range(DEPTH - 1):
        rows = DirectiveRelation.objects.filter(other__in=last, kind=RelationKind.IMPLEMENTS)
        last = []
        for row in rows.select_related("directive").order_by("directive__issued_on", "pk"):
            below[row.other_id].append(row.directive)
            if row.directive_id not in found:
                found[row.directive_id] = row.directive
                last.append(row.directive)
        if not last:
            break
    return below, list(found.values())


def _is_plan_of(plan: Plan, directive: Directive) -> bool:
    numbers = (directive.number, "") if directive.issued_on is None else (directive.number,)
    key = (plan.directive_issuer, plan.directive_date)
    return plan.directive_number in numbers and key == (directive.issuer, directive.issued_on)


def _get_directive(row: DirectivePart | Task) -> int | None:
    return row.directive_id


def _read_targets(plans: Iterable[str]) -> list[Target]:
    """Read the targets of plans, each in its last version."""
    rows = Target.objects.filter(plan__code__in=plans).select_related("plan")
    return list(rows.order_by("plan", "code", "-version").distinct("plan", "code"))


def _list_parts(indicator: Indicator, measure: Measure) -> list[Measure]:
    """Give what a computed indicator's figures of an area rest on, each once; nothing for one that is observed."""
    if not indicator.formula:
        return []
    area = measure[1]
    parts = (
        (each.code, find_country(area) if each.area == "country" else each.area or area, each.breakdown)
        for each in list_references(parse_formula(indicator.formula))
    )
    return list(dict.fromkeys(parts))


def _list_measures(targets: Iterable[Target], indicators: Mapping[str, Indicator]) -> set[Measure]:
    """Give what targets are measured by, with all that it is computed from."""
    found: set[Measure] = set()
    left = [(target.indicator, target.plan.area_code, target.breakdown) for target in targets]
    while left:
        measure = left.pop()
        if measure not in found and measure[0] in indicators:
            found.add(measure)
            left += _list_parts(indicators[measure[0]], measure)
    return found


def _read_observations(wanted: Collection[Measure]) -> dict[Measure, list[Observation]]:
    """Read the latest figures of what is measured, each in its last version."""
    rows = Observation.objects.filter(
        indicator__code__in={indicator for indicator, _, _ in wanted},
        area_code__in={area for _, area, _ in wanted},
        breakdown__in={breakdown for _, _, breakdown in wanted},
    )
    # Versions of one figure share a rank.
    latest = Window(
        DenseRank(),
        partition_by=[F("indicator"), F("area_code"), F("breakdown")],
        order_by=[F("period_begin").desc(), F("period"), F("source")],
    )
    ranked = rows.annotate(rank=latest).filter(rank__lte=OBSERVATIONS).select_related("source", "indicator")
    found: dict[Measure, dict[int, Observation]] = defaultdict(dict)
    for row in ranked.order_by("rank", "version"):
        found[row.indicator.code, row.area_code, row.breakdown][row.rank] = row
    return {key: list(by_rank.values()) for key, by_rank in found.items()}


def _group(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    grouped: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[key(row)].append(row)
    return dict(grouped)


def _show_observation(row: Observation) -> CascadeNode:
    record = CascadeNode(NodeKind.RECORD, f"{row.origin}:{row.origin_ref}", row.source.title, row.source.address)
    said = row.wording or f"{row.value:.{row.decimals}f}"
    return CascadeNode(NodeKind.OBSERVATION, str(row.pk), f"{row.period}: {said}", row.status, (record,))
