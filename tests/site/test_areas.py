from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.areas.extract import SUCCESSION_COLUMNS, UNIT_COLUMNS
from lienthong.areas.models import Unit
from lienthong.site.areas import load_areas
from lienthong.site.errors import SiteError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def _write(folder: Path, *rows: str) -> tuple[Path, Path]:
    units, successions = folder / "units.tsv", folder / "successions.tsv"
    units.write_text("\n".join(["\t".join(UNIT_COLUMNS), *rows]))
    successions.write_text("\t".join(SUCCESSION_COLUMNS))
    return units, successions


def test_tables_of_ones_own_are_loaded_and_each_finding_is_told(tmp_path: Path) -> None:
    good, bad = "98\ttỉnh\tTỉnh Mới\t\t2026-01-01\t", "98001\txã\tXã Mới\t98\t2026-02-30\t"
    said: list[str] = []
    assert not load_areas(*_write(tmp_path, good, bad), said.append, is_sandbox=True)
    assert said[-1].startswith("refused: units row 3, begin: '2026-02-30' (day): ")
    assert Unit.objects.filter(code="98").count() == 1
    assert load_areas(*_write(tmp_path, good), said.append, is_sandbox=True)


def test_one_table_alone_or_a_missing_one_is_refused(tmp_path: Path) -> None:
    units, successions = _write(tmp_path)
    with pytest.raises(SiteError, match="go together"):
        load_areas(units, None, print, is_sandbox=True)
    successions.unlink()
    with pytest.raises(SiteError, match="No such file"):
        load_areas(units, successions, print, is_sandbox=True)
