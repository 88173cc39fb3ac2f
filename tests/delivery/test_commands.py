from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lienthong.areas.loading import load_tables
from lienthong.delivery.commands import make_delivery_app
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import Directive, Observation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

UNITS = "code\tkind\tname\tparent\tbegin\tend\n22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t\n"
SUCCESSIONS = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"


@contextmanager
def open_tests(_settings: Path | None) -> Iterator[None]:
    yield


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(make_delivery_app(open_tests), list(words))
    if isinstance(done.exception, DeliveryError):
        raise done.exception
    return done.exit_code, done.output


def test_the_reference_set_is_loaded_checked_and_shown_with_its_marks() -> None:
    load_tables(UNITS.encode(), SUCCESSIONS.encode(), "test", lambda _: None)
    assert run("load")[0] == 0
    assert run("check", "--as-of", "2024-03-07") == (0, "everything fits together\n")
    code, text = run("show", "GRDP_HEAD_USD", "--as-of", "2024-03-07")
    assert code == 0
    assert "2023\ttrên 9.500 USD\t(theo báo cáo)" in text
    assert "vietnamnet-2220375 v1: over 9400 (theo báo cáo, ước tính)" in text
    assert "17 chỉ tiêu" in run("show", "TARGETS_REACHED", "--as-of", "2024-03-07")[1]


def test_sources_that_disagree_are_listed_until_a_person_decides() -> None:
    run("load", "--illustrative")
    Observation.objects.get(indicator__code="PCI_RANK", area_code="99", period="2025")
    from lienthong.delivery.models import Source  # noqa: PLC0415 # beside the row that it is for

    Source.objects.create(code="other", kind="press", title="Other")
    row = Observation.objects.get(indicator__code="PCI_RANK", area_code="99", period="2025")
    row.pk, row.value, row.source = None, 4, Source.objects.get(code="other")
    row.save(force_insert=True)
    code, text = run("check", "--as-of", "2026-04-15")
    assert code == 1
    assert "sources disagree (Rank in PCI, Minh Hoa Province, 2025; invented: 2; other: 4)" in text


def test_an_illustrative_plan_is_shown_in_both_languages() -> None:
    run("load", "--illustrative")
    assert "17/19 chỉ tiêu đạt (2026-04-15)" in run("show", "ILLUSTRATIVE-2025", "--as-of", "2026-04-15")[1]
    english = run("show", "ILLUSTRATIVE-2025", "--as-of", "2026-04-15", "--language", "en")[1]
    assert "17 of 19 targets reached" in english
    streak = run("show", "GROWTH_STREAK", "--area", "99", "--as-of", "2026-04-15")[1]
    assert "2025\t9 năm\t(tính từ số liệu, minh họa)" in streak
    assert "Điều kiện: ≥ 10%. 2025: 10,60%;" in streak


def test_the_invented_province_stays_out_of_a_real_site(settings: Settings) -> None:
    settings.IS_SANDBOX = False
    with pytest.raises(DeliveryError, match="into a sandbox only"):
        run("load", "--illustrative")


def test_a_provinces_own_file_replaces_what_is_known_of_its_targets(tmp_path: Path) -> None:
    run("load")
    own = tmp_path / "own.toml"
    own.write_text(
        """
        [[plan]]
        code = "QN-XV"
        title = "Nghị quyết XV"
        title_en = "Resolution XV"
        area_code = "22"
        begins_on = 2020-09-25
        ends_on = 2025-12-31
        source = "congthuong-144452"

        [[plan.target]]
        code = "URBANISATION"
        place = 1
        name = "Tỷ lệ đô thị hóa"
        name_en = "Urbanisation"
        kind = "value"
        comparison = "at-least"
        goal = "76.5"
        unit = "percent"
        due = "2025"
        source = "congthuong-144452"
        published_on = 2021-01-01
        indicator = "URBANISATION"
        is_verified = true
        """
    )
    assert "targets revised: 1" in run("load", str(own))[1]
    with pytest.raises(DeliveryError, match=r"absent\.toml"):
        run("load", str(tmp_path / "absent.toml"))


def test_a_province_loads_its_own_directives_and_all_of_its_files_or_none(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """
        sources: [{code: gazette, kind: document, title: Công báo}]
        directives:
          - {number: 25-NQ/TU, issuer: Tỉnh ủy, issued_on: 2026-11-03, kind: resolution, side: party, tier: province,
             title: Nghị quyết, source: gazette, parts: [{path: "I", heading: Mục tiêu}]}
        """,
        encoding="utf-8",
    )
    broken = tmp_path / "broken.toml"
    broken.write_text('[[plan]]\ncode = "X"\n', encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"broken\.toml"):
        run("load", str(own), str(broken))
    assert not Directive.objects.exists()
    assert "directives: 1" in run("load", str(own))[1]
    assert Directive.objects.get().parts.get().heading == "Mục tiêu"


def test_what_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(DeliveryError, match="no indicator has the code"):
        run("show", "NOBODY")
    with pytest.raises(DeliveryError, match="expected a day"):
        run("show", "--as-of", "yesterday")
