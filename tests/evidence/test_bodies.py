from __future__ import annotations

import errno
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.bodies import MAX_PENDING_BYTES, PACK_BYTES, PACK_SPAN_MS, BodyStore
from lienthong.evidence.body_chunks import CHUNK_BYTES, count_chunks, sealed_length
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.store import TAG_BYTES
from tests.clocks import SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.evidence.store import BodyPlace

NOW = 1_795_000_000_000


@dataclass(frozen=True)
class FailingFiles(SystemFiles):
    """The real files, on which the operations named in `failing` give EIO."""

    failing: set[str] = field(default_factory=set)

    def _maybe_fail(self, operation: str) -> None:
        if operation in self.failing:
            raise OSError(errno.EIO, "input/output error")

    def open(self, path: Path, *, create: bool = False) -> int:
        if create:
            self._maybe_fail("create")
        return super().open(path, create=create)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        self._maybe_fail("pwrite")
        return super().pwrite(descriptor, data, offset)

    def fdatasync(self, descriptor: int) -> None:
        self._maybe_fail("fdatasync")
        super().fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        self._maybe_fail("sync_folder")
        super().sync_folder(folder)


@dataclass(frozen=True)
class NotingFiles(SystemFiles):
    """The real files, with a list of the lengths that were written."""

    lengths: list[int] = field(default_factory=list)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        self.lengths.append(len(data))
        return super().pwrite(descriptor, data, offset)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[BodyStore]:
    store = BodyStore(tmp_path, clock)
    yield store
    store.close()


def pattern(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def put(store: BodyStore, body: bytes) -> BodyPlace:
    return store.put((body,), len(body))


def read(store: BodyStore, place: BodyPlace) -> bytes:
    return b"".join(store.read(place))


def kind_of_read(store: BodyStore, place: BodyPlace) -> EvidenceErrorKind:
    with pytest.raises(EvidenceError) as caught:
        read(store, place)
    return caught.value.kind


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize(
    "length",
    [0, 1, 1024, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5],
)
def test_a_body_of_any_length_is_read_as_it_was_put(store: BodyStore, length: int, flushed: bool) -> None:  # noqa: FBT001 - pytest passes it
    before, body, after = put(store, b"before"), pattern(length), b"after"
    place = put(store, body)
    behind = put(store, after)
    if flushed:
        store.flush()
    assert read(store, place) == body
    assert (read(store, before), read(store, behind)) == (b"before", after)
    assert all(len(chunk) <= CHUNK_BYTES for chunk in store.read(place))


@given(pieces=st.lists(st.integers(0, 3 * CHUNK_BYTES // 2), max_size=6))
def test_the_pieces_in_which_a_body_comes_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int]
) -> None:
    body = pattern(sum(pieces))
    starts = [sum(pieces[:i]) for i in range(len(pieces))]
    store = BodyStore(tmp_path_factory.mktemp("store"), SetClock(NOW))
    place = store.put((body[at : at + size] for at, size in zip(starts, pieces, strict=True)), len(body))
    assert read(store, place) == body
    store.close()


def test_no_plain_byte_of_a_body_is_on_the_disk(store: BodyStore, tmp_path: Path) -> None:
    put(store, b"CANARY" * 100)
    put(store, b"CANARY" * 50_000)
    store.flush()
    (pack,) = tmp_path.iterdir()
    assert b"CANARY" not in pack.read_bytes()


@pytest.mark.parametrize("length", [10, CHUNK_BYTES, 4 * CHUNK_BYTES])
@pytest.mark.parametrize("sent", ["less", "more"])
def test_a_body_that_is_not_as_long_as_announced_is_refused(store: BodyStore, length: int, sent: str) -> None:
    given_bytes = length - 1 if sent == "less" else length + 1
    before = put(store, b"before")
    with pytest.raises(ValueError, match=f"a body of {length} bytes"):
        store.put((pattern(given_bytes),), length)
    after = put(store, b"after")
    assert (read(store, before), read(store, after)) == (b"before", b"after")


def test_a_body_that_never_ends_is_refused_before_it_fills_the_memory(store: BodyStore) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(CHUNK_BYTES)

    with pytest.raises(ValueError, match="or more"):
        store.put(endless(), 3 * CHUNK_BYTES)


def test_every_altered_byte_of_a_body_is_found(store: BodyStore, tmp_path: Path) -> None:
    place = put(store, b"a small body")
    store.flush()
    (pack,) = tmp_path.iterdir()
    whole = pack.read_bytes()
    for at in range(len(whole)):
        pack.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert kind_of_read(store, place) is EvidenceErrorKind.DAMAGED


def test_chunks_cannot_be_swapped_nor_an_early_one_pass_for_the_last(store: BodyStore, tmp_path: Path) -> None:
    place = put(store, pattern(3 * CHUNK_BYTES))
    store.flush()
    (pack,) = tmp_path.iterdir()
    whole, sealed = pack.read_bytes(), CHUNK_BYTES + 16
    pack.write_bytes(whole[sealed : 2 * sealed] + whole[:sealed] + whole[2 * sealed :])
    assert kind_of_read(store, place) is EvidenceErrorKind.DAMAGED
    pack.write_bytes(whole)
    cut = type(place)(place.pack, place.offset, 2 * CHUNK_BYTES, place.key)
    assert kind_of_read(store, cut) is EvidenceErrorKind.DAMAGED


@pytest.mark.parametrize("length", [1024, 3 * CHUNK_BYTES])
def test_a_body_lost_in_a_crash_is_said_not_to_have_been_durable(tmp_path: Path, clock: SetClock, length: int) -> None:
    store = BodyStore(tmp_path, clock)
    kept, lost = put(store, b"kept"), put(store, pattern(length))
    store.close()
    pack = tmp_path / f"{lost.pack}.pack"
    whole = pack.read_bytes()
    again = BodyStore(tmp_path, clock)
    # What a crash leaves: the bytes are missing, or the file has its length and zeros in it.
    for left in (whole[: lost.offset + 5], whole[: lost.offset] + bytes(len(whole) - lost.offset)):
        pack.write_bytes(left)
        assert read(again, kept) == b"kept"
        assert kind_of_read(again, lost) is EvidenceErrorKind.NOT_DURABLE


def test_a_restart_begins_a_new_pack_even_within_the_same_millisecond(tmp_path: Path, clock: SetClock) -> None:
    first = BodyStore(tmp_path, clock)
    one = put(first, b"one")
    first.close()
    clock.advance(-5000)
    second = BodyStore(tmp_path, clock)
    two = put(second, b"two")
    second.close()
    assert two.pack == one.pack + 1
    assert (read(second, one), read(second, two)) == (b"one", b"two")


@pytest.mark.parametrize("length", [1024, 3 * CHUNK_BYTES])
def test_an_erased_body_is_overwritten_and_its_neighbours_stay(store: BodyStore, tmp_path: Path, length: int) -> None:
    before, body, after = put(store, b"before"), put(store, pattern(length)), put(store, b"after")
    store.erase(body)
    store.erase(body)
    (pack,) = tmp_path.iterdir()
    assert not any(pack.read_bytes()[body.offset : body.offset + sealed_length(length)])
    assert kind_of_read(store, body) is EvidenceErrorKind.NOT_DURABLE
    assert (read(store, before), read(store, after)) == (b"before", b"after")


def test_packs_are_removed_when_all_in_them_is_older_than_asked(
    store: BodyStore, tmp_path: Path, clock: SetClock
) -> None:
    old = put(store, b"old")
    clock.advance(PACK_SPAN_MS)
    young = put(store, b"young")
    assert old.pack != young.pack
    assert store.expire(NOW + PACK_SPAN_MS) == 0  # the first pack has bytes that are not durable yet
    store.flush()
    assert store.expire(NOW + PACK_SPAN_MS - 1) == 0
    assert store.expire(NOW + PACK_SPAN_MS) == 1
    assert kind_of_read(store, old) is EvidenceErrorKind.EXPIRED
    store.erase(old)
    assert read(store, young) == b"young"
    clock.advance(PACK_SPAN_MS)
    store.flush()
    assert store.expire(clock.now_ms()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_in_the_folder_is_left_alone(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "x.pack").write_text("mine")
    store = BodyStore(tmp_path, clock)
    assert store.expire(NOW * 2) == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_pack_is_followed_by_the_next(store: BodyStore) -> None:
    first = store.put((bytes(CHUNK_BYTES) for _ in range(PACK_BYTES // CHUNK_BYTES)), PACK_BYTES)
    second = put(store, b"second")
    assert second.pack == first.pack + 1
    store.flush()
    assert read(store, second) == b"second"


def test_more_bodies_than_memory_may_hold_are_written_before_the_flush(store: BodyStore, tmp_path: Path) -> None:
    for _ in range(MAX_PENDING_BYTES // CHUNK_BYTES + 1):
        put(store, bytes(CHUNK_BYTES))
    (pack,) = tmp_path.iterdir()
    assert pack.stat().st_size > MAX_PENDING_BYTES


def test_a_second_of_bodies_is_written_in_pieces_of_which_none_is_missing(tmp_path: Path, clock: SetClock) -> None:
    files = NotingFiles()
    store = BodyStore(tmp_path, clock, files)
    bodies = [pattern(CHUNK_BYTES - number * 500) for number in range(100)]
    large = CHUNK_BYTES + 1
    places = [put(store, body) for body in bodies[:50]]
    places.append(put(store, pattern(large)))
    places += [put(store, body) for body in bodies[50:]]
    store.flush()
    assert max(files.lengths) <= 2 * (CHUNK_BYTES + TAG_BYTES)
    assert sum(files.lengths) == sum(sealed_length(len(body)) for body in (*bodies, pattern(large)))
    assert [read(store, place) for place in places] == [*bodies[:50], pattern(large), *bodies[50:]]
    store.close()


def test_many_threads_put_read_and_flush_at_once(store: BodyStore) -> None:
    done = threading.Event()
    wrong: list[int] = []

    def work(seed: int) -> None:
        for round_ in range(40):
            length = (seed * 7919 + round_ * 104_729) % (3 * CHUNK_BYTES)
            place = put(store, pattern(length))
            if read(store, place) != pattern(length):
                wrong.append(length)

    def flush() -> None:
        while not done.wait(0.001):
            store.flush()

    flusher = threading.Thread(target=flush)
    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in [flusher, *workers]:
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    flusher.join()
    assert wrong == []


@pytest.mark.parametrize("operation", ["pwrite", "fdatasync", "sync_folder"])
def test_after_a_failed_flush_no_body_is_taken(tmp_path: Path, clock: SetClock, operation: str) -> None:
    files = FailingFiles()
    store = BodyStore(tmp_path, clock, files)
    put(store, b"body")
    files.failing.add(operation)
    with pytest.raises(EvidenceError, match="repair the disk") as caught:
        store.flush()
    assert caught.value.kind is EvidenceErrorKind.STORE
    files.failing.clear()
    with pytest.raises(EvidenceError, match="none is taken"):
        put(store, b"later")


@pytest.mark.parametrize("operation", ["create", "pwrite"])
def test_a_large_body_that_cannot_be_written_is_refused(tmp_path: Path, clock: SetClock, operation: str) -> None:
    store = BodyStore(tmp_path, clock, FailingFiles(failing={operation}))
    with pytest.raises(EvidenceError, match="input/output error"):
        put(store, bytes(2 * CHUNK_BYTES))


def test_an_erasure_that_fails_says_so(tmp_path: Path, clock: SetClock) -> None:
    files = FailingFiles()
    store = BodyStore(tmp_path, clock, files)
    place = put(store, b"body")
    store.flush()
    files.failing.add("fdatasync")
    with pytest.raises(EvidenceError, match="repair the disk"):
        store.erase(place)


def test_a_flush_waits_with_the_sync_of_a_large_body_until_it_is_written(tmp_path: Path, clock: SetClock) -> None:
    store = BodyStore(tmp_path, clock)

    def body_with_a_flush_inside() -> Iterator[bytes]:
        yield bytes(2 * CHUNK_BYTES)
        clock.advance(PACK_SPAN_MS)
        store.flush()  # the pack is over its time now, and must stay open for the rest of this body
        yield bytes(2 * CHUNK_BYTES)

    place = store.put(body_with_a_flush_inside(), 4 * CHUNK_BYTES)
    store.flush()
    assert read(store, place) == bytes(4 * CHUNK_BYTES)
    assert put(store, b"next").pack > place.pack


def test_the_number_of_chunks_and_the_encrypted_length_follow_from_the_length() -> None:
    assert [count_chunks(n) for n in (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1)] == [1, 1, 1, 2]
    assert sealed_length(CHUNK_BYTES + 1) == CHUNK_BYTES + 1 + 32
