from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lienthong.delivery.asks import NewAsk, ask_agency
from lienthong.delivery.cascade import CascadeNode, NodeKind, build_cascade, count_nodes, list_above
from lienthong.delivery.directive_seed import load_illustrative_directives, load_specimen_directives
from lienthong.delivery.directives import DirectiveKey, get_directive, list_named
from lienthong.delivery.models import Plan, Source, Target
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.delivery.target_words import Comparison
from lienthong.delivery.tasks import NewProof, NewTask, add_proof, give_task
from tests.delivery.posts import NOW, make_holder, make_leader
from tests.delivery.test_tables import make_indicator, observe

pytestmark = pytest.mark.django_db

RESOLUTION = DirectiveKey("01-NQ/MH", "Đại hội minh họa", date(2025, 9, 1))
PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))


def make_target(version: int = 1) -> Target:
    source = Source.objects.get(code="invented")
    plan, _ = Plan.objects.get_or_create(
        code="KH990",
        defaults={
            "title": "Kế hoạch",
            "title_en": "Plan",
            "directive_number": PLAN.number,
            "directive_issuer": PLAN.issuer,
            "directive_date": PLAN.issued_on,
            "area_code": "22",
            "begins_on": date(2026, 1, 1),
            "ends_on": date(2030, 12, 31),
            "source": source,
        },
    )
    return Target.objects.create(
        plan=plan,
        code="1",
        version=version,
        place=1,
        name=f"Dân số v{version}",
        name_en="Population",
        indicator="POP",
        kind="value",
        comparison=Comparison.AT_LEAST,
        unit="person",
        goal=Decimal(2000),
        due="2030",
        source=source,
        published_on=date(2025, 11, 3),
    )


def walk(node: CascadeNode, *way: NodeKind) -> CascadeNode:
    for kind in way:
        node = next(child for child in node.children if child.kind is kind)
    return node


def test_every_step_from_a_promise_to_the_record_behind_its_figure_is_there_with_its_key() -> None:
    load_illustrative_directives()
    leader, owner = make_leader(), make_holder("lan.le")
    make_target()
    make_target(version=2)
    figure = observe(make_indicator(), origin_ref="yearbook.xlsx#12")
    new = NewTask(title="Đếm dân", owner=owner.post.pk, due_on=None, directive=PLAN, directive_path="2")
    task = give_task(new, leader.account, NOW)
    served = give_task(
        NewTask(title="Báo cáo", owner=owner.post.pk, due_on=None, directive=PLAN, plan="KH990", target="1"),
        leader.account,
        NOW,
    )
    proof = add_proof(task.code, NewProof("a.txt", "text/plain", b"done"), owner.account, NOW)
    question = NewAsk(service="DEMO/GOV/Z99/FINANCE/funds", purpose="990/KH-UBND", body={})
    ask = ask_agency(task.code, question, owner.account, NOW, lambda _: None)

    tree = build_cascade(get_directive(RESOLUTION))
    below = walk(tree, NodeKind.DIRECTIVE)
    part = next(child for child in below.children if child.key == "2")
    assert walk(part, NodeKind.TASK).key == task.code
    assert walk(part, NodeKind.TASK, NodeKind.PROOF).key == str(proof.pk)
    assert walk(part, NodeKind.TASK, NodeKind.ASK).key == str(ask.message)
    way = (NodeKind.TARGET, NodeKind.INDICATOR, NodeKind.OBSERVATION, NodeKind.RECORD)
    assert walk(below, NodeKind.TASK).key == served.code
    assert walk(below, NodeKind.TASK, *way).key == walk(below, *way).key == "file:yearbook.xlsx#12"
    assert walk(below, *way[:3]).key == str(figure.pk)
    assert walk(below, NodeKind.TARGET).title == "Dân số v2"
    assert count_nodes(tree, NodeKind.TASK) == 2
    assert [row.number for row in list_above(get_directive(PLAN))] == ["01-NQ/MH"]


def test_a_directive_that_nothing_implements_is_a_tree_of_its_parts() -> None:
    load_illustrative_directives()
    tree = build_cascade(get_directive(PLAN))
    assert [child.kind for child in tree.children] == [NodeKind.PART] * 3
    assert tree.note == "990/KH-UBND"


def test_the_invented_resolution_leads_down_to_the_records_behind_each_figure() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    load_illustrative_directives()
    tree = build_cascade(get_directive(DirectiveKey("01-NQ/MH", "Đại hội minh họa", date(2020, 9, 1))))
    assert count_nodes(tree, NodeKind.TARGET) == 19
    observations = count_nodes(tree, NodeKind.OBSERVATION)
    assert observations > 19
    assert count_nodes(tree, NodeKind.RECORD) == observations


def test_a_computed_figure_leads_on_to_what_it_is_computed_from() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    load_illustrative_directives()
    tree = build_cascade(get_directive(RESOLUTION))
    rate = next(child for child in tree.children if child.key == "ILLUSTRATIVE-2030/ON_TIME").children[0]
    assert (rate.key, rate.note) == ("ON_TIME_RATE", "99")
    assert [part.key for part in rate.children] == ["CASES_ON_TIME", "CASES_DUE"]
    assert walk(rate, NodeKind.INDICATOR, NodeKind.OBSERVATION, NodeKind.RECORD).key == "seed:illustrative.toml"
    head = next(child for child in tree.children if child.key == "ILLUSTRATIVE-2030/HEAD").children[0]
    assert ("USD_RATE", "98") in [(part.key, part.note) for part in head.children]


def test_a_congresss_resolution_without_a_known_number_has_the_targets_of_its_plan() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    load_specimen_directives()
    for number, least in (("Nghị quyết Đại hội XV", 5), ("Nghị quyết Đại hội XVI", 10)):
        (directive,) = list_named(number)
        assert count_nodes(build_cascade(directive), NodeKind.TARGET) >= least
