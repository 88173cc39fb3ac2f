"""`lienthong deadline explain CODE`: a case's last days with their arithmetic."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest
from typer.testing import CliRunner

from lienthong.cases import actions as told
from lienthong.cases.catalogue import Catalogue
from lienthong.cases.commands import make_deadline_app
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.procedure import Limit
from lienthong.cases.words import CaseRole
from tests.cases.houses import LINKED, STEPS, SetClock, do, file_case, make_cases, make_procedure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.cases.house import Cases

pytestmark = pytest.mark.django_db


def make_house() -> Cases:
    plain = make_procedure(LINKED, STEPS)
    limit = Limit(step="birth", working_days=1, legal=plain.legal[0])
    steps = (msgspec.structs.replace(STEPS[0], limit=limit), *STEPS[1:])
    chain = Limit(working_days=3, legal=plain.legal[0])
    procedure = msgspec.structs.replace(plain, steps=steps, chain=chain, limits=(limit,))
    return make_cases(SetClock(), catalogue=Catalogue((procedure,)))


def test_a_cases_whole_and_its_steps_are_explained_and_an_unknown_code_is_refused() -> None:
    cases = make_house()

    @contextmanager
    def open_cases(_: Path | None) -> Iterator[Cases]:
        yield cases

    receipt = file_case(cases, LINKED)
    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())
    do(cases, receipt.case_id, CaseRole.SYSTEM, told.AgencyAsked(step="birth", message_id="m"))
    app = make_deadline_app(open_cases)
    ran = CliRunner().invoke(app, ["explain", receipt.code], catch_exceptions=False)
    assert ran.exit_code == 0
    lines = ran.stdout.splitlines()
    assert lines[0] == f"case {receipt.code}, procedure {LINKED} from 2026-01-01"
    assert "      Tue 2026-12-01   1" in lines
    assert [line for line in lines if "due:" in line] == ["  due: Thu 2026-12-03", "  due: Tue 2026-12-01"]
    assert lines.index("step birth:") > lines.index("the whole:")
    refused = CliRunner().invoke(app, ["explain", "H49.01-000000-0000"])
    assert isinstance(refused.exception, CasesError)
    assert refused.exception.kind is CasesErrorKind.UNKNOWN_CASE
