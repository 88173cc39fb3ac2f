"""What an outline's blocks become: tables and pictures from the data, each cell as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.delivery.chart_points import list_known_points, list_told_points
from lienthong.delivery.charts import Line, Stroke, draw_line, make_words
from lienthong.delivery.figure_text import list_marks, write_observed, write_value
from lienthong.delivery.figures import Observed
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.labels import STATES, get_label
from lienthong.delivery.observations import list_figures
from lienthong.delivery.period_text import write_period
from lienthong.delivery.places import Place
from lienthong.delivery.report.maps import draw_map, list_spots
from lienthong.delivery.report.outline import BlockKind
from lienthong.delivery.report.pieces import Picture, Table
from lienthong.delivery.report.told import describe_source
from lienthong.delivery.sources import list_sources
from lienthong.delivery.targets import judge_plan
from lienthong.delivery.tasks import list_late

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lienthong.delivery.charts import ChartWords
    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.indicator_sheet import IndicatorSheet
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.models import Task, WorkingSession
    from lienthong.delivery.periods import Period
    from lienthong.delivery.report.outline import BlockTerms, Outline

MOST_TASKS: Final = 30
"""Late tasks that a report names; the page of tasks has all."""

_HEADS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "agenda": (("TT", "No."), ("Văn bản", "Document"), ("Cơ quan", "Issuer"), ("Ngày", "Day"), ("Nội dung", "Matter")),
    "targets": (
        ("TT", "No."),
        ("Chỉ tiêu", "Target"),
        ("Mục tiêu", "Goal"),
        ("Đánh giá", "State"),
        ("Căn cứ", "What it rests on"),
    ),
    "table": (("Chỉ tiêu", "Indicator"), ("Kỳ", "Period"), ("Số liệu", "Figure"), ("Ghi chú", "Marks and source")),
    "chart": (("Kỳ", "Period"), ("Số liệu", "Figure"), ("Ghi chú", "Marks")),
    "map": (("Số", "No."), ("Đơn vị", "Unit"), ("Số liệu", "Figure")),
    "conclusions": (("TT", "No."), ("Kết luận", "Conclusion"), ("Nhiệm vụ", "Task")),
    "tasks": (("Mã", "Code"), ("Nhiệm vụ", "Task"), ("Chủ trì", "Owner"), ("Hạn", "Due")),
}
_WORDS: Final = {
    "no_agenda": ("Chưa có văn bản nào.", "There is none yet."),
    "no_tasks": ("Không có nhiệm vụ quá hạn.", "No task is late."),
    "no_conclusions": ("Chưa có kết luận.", "Nothing has been concluded yet."),
    "no_task": ("chưa giao", "none yet"),
    "no_figures": ("Chưa có số liệu.", "There are no figures yet."),
    "reported": ("Theo báo cáo", "As reported"),
    "no_day": ("không rõ", "unknown"),
    "points": (
        "Vị trí là điểm, không phải địa giới; nguồn: vietnamadminunits 1.0.4 (giấy phép MIT), chưa kiểm chứng.",
        "Points, not boundaries; from vietnamadminunits 1.0.4 (MIT), not verified.",
    ),
    "invented_points": ("Vị trí là giả định.", "Where units lie is invented."),
    "more_tasks": ("và {count} nhiệm vụ khác.", "and {count} more."),
}


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the tables and pictures of one report."""

    book: FigureBook
    outline: Outline
    session: WorkingSession
    language: str

    def make(self, block: BlockTerms) -> Table | Picture:
        """Make what a block asks for."""
        makers: dict[BlockKind, Callable[[BlockTerms], Table | Picture]] = {
            BlockKind.AGENDA: self.make_agenda,
            BlockKind.TARGETS: self.make_targets,
            BlockKind.TABLE: self.make_table,
            BlockKind.CHART: self.make_chart,
            BlockKind.MAP: self.make_map,
            BlockKind.TASKS: self.make_tasks,
            BlockKind.LATEST: self.make_latest,
            BlockKind.CONCLUSIONS: self.make_conclusions,
        }
        return makers[block.kind](block)

    def make_agenda(self, block: BlockTerms) -> Table:
        """List the directives of the session's agenda."""
        items = self.session.agenda.select_related("directive").order_by("place")
        rows = [
            (
                f"{item.place}",
                item.directive.number + (f" ({item.directive_path})" if item.directive_path else ""),
                item.directive.issuer,
                f"{item.directive.issued_on:%d/%m/%Y}" if item.directive.issued_on else self._say("no_day"),
                item.title or item.directive.title,
            )
            for item in items
        ]
        remark = "" if rows else self._say("no_agenda")
        return Table(block.words(self.language), self._head("agenda"), tuple(rows), remark)

    def make_targets(self, block: BlockTerms) -> Table:
        """List the plan's targets with their states, each with the sentence that explains it."""
        judged = judge_plan(self.book, block.plan or self.outline.plan)
        rows = [
            (
                f"{target.terms.place}",
                target.terms.name_in(self.language),
                target.write_goal(self.language),
                get_label(STATES[target.state], self.language),
                target.explain(self.language),
            )
            for target in judged.targets
        ]
        return Table(block.words(self.language), self._head("targets"), tuple(rows), judged.write_count(self.language))

    def make_tasks(self, block: BlockTerms) -> Table:
        """List what is late, by posts and never by people."""
        late = list_late(self.book.as_of).filter(is_illustrative=self.session.is_illustrative)
        rows = [
            (task.code, task.title, self._name_owner(task), f"{task.due_on:%d/%m/%Y}" if task.due_on else "")
            for task in late[:MOST_TASKS]
        ]
        more = late.count() - len(rows)
        remark = self._say("more_tasks").format(count=more) if more > 0 else "" if rows else self._say("no_tasks")
        return Table(block.words(self.language), self._head("tasks"), tuple(rows), remark)

    def make_latest(self, block: BlockTerms) -> Table:
        """List the latest figure of each indicator: what can be computed with, else what was reported."""
        area = block.area or self.outline.area
        self.book.read_ahead((code, area) for code in block.indicators)
        rows = tuple(self._list_latest(code, area) for code in block.indicators)
        title = f"{block.words(self.language)}, {self.book.places.name(Place(area, self.book.on), self.language)}"
        return Table(title, self._head("table"), rows, figures=frozenset({2}))

    def make_conclusions(self, block: BlockTerms) -> Table:
        """List what the session concluded, with the task that each conclusion became."""
        rows = [
            (f"{each.place}", each.text, each.task.code if each.task is not None else self._say("no_task"))
            for each in self.session.conclusions.select_related("task").order_by("place")
        ]
        remark = "" if rows else self._say("no_conclusions")
        return Table(block.words(self.language), self._head("conclusions"), tuple(rows), remark)

    def make_table(self, block: BlockTerms) -> Table:
        """List what is known of some indicators in the outline's area: every source's figure, or the computed ones."""
        rows = [row for code in block.indicators for row in self._list_rows(code)]
        remark = "" if rows else self._say("no_figures")
        return Table(block.words(self.language), self._head("table"), tuple(rows), remark, frozenset({2}))

    def make_chart(self, block: BlockTerms) -> Picture:
        """Draw one indicator over its periods: what can be computed with as a line, what was reported as marks."""
        code = block.indicators[0]
        sheet = make_sheet(self.book, code, self.outline.area, self.language)
        definition = sheet.definition
        known = ((row.period, row.value) for row in sheet.charted)
        main, told = list_known_points(known), list_told_points(sheet.charted)
        lines = (
            Line(definition.name_in(self.language), Stroke.MAIN, main),
            Line(self._say("reported"), Stroke.REPORTED, told),
        )
        table = Table(
            "",
            self._head("chart"),
            tuple(self._write_row(sheet)),
            "" if main or told else self._say("no_figures"),
            frozenset({1}),
        )
        svg = draw_line(lines, self._chart_words(definition)) if main or told else b""
        return Picture(block.words(self.language), _describe(definition, table, self.language), svg, table)

    def make_map(self, block: BlockTerms) -> Picture:
        """Draw one indicator by the province's communes in its latest period."""
        sheet = make_sheet(self.book, block.indicators[0], self.outline.area, self.language)
        definition, spots = sheet.definition, list_spots(sheet.areas)
        rows = [
            (f"{number}", row.name, write_value(row.value, definition, self.language))
            for number, row in enumerate(sheet.areas, 1)
        ]
        remark = self._say("invented_points" if self.session.is_illustrative else "points")
        period = f" ({write_period(sheet.areas_period, self.language)})" if sheet.areas_period is not None else ""
        table = Table(
            "",
            self._head("map"),
            tuple(rows),
            remark if rows else self._say("no_figures"),
            frozenset({2}),
        )
        svg = draw_map(spots, self._chart_words(definition)) if spots else b""
        return Picture(block.words(self.language) + period, _describe(definition, table, self.language), svg, table)

    def _list_latest(self, code: str, area: str) -> tuple[str, ...]:
        definition = self.book.get_definition(code)
        listed = self.book.list_values(code, area)
        known: dict[Period, Observed | Value] = {
            period: each for period, each in self.book.list_observed(code, area).items() if isinstance(each, Observed)
        }
        known |= {period: each for period, each in listed.items() if isinstance(each, Value)}
        name = definition.name_in(self.language)
        if not known:
            return (name, "", self._say("no_figures"), "")
        period = max(known)
        latest = known[period]
        figure = (
            write_observed(latest, self.language)
            if isinstance(latest, Observed)
            else write_value(latest, definition, self.language)
        )
        marks = [mark for mark in list_marks(latest, definition, self.language) if mark]
        return (name, write_period(period, self.language), figure, "; ".join(marks))

    def _list_rows(self, code: str) -> Iterable[tuple[str, ...]]:
        definition, area = self.book.get_definition(code), self.outline.area
        name = definition.name_in(self.language)
        if not self.outline.plan:
            sources = list_sources()
            for each in list_figures(code, area, self.book.as_of):
                marks = [mark for mark in list_marks(each, definition, self.language) if mark]
                told = "; ".join([*marks, describe_source(sources[each.source], self.language)])
                yield (name, write_period(each.cell.period, self.language), write_observed(each, self.language), told)
            return
        for period, value in self.book.list_values(code, area).items():
            marks = [mark for mark in list_marks(value, definition, self.language) if mark]
            yield (
                name,
                write_period(period, self.language),
                write_value(value, definition, self.language),
                "; ".join(marks),
            )

    def _write_row(self, sheet: IndicatorSheet) -> Iterable[tuple[str, ...]]:
        for row in sheet.rows:
            marks = [mark for mark in row.list_marks(sheet.definition, self.language) if mark]
            yield (
                write_period(row.period, self.language),
                row.write(sheet.definition, self.language),
                ", ".join(marks),
            )

    def _chart_words(self, definition: Definition) -> ChartWords:
        return make_words(definition.unit, definition.decimals, self.language)

    def _head(self, kind: str) -> tuple[str, ...]:
        return tuple(get_label(label, self.language) for label in _HEADS[kind])

    def _name_owner(self, task: Task) -> str:
        return task.owner.title if self.language == "vi" else task.owner.title_en or task.owner.title

    def _say(self, word: str) -> str:
        return get_label(_WORDS[word], self.language)


def _describe(definition: Definition, table: Table, language: str) -> str:
    """Say in words what a picture shows: its indicator, and its first and last figure."""
    name = definition.name_in(language)
    if not table.rows:
        return name
    first, last = table.rows[0], table.rows[-1]
    return (
        f"{name}: {first[0]} {first[1]} \N{EN DASH} {last[0]} {last[1]}"
        if len(table.rows) > 1
        else f"{name}: {' '.join(first[:2])}"
    )
