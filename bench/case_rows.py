"""Rows of many cases, each as the stories would have written it: for `bench.cases` alone.

A few whole cases are folded once, at every stage at which a case can stand; their rows are then written again and
again with other ids, people, offices and days. So each row of a case is what its actions fold to.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lienthong.cases import actions as told
from lienthong.cases.folding import apply_action, start_case
from lienthong.cases.words import ActionKind, ActorKind, CaseRole, Channel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.cases.case_state import CaseState

UNITS = [f"Z99.{number:02d}" for number in range(1, 55)]
"""As many offices as the province has communes."""

HANDLERS = 12
"""In each office."""

DAYS = 730
PROCEDURE, VERSION = "2.000635", date(2020, 1, 1)
OPEN_SHARE = 0.04
"""Of all cases: some weeks' worth of two years."""

CASE_COLUMNS = (
    "id, month, code, portal_code, procedure, version, channel, unit, number, account, name, search_name, status, "
    "decision, handler, waiting_role, waiting_reason, is_over, due_on, submitted_at, received_at, done_at, ended_at, "
    "last_number, erased_at"
)
ACTION_COLUMNS = (
    "case_month, case_id, number, kind, role, actor_kind, actor_id, actor_unit, actor_name, officer, recorded_at, "
    "payload, payload_hash, erased_at"
)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
_FAMILY_FOLDED = ("nguyen", "tran", "le", "pham", "hoang", "vu", "dang", "bui", "do", "ho", "ngo", "duong")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Ngọc", "Oanh", "Phúc")
_GIVEN_FOLDED = ("an", "binh", "chi", "dung", "giang", "ha", "khanh", "lan", "minh", "ngoc", "oanh", "phuc")

_R, _H, _A, _P = CaseRole.RECEIVER, CaseRole.HANDLER, CaseRole.APPROVER, CaseRole.APPLICANT
_WAY: tuple[tuple[CaseRole, told.Payload], ...] = (
    (_R, told.Received()),
    (_H, told.Taken()),
    (_H, told.Commented("Đã đối chiếu sổ gốc")),
    (_H, told.SupplementAsked("missing-papers", items=("photo",))),
    (_P, told.Supplemented(text="Tôi đã bổ sung")),
    (_H, told.Commented("Đủ giấy tờ")),
    (_H, told.HandedOver(for_decision=True)),
    (_A, told.Approved()),
    (_H, told.Issued()),
    (_R, told.ResultReturned()),
)
STOPS = (0, 1, 2, 3, 4, 6, 7, 8, 9)
"""After how many deeds an open case may stand; all of them: it is over."""


@dataclass(frozen=True)
class Template:
    """A case at a stage: its state, and of each action what is the same in all cases."""

    state: CaseState
    actions: tuple[tuple[str, str, str, str, str], ...]
    """Kind, role, kind of actor, payload as JSON, hash in hexadecimal."""


def make_template(deeds: int) -> Template:
    """Fold a case of so many deeds."""
    filed = told.Submitted(PROCEDURE, VERSION, Channel.ONLINE, "UNIT", number="0" * 12, name="NAME", code="CODE")
    actor = told.Actor(ActorKind.CITIZEN, "citizen")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    done = [(CaseRole.APPLICANT, told.Action(1, ActionKind.SUBMIT, actor, at, filed))]
    state = start_case(done[0][1])
    for number, (role, payload) in enumerate(_WAY[:deeds], 2):
        kind = ActorKind.CITIZEN if role is _P else ActorKind.OFFICER
        action = told.Action(number, told.get_kind(payload), told.Actor(kind, "HANDLER", "UNIT"), at, payload)
        state = apply_action(state, action)
        done.append((role, action))
    return Template(state, tuple(_tell(role, action) for role, action in done))


def _tell(role: CaseRole, action: told.Action) -> tuple[str, str, str, str, str]:
    payload = json.dumps(told.write_payload(action.payload), ensure_ascii=False)
    return action.kind, role, action.actor.kind, payload, told.hash_payload(action.payload).hex()


@dataclass(frozen=True)
class Drawn:
    """What is drawn for one case."""

    id: str
    unit: str
    handler: str
    number: str
    name: str
    search_name: str
    code: str
    submitted: datetime
    due: date


def make_rows(count: int, today: date, seed: int = 1) -> Iterator[tuple[str, list[str]]]:
    """Make cases: each its line for the table of cases and its lines for the table of actions, in COPY's text form."""
    chance = random.Random(seed)  # noqa: S311 # the same cases each time
    templates = {deeds: make_template(deeds) for deeds in (*STOPS, len(_WAY))}
    for place in range(count):
        is_open = chance.random() < OPEN_SHARE
        template = templates[chance.choice(STOPS) if is_open else len(_WAY)]
        drawn = _draw(chance, place, today, is_open=is_open)
        yield _write_case(template, drawn), _write_actions(template, drawn)


def _draw(chance: random.Random, place: int, today: date, *, is_open: bool) -> Drawn:
    unit = chance.choice(UNITS)
    ago = chance.randrange(0, 12) if is_open else chance.randrange(12, DAYS)
    day = today - timedelta(days=ago)
    submitted = datetime(day.year, day.month, day.day, chance.randrange(0, 10), chance.randrange(60), tzinfo=UTC)
    family, middle, given = chance.randrange(12), chance.randrange(12), chance.randrange(12)
    milliseconds = int(submitted.timestamp() * 1000)
    case_id = uuid.UUID(
        int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    )
    return Drawn(
        id=str(case_id),
        unit=unit,
        handler=f"handler-{unit}-{chance.randrange(HANDLERS)}",
        number=f"999{chance.randrange(10**9):09d}",
        name=f"{_FAMILY[family]} {_GIVEN[middle]} {_GIVEN[given]}",
        search_name=f"{_FAMILY_FOLDED[family]} {_GIVEN_FOLDED[middle]} {_GIVEN_FOLDED[given]}",
        code=f"{unit}-{day:%y%m%d}-{place:07d}",
        submitted=submitted,
        due=day + timedelta(days=chance.randrange(1, 15)),
    )


def _write_case(template: Template, drawn: Drawn) -> str:
    state = template.state
    wait = state.waiting_for
    is_received, is_done = state.received_at is not None, state.done_at is not None
    fields: list[Any] = [
        drawn.id, drawn.submitted.date().replace(day=1), drawn.code, "", PROCEDURE, VERSION, "online", drawn.unit,
        drawn.number, "", drawn.name, drawn.search_name, state.status.value, state.decision.value,
        drawn.handler if state.handler else "", wait.role.value if wait else "", wait.reason.value if wait else "",
        "t" if state.is_over else "f", drawn.due, drawn.submitted,
        drawn.submitted + timedelta(hours=1) if is_received else r"\N",
        drawn.submitted + timedelta(days=1) if is_done else r"\N",
        drawn.submitted + timedelta(days=1, hours=1) if state.is_over else r"\N", state.number, r"\N",
    ]  # fmt: skip
    return "\t".join(map(str, fields)) + "\n"


def _write_actions(template: Template, drawn: Drawn) -> list[str]:
    month = drawn.submitted.date().replace(day=1)
    lines = []
    for number, (kind, role, actor, payload, digest) in enumerate(template.actions, 1):
        told_now = payload if number > 1 else _fill_in(payload, drawn)
        at = drawn.submitted + timedelta(hours=number - 1)
        who = drawn.handler if actor == "officer" else "citizen"
        unit = drawn.unit if actor == "officer" else ""
        lines.append(
            f"{month}\t{drawn.id}\t{number}\t{kind}\t{role}\t{actor}\t{who}\t{unit}\t\t\t{at}\t{told_now}\t\\\\x{digest}\t\\N\n"
        )
    return lines


def _fill_in(payload: str, drawn: Drawn) -> str:
    filled = payload.replace('"UNIT"', f'"{drawn.unit}"').replace('"CODE"', f'"{drawn.code}"')
    return filled.replace('"000000000000"', f'"{drawn.number}"').replace('"NAME"', f'"{drawn.name}"')
