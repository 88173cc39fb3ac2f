from __future__ import annotations

import os
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.ids import format_identifier, new_uuid4, new_uuid7, parse_identifier
from tests.clocks import SetClock

_SEGMENTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), min_size=1, max_size=12
).filter(lambda segment: segment not in {".", ".."})


def test_a_uuid4_is_of_version_4_and_new_each_time() -> None:
    assert uuid.UUID(new_uuid4()).version == 4
    assert new_uuid4() != new_uuid4()


@given(st.integers(0, 2**48 - 1))
def test_a_uuid7_carries_its_millisecond(ms: int) -> None:
    made = uuid.UUID(new_uuid7(SetClock(ms)))

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == ms


def test_a_forked_process_goes_on_with_ids_of_its_own() -> None:
    new_uuid4()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_uuid4().encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 36).decode() not in {new_uuid4() for _ in range(3)}
    os.close(reading)
    os.close(writing)


def test_uuid7s_sort_by_time_and_differ_within_a_millisecond() -> None:
    clock = SetClock(1_795_000_000_000)
    first = [new_uuid7(clock) for _ in range(50)]
    clock.advance(1)

    assert len(set(first)) == 50
    assert max(first) < new_uuid7(clock)


@given(st.lists(_SEGMENTS, min_size=1, max_size=6))
@example(["DEMO", "GOV", "Z99.01", "s/ub", "đăng ký", "a+b?c%"])
def test_a_written_identifier_reads_back(segments: list[str]) -> None:
    text = format_identifier(segments)

    assert parse_identifier(text, len(segments), len(segments)) == tuple(segments)
    assert text.isascii()
    # Key names of signed notes hold neither blanks nor plus signs; paths end at a question mark.
    assert not set(text) & set(" +?#\\")


@given(st.text(st.sampled_from("ab/%2FC4c.~+?đ \n\x7f"), max_size=12))
def test_an_accepted_identifier_has_one_normal_spelling(text: str) -> None:
    try:
        segments = parse_identifier(text, 1, 4)
    except KernelError as error:
        assert error.kind is KernelErrorKind.INVALID_IDENTIFIER
    else:
        assert 1 <= len(segments) <= 4
        assert parse_identifier(format_identifier(segments), 1, 4) == segments


def test_what_x_road_allows_in_a_code_is_read_as_it_stands() -> None:
    assert parse_identifier("A-1/'()+,-.=?/s%2Fub/%C4%90", 4, 4) == ("A-1", "'()+,-.=?", "s/ub", "Đ")


@pytest.mark.parametrize(
    "text",
    [
        "a/b",
        "a/b/c/d/e",
        "a//c",
        "/a/b/c",
        "a/b/c/",
        "a/b/%",
        "a/b/%4",
        "a/b/%zz",
        "a/b/%FF",
        "a/b/%00",
        "a/b/%0A",
        "a/b/%C2%85",
        "a/b/%E2%80%A8",
        "a/b/ c",
        "a/b/đ",
        "a/b/..",
        "a/b/%2E%2E",
        "a/b/.",
        "a/b/" + "c" * 256,
        "a/b/%ED%A0%80",
    ],
)
def test_a_broken_identifier_is_refused(text: str) -> None:
    with pytest.raises(KernelError) as refused:
        parse_identifier(text, 3, 4)

    assert refused.value.kind is KernelErrorKind.INVALID_IDENTIFIER


@pytest.mark.parametrize("segments", [(), ("",), ("a", ".."), ("a\n",), ("\ud800",), ("c" * 256,)])
def test_segments_without_an_identifier_are_refused(segments: tuple[str, ...]) -> None:
    with pytest.raises(KernelError) as refused:
        format_identifier(segments)

    assert refused.value.kind is KernelErrorKind.INVALID_IDENTIFIER
