"""Linked cases at agencies behind real gateways: all goes well, and every way in which it does not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lienthong.cases import actions as told
from lienthong.cases.agencies import _fix_messages, advance, forget_finished, list_overdue
from lienthong.cases.agency_exchange import AgencyExchange
from lienthong.cases.catalogue import Catalogue, load_catalogue
from lienthong.cases.drafts import open_draft, save_answers
from lienthong.cases.errors import CasesError
from lienthong.cases.filing import submit
from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.reading import get_case
from lienthong.cases.step_messages import fix_message_id
from lienthong.cases.step_waiting import list_waiting
from lienthong.cases.words import (
    ActionKind,
    CaseRole,
    Channel,
    NationalStatus,
    StepState,
    UndoPhase,
    WaitingReason,
)
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.ids import new_uuid4
from lienthong.sandbox.agencies.behaviour import Behaviour
from tests.cases.houses import APPLICANT, do, make_cases, new_key
from tests.simulators.linked import LinkedProvince

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Step
    from lienthong.cases.step_messages import StepMessage
    from lienthong.cases.step_waiting import StepWaiting
    from lienthong.exchange.client import Answer, Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("linked")]

BIRTH_2024 = ("2.002621", date(2025, 6, 2))
BIRTH_2026 = ("3.000722", date(2026, 11, 30))
SERVICE_DOWN = "service_unreachable"
PATIENCE_S = 20.0
MOST_CALLS = 40


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedProvince]:
    with LinkedProvince(tmp_path_factory.mktemp("linked") / "province") as province:
        yield province


@pytest.fixture
def province(running: LinkedProvince) -> Iterator[LinkedProvince]:
    yield running
    running.behave_as_usual()


@pytest.fixture(scope="module")
def cases() -> Cases:
    return make_cases(catalogue=load_catalogue(), clock=SystemClock())  # type: ignore[arg-type] # the machine's clock


def fill_in(variant: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 # any answer
    fill_in.count = getattr(fill_in, "count", 0) + 1  # type: ignore[attr-defined] # another child for each case
    return {
        "variant": variant,
        "applicant_number": APPLICANT.number,
        "applicant_name": APPLICANT.name,
        "applicant_birth_date": "1995-05-01",
        "applicant_is": "mother",
        "has_other_parent": False,
        "child_name": f"Nguyễn Mẫu An {fill_in.count}",  # type: ignore[attr-defined] # as above
        "child_sex": "female",
        "child_birth_date": "2026-11-20",
        "birth_place": "Bệnh viện mẫu",
        "household": 7,
        "child_relation": "child",
        "hospital": "Trạm y tế mẫu",
        "applicant_residence": {"area_code": "06673", "line": "Số 1"},
        **changes,
    }


def file_death(cases: Cases, procedure: tuple[str, date], variant: str) -> UUID:
    """File the death of somebody else each time, and receive it."""
    file_death.count = getattr(file_death, "count", 0) + 1  # type: ignore[attr-defined] # somebody else each time
    answers = {
        "variant": variant,
        "applicant_number": APPLICANT.number,
        "applicant_name": APPLICANT.name,
        "applicant_relation": "child",
        "dead_number": f"99904000{file_death.count:04}",  # type: ignore[attr-defined] # as above
        "dead_name": "Nguyễn Mẫu Cụ",
        "dead_birth_date": "1940-01-01",
        "died_on": "2026-11-20",
        "died_at": "Nhà",
        "bank_account": "000",
        "survivor_ground": "spouse",
    }
    draft = open_draft(cases, APPLICANT, *procedure)
    save_answers(cases, draft.id, APPLICANT, answers)
    case = submit(cases, draft.id, APPLICANT, new_key(), Channel.ONLINE).case_id
    do(cases, case, CaseRole.RECEIVER, told.Received())
    return case


def file_birth(cases: Cases, variant: str = "all", procedure: tuple[str, date] = BIRTH_2024) -> UUID:
    """File a birth and receive it."""
    draft = open_draft(cases, APPLICANT, *procedure)
    save_answers(cases, draft.id, APPLICANT, fill_in(variant))
    case = submit(cases, draft.id, APPLICANT, new_key(), Channel.ONLINE).case_id
    do(cases, case, CaseRole.RECEIVER, told.Received())
    return case


def advance_until(
    cases: Cases, province: LinkedProvince, case: UUID, is_there: Callable[[CaseState], bool]
) -> CaseState:
    """Do as the worker does until the case is where it should be."""
    until = time.monotonic() + PATIENCE_S
    while True:
        advance(cases, province.exchange, case)
        state = get_case(cases, case).state
        if is_there(state):
            return state
        assert time.monotonic() < until, (state.steps, list(StepDelivery.objects.values()))
        time.sleep(0.05)


def tell_waiting(cases: Cases, case: UUID) -> tuple[StepWaiting, ...]:
    return list_waiting(get_case(cases, case))


def list_states(state: CaseState) -> dict[str, StepState]:
    return {step.id: step.state for step in state.steps.values()}


def is_all_done(state: CaseState) -> bool:
    return all(step.is_complete for step in state.steps.values())


@pytest.mark.parametrize(
    ("variant", "steps"),
    [
        ("all", ["birth", "residence", "insurance"]),
        ("birth+residence", ["birth", "residence"]),
        ("birth+insurance", ["birth", "insurance"]),
    ],
)
def test_a_birth_is_registered_and_its_number_goes_on_to_the_other_agencies(
    cases: Cases, province: LinkedProvince, variant: str, steps: list[str]
) -> None:
    case = file_birth(cases, variant)
    assert advance(cases, province.exchange, case) is None
    state = get_case(cases, case).state
    assert list_states(state) == dict.fromkeys(steps, StepState.DONE)
    assert state.status is NationalStatus.HANDLING
    number = state.steps["birth"].result["number"]
    assert number.startswith("999")
    assert {step.result["number"] for step in state.steps.values()} == {number}
    kinds = [action.kind for action in get_case(cases, case).actions[2:]]
    assert sorted(kinds) == sorted(["ask-agency", "agency-done"] * len(steps))
    assert advance(cases, province.exchange, case) is None
    assert len(get_case(cases, case).actions) == 2 + 2 * len(steps)


def test_the_form_of_2026_brings_an_identity_card_too(cases: Cases, province: LinkedProvince) -> None:
    case = file_birth(cases, procedure=BIRTH_2026)
    assert advance(cases, province.exchange, case) is None
    state = get_case(cases, case).state
    assert list_states(state) == dict.fromkeys(["birth", "residence", "insurance", "card"], StepState.DONE)
    assert state.steps["card"].result["application"] >= 1


def test_an_agency_that_is_down_is_waited_for_with_a_reason_and_answers_once_it_is_back(
    cases: Cases, province: LinkedProvince
) -> None:
    insurance = province.desks["INSURANCE"]
    insurance.behave(Behaviour(is_down=True))
    case = file_birth(cases)
    state = advance_until(cases, province, case, lambda state: state.steps["residence"].is_complete)
    assert state.steps["insurance"].state is StepState.REQUESTED
    advance_until(cases, province, case, lambda _: tell_waiting(cases, case)[0].tries >= 2)
    (waiting,) = tell_waiting(cases, case)
    assert (waiting.step, waiting.agency, waiting.code) == ("insurance", "insurance", SERVICE_DOWN)
    assert waiting.since is not None
    insurance.behave()
    advance_until(cases, province, case, is_all_done)
    assert insurance.count_of("cards", state.steps["birth"].result["number"]) == 1
    assert tell_waiting(cases, case) == ()


def test_a_gateway_that_is_away_is_waited_for_and_the_message_gets_there(
    cases: Cases, province: LinkedProvince
) -> None:
    province.stop_gateway("insurance")
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, lambda state: state.steps["birth"].is_complete)
    advance_until(cases, province, case, lambda _: any(each.code for each in tell_waiting(cases, case)))
    (waiting,) = tell_waiting(cases, case)
    assert waiting.until is not None
    assert waiting.until - waiting.asked_at > timedelta(minutes=59)
    province.start_gateway("insurance")
    advance_until(cases, province, case, is_all_done)


def test_our_own_gateway_that_is_away_loses_nothing(cases: Cases, province: LinkedProvince) -> None:
    province.stop_gateway("commune")
    case = file_birth(cases)
    advance(cases, province.exchange, case)
    (waiting,) = tell_waiting(cases, case)
    assert (waiting.step, waiting.code) == ("birth", "network_error")
    province.start_gateway("commune")
    advance_until(cases, province, case, is_all_done)


def test_a_refusal_has_its_reason_and_the_step_is_replaced_by_one_with_other_data(
    cases: Cases, province: LinkedProvince
) -> None:
    insurance = province.desks["INSURANCE"]
    insurance.behave(Behaviour(refuse="hospital-full", refuse_text="Nơi khám đã đủ (mẫu)"))
    case = file_birth(cases)
    state = advance_until(cases, province, case, lambda state: state.steps["insurance"].state is StepState.REFUSED)
    assert (state.steps["insurance"].reason, state.steps["insurance"].text) == ("hospital-full", "Nơi khám đã đủ (mẫu)")
    assert state.steps["residence"].is_complete
    insurance.behave()
    other = told.StepReplaced("insurance", new_uuid4(), "data-corrected", data={"hospital": "Bệnh viện mẫu"})
    do(cases, case, CaseRole.HANDLER, other)
    state = advance_until(cases, province, case, is_all_done)
    assert state.steps["insurance"].result["hospital"] == "Bệnh viện mẫu"


def test_a_birth_that_the_civil_registry_refuses_stops_what_stands_on_it(
    cases: Cases, province: LinkedProvince
) -> None:
    province.desks["CIVIL"].behave(Behaviour(refuse="false-data"))
    case = file_birth(cases)
    state = advance_until(cases, province, case, lambda state: state.steps["birth"].state is StepState.REFUSED)
    assert list_states(state)["residence"] is StepState.WAITING
    assert state.waiting_for is not None
    assert state.waiting_for.role is CaseRole.HANDLER


def test_answers_that_get_lost_are_found_out_and_nothing_is_done_twice(cases: Cases, province: LinkedProvince) -> None:
    for desk in province.desks.values():
        desk.behave(Behaviour(lose=1))
    case = file_birth(cases)
    state = advance_until(cases, province, case, is_all_done)
    number = state.steps["birth"].result["number"]
    assert province.desks["INSURANCE"].count_of("cards", number) == 1
    assert province.desks["POPULATION"].count_of("residences", number) == 1
    assert [action.kind for action in get_case(cases, case).actions].count(ActionKind.AGENCY_DONE) == 3


def test_a_step_that_takes_its_time_is_accepted_and_asked_for_until_it_is_done(
    cases: Cases, province: LinkedProvince
) -> None:
    province.desks["INSURANCE"].behave(Behaviour(accept_s=1.0))
    case = file_birth(cases, "birth+insurance")
    state = advance_until(cases, province, case, lambda state: state.steps["insurance"].state is StepState.ACCEPTED)
    assert "đang xử lý" in state.steps["insurance"].text
    advance_until(cases, province, case, is_all_done)


def test_a_number_that_is_pending_is_waited_for_by_the_other_steps(cases: Cases, province: LinkedProvince) -> None:
    province.desks["POPULATION"].behave(Behaviour(is_down=True))
    case = file_birth(cases)
    state = advance_until(cases, province, case, lambda state: state.steps["birth"].pending)
    assert (state.steps["birth"].result["number"], list_states(state)["insurance"]) == ("", StepState.WAITING)
    province.desks["POPULATION"].behave()
    state = advance_until(cases, province, case, is_all_done)
    assert state.steps["birth"].result["number"].startswith("999")


def test_where_it_cannot_be_told_whether_an_agency_acted_a_person_finds_out(
    cases: Cases, province: LinkedProvince
) -> None:
    insurance = province.desks["INSURANCE"]
    insurance.behave(Behaviour(fail=True))
    case = file_birth(cases, "birth+insurance")
    state = advance_until(cases, province, case, lambda state: state.steps["insurance"].state is StepState.UNKNOWN)
    assert state.waiting_for is not None
    assert state.waiting_for.role is CaseRole.HANDLER
    with pytest.raises(CasesError):
        do(cases, case, CaseRole.HANDLER, told.StepReplaced("insurance", new_uuid4(), "agency-mistake"))
    insurance.behave()
    message_id = state.steps["insurance"].message_id
    do(cases, case, CaseRole.HANDLER, told.StepResent("insurance", message_id, "agency-asked"))
    state = advance_until(cases, province, case, is_all_done)
    assert insurance.count_of("cards", state.steps["birth"].result["number"]) == 1


def test_a_message_that_was_given_up_and_never_arrived_is_sent_anew_when_a_person_says_so(
    cases: Cases, province: LinkedProvince
) -> None:
    insurance = province.desks["INSURANCE"]
    province.stop_gateway("insurance")
    case = file_birth(cases, "birth+insurance")
    hasty = replace(province.exchange, life_s=1, patience_s=0.1)
    until = time.monotonic() + PATIENCE_S
    while get_case(cases, case).state.steps["insurance"].state is not StepState.UNKNOWN:
        assert time.monotonic() < until
        advance(cases, hasty, case)
        time.sleep(0.05)
    province.start_gateway("insurance")
    # The agency says that it has nothing: a person decides what that means.
    state = advance_until(cases, province, case, lambda _: tell_waiting(cases, case)[0].code == "unheard")
    assert state.steps["insurance"].state is StepState.UNKNOWN
    message_id = state.steps["insurance"].message_id
    do(cases, case, CaseRole.HANDLER, told.StepResent("insurance", message_id, "agency-has-nothing"))
    state = advance_until(cases, province, case, is_all_done)
    assert insurance.count_of("cards", state.steps["birth"].result["number"]) == 1
    assert StepDelivery.objects.get(message_id=message_id).sent_as == f"{message_id}.2"


def test_a_step_in_doubt_that_a_person_did_by_hand_is_done_and_a_late_answer_is_noted(
    cases: Cases, province: LinkedProvince
) -> None:
    province.stop_gateway("insurance")
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, lambda state: state.steps["insurance"].state is StepState.REQUESTED)
    advance_until(cases, province, case, lambda _: any(each.tries for each in tell_waiting(cases, case)))
    by_hand = told.StepTakenOver("insurance", "agency-down", result={"card": "DEMO-1"})
    assert is_all_done(do(cases, case, CaseRole.HANDLER, by_hand))
    province.start_gateway("insurance")
    state = advance_until(cases, province, case, lambda state: state.steps["insurance"].is_late)
    assert (state.steps["insurance"].state, state.steps["insurance"].result) == (StepState.BY_HAND, {"card": "DEMO-1"})


def test_a_case_that_is_withdrawn_is_taken_back_step_by_step_the_last_first(
    cases: Cases, province: LinkedProvince
) -> None:
    case = file_birth(cases)
    advance_until(cases, province, case, is_all_done)
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn())
    state = advance_until(cases, province, case, lambda state: set(list_states(state).values()) == {StepState.UNDONE})
    undone = [
        action.payload.step
        for action in get_case(cases, case).actions
        if isinstance(action.payload, told.StepUndone) and action.payload.phase is UndoPhase.DONE
    ]
    assert undone[-1] == "birth"
    assert state.is_over


def test_an_agency_that_does_not_take_back_leaves_it_to_an_officer(cases: Cases, province: LinkedProvince) -> None:
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, is_all_done)
    province.desks["INSURANCE"].behave(Behaviour(refuse="card-used"))
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn())
    state = advance_until(cases, province, case, lambda state: state.steps["insurance"].undo_failed)
    assert state.waiting_for is not None
    assert (state.waiting_for.role, state.waiting_for.reason) == (CaseRole.HANDLER, WaitingReason.TO_UNDO_BY_HAND)


def test_an_agency_that_the_settings_do_not_name_is_told_as_the_reason(cases: Cases, province: LinkedProvince) -> None:
    case = file_birth(cases)
    advance(cases, replace(province.exchange, services={}), case)
    (waiting,) = tell_waiting(cases, case)
    assert (waiting.step, waiting.code, waiting.tries) == ("birth", "unknown-agency", 1)


def test_a_case_that_nobody_looked_at_in_time_is_overdue(cases: Cases, province: LinkedProvince) -> None:
    province.desks["INSURANCE"].behave(Behaviour(is_down=True))
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, lambda state: state.steps["insurance"].state is StepState.REQUESTED)
    assert list_overdue(cases) == []
    StepDelivery.objects.filter(case_id=case).update(next_at=cases.now() - timedelta(minutes=2))
    assert list_overdue(cases) == [case]


def test_rows_of_messages_that_ended_long_ago_are_forgotten_and_others_not(
    cases: Cases, province: LinkedProvince
) -> None:
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, is_all_done)
    assert forget_finished(cases) == 0
    StepDelivery.objects.filter(case_id=case).update(changed_at=cases.now() - timedelta(days=31))
    StepDelivery.objects.filter(case_id=case, step="birth").update(stage=Stage.SENT)
    assert forget_finished(cases) == 1
    assert list(StepDelivery.objects.values_list("step", flat=True)) == ["birth"]


def test_a_worker_that_dies_between_asking_and_sending_leaves_what_the_next_one_sends(
    cases: Cases, province: LinkedProvince
) -> None:
    case = file_birth(cases, "birth+insurance")
    _fix_messages(cases, get_case(cases, case))
    state = get_case(cases, case).state
    assert (state.steps["birth"].state, StepDelivery.objects.filter(case_id=case).count()) == (StepState.REQUESTED, 0)
    advance_until(cases, province, case, is_all_done)
    assert [action.kind for action in get_case(cases, case).actions].count(ActionKind.ASK_AGENCY) == 2


def test_what_a_crash_takes_of_the_messages_rows_is_made_again_and_nothing_is_done_twice(
    cases: Cases, province: LinkedProvince
) -> None:
    province.desks["INSURANCE"].behave(Behaviour(slow_s=0.5))
    case = file_birth(cases, "birth+insurance")
    hasty = replace(province.exchange, patience_s=0.2)
    advance(cases, hasty, case)
    StepDelivery.objects.filter(case_id=case).delete()
    state = advance_until(cases, province, case, is_all_done)
    assert province.desks["INSURANCE"].count_of("cards", state.steps["birth"].result["number"]) == 1


def test_an_answer_that_comes_twice_and_otherwise_the_second_time_is_one_result(
    cases: Cases, province: LinkedProvince
) -> None:
    province.desks["INSURANCE"].behave(Behaviour(twice=True))
    case = file_birth(cases, "birth+insurance")
    first = advance_until(cases, province, case, is_all_done)
    for stage in (Stage.SENT, Stage.TO_ENQUIRE):
        StepDelivery.objects.filter(case_id=case).update(stage=stage, next_at=cases.now())
        advance(cases, province.exchange, case)
        assert get_case(cases, case).state == first
    assert not StepDelivery.objects.filter(case_id=case).exclude(stage=Stage.OVER).exists()


def spoil(cases: Cases, step: str, *, is_undo: bool = False) -> Cases:
    """Give the house with procedures whose message for one step cannot be made: a number has no length."""
    bad = "{number: length(form.household)}"

    def spoil_step(each: Step) -> Step:
        if each.id != step:
            return each
        changed = {"undo": msgspec.structs.replace(each.undo, send=bad)} if is_undo and each.undo else {"send": bad}
        return msgspec.structs.replace(each, **changed)

    procedures = tuple(
        msgspec.structs.replace(each, steps=tuple(map(spoil_step, each.steps))) for each in cases.catalogue.procedures
    )
    return replace(cases, catalogue=Catalogue(procedures))


def test_a_message_that_cannot_be_made_holds_up_no_other_and_a_handler_sees_why_and_asks_anew(
    cases: Cases, province: LinkedProvince
) -> None:
    spoilt = spoil(cases, "residence")
    case = file_birth(spoilt)
    state = advance_until(spoilt, province, case, lambda state: state.steps["insurance"].is_complete)
    residence = state.steps["residence"]
    assert (residence.state, residence.reason) == (StepState.REFUSED, "cannot-be-sent")
    assert "length(form.household)" in residence.text
    assert not StepDelivery.objects.filter(case_id=case, step="residence").exists()
    wait = state.waiting_for
    assert wait is not None
    assert (wait.role, wait.reason, wait.step) == (CaseRole.HANDLER, WaitingReason.NOT_SENT, "residence")
    # Asked anew while it is as it was, it is told again; after it was put right, it is done.
    for house, expected in ((spoilt, StepState.REFUSED), (cases, StepState.DONE)):
        message_id = fix_message_id(case, get_case(cases, case).state.steps["residence"])
        do(house, case, CaseRole.HANDLER, told.StepReplaced("residence", message_id, "data-corrected"))
        assert get_case(cases, case).state.steps["residence"].state is StepState.REQUESTED
        state = advance_until(house, province, case, lambda state: not state.steps["residence"].is_open)
        assert state.steps["residence"].state is expected
    assert province.desks["POPULATION"].count_of("residences", state.steps["birth"].result["number"]) == 1


def test_a_message_that_was_sent_and_cannot_be_made_any_more_is_never_taken_for_unsent(
    cases: Cases, province: LinkedProvince
) -> None:
    spoilt = spoil(cases, "insurance")
    province.desks["INSURANCE"].behave(Behaviour(is_down=True))
    case = file_birth(cases, "birth+insurance")
    advance_until(cases, province, case, lambda _: any(each.tries for each in tell_waiting(cases, case)))
    # A crash right after sending leaves the row as it was before.
    StepDelivery.objects.filter(case_id=case, step="insurance").update(stage=Stage.TO_SEND, next_at=cases.now())
    advance(spoilt, province.exchange, case)
    assert get_case(cases, case).state.steps["insurance"].state is StepState.UNKNOWN
    province.desks["INSURANCE"].behave()
    state = advance_until(cases, province, case, is_all_done)
    assert province.desks["INSURANCE"].count_of("cards", state.steps["birth"].result["number"]) == 1


def test_a_taking_back_that_cannot_be_sent_is_an_officers_task(cases: Cases, province: LinkedProvince) -> None:
    spoilt = spoil(cases, "insurance", is_undo=True)
    case = file_birth(spoilt)
    advance_until(spoilt, province, case, is_all_done)
    do(spoilt, case, CaseRole.APPLICANT, told.Withdrawn())
    state = advance_until(spoilt, province, case, lambda state: state.steps["residence"].state is StepState.UNDONE)
    assert (state.steps["insurance"].undo_failed, state.steps["insurance"].reason) == (True, "cannot-be-sent")
    assert WaitingReason.TO_UNDO_BY_HAND in {wait.reason for wait in state.waits}


def test_an_agency_that_the_settings_name_no_more_holds_up_no_other(cases: Cases, province: LinkedProvince) -> None:
    province.desks["INSURANCE"].behave(Behaviour(accept_s=30))
    province.desks["POPULATION"].behave(Behaviour(slow_s=0.5))
    case = file_birth(cases)
    hasty = replace(province.exchange, patience_s=0.1)
    until = time.monotonic() + PATIENCE_S
    while get_case(cases, case).state.steps["insurance"].state is not StepState.ACCEPTED:
        assert time.monotonic() < until
        advance(cases, hasty, case)
    services = {name: place for name, place in hasty.services.items() if name != "insurance"}
    while not get_case(cases, case).state.steps["residence"].is_complete or "unknown-agency" not in {
        waiting.code for waiting in tell_waiting(cases, case)
    }:
        assert time.monotonic() < until
        StepDelivery.objects.filter(case_id=case, step="insurance").update(next_at=cases.now())
        advance(cases, replace(hasty, services=services), case)
        time.sleep(0.05)
    assert get_case(cases, case).state.steps["insurance"].state is StepState.ACCEPTED


class Crash(BaseException):
    """The worker was killed. Not an Exception: no code may go on after it."""


@dataclass(frozen=True)
class Doomed(AgencyExchange):
    """Kills the worker right after something was asked of the gateway, at the call that `fatal` counts down to."""

    left: list[int] = field(default_factory=list)

    def send(self, message: StepMessage, sent_as: str) -> Delivery:
        delivery = super().send(message, sent_as)
        self._count_down()
        return delivery

    def look(self, delivery: Delivery) -> tuple[Delivery, Answer | None]:
        found = super().look(delivery)
        self._count_down()
        return found

    def _count_down(self) -> None:
        self.left[0] -= 1
        if not self.left[0]:
            raise Crash


def test_a_worker_that_dies_after_any_call_loses_nothing_and_does_nothing_twice(
    cases: Cases, province: LinkedProvince
) -> None:
    plain = province.exchange
    for calls in range(1, MOST_CALLS):
        doomed = Doomed(plain.client, plain.services, plain.life_s, plain.longest_pause_s, plain.patience_s, [calls])
        case = file_birth(cases, "birth+insurance")
        try:
            advance(cases, doomed, case)
        except Crash:
            state = advance_until(cases, province, case, is_all_done)
        else:
            break
        number = state.steps["birth"].result["number"]
        assert province.desks["INSURANCE"].count_of("cards", number) == 1
        assert [action.kind for action in get_case(cases, case).actions].count(ActionKind.AGENCY_DONE) == 2
    assert calls > 4


@pytest.mark.campaign
@pytest.mark.parametrize("agency", ["CIVIL", "POPULATION", "INSURANCE"])
@pytest.mark.parametrize(
    "fault",
    [
        Behaviour(is_down=True),
        Behaviour(slow_s=0.5),
        Behaviour(accept_s=0.5),
        Behaviour(lose=1),
        Behaviour(lose=3),
        Behaviour(twice=True),
        Behaviour(fail=True),
    ],
    ids=["down", "slow", "later", "loses one", "loses three", "answers twice", "broken"],
)
@pytest.mark.parametrize("variant", ["all", "birth+insurance", "birth+residence", "birth+residence+insurance"])
def test_whatever_one_agency_does_the_case_ends_with_each_thing_done_once(
    cases: Cases, province: LinkedProvince, agency: str, fault: Behaviour, variant: str
) -> None:
    province.desks[agency].behave(fault)
    case = file_birth(cases, variant, BIRTH_2026)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        advance(cases, replace(province.exchange, patience_s=0.1), case)
        time.sleep(0.05)
    province.desks[agency].behave()
    for step in get_case(cases, case).state.steps.values():
        if step.state is StepState.UNKNOWN:
            do(cases, case, CaseRole.HANDLER, told.StepResent(step.id, step.message_id, "no-answer"))
    state = advance_until(cases, province, case, is_all_done)
    number = state.steps["birth"].result["number"]
    for name, desk, service in (("insurance", "INSURANCE", "cards"), ("residence", "POPULATION", "residences")):
        assert province.desks[desk].count_of(service, number) == (name in state.steps)
    done = [action.payload for action in get_case(cases, case).actions if isinstance(action.payload, told.AgencyDone)]
    assert sorted(each.step for each in done if not each.pending) == sorted(state.steps)


@pytest.mark.parametrize("procedure", [("2.002622", date(2025, 6, 2)), ("2.002913", date(2026, 11, 30))])
def test_a_death_ends_the_residence_and_brings_the_allowances(
    cases: Cases, province: LinkedProvince, procedure: tuple[str, date]
) -> None:
    for variant, count in (("death+residence", 2), ("death+residence+funeral+survivor", 4)):
        case = file_death(cases, procedure, variant)
        state = advance_until(cases, province, case, is_all_done)
        assert len(state.steps) == count
    assert state.steps["survivor"].result["amount"] > 0
