from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.load_rows import LoadRule
from lienthong.areas.loading import load_extract, load_tables
from lienthong.areas.models import Agency, Load, Succession, Unit
from lienthong.areas.store import find_agency, find_unit, get_book
from lienthong.areas.succession import trace_unit
from lienthong.areas.unit_book import Unknown
from tests.areas.books import national_book

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("national_tables"),
    pytest.mark.xdist_group("national-tables"),
]

UNITS = "code\tkind\tname\tparent\tbegin\tend\n"
SUCCESSIONS = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"


def _load(units: str, successions: str = "") -> object:
    return load_tables((UNITS + units).encode(), (SUCCESSIONS + successions).encode(), "test", lambda _: None)


def test_the_whole_country_goes_in_and_reads_back_as_it_was() -> None:
    book = get_book()
    assert book.units == national_book().units
    assert book.successions == national_book().successions
    assert Load.objects.get().counts["units added"] == 14_138 == Unit.objects.count()
    assert Succession.objects.count() == 10_654


def test_a_second_load_changes_nothing_and_says_so() -> None:
    said: list[str] = []
    report = load_extract(said.append, with_sandbox=True)
    assert not report.has_changed
    assert "units unchanged: 14138" in said
    assert Load.objects.count() == 1


def test_the_sandboxs_agencies_go_in_only_where_wanted() -> None:
    assert find_agency("Z99.01", date(2026, 1, 1)) is not None
    Agency.objects.all().delete()
    load_extract(lambda _: None, with_sandbox=False)
    assert find_agency("Z99.01", date(2026, 1, 1)) is None
    assert find_agency("H49", date(2026, 1, 1)) is not None


def test_a_row_is_found_by_code_and_day() -> None:
    before, since = find_unit("06886", date(2025, 6, 30)), find_unit("06886", date(2025, 7, 1))
    assert before is not None
    assert since is not None
    assert before.pk != since.pk
    assert (since.english, since.english_is_derived) == ("Hai Lang Commune", True)
    assert find_unit("06886", date(2020, 1, 1)) is None


def test_the_database_refuses_two_units_of_one_code_on_one_day() -> None:
    row = find_unit("06886", date(2025, 7, 1))
    assert row is not None
    row.pk = None
    row.validity = DateRange(date(2025, 12, 1), None)
    with pytest.raises(IntegrityError, match="areas_unit_code_once"), transaction.atomic():
        row.save(force_insert=True)


def test_a_changed_extent_opens_a_new_row_under_the_same_code() -> None:
    old, new = date(2025, 7, 1), date(2027, 1, 1)
    report = load_tables(
        (UNITS + f"06886\txã\tXã Hải Lạng\t22\t{old}\t{new}\n06886\txã\tXã Hải Lạng\t22\t{new}\t\n").encode(),
        (SUCCESSIONS + f"06886\t{old}\t06886\t{new}\t1\t1\t\t1/NQ\n").encode(),
        "test",
        lambda _: None,
    )
    assert report.findings == ()
    assert (report.counts["units added"], report.counts["units changed"]) == (1, 1)
    book = get_book()
    before = book.resolve("06886", date(2025, 6, 30))
    assert not isinstance(before, Unknown)
    trace = trace_unit(book, before, date(2027, 6, 1))
    assert not isinstance(trace, Unknown)
    assert [(part.unit.code, part.unit.begin) for part in trace] == [("06799", old), ("06886", new), ("06970", old)]


def test_an_official_english_name_is_kept_by_later_loads() -> None:
    Unit.objects.filter(code="01").update(english="Hanoi", english_is_derived=False)
    load_extract(lambda _: None, with_sandbox=True)
    assert set(Unit.objects.filter(code="01").values_list("english", flat=True)) == {"Hanoi"}


def test_good_rows_go_in_and_bad_ones_are_reported_by_row_column_value_and_rule() -> None:
    rows = [
        "99001\txã\tXã Mới Một\t22\t2026-01-01\t",
        "99002\txã\tXã Mới Hai\t22\t2026-02-30\t",
        "9900\txã\tXã Mới\t22\t2026-01-01\t",
        "99003\tquận\tQuận Mới\t22\t2026-01-01\t",
        "99004\txã\tPhường Mới\t22\t2026-01-01\t",
        "99005\txã\tXã Mới\t98\t2026-01-01\t",
        "06886\txã\tXã Khác\t22\t2026-01-01\t",
        "99001\txã\tXã Lại\t22\t2026-01-01\t",
        "99006\txã\tXã Ðông\t22\t2026-01-01\t",
        "99007\txã\tXã Mới",
        "99008\txã\tXã Mới\t22\t2026-01-01\t2025-01-01",
        "99009\txã\tXã <b>\t22\t2026-01-01\t",
        "\txã\tXã Mới\t22\t2026-01-01\t",
    ]
    report = load_tables((UNITS + "\n".join(rows)).encode(), SUCCESSIONS.encode(), "test", lambda _: None)
    found = {(finding.row, finding.column, finding.rule) for finding in report.findings}
    assert found == {
        (3, "begin", LoadRule.DAY),
        (4, "code", LoadRule.CODE),
        (5, "kind", LoadRule.KIND),
        (6, "name", LoadRule.KIND),
        (7, "parent", LoadRule.PARENT),
        (8, "code", LoadRule.OVERLAP),
        (9, "code", LoadRule.TWICE),
        (10, "name", LoadRule.NAME_PUT_RIGHT),
        (11, "", LoadRule.COLUMNS),
        (12, "end", LoadRule.DAY),
        (13, "name", LoadRule.NAME),
        (14, "code", LoadRule.MISSING),
    }
    assert report.counts["units added"] == 2
    assert set(Unit.objects.filter(code__startswith="9900").values_list("code", "name")) == {
        ("99001", "Xã Mới Một"),
        ("99006", "Xã Đông"),
    }


def test_bad_successions_are_reported_and_what_rests_on_a_refused_unit_is_refused() -> None:
    units = "99001\txã\tXã Mới\t22\t2027-01-01\t\n06886\txã\tXã Hải Lạng\t22\t2025-07-01\t2027-01-01\n"
    rows = [
        "06886\t2025-07-01\t99001\t2027-01-01\t2/3\t\tpopulation\tx",
        "06886\t2025-07-01\t99002\t2027-01-01\t1/3\t\tpopulation\tx",
        "06799\t2025-07-01\t99001\t2027-01-01\t1\t\t\tx",
        "06886\t2025-07-01\t99001\t2027-01-01\t1\t\t\tx",
        "06886\t2025-07-01\t99001\t2027-01-01\t4/3\t\tx\tx",
        "06886\t2025-07-01\t99001\t2027-01-01\t1/2\t\t\tx",
    ]
    report = load_tables((UNITS + units).encode(), (SUCCESSIONS + "\n".join(rows)).encode(), "test", lambda _: None)
    found = {(finding.row, finding.column, finding.rule) for finding in report.findings}
    assert found == {
        (2, "share", LoadRule.WHOLE),
        (3, "new", LoadRule.UNIT),
        (4, "new_begin", LoadRule.UNIT),
        (5, "old", LoadRule.TWICE),
        (6, "share", LoadRule.SHARE),
        (7, "measure", LoadRule.MISSING),
    }
    assert report.counts["successions added"] == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"code,name\n1,2\n"])
def test_what_is_no_table_at_all_is_refused_and_changes_nothing(content: bytes) -> None:
    with pytest.raises(AreasError) as refused:
        load_tables(content, SUCCESSIONS.encode(), "test", lambda _: None)
    assert refused.value.kind is AreasErrorKind.BAD_FILE
    assert Load.objects.count() == 1


def test_a_load_that_contradicts_what_is_there_leaves_nothing_behind() -> None:
    # 06652 went into another unit as a whole already.
    parent = "22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t2026-01-01\n22\ttỉnh\tTỉnh Quảng Ninh\t\t2026-01-01\t\n"
    moved = "06886\txã\tXã Hải Lạng\t22\t2025-07-01\t\n"
    wrong = "06652\t2024-11-01\t06799\t2025-07-01\t1\t\t\tx\n"
    with pytest.raises(AreasError) as refused:
        _load(parent + moved, wrong)
    assert refused.value.kind is AreasErrorKind.CONTRADICTION
    assert Load.objects.count() == 1
    assert not Unit.objects.filter(code="22", validity__startswith=date(2026, 1, 1)).exists()
