"""The cascade of a directive as a page: every step from the promise to the record behind a figure is a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.delivery.cascade import NodeKind, build_cascade
from lienthong.delivery.figure_text import write_observed
from lienthong.delivery.models import Indicator, Source, Target
from lienthong.delivery.observations import find_figures
from lienthong.delivery.tasks import list_late
from lienthong.delivery.words import Origin
from lienthong.portal.delivery.as_of import read_as_of
from lienthong.portal.delivery.directive_words import ASK_STATES, TASK_STATES
from lienthong.portal.delivery.exchanges import find_exchange
from lienthong.portal.delivery.pages import find_language, for_readers, name_period, show_page
from lienthong.portal.delivery.register import get_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.cascade import CascadeNode


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the page shows it: what it is, its words, and the address that it leads to."""

    kind: NodeKind
    title: str
    note: str
    address: str
    steps: tuple[Step, ...]

    @property
    def is_long(self) -> bool:
        """Whether what is below it is folded until somebody asks for it."""
        return self.kind in {NodeKind.TARGET, NodeKind.INDICATOR} and bool(self.steps)


@for_readers
@require_GET
def show_cascade(request: HttpRequest, row: int) -> HttpResponse:
    """Show the whole tree below a directive."""
    directive = get_row(row)
    names: dict[tuple[NodeKind, str], str] = _read_names() if find_language() != "vi" else {}
    cascade = build_cascade(directive)
    names |= _write_figures(cascade)
    late = frozenset(list_late(read_as_of(request).day).values_list("code", flat=True))
    tree = _make_step(cascade, _Way(names, late))
    return show_page(request, "cascade", {"place": "directives", "directive": directive, "tree_root": tree})


@dataclass(frozen=True, slots=True)
class _Way:
    """What is known from the steps above: names in the page's language, and where the steps lead."""

    names: Mapping[tuple[NodeKind, str], str]
    late: frozenset[str]
    directive: str = ""
    observation: str = ""
    task: str = ""

    def enter(self, node: CascadeNode) -> _Way:
        """Give what the steps below a step know."""
        return _Way(
            self.names,
            self.late,
            node.key if node.kind is NodeKind.DIRECTIVE else self.directive,
            node.key if node.kind is NodeKind.OBSERVATION else self.observation,
            node.key if node.kind is NodeKind.TASK else self.task,
        )

    def find_address(self, node: CascadeNode) -> str:
        """Give where a step leads to."""
        key, directive, figure = node.key, self.directive or "0", self.observation or "0"
        plan, _slash, target = key.partition("/")
        if node.kind is NodeKind.RECORD and (exchange := find_exchange(key.removeprefix(f"{Origin.EXCHANGE}:"))):
            return reverse("delivery-exchange", kwargs={"exchange": exchange})
        name, words, behind = {
            NodeKind.DIRECTIVE: ("delivery-directive", {"row": key}, ""),
            NodeKind.PART: ("delivery-directive", {"row": directive}, f"#part-{key}"),
            NodeKind.TASK: ("delivery-task", {"code": key}, ""),
            NodeKind.PROOF: ("delivery-proof", {"proof": key}, ""),
            NodeKind.ASK: ("delivery-task", {"code": self.task}, f"#ask-{key}"),
            NodeKind.TARGET: ("delivery-target", {"plan": plan, "target": target}, ""),
            NodeKind.INDICATOR: ("delivery-indicator", {"code": key}, f"?area={node.note}" if node.note else ""),
            NodeKind.OBSERVATION: ("delivery-observation", {"row": key}, ""),
            NodeKind.RECORD: ("delivery-records", {"row": figure}, ""),
        }[node.kind]
        return f"{reverse(name, kwargs=words)}{behind}"


def _make_step(node: CascadeNode, way: _Way) -> Step:
    below = way.enter(node)
    # Of records, the source is what has a name.
    named = node.title if node.kind is NodeKind.RECORD else node.key
    title = way.names.get((node.kind, named), node.title)
    steps = tuple(_make_step(child, below) for child in node.children)
    return Step(node.kind, title, _find_note(node, way.late), way.find_address(node), steps)


def _find_note(node: CascadeNode, late: frozenset[str]) -> str:
    """Give what stands beside a step in words: states are said, hashes and units are left to the step's own page."""
    if node.kind is NodeKind.TASK and node.key in late:
        return _("Late")
    if node.kind is NodeKind.TARGET:
        return name_period(node.note)
    if node.kind is NodeKind.TASK:
        return str({state.value: text for state, text in TASK_STATES.items()}[node.note])
    if node.kind is NodeKind.ASK:
        return str({state.value: text for state, text in ASK_STATES.items()}.get(node.note, node.note))
    return node.note if node.kind is NodeKind.DIRECTIVE else ""


def _write_figures(cascade: CascadeNode) -> dict[tuple[NodeKind, str], str]:
    """Write each figure of the tree as pages do, with its period and unit."""
    language = find_language()
    figures = find_figures([int(each.key) for each in _list_nodes(cascade) if each.kind is NodeKind.OBSERVATION])
    return {
        (NodeKind.OBSERVATION, str(pk)): f"{name_period(each.cell.period)}: {write_observed(each, language)}"
        for pk, each in figures.items()
    }


def _list_nodes(node: CascadeNode) -> Iterator[CascadeNode]:
    yield node
    for child in node.children:
        yield from _list_nodes(child)


def _read_names() -> dict[tuple[NodeKind, str], str]:
    """Read the English names of targets, indicators and sources."""
    names = {(NodeKind.INDICATOR, code): name for code, name in Indicator.objects.values_list("code", "name_en")}
    titles = Source.objects.exclude(title_en="").values_list("title", "title_en")
    names |= {(NodeKind.RECORD, title): english for title, english in titles}
    for plan, code, name in Target.objects.order_by("version").values_list("plan__code", "code", "name_en"):
        names[NodeKind.TARGET, f"{plan}/{code}"] = name
    return names
