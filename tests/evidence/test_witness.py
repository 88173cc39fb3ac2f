"""A witness cosigns one history of each log and no other (rule 7.1), and never forgets it."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.members import LogClosure
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import Cosignature, Cosigner, find_cosignatures
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.witness import (
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    Witness,
    WitnessAnswer,
    WitnessedHead,
    WitnessedHeads,
    format_add_checkpoint,
    parse_add_checkpoint,
)
from lienthong.kernel.keys import make_signing_key
from tests.clocks import SetClock
from tests.evidence.history import ORIGIN, History
from tests.simulators.witness_server import WitnessServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.directory.members import LogKey

NAME = "DEMO/witness"
NOW = 1_795_000_000_000


class Watched:
    """A witness with one listed log; it can be stopped and opened again."""

    def __init__(self, folder: Path) -> None:
        self.log = History(5)
        self.key = make_signing_key()
        self.clock = SetClock(NOW)
        self.listed: dict[str, LogKey] = {ORIGIN: self.log.listed}
        self.conflicts: list[tuple[str, bytes, bytes]] = []
        self._path = folder / "witness.sqlite"
        self.open()

    def open(self) -> None:
        self.heads = WitnessedHeads(self._path)
        self.witness = Witness(
            NAME, self.key, self.heads, self.clock, self.listed.get, lambda *told: self.conflicts.append(told)
        )

    def ask(self, old: int, log: History | None = None, path: tuple[bytes, ...] | None = None) -> WitnessAnswer:
        shown = log or self.log
        proof = shown.prove(old) if path is None else path
        return self.witness.add_checkpoint(format_add_checkpoint(old, proof, shown.sign()))

    def latest(self) -> int:
        head = self.heads.find(ORIGIN)
        return 0 if head is None else head.size


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.heads.close()


def test_a_first_head_and_one_that_goes_on_are_cosigned_as_of_now(watched: Watched) -> None:
    assert watched.ask(0).status == 200
    watched.log.grow(6)
    answer = watched.ask(5)
    assert answer.status == 200
    found = find_cosignatures(watched.log.sign() + answer.body, [Cosigner(NAME, watched.key.verify_key)])
    assert found == (Cosignature(NAME, NOW),)
    assert watched.latest() == 11


def test_the_same_head_is_cosigned_again_with_a_new_time(watched: Watched) -> None:
    watched.ask(0)
    watched.clock.advance(60_000)
    answer = watched.ask(5)
    found = find_cosignatures(watched.log.sign() + answer.body, [Cosigner(NAME, watched.key.verify_key)])
    assert found == (Cosignature(NAME, NOW + 60_000),)


# A rewrite: the entries that were cosigned are others now.
def test_a_rewritten_history_is_refused_and_reported(watched: Watched) -> None:
    watched.ask(0)
    rewritten = watched.log.fork(3, 8)
    assert watched.ask(5, rewritten).status == 422
    assert [told[0] for told in watched.conflicts] == [ORIGIN]
    assert watched.latest() == 5


def test_two_roots_of_one_size_are_refused_and_reported(watched: Watched) -> None:
    watched.ask(0)
    forked = watched.log.fork(3, 2)
    answer = watched.ask(5, forked)
    assert (answer.status, answer.body, answer.media_type) == (409, b"5\n", "text/x.tlog.size")
    ((_, cosigned, offered),) = watched.conflicts
    first, second = (verify_checkpoint(note, ORIGIN, watched.log.key.verify_key) for note in (cosigned, offered))
    assert first.size == second.size
    assert first.root != second.root


# A truncation: a head below the one that was cosigned.
@pytest.mark.parametrize("old", [0, 3, 4])
def test_a_truncated_log_is_told_the_size_that_it_had(watched: Watched, old: int) -> None:
    watched.ask(0)
    shorter = History(4, watched.log.key)
    answer = watched.ask(old, shorter)
    assert (answer.status, answer.body) == (409, b"5\n")
    assert watched.ask(5, shorter).status == 400


def test_what_was_cosigned_is_known_after_a_restart(watched: Watched) -> None:
    watched.ask(0)
    watched.heads.close()
    watched.open()
    assert watched.ask(0, watched.log.fork(3, 2)).body == b"5\n"
    assert watched.ask(5, watched.log.fork(3, 2)).status == 409


def test_an_unknown_log_and_a_foreign_signature_are_refused(watched: Watched) -> None:
    assert watched.ask(0, History(3, origin="DEMO/GOV/Z99.09/GW1/1")).status == 404
    assert watched.ask(0, History(3)).status == 403
    assert watched.latest() == 0


# Rule 7.2: a closed key makes no new head.
def test_a_closed_log_is_not_cosigned_and_its_last_head_still_told(watched: Watched) -> None:
    watched.ask(0)
    closed = LogClosure(5, "", NOW, "stolen")
    watched.listed[ORIGIN] = msgspec.structs.replace(watched.log.listed, closed=closed)
    watched.log.grow(1)
    assert watched.ask(5).status == 403
    assert watched.witness.show_latest(watched.log.sign()).status == 200


@pytest.mark.parametrize("path", [(bytes(32),), (bytes(32),) * 63])
def test_a_proof_where_none_belongs_is_refused(watched: Watched, path: tuple[bytes, ...]) -> None:
    assert watched.ask(0, path=path).status == 422
    watched.ask(0)
    assert watched.ask(5, path=path).status == 422


def test_nothing_is_proven_from_an_empty_log(watched: Watched) -> None:
    assert watched.ask(0, History(0, watched.log.key)).status == 200
    assert watched.ask(0, path=(bytes(32),)).status == 422
    assert watched.ask(0).status == 200


def test_of_two_requests_at_once_the_second_is_told_the_new_size(watched: Watched) -> None:
    before = None
    assert watched.heads.advance(ORIGIN, before, WitnessedHead(5, b"a"))
    assert not watched.heads.advance(ORIGIN, before, WitnessedHead(4, b"b"))
    assert not watched.heads.advance(ORIGIN, WitnessedHead(4, b"b"), WitnessedHead(9, b"c"))
    assert watched.heads.find(ORIGIN) == WitnessedHead(5, b"a")


def test_a_witness_that_cannot_write_cosigns_nothing(watched: Watched) -> None:
    watched.heads._database.execute("PRAGMA query_only = ON")  # noqa: SLF001 # a disk that takes nothing
    assert watched.ask(0).status == 503


# Rule 6.3: the head check asks the witness.
def test_the_latest_head_is_told_to_who_shows_any_checkpoint(watched: Watched) -> None:
    old = watched.log.sign(2)
    assert watched.witness.show_latest(old).status == 204
    watched.ask(0)
    answer = watched.witness.show_latest(old)
    assert verify_checkpoint(answer.body, ORIGIN, watched.log.key.verify_key).size == 5
    assert find_cosignatures(answer.body, [Cosigner(NAME, watched.key.verify_key)])
    assert watched.witness.show_latest(History(2).sign()).status == 403
    assert watched.witness.show_latest(b"nothing").status == 400
    assert watched.witness.show_latest(bytes(MAX_REQUEST_BYTES + 1)).status == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n",
        b"old -1\n\n",
        b"new 0\n\n",
        b"old 0\nnot base64\n\n",
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n",
        "old 0\n\u2014\n\n".encode(),
        bytes(MAX_REQUEST_BYTES + 1),
    ],
)
def test_a_request_of_another_form_is_refused(watched: Watched, raw: bytes) -> None:
    note = b"" if raw.endswith(b"\0") else watched.log.sign()
    assert watched.witness.add_checkpoint(raw + note).status == 400


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(raw: bytes) -> None:
    for whole in (raw, raw + b"\n\n" + NOTE, b"old 0\n" + raw + NOTE):
        try:
            request = parse_add_checkpoint(whole)
        except EvidenceError:
            continue
        assert format_add_checkpoint(request.old, request.path, request.note) == whole


@given(st.integers(0, 2**53 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_is_read_back(old: int, path: list[bytes]) -> None:
    raw = format_add_checkpoint(old, path, NOTE)
    assert parse_add_checkpoint(raw) == AddCheckpoint(old, tuple(path), NOTE)


NOTE = History(3).sign()


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12), st.booleans()), max_size=12))
def test_whatever_is_asked_all_cosigned_heads_are_of_one_history(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int, bool]]
) -> None:
    watched = Watched(tmp_path_factory.mktemp("witness"))
    honest = History(12, watched.log.key)
    forked = honest.fork(4, 8)
    sizes = []
    for old, size, lies in asked:
        log = forked if lies else honest
        proof = log.prove(old, size) if old < size else ()
        if watched.witness.add_checkpoint(format_add_checkpoint(old, proof, log.sign(size))).status == 200:
            sizes.append((size, log.root(size)))
    watched.heads.close()
    assert sizes == sorted(sizes, key=lambda each: each[0])
    assert any(all(log.root(size) == root for size, root in sizes) for log in (honest, forked))


def test_over_http_a_witness_answers_as_the_specification_says(tmp_path: Path) -> None:
    log = History(5)
    with WitnessServer(tmp_path, {ORIGIN: log.listed}.get) as server:
        body = format_add_checkpoint(0, (), log.sign())
        assert post(f"{server.url}/add-checkpoint", body)[0] == 200
        assert post(f"{server.url}/add-checkpoint", body) == (409, "text/x.tlog.size", b"5\n")
        assert post(f"{server.url}/latest-checkpoint", log.sign())[2].startswith(log.sign())
        assert post(f"{server.url}/add-checkpoint", bytes(MAX_REQUEST_BYTES + 1))[0] == 413


def post(url: str, body: bytes) -> tuple[int, str, bytes]:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("POST", f"/{path}", body)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read()
    finally:
        connection.close()
