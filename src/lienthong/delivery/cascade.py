"""From a promise to its proof: directive, programme or plan, task, target, indicator, observations, records behind.

The tree is data; each node says what it is and its key, so that a page can make every step a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.directive_words import RelationKind
from lienthong.delivery.models import Directive, Indicator, Observation, Plan, Target

if TYPE_CHECKING:
    from lienthong.delivery.models import Task

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
    """Key: its code."""
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
    return _show_directive(directive, DEPTH)


def list_above(directive: Directive) -> list[Directive]:
    """List what a directive implements, for the way up."""
    rows = directive.relations.filter(kind=RelationKind.IMPLEMENTS).select_related("other")
    return [row.other for row in rows.order_by("other__issued_on", "pk")]


def count_nodes(node: CascadeNode, kind: NodeKind) -> int:
    """Count the steps of one kind in a tree."""
    return (node.kind is kind) + sum(count_nodes(child, kind) for child in node.children)


def _show_directive(directive: Directive, depth: int) -> CascadeNode:
    tasks = list(directive.tasks.select_related("owner").order_by("due_on", "code"))
    children = [
        CascadeNode(NodeKind.PART, part.path, part.heading, "", _show_tasks(tasks, part.path))
        for part in directive.parts.order_by("place")
    ]
    children += _show_tasks(tasks, "")
    children += _show_targets(directive)
    if depth > 1:
        below = directive.related.filter(kind=RelationKind.IMPLEMENTS).select_related("directive")
        children += [_show_directive(row.directive, depth - 1) for row in below.order_by("directive__issued_on", "pk")]
    return CascadeNode(NodeKind.DIRECTIVE, str(directive.pk), directive.title, directive.number, tuple(children))


def _show_tasks(tasks: list[Task], path: str) -> tuple[CascadeNode, ...]:
    return tuple(_show_task(task) for task in tasks if task.directive_path == path)


def _show_task(task: Task) -> CascadeNode:
    proofs = [
        CascadeNode(NodeKind.PROOF, str(step.proof.pk), step.proof.name, step.proof.digest)
        for step in task.steps.filter(proof__isnull=False).select_related("proof").defer("proof__content")
    ]
    asks = [
        CascadeNode(NodeKind.ASK, str(ask.message), ask.service, ask.exchange or ask.state)
        for ask in task.asks.order_by("pk")
    ]
    served = [_show_target(row) for row in _list_latest(task.plan, task.target)] if task.target else []
    return CascadeNode(NodeKind.TASK, task.code, task.title, task.state, (*proofs, *asks, *served))


def _show_targets(directive: Directive) -> list[CascadeNode]:
    # A plan whose document's number is not known is found by the issuer: a congress issues one resolution.
    plans = Plan.objects.filter(
        directive_number__in=(directive.number, "") if directive.issued_on is None else (directive.number,),
        directive_issuer=directive.issuer,
        directive_date=directive.issued_on,
    )
    return [_show_target(row) for plan in plans.order_by("code") for row in _list_latest(plan.code)]


def _list_latest(plan: str, target: str = "") -> list[Target]:
    """List the targets of a plan, each in its last version, or one of them."""
    rows = Target.objects.filter(plan__code=plan).select_related("plan").order_by("code", "-version").distinct("code")
    found = rows.filter(code=target) if target else rows
    return sorted(found, key=lambda row: row.place)


def _show_target(target: Target) -> CascadeNode:
    indicator = Indicator.objects.filter(code=target.indicator).first() if target.indicator else None
    below = () if indicator is None else (_show_indicator(indicator, target),)
    return CascadeNode(NodeKind.TARGET, f"{target.plan.code}/{target.code}", target.name, target.due, below)


def _show_indicator(indicator: Indicator, target: Target) -> CascadeNode:
    rows = Observation.objects.filter(
        indicator=indicator, area_code=target.plan.area_code, breakdown=target.breakdown
    ).order_by("-period_begin", "source_id", "-version")
    latest = rows.distinct("period_begin", "source_id").select_related("source")[:OBSERVATIONS]
    children = tuple(_show_observation(row) for row in latest)
    return CascadeNode(NodeKind.INDICATOR, indicator.code, indicator.name, indicator.unit, children)


def _show_observation(row: Observation) -> CascadeNode:
    record = CascadeNode(NodeKind.RECORD, f"{row.origin}:{row.origin_ref}", row.source.title, row.source.address)
    said = row.wording or f"{row.value:.{row.decimals}f}"
    return CascadeNode(NodeKind.OBSERVATION, str(row.pk), f"{row.period}: {said}", row.status, (record,))
