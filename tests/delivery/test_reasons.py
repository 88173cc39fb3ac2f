from __future__ import annotations

import ast
import inspect
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.delivery import (
    drafts,
    import_files,
    keepers,
    public_order,
    recording,
    target_terms,
    targets,
)
from lienthong.delivery.breakdowns import DIMENSIONS
from lienthong.delivery.code_names import CodeNames
from lienthong.delivery.figures import Cell
from lienthong.delivery.import_rows import ImportFile
from lienthong.delivery.importing import ImportReport, import_figures
from lienthong.delivery.labels import DIMENSIONS as DIMENSION_NAMES
from lienthong.delivery.periods import make_day, make_year, parse_period
from lienthong.delivery.reason_values import Amount, DimensionCode, IndicatorCode, UnitCode
from lienthong.delivery.reasons import REASONS, ReasonKind, give_reason
from lienthong.delivery.words import Carry, Qualifier, Rule, Status
from tests.delivery.figures import define, put

if TYPE_CHECKING:
    from types import ModuleType

REFUSING = (drafts, import_files, keepers, public_order, recording, target_terms, targets)
"""Whatever these refuse is shown to people: figures of files, and what documents say."""

HEADER = "indicator,area,period,value,unit,status,breakdown,source\n"


def name_fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def import_lines(*lines: str) -> ImportReport:
    file = ImportFile("figures.csv", "book", date(2026, 3, 1))
    return import_figures((HEADER + "\n".join(lines)).encode(), file)


@pytest.mark.parametrize("kind", ReasonKind)
def test_every_reason_is_said_in_both_languages_with_the_same_values(kind: ReasonKind) -> None:
    vietnamese, english = REASONS[kind]
    assert name_fields(vietnamese) == name_fields(english)
    assert vietnamese != english


def test_a_cell_is_named_in_the_language_of_its_sentence() -> None:
    reason = give_reason(ReasonKind.TWICE, cell=Cell("POP", "99", make_year(2023), "sex=F"), row=3)
    assert reason.write("vi") == "POP sex=F của 99, kỳ 2023 đã có ở dòng 3"
    assert reason.write("en") == "POP sex=F of 99 in 2023 stands in row 3 already"


@pytest.mark.parametrize(
    "module",
    [drafts, import_files, keepers, public_order, recording, target_terms, targets],
    ids=lambda each: each.__name__,
)
def test_whatever_these_modules_refuse_has_a_reason_in_both_languages(module: ModuleType) -> None:
    bare = [
        node.lineno
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DeliveryError"
        if len(node.args) + len(node.keywords) < len(("kind", "message", "reason"))
    ]
    assert bare == []


@pytest.mark.django_db
def test_people_read_names_before_codes_and_days_as_they_write_them() -> None:
    put(msgspec.structs.replace(define("POP", dimensions="sex"), name="Dân số", name_en="Population"))
    names, cell = CodeNames(), Cell("POP", "99", make_day(date(2026, 3, 31)), "sex=F")
    reason = give_reason(ReasonKind.TWICE, cell=cell, row=3)
    told = "Dân số (POP) [sex=F] của Tỉnh Minh Họa (99), ngày 31/03/2026 đã có ở dòng 3"
    assert reason.write("vi", names) == told
    told = "Population (POP) [sex=F] of Minh Hoa Province (99), 31/03/2026 stands in row 3 already"
    assert reason.write("en", names) == told
    assert str(reason) == "POP sex=F of 99 in 2026-03-31 stands in row 3 already"
    strange = give_reason(ReasonKind.TWICE, cell=Cell("NOBODY", "x", make_year(2023)), row=3)
    assert strange.write("vi", names) == "NOBODY của x, năm 2023 đã có ở dòng 3"


@pytest.mark.django_db
def test_an_area_is_named_as_on_the_day_in_whose_tree_its_code_is_meant() -> None:
    reason = give_reason(ReasonKind.TWICE, cell=Cell("POP", "99001", make_year(2025)), row=3)
    assert "của 99001, năm 2025" in reason.write("vi", CodeNames())
    assert "của Phường Mẫu Một (99001), năm 2025" in reason.meant_on(date(2025, 6, 30)).write("vi", CodeNames())


@pytest.mark.django_db
def test_a_code_of_other_days_says_whose_it_is_and_when() -> None:
    put(define("POP"))
    report = import_lines("POP,99001,2025,1000,,,,", "POP,99101,2024,1000,,,,", "POP,99001,2008,1000,,,,")
    ended, began, before = (finding.reason for finding in report.findings)
    told = ended.write("vi", CodeNames())
    assert "vào ngày 31/12/2025, mã là của Phường Mẫu Một (từ 01/01/2010 đến 30/06/2025); ghi vào cột" in told
    assert "it is of Minh Hoa Dong Ward (from 01/07/2025); say in area_on" in began.write("en", CodeNames())
    assert "on 2025-12-31, it is of Mau Mot Ward (from 2010-01-01 to 2025-06-30);" in str(ended)
    assert "31/12/2008; ghi vào cột area_on" in before.write("vi", CodeNames())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "vi", "en", "plain"),
    [
        (date(2026, 3, 31), "31/03/2026", "31/03/2026", "2026-03-31"),
        (parse_period("2025-05"), "tháng 5/2025", "May 2025", "2025-05"),
        (Amount(Decimal("9553.40"), "USD"), "9.553,40 USD", "9,553.40 USD", "9553.40 USD"),
        (UnitCode("bn_VND"), "tỷ đồng (bn_VND)", "billion VND (bn_VND)", "bn_VND"),
        (UnitCode("m2"), "m2", "m2", "m2"),
        (IndicatorCode("NOBODY"), "NOBODY", "NOBODY", "NOBODY"),
        (DimensionCode("sex"), "sex (giới tính)", "sex", "sex"),
        (tuple(Status)[:2], "official (chính thức), estimate (ước tính)", "official, estimate", "official, estimate"),
        (Qualifier.EXACT, "exact", "exact", "exact"),
    ],
)
def test_each_sort_of_value_has_a_form_for_people_and_one_of_files(value: object, vi: str, en: str, plain: str) -> None:
    reason, names = give_reason(ReasonKind.WORD_FORM, words=value), CodeNames()
    assert reason.write("vi", names) == f"cần một trong các từ {vi}"
    assert reason.write("en", names) == f"expected one of {en}"
    assert (reason.write("vi"), str(reason)) == (f"cần một trong các từ {plain}", f"expected one of {plain}")


def test_every_dimension_of_figures_has_a_name() -> None:
    assert set(DIMENSION_NAMES) == set(DIMENSIONS)


@pytest.mark.django_db
def test_each_refused_row_says_why_in_vietnamese_with_its_own_values() -> None:
    put(define("POP", dimensions="sex"), define("CRIMES", "crime", rule=Rule.PUBLIC_ORDER, carry=Carry.NEVER))
    report = import_lines(
        "POP,99777,2023,1000,,,,",
        "POP,99,23,1000,,,,",
        "POP,99,2024,1000,USD,,,",
        "POP,99,2024,1000,,final,,",
        "POP,99,2024,1000,,,age=15-24,",
        "POP,99,2024,1000,,,,nobody",
        "CRIMES,99,2020,9,,,,",
    )
    said = [finding.reason.write("vi") for finding in report.findings]
    expected = ("2023-12-31", "2023-Q2", "person", "official, estimate", "sex", "nobody", "ít hơn 10")
    assert [words for words, sentence in zip(expected, said, strict=True) if words not in sentence] == []
    assert not any("expected" in sentence or "refused" in sentence for sentence in said)
