"""The outline of a session that has none of its own: made from its agenda, and the same for all.

It tells what the agenda's documents promised and how that stands: their plans' targets, the latest figure of each
indicator that these are measured by, what is late, and what the session concluded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.areas.store import find_agency
from lienthong.delivery.cascade import list_plans_of
from lienthong.delivery.directive_words import Side
from lienthong.delivery.models import Directive, Target, Task
from lienthong.delivery.report.outline import (
    BlockKind,
    BlockTerms,
    FigureTerms,
    Form,
    Outline,
    SectionTerms,
    Telling,
    Words,
)
from lienthong.delivery.words import ILLUSTRATIVE_PROVINCE, NATIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.delivery.models import Plan, WorkingSession

PLACES: Final = ("assessment", "proposals")
"""Where people write, as in the outlines that come along."""

LEFT_OPEN: Final = "…"
"""What an office writes in by itself."""

_INVENTED: Final = Words("SỐ LIỆU MINH HỌA, KHÔNG CÓ THẬT", "ILLUSTRATIVE FIGURES, NOTHING REAL")


def make_general_outline(session: WorkingSession) -> Outline:
    """Make the outline of a session from its agenda as it stands."""
    directives = list(Directive.objects.filter(pk__in=session.agenda.values("directive")))
    plans = list({plan.pk: plan for listed in list_plans_of(directives).values() for plan in listed}.values())
    is_party = bool(directives) and all(each.side == Side.PARTY for each in directives)
    return Outline(
        form=Form.PARTY if is_party else Form.STATE,
        area=plans[0].area_code if plans else ILLUSTRATIVE_PROVINCE if session.is_illustrative else NATIONAL,
        organ=_name_organ(session),
        number=LEFT_OPEN,
        title=Words("BÁO CÁO", "REPORT"),
        subject=Words(session.title, session.title),
        mark=_INVENTED if session.is_illustrative else Words("", ""),
        figure=tuple(FigureTerms(key=_name_figure(plan), how=Telling.REACHED, plan=plan.code) for plan in plans),
        section=_make_sections(plans, _list_indicators(directives, plans)),
        press=tuple(_tell_reached(plan) for plan in plans),
    )


def _name_organ(session: WorkingSession) -> Words:
    """Give the name of the chair's agency, whose report it is; left open where nothing says whose."""
    agency = find_agency(session.chair.agency_code, session.held_on) if session.chair is not None else None
    if agency is None:
        return Words(LEFT_OPEN, LEFT_OPEN)
    return Words(agency.name.upper(), (agency.english or agency.name).upper())


def _list_indicators(directives: Iterable[Directive], plans: Iterable[Plan]) -> dict[str, tuple[str, ...]]:
    """List by area what is measured for these plans, and for the targets that tasks under these documents serve."""
    tasks = Task.objects.filter(directive__in=list(directives)).exclude(target="")
    served = {(plan, target) for plan, target in tasks.values_list("plan", "target")}
    codes = {plan.code for plan in plans}
    rows = Target.objects.filter(plan__code__in=codes | {plan for plan, _ in served}).exclude(indicator="")
    found: dict[str, dict[str, None]] = {}
    for row in rows.select_related("plan").order_by("plan__ends_on", "place", "version"):
        if row.plan.code in codes or (row.plan.code, row.code) in served:
            found.setdefault(row.plan.area_code, {})[row.indicator] = None
    return {area: tuple(indicators) for area, indicators in found.items()}


def _make_sections(plans: Iterable[Plan], indicators: dict[str, tuple[str, ...]]) -> tuple[SectionTerms, ...]:
    agenda = BlockTerms(kind=BlockKind.AGENDA, vi="Văn bản chỉ đạo của buổi làm việc", en="Documents of the session")
    targets = [
        block
        for plan in plans
        for block in (
            _make_prose(plan),
            BlockTerms(kind=BlockKind.TARGETS, vi=plan.title, en=plan.title_en, plan=plan.code),
        )
    ]
    figures = [
        BlockTerms(kind=BlockKind.LATEST, vi="Số liệu mới nhất", en="Latest figures", indicators=codes, area=area)
        for area, codes in indicators.items()
    ]
    tasks = BlockTerms(kind=BlockKind.TASKS, vi="Nhiệm vụ quá hạn", en="Tasks that are late")
    concluded = BlockTerms(kind=BlockKind.CONCLUSIONS, vi="Kết luận của buổi làm việc", en="What was concluded")
    written = [
        BlockTerms(kind=BlockKind.WRITTEN, vi=vi, en=en, place=place)
        for place, vi, en in zip(PLACES, ("Nhận định", "Kiến nghị"), ("Assessment", "Proposals"), strict=True)
    ]
    sections = (
        ("Căn cứ", "What it rests on", [agenda]),
        ("Kết quả thực hiện các chỉ tiêu", "Targets", targets),
        ("Số liệu", "Figures", figures),
        ("Nhiệm vụ", "Tasks", [tasks]),
        ("Kết luận", "Conclusions", [concluded]),
        ("Nhận định và kiến nghị", "Assessment and proposals", written),
    )
    return tuple(SectionTerms(vi=vi, en=en, block=tuple(blocks)) for vi, en, blocks in sections if blocks)


def _make_prose(plan: Plan) -> BlockTerms:
    words = _tell_reached(plan)
    return BlockTerms(kind=BlockKind.PROSE, vi=words.vi, en=words.en)


def _tell_reached(plan: Plan) -> Words:
    key = f"{{{_name_figure(plan)}}}"
    return Words(f"{plan.title}: đạt {key} chỉ tiêu.", f"{plan.title_en}: {key} targets reached.")


def _name_figure(plan: Plan) -> str:
    """Name the figure of a plan's targets reached; keys are of small letters, digits and underscores."""
    return f"reached_{plan.pk}"
