from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from lienthong.delivery.figures import Cell
from lienthong.delivery.import_rows import ImportFile
from lienthong.delivery.importing import ImportReport, import_figures
from lienthong.delivery.periods import make_year
from lienthong.delivery.reasons import REASONS, ReasonKind, give_reason
from lienthong.delivery.words import Carry, Rule
from tests.delivery.figures import define, put

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
