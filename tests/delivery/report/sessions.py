"""The two sessions with their data, as `lienthong delivery load` puts them in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lienthong.areas.loading import load_tables
from lienthong.delivery.directive_words import DirectiveKind, Side, Tier
from lienthong.delivery.directives import DirectiveKey, NewDirective, put_directive
from lienthong.delivery.loading import load_set
from lienthong.delivery.report.building import Order
from lienthong.delivery.sessions import (
    NewItem,
    NewSession,
    add_agenda_item,
    freeze_session,
    open_session,
    record_conclusion,
    turn_into_task,
)
from lienthong.delivery.target_terms import PlanTerms, TargetTerms
from lienthong.delivery.target_words import Comparison, TargetKind
from lienthong.delivery.targets import put_plan
from lienthong.delivery.tasks import NewTask, give_task
from lienthong.delivery.words import Qualifier
from tests.delivery.figures import define, put, record
from tests.delivery.posts import NOW, make_holder, make_leader

AS_OF = date(2026, 11, 27)


_UNITS = "code\tkind\tname\tparent\tbegin\tend\n22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t\n"
_SUCCESSIONS = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"


def load(*, illustrative: bool) -> None:
    """Load a set without a word; the real one needs the province among the country's units."""
    if not illustrative:
        _load_units()
    load_set(lambda _: None, illustrative=illustrative)


def order(code: str, language: str = "vi") -> Order:
    """Order a report as known on the day of these tests."""
    return Order(code, language, AS_OF)


def prepare_own_session() -> None:
    """Prepare a province's own small session: a plan of two targets, a late task, a conclusion that became a task."""
    _load_units()
    put(define("POP"), define("ROADS", "km"))
    record("POP", {"2024": "990", "2025": "1010"}, area="22")
    record("ROADS", {"2025": "40"}, area="22", qualifier=Qualifier.OVER, wording="trên 40 km")
    key = DirectiveKey("12/KH-UBND", "UBND tỉnh", date(2025, 1, 2))
    put_directive(
        NewDirective(number=key.number, issuer=key.issuer, issued_on=key.issued_on, kind=DirectiveKind.PLAN,
                     side=Side.STATE, tier=Tier.PROVINCE, title="Kế hoạch năm 2025", source="book")
    )  # fmt: skip # one call
    plan = PlanTerms(code="KH12", title="Kế hoạch năm 2025", title_en="Plan of 2025", area_code="22", source="book",
                     begins_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), directive_number=key.number,
                     directive_issuer=key.issuer, directive_date=key.issued_on)  # fmt: skip # one call
    words = {"kind": TargetKind.VALUE, "comparison": Comparison.AT_LEAST, "source": "book", "due": "2025"}
    told = [("1", "Dân số", "Population", "POP", "person"), ("2", "Đường làm mới", "New roads", "ROADS", "km")]
    put_plan(plan, [
        TargetTerms(code=code, place=int(code), name=name, name_en=english, indicator=indicator, unit=unit,
                    goal=Decimal(1000), published_on=date(2025, 1, 2), **words)  # type: ignore[arg-type] # words of lists
        for code, name, english, indicator, unit in told
    ])  # fmt: skip # one call
    leader, owner = make_leader(), make_holder("lan.le")
    task = NewTask(title="Đếm dân", owner=owner.post.pk, due_on=date(2026, 3, 1), directive=key)
    give_task(task, leader.account, NOW)
    open_session(NewSession(code="own", title="Rà soát Kế hoạch", held_on=date(2026, 6, 20), chair=leader.post.pk))
    add_agenda_item("own", NewItem(key, "Kết quả thực hiện"))
    freeze_session("own", date(2026, 6, 15), leader.account, NOW)
    conclusion = record_conclusion("own", "Giao Sở Z hoàn thành trước tháng 9.", leader.account)
    given = NewTask(title="Hoàn thành", owner=owner.post.pk, due_on=date(2026, 9, 1), directive=key)
    turn_into_task("own", conclusion.place, given, leader.account, NOW)


def _load_units() -> None:
    load_tables(_UNITS.encode(), _SUCCESSIONS.encode(), "test", lambda _: None)
