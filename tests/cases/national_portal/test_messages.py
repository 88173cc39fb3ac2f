"""What travels to and from the portal: the committed examples, what is refused, and anything at all as input."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.national_portal import messages
from lienthong.cases.national_portal.messages import read_document, read_filing, write_document
from lienthong.cases.numbering import CaseCode, CodeFormat, format_code, parse_code
from lienthong.sandbox.national_portal.forms import FIXTURES, SCHEMAS, NotTakenError, read_call, read_fixture

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS: dict[str, type[Any]] = {
    "inbound-filing": messages.InboundFiling,
    "inbound-list": messages.FilingList,
    "inbound-taken": messages.Taken,
    "inbound-token": messages.TokenGiven,
    "outbound-arrived": messages.Arrived,
    "outbound-case": messages.CaseMade,
    "outbound-number": messages.NumberAsked,
    "outbound-progress": messages.Progress,
    "outbound-status": messages.StatusTold,
    "outbound-token": messages.TokenAsked,
}
CALLS = sorted(name for name in FORMS if name.startswith("outbound-"))


def is_bad_document(error: CasesError) -> bool:
    return error.kind is CasesErrorKind.BAD_PORTAL_DOCUMENT


def test_every_fixture_has_a_form_and_says_that_it_is_a_simulation() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(FORMS)
    notes = {path.stem: json.loads(path.read_text())["note"] for path in FIXTURES.glob("*.json")}
    assert all(note.startswith("MÔ PHỎNG") for note in notes.values())
    assert all("assumption" in note for name, note in notes.items() if name.startswith("inbound-"))
    comments = [json.loads(path.read_text())["$comment"] for path in SCHEMAS.glob("*.json")]
    assert all(comment.startswith("SIMULATION") for comment in comments)
    assert len(comments) == len(CALLS)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_fixture_goes_through_its_form_and_comes_out_the_same(name: str) -> None:
    document = read_fixture(name)
    read = read_document(json.dumps(document).encode(), FORMS[name])
    assert json.loads(write_document(read)) == document


def test_a_list_with_a_code_that_the_database_would_not_take_is_refused() -> None:
    listed = {"HoSo": [{"MaHoSo": "G09.20\x00", "TrangThai": 1}]}
    with pytest.raises(CasesError, check=is_bad_document):
        read_document(json.dumps(listed).encode(), messages.FilingList)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_unknown_field_is_refused_on_our_side(name: str) -> None:
    with pytest.raises(CasesError, match="unknown field `La`", check=is_bad_document):
        read_document(json.dumps(read_fixture(name) | {"La": 1}).encode(), FORMS[name])


@pytest.mark.parametrize("name", CALLS)
def test_the_portal_takes_the_example_of_a_call_and_refuses_an_unknown_or_missing_field(name: str) -> None:
    document, call = read_fixture(name), name.removeprefix("outbound-")
    assert read_call(call, json.dumps(document).encode()) == document
    with pytest.raises(NotTakenError, match="'La' was unexpected"):
        read_call(call, json.dumps(document | {"La": 1}).encode())
    first, *_ = document
    with pytest.raises(NotTakenError, match="is a required property"):
        read_call(call, json.dumps({key: value for key, value in document.items() if key != first}).encode())


CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a code of no known form": lambda each: each | {"MaHoSo": "1234"},
    "a day without a zone": lambda each: each | {"NgayNop": "2026-11-30T09:00:00"},
    "a channel that there is not": lambda each: each | {"KenhThucHien": 4},
    "a time of paying that there is not": lambda each: each | {"LePhi": [{**each["LePhi"][0], "HinhThucThu": 3}]},
    "a level that there is not": lambda each: each | {"MucDoXacThuc": 3},
    "a number too short": lambda each: each | {"ThongTinNguoiNop": {"SoDinhDanh": "999", "HoTen": "Mẫu"}},
    "a person with more than is agreed": lambda each: each | {"ThongTinNguoiNop": {**each["ThongTinNguoiNop"], "x": 1}},
    "a file that is a path": lambda each: each | {"ThanhPhanHoSo": [{**each["ThanhPhanHoSo"][0], "IdTepTin": "../x"}]},
    "a question answered twice": lambda each: each | {"ThanhPhanHoSo": each["ThanhPhanHoSo"] * 2},
    "a paper for a question that was typed": lambda each: each | {"DuLieuToKhai": {"birth_notice": "tep-1"}},
    "a source that is ours to say": lambda each: each | {"DuLieuToKhai": {"@sources": {}}},
    "a list": lambda each: [each],  # type: ignore[return-value,dict-item] # what is wrong with it
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_filing_that_is_not_as_agreed_is_refused(change: str) -> None:
    raw = json.dumps(CHANGES[change](read_fixture("inbound-filing"))).encode()
    with pytest.raises(CasesError, check=is_bad_document):
        read_filing(raw)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["MaHoSo", "MaTTHC", "NgayNop", "ThongTinNguoiNop", "DuLieuToKhai", "ThanhPhanHoSo", "x"]), inner, max_size=7),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_comes_in_is_a_filing_or_refused_as_none(raw: bytes) -> None:
    try:
        filing = read_filing(raw)
    except CasesError as error:
        assert is_bad_document(error)
    else:
        assert read_filing(write_document(filing)) == filing


@given(
    st.dictionaries(
        st.sampled_from(sorted(read_fixture("inbound-filing"))),
        st.none() | st.integers(-1, 11) | st.text(max_size=60) | st.just([]) | st.just({}),
        max_size=3,
    )
)
def test_a_filing_with_some_fields_changed_is_read_whole_or_refused(changes: dict[str, Any]) -> None:
    raw = json.dumps(read_fixture("inbound-filing") | changes).encode()
    try:
        filing = read_filing(raw)
    except CasesError as error:
        assert is_bad_document(error)
    else:
        assert parse_code(filing.code).serial >= 0
        assert msgspec.json.decode(write_document(filing), type=messages.InboundFiling) == filing


@given(
    st.from_regex(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,3}){0,3}", fullmatch=True),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2068, 12, 31)),
    st.integers(1, 9999),
    st.sampled_from([CodeFormat.AGENCY, CodeFormat.LONG]),
)
def test_a_code_that_the_portal_gives_is_read_in_its_parts(unit: str, day: date, serial: int, form: CodeFormat) -> None:
    code = CaseCode(unit, day, serial, form)
    text = format_code(code)
    assert parse_code(text) == code
    messages.require_code(text)
    for broken in (text[:-4], f"{text}x", text.replace("-", "/"), ""):
        with pytest.raises(CasesError, check=is_bad_document):
            messages.require_code(broken)
