from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.access import Grant, make_grant, read_grant_list
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.granting.grant_file import (
    REWRITTEN,
    add_grant,
    append_grant,
    cut_grants,
    format_grant,
    load_grants,
    remove_grant,
)

if TYPE_CHECKING:
    from pathlib import Path

TABLE: dict[str, Any] = {
    "to": "DEMO/GOV/Z99.01/PORTAL",
    "service": "AREAS/units",
    "methods": ["GET"],
    "paths": ["/units/*"],
}
FILE = """# What the agency lets others do.
# Ask the clerk before you change it.

# The communes' portals.
[[grant]]
to = "group:communes"  # all of them
service = "AREAS/units"
methods = ["GET", "HEAD"]
paths = [
  "/*",
]

# Until the reform is over.
[[ grant ]] # one
to = "DEMO/GOV/Z99.02/CLERK"
service = "AREAS/other"
methods = ["*"]
paths = ["**"]
until = 2027-01-01T00:00:00+07:00

# The end of the page.
"""


def grant(**changes: object) -> Grant:
    return make_grant({**TABLE, **changes}, "here")


def ids(text: str) -> list[str]:
    return [each.id for each in read_grant_list(text, "grants.toml")]


def test_a_grant_is_appended_and_the_rest_stays_as_it_was() -> None:
    longer = append_grant(FILE, read_grant_list(FILE, ""), grant())
    assert longer.startswith(FILE.rstrip())
    assert ids(longer) == [*ids(FILE), grant().id]
    assert cut_grants(longer, read_grant_list(longer, ""), grant().id).rstrip() == FILE.rstrip()


def test_a_grant_is_cut_out_with_its_own_comment() -> None:
    first, second = read_grant_list(FILE, "")
    without_first = cut_grants(FILE, (first, second), first.id)
    assert without_first == FILE[: FILE.index("# The communes'")] + FILE[FILE.index("# Until") :]
    without_second = cut_grants(FILE, (first, second), second.id)
    assert without_second == FILE[: FILE.index("# Until")]


def test_the_first_lines_of_a_file_are_nobodys_comment() -> None:
    text = "# Of all grants.\n" + format_grant(grant())
    assert cut_grants(text, (grant(),), grant().id) == "# Of all grants.\n"


@pytest.mark.parametrize(
    "text",
    [
        'grant = [{to = "DEMO/GOV/Z99.01/PORTAL", service = "AREAS/units", methods = ["GET"], paths = ["/a"]}]\n',
        format_grant(grant(purposes=["x"])).replace('"x"', '"""\n[[grant]]\nx"""').replace("\\n", "\n"),
        '[["gran\\u0074"]]\n' + format_grant(grant(paths=["/a"])).partition("\n")[2],
    ],
)
def test_a_file_in_an_unusual_layout_is_written_anew_and_says_so(text: str) -> None:
    grants = read_grant_list(text, "")
    assert len(grants) == 1
    longer = append_grant(text, grants, grant(methods=["PUT"]))
    assert [each.id for each in read_grant_list(longer, "")] == [grants[0].id, grant(methods=["PUT"]).id]
    assert ids(cut_grants(longer, read_grant_list(longer, ""), grants[0].id)) == [grant(methods=["PUT"]).id]
    shorter = cut_grants(text, grants, grants[0].id)
    assert ids(shorter) == []
    assert REWRITTEN in shorter


def test_files_are_changed_in_one_step_and_keep_their_mode(tmp_path: Path) -> None:
    path = tmp_path / "grants.toml"
    add_grant(path, grant())
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    add_grant(path, grant(rate="10/s"))
    assert remove_grant(path, grant().id) == grant()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load_grants(path)[1] == (grant(rate="10/s"),)
    assert [each.name for each in tmp_path.iterdir()] == ["grants.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "grants.toml").write_text(FILE)
    link = tmp_path / "grants.toml"
    link.symlink_to("kept/grants.toml")
    add_grant(link, grant())
    assert link.is_symlink()
    assert len(load_grants(link)[1]) == 3


def test_what_is_there_is_not_added_and_what_is_not_there_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "grants.toml"
    add_grant(path, grant(methods=["GET", "PUT"]))
    for call in (
        lambda: add_grant(path, grant(methods=["PUT", "GET"])),
        lambda: remove_grant(path, "00000000"),
    ):
        with pytest.raises(ExchangeError) as caught:
            call()
        assert caught.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert len(load_grants(path)[1]) == 1


@pytest.mark.parametrize("content", [b"[[grant]]\nto = 1\n", b"\xff"])
def test_an_invalid_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "grants.toml"
    path.write_bytes(content)
    with pytest.raises(ExchangeError, match=r"grants\.toml"):
        add_grant(path, grant())
    assert path.read_bytes() == content


def test_two_commands_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "grants.toml"
    threads = [threading.Thread(target=add_grant, args=(path, grant(paths=[f"/{number}"]))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_grants(path)[1]) == 8


GRANTS = st.builds(
    grant,
    to=st.sampled_from(["DEMO/GOV/Z99.01/PORTAL", "DEMO/GOV/Z99.01/X%C3%A3"])
    | st.text(min_size=1, max_size=6).map("group:".__add__),
    methods=st.sampled_from([["*"], ["GET"], ["PUT", "GET"]]),
    paths=st.lists(st.sampled_from(["**", "/a", "/xã/*", '/"', "/a b"]), min_size=1, max_size=3),
    purposes=st.none()
    | st.lists(
        st.text(min_size=1, max_size=5).filter(lambda text: text == text.strip() and "#" not in text),
        min_size=1,
        max_size=2,
    ),
    until=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is drawn
    fields=st.none()
    | st.lists(st.text(max_size=5).filter(lambda text: "~" not in text).map("/".__add__), min_size=1, max_size=2),
    rate=st.none() | st.sampled_from(["1/s", "600/min"]),
)


@given(st.lists(GRANTS, max_size=4, unique_by=lambda each: each.id), GRANTS, st.sampled_from(["", FILE]))
def test_any_grants_are_written_and_cut_as_said(grants: list[Grant], more: Grant, text: str) -> None:
    for each in grants:
        text = append_grant(text, read_grant_list(text, ""), each)
    before = read_grant_list(text, "")
    assert before[len(before) - len(grants) :] == tuple(grants)
    if more.id not in {each.id for each in before}:
        longer = append_grant(text, before, more)
        assert read_grant_list(longer, "") == (*before, more)
        assert read_grant_list(cut_grants(longer, (*before, more), more.id), "") == before
    assert REWRITTEN not in text
