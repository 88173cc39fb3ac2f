from __future__ import annotations

import posixpath
import re
import time
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.paths import compile_glob, overlap, read_path


@pytest.mark.parametrize(
    ("raw", "readings"),
    [
        (b"", {"/"}),
        (b"/", {"/"}),
        (b"/units/06652", {"/units/06652"}),
        (b"/units/", {"/units/"}),
        (b"/a.b/...c/.well-known", {"/a.b/...c/.well-known"}),
        (b"/x%C3%A3%20hai", {"/xã hai"}),
        ("/xã".encode(), {"/xã"}),
        (b"/path%3B/", {"/path;/", "/path/"}),
        (b"/a//b", {"/a//b", "/a/b"}),
        (b"/a;v=1/b", {"/a;v=1/b", "/a/b"}),
        (b"/100%25", {"/100%"}),
    ],
)
def test_a_path_is_decoded_once_into_all_its_readings(raw: bytes, readings: set[str]) -> None:
    assert set(read_path(raw)) == readings


@pytest.mark.parametrize(
    "raw",
    [
        b"/a/%2e%2e/b",
        b"/a/%2E/b",
        b"/a%2fb",
        b"/a%2Fb",
        b"/a%5Cb",
        b"/a\\b",
        b"/a/../b",
        b"/a/..",
        b"/./a",
        b"/a/.",
        b"/a/..;/b",
        b"/a/..;x=1/b",
        b"/a/..%3Bx/b",
        b"/a/.%20./b",
        b"/a/..%20/b",
        b"/a/.../b",
        b"/a/%252e%252e/b",
        b"/a%252fb",
        b"/a%25252fb",
        b"/%25%32%65",
        b"/a%25u002fb",
        b"/a%2525",
        b"/a%",
        b"/a%4",
        b"/a%zz",
        b"/a%u002e",
        b"/a%00b",
        b"/a%0d%0ab",
        b"/a%7f",
        b"/a%C2%85",
        b"/%c0%ae%c0%ae/b",
        b"/%ff",
        b"/\xff",
        "/a/\uff0e\uff0e/b".encode(),
        "/a\uff0fb".encode(),
        "/a/\u2025/b".encode(),
        "/a\uff3cb".encode(),
        "/a\uff052eb".encode(),
        "/a/..\uff1b/b".encode(),
        b"no-slash",
    ],
)
def test_a_path_that_could_mean_another_one_is_refused(raw: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_path(raw)
    assert caught.value.kind is ExchangeErrorKind.PATH_REFUSED
    assert caught.value.code() == "server.serverproxy.access_denied"


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("**", ["/", "/a", "/a/b//c"], []),
        ("/**", ["/", "/a", "/a/b"], []),
        ("/", ["/"], ["/a", "//"]),
        ("/units", ["/units"], ["/units/", "/unit", "/units/1", "/Units"]),
        ("/units/*", ["/units/1", "/units/a b"], ["/units", "/units/", "/units/1/", "/units/1/2"]),
        ("/units/*/old", ["/units/1/old"], ["/units//old", "/units/1/2/old"]),
        ("/units/**", ["/units/", "/units/1", "/units/1/2"], ["/units", "/unitsx"]),
        ("/a/**/z", ["/a/b/z", "/a/b/c/z", "/a//z"], ["/a/z", "/a/b/zz"]),
        ("/f*.pdf", ["/f.pdf", "/file.pdf"], ["/f/x.pdf", "/xf.pdf", "/fxpdf"]),
        ("/a.c", ["/a.c"], ["/abc"]),
        ("/xã", ["/xã"], ["/xa"]),
    ],
)
def test_globs_match_whole_paths(glob: str, inside: list[str], outside: list[str]) -> None:
    pattern = compile_glob(glob)
    assert [path for path in inside if not pattern.fullmatch(path)] == []
    assert [path for path in outside if pattern.fullmatch(path)] == []


@pytest.mark.parametrize(
    "glob", ["", "a", "units/*", "/a/../b", "/./a", "/a%2Fb", "/a\\b", "/**/a/**", "/a**", "/a*b*c", "/***"]
)
def test_a_glob_that_is_not_plain_is_refused(glob: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(glob))):
        compile_glob(glob)


SEGMENTS = st.sampled_from(
    [
        *("a", "b", "units", "xã", "%C3%A3", "*", "/", "?", "%20", "%", "%25"),
        *(".", "..", "...", ".a", "\uff0e\uff0e", "..;", ";", ";x=1", "%3b", "\\", "%5c"),
        *("%2e", "%2E%2e", "%252e", "%25252e", "%2f", "%252f", "%00", "%c0%ae"),
    ]
)
PATHS = st.lists(st.one_of(SEGMENTS, st.text(max_size=3)), max_size=7).flatmap(
    lambda parts: st.sampled_from(["/", ""]).map(lambda glue: "/" + glue.join(parts))
)
GLOBS = ["/units/*", "/units/**", "/a/*/b", "/a/**/b", "/a*/b", "/", "/units"]


def _ways_to_read(path: str) -> set[str]:
    """What services make of a path: decode again and again, drop parameters, walk dots, collapse slashes."""
    ways = {path}
    for _ in range(4):
        ways |= {unquote(way) for way in ways}
        ways |= {way.replace("\\", "/") for way in ways}
    ways |= {re.sub(r";[^/]*", "", way) for way in ways}
    return {posixpath.normpath(re.sub("/+", "/", way)) for way in ways}


@given(PATHS, st.sampled_from(GLOBS))
@example("/units/..;/secret", "/units/**")
@example("/a//b", "/a/*/b")
@example("/a/;x/b", "/a/*/b")
def test_no_accepted_path_leaves_its_glob_however_it_is_read(path: str, glob: str) -> None:
    pattern = compile_glob(glob)
    try:
        readings = read_path(path.encode("utf-8", "surrogatepass"))
    except ExchangeError:
        return
    if not all(map(pattern.fullmatch, readings)):
        return
    for way in _ways_to_read(path):
        # normpath drops a final slash; the directory itself is inside `/units/**` too.
        assert pattern.fullmatch(way) or pattern.fullmatch(way + "/"), (path, way)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        readings = read_path(raw)
    except ExchangeError:
        return
    assert all(reading.startswith("/") for reading in readings)


@given(st.text(max_size=20))
def test_any_glob_is_compiled_or_refused(glob: str) -> None:
    try:
        pattern = compile_glob("/" + glob)
    except ValueError:
        return
    if "*" not in glob:
        assert pattern.fullmatch("/" + glob)


@pytest.mark.parametrize("glob", ["/**/x/*/y*z/end", "/a*b/**/c*d"])
def test_a_long_hostile_path_is_decided_at_once(glob: str) -> None:
    pattern = compile_glob(glob)
    path = "/" + "x/y/yz/ab/cd/" * 5_000
    started = time.process_time()
    assert not pattern.fullmatch(path)
    assert len(read_path(path.encode())) == 1
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/units/*", "/units/06652", True),
        ("/units/*", "/units/", False),
        ("/units/*", "**", True),
        ("/units/*", "/*/06652", True),
        ("/units/*/old", "/units/*", False),
        ("/units/**", "/units", False),
        ("/units/**", "/units/", True),
        ("/a/**/z", "/**", True),
        ("/a/**/z", "/b/**", False),
        ("/a/**/z", "/**/z/y", False),
        ("/f*.pdf", "/file*", True),
        ("/f*.pdf", "/g*", False),
        ("/f*.pdf", "/*.txt", False),
        ("/f*.pdf", "/f.pd", False),
    ],
)
def test_two_globs_overlap_where_a_path_is_in_both(one: str, other: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert overlap(one, other) is overlap(other, one) is expected


PLAIN_GLOBS = st.sampled_from(
    ["**", "/**", "/", "/a", "/*", "/a/*", "/*/b", "/a/**", "/**/b", "/a*", "/*b", "/a*b", "/a/**/b", "/a/", "/ab"]
)


@given(PLAIN_GLOBS, PLAIN_GLOBS, st.text(st.sampled_from("/ab"), max_size=6).map("/".__add__))
def test_globs_with_a_common_path_overlap(one: str, other: str, path: str) -> None:
    if compile_glob(one).fullmatch(path) and compile_glob(other).fullmatch(path):
        assert overlap(one, other)
