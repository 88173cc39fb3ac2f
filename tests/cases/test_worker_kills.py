"""A worker is killed with SIGKILL at each of its steps: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import connection

from lienthong.cases.catalogue import load_catalogue
from lienthong.cases.jobs import advance_case, needs_advance, tell_people
from lienthong.cases.models import FiledReceipt
from lienthong.cases.reading import get_case
from lienthong.cases.words import ActionKind, NationalStatus, StepState
from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.agencies.offices import CASES, SERVICE_NAMES
from tests.cases.houses import make_cases
from tests.cases.test_agencies import file_birth
from tests.cases.worker_nursery import Nursery
from tests.simulators.linked import LinkedProvince

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("linked")]

KILLED = -9
MOST_LIVES = 400


@contextmanager
def open_nursery(folder: Path, province: LinkedProvince) -> Iterator[Callable[[int], int]]:
    """Start the process; gives what lets a worker live, up to a statement, and says how it ended."""
    token = folder / "cases.token"
    token.write_text(province.federation.read_token("CASES"))
    (folder / "site").mkdir()
    nursery = Nursery(
        database={**connection.settings_dict, "TEST": {}},
        folder=str(folder / "site"),
        address=province.federation.consumer.consumers,
        client=CASES,
        token_file=str(token),
        services=dict(SERVICE_NAMES),
    )
    described = folder / "nursery.json"
    described.write_bytes(msgspec.json.encode(nursery))
    command = [sys.executable, "-c", "from tests.cases.worker_nursery import main; main()", str(described)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pipes = process.stdin, process.stdout

        def let_live(dies_at: int) -> int:
            pipes[0].write(f"{dies_at}\n")
            pipes[0].flush()
            return int(pipes[1].readline())

        yield let_live
        process.stdin.close()
        assert process.wait(20) == 0


def follow_up(case_id: UUID, kind: ActionKind, state: CaseState) -> None:
    """Defer as the site does, but for papers: they take long, and have tests of their own."""
    if needs_advance(kind, state):
        advance_case.configure(lock=f"case:{case_id}").defer(case_id=str(case_id))
    tell_people.configure(lock=f"notice:{case_id}").defer(case_id=str(case_id), number=state.number)


def empty_queue() -> None:
    """Take away jobs that tests before left: the queue's tables are not Django's, which empties its own alone."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def is_done(cases: Cases, case: UUID) -> bool:
    return all(step.is_complete for step in get_case(cases, case).state.steps.values())


@pytest.mark.parametrize("stride", [17, pytest.param(2, marks=pytest.mark.campaign)])
def test_a_worker_killed_at_every_step_of_a_linked_birth_leaves_nothing_undone_and_nothing_done_twice(
    tmp_path: Path, stride: int
) -> None:
    empty_queue()
    cases = make_cases(catalogue=load_catalogue(), clock=SystemClock(), follow_up=follow_up)  # type: ignore[arg-type] # the machine's
    with LinkedProvince(tmp_path / "province") as province, open_nursery(tmp_path, province) as let_live:
        case = file_birth(cases)
        kills = 0
        for life in range(1, MOST_LIVES):
            # Each lives a little longer than the one before, so that every step is once the last.
            kills += let_live(0 if is_done(cases, case) else life * stride) == KILLED
            if is_done(cases, case) and let_live(0) == 0:
                break

        state = get_case(cases, case).state
        number = state.steps["birth"].result["number"]
        assert kills >= 4
        assert {step.state for step in state.steps.values()} == {StepState.DONE}
        assert state.status is NationalStatus.HANDLING
        kinds = [action.kind for action in get_case(cases, case).actions]
        assert {kind: kinds.count(kind) for kind in (ActionKind.ASK_AGENCY, ActionKind.AGENCY_DONE)} == {
            ActionKind.ASK_AGENCY: 3,
            ActionKind.AGENCY_DONE: 3,
        }
        assert len(kinds) == 2 + 6
        assert FiledReceipt.objects.count() == 1
        assert province.desks["INSURANCE"].count_of("cards", number) == 1
        assert province.desks["POPULATION"].count_of("residences", number) == 1
        with connection.cursor() as cursor:
            # A look for later that nothing needs any more may wait; no other job does, and none failed.
            cursor.execute("SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2")
            left = {(task, status) for task, status, _ in cursor.fetchall() if status != "succeeded"}
        assert left <= {("cases.look_again", "todo")}
