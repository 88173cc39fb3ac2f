"""A province's own procedures and days off: read at the start, or refused there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.cases.errors import CasesError
from lienthong.cases.site_cases import load_site_catalogue
from lienthong.site.roles import Role
from lienthong.site.serving import require_procedures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A site whose settings file stands in a folder of its own, with both settings."""
    site = settings.SITE
    cases = msgspec.structs.replace(site.settings.cases, procedures=("own",), days_off="days.toml")
    settings.SITE = msgspec.structs.replace(
        site, settings=msgspec.structs.replace(site.settings, cases=cases), folder=tmp_path
    )
    (tmp_path / "own" / "dog").mkdir(parents=True)
    (tmp_path / "days.toml").write_text("", "utf-8")
    load_site_catalogue.cache_clear()
    yield tmp_path
    load_site_catalogue.cache_clear()


@pytest.mark.usefixtures("own")
def test_a_province_with_good_folders_starts() -> None:
    require_procedures(Role.PROVINCE)


def test_a_province_does_not_start_with_a_procedure_that_is_wrong(own: Path) -> None:
    (own / "own" / "dog" / "procedure.yaml").write_text("code: 1\n", "utf-8")
    with pytest.raises(CasesError, match=r"dog/procedure\.yaml:1: "):
        require_procedures(Role.PROVINCE)
    require_procedures(Role.REGISTRY)


def test_a_province_does_not_start_with_days_off_that_are_none(own: Path) -> None:
    (own / "days.toml").write_text("[[day]]\n", "utf-8")
    with pytest.raises(CasesError, match=r"days\.toml"):
        require_procedures(Role.PROVINCE)
