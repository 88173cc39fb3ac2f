from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bench.chain import BenchError
from bench.proof_growth import PAGE, draw, put_table
from bench.proofs import ProofSize

PROOFS = (ProofSize(3, 676, 91.2), ProofSize(4, 858, 97.0), ProofSize(8, 1451, 112.4))


def test_the_table_is_replaced_where_the_page_has_its_place_and_again_the_same() -> None:
    page = put_table(PAGE.read_text(), PROOFS)
    assert "| 10^8 | 1,451 | 112 |" in page
    assert put_table(page, PROOFS) == page


def test_a_page_without_a_place_for_the_table_is_said() -> None:
    with pytest.raises(BenchError, match="found 0"):
        put_table("# Performance", PROOFS)


def test_the_plot_is_an_svg_with_a_title_and_both_curves_inside_it() -> None:
    plot = ET.fromstring(draw(PROOFS))  # noqa: S314 - our own
    svg = "{http://www.w3.org/2000/svg}"
    assert (plot.findtext(f"{svg}title") or "").startswith("Bytes of a proof")
    assert len(plot.findall(f"{svg}polyline")) == 2
    marks = [(float(mark.attrib["cx"]), float(mark.attrib["cy"])) for mark in plot.findall(f"{svg}circle")]
    assert len(marks) == 2 * len(PROOFS)
    assert all(0 <= x <= 640 and 0 <= y <= 300 for x, y in marks)
