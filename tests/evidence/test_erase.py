from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.check import check_log
from lienthong.evidence.erase import CLOCKS_APART_MS, erase_exchange, erase_older
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.package import ContentState, parse_package
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Refused
from lienthong.evidence.store import erased_record, is_erased
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import encode_base64url
from tests.evidence.members import NOW, Home, Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Members]:
    members = Members(tmp_path)
    yield members
    members.close()


def erased(home: Home) -> list[bool]:
    """Tell of each record in the log, in order, whether it is erased."""
    entries = [entry for batch in read_batches(home.folder / "log") for entry in batch.entries]
    return [is_erased(entry.record) for entry in entries if entry.record]


@pytest.mark.parametrize("side", ["consumer", "provider"])
def test_an_erased_exchange_keeps_its_proofs_and_loses_all_content(members: Members, side: str) -> None:
    home: Home = getattr(members, side)
    before, exchange, after = members.exchange(), members.exchange(b"q" * 100_000), members.exchange()
    whole = parse_package(export_exchange(EvidenceHome(home.folder), exchange.id))
    erasure = erase_exchange(EvidenceHome(home.folder), exchange.id)
    assert (erasure.exchange, erasure.records, erasure.bodies) == (exchange.id, 2, 2)
    raw = export_exchange(EvidenceHome(home.folder), exchange.id)
    verdict = verify_package(raw, members.root.verify_key)
    assert (verdict.request_content, verdict.response_content) == (ContentState.ERASED, ContentState.ERASED)
    assert verdict.status == 200
    gone = parse_package(raw)
    assert (gone.request.statement, gone.request.proof) == (whole.request.statement, whole.request.proof)
    assert (gone.request.salt, gone.request.header, gone.request.body) == (None, None, None)
    for other in (before, after):
        package = parse_package(export_exchange(EvidenceHome(home.folder), other.id))
        assert package.manifest.request is ContentState.WHOLE
    assert erased(home) == [False, False, True, True, False, False]
    report = check_log(home.folder / "log", home.key.verify_key, home.store_key)
    assert (report.problem, report.live, report.erased) == (None, 4, 2)


def test_erased_bytes_are_nowhere_in_the_home_any_more(members: Members) -> None:
    home = members.consumer
    exchange = members.exchange()
    sealed = [
        entry.record[1:] for batch in read_batches(home.folder / "log") for entry in batch.entries if entry.record
    ]
    packs = [path.read_bytes() for path in (home.folder / "store").iterdir()]
    id_hash = home.index._hide(f"message-of-{exchange.id}".encode())  # noqa: SLF001 # to search the files for it
    home.index.close()
    assert id_hash in (home.folder / "index.sqlite").read_bytes()
    home.open_index_again()
    erase_exchange(EvidenceHome(home.folder), exchange.id)
    home.index.close()
    everything = b"".join(path.read_bytes() for path in sorted(home.folder.rglob("*")) if path.is_file())
    home.open_index_again()
    assert exchange.request.raw in everything  # the positive control: statements stay
    assert not any(record in everything for record in sealed)
    assert not any(pack in everything for pack in packs)
    assert id_hash not in everything


def test_erasing_again_does_nothing_more(members: Members) -> None:
    exchange = members.exchange()
    erase_exchange(EvidenceHome(members.consumer.folder), exchange.id)
    again = erase_exchange(EvidenceHome(members.consumer.folder), exchange.id)
    assert (again.records, again.bodies) == (0, 0)
    with pytest.raises(EvidenceError) as caught:
        erase_exchange(EvidenceHome(members.consumer.folder), f"message-of-{exchange.id}")
    assert caught.value.kind is EvidenceErrorKind.NOT_FOUND


def test_an_erasure_that_a_crash_cut_short_is_finished_by_erasing_again(members: Members) -> None:
    home = members.consumer
    exchange = members.exchange()
    (entry, _) = [entry for batch in read_batches(home.folder / "log") for entry in batch.entries if entry.record]
    segment = home.folder / "log" / "segments" / entry.place.segment
    content = bytearray(segment.read_bytes())
    content[entry.place.offset] = erased_record(1)[0]
    segment.write_bytes(content)
    erasure = erase_exchange(EvidenceHome(home.folder), exchange.id)
    # The record no longer opens, so its body is not found through it: its key is gone, and its pack expires.
    assert (erasure.records, erasure.bodies) == (2, 1)
    assert erased(home) == [True, True]


def test_messages_without_bodies_and_outcomes_without_content_are_erased_too(members: Members) -> None:
    request = members.ask(b"")
    refused = Refused(answers=encode_base64url(request.committed.leaf), code="c", to=members.consumer.origin)
    members.end(request, refused)
    members.publish()
    erasure = erase_exchange(EvidenceHome(members.provider.folder), request.exchange)
    assert (erasure.records, erasure.bodies) == (1, 0)


def test_records_older_than_their_time_of_keeping_are_erased_in_the_order_of_the_log(members: Members) -> None:
    day = 24 * 60 * 60 * 1000
    home = members.provider
    for _ in range(3):
        members.exchange()
        members.clock.advance(day)
    log = home.folder / "log"
    assert erase_older(log, NOW) == 0
    assert erased(home) == [False] * 6
    assert erase_older(log, NOW + day) == 2
    assert erased(home) == [True, True, False, False, False, False]
    # The next round starts where the last one ended, and finds the end of the log.
    assert erase_older(log, NOW + 9 * day, 2) == 6
    assert erased(home) == [True] * 6
    assert erase_older(log, NOW + 9 * day, 6) == 6


def test_a_younger_message_before_an_older_one_keeps_its_record(members: Members) -> None:
    home = members.provider
    late = NOW + CLOCKS_APART_MS // 2
    members.exchange()
    members.ask(b"from a clock that is ahead", lie={"time": late})
    members.exchange()
    log = home.folder / "log"
    assert erase_older(log, late) == 2
    assert erased(home) == [True, True, False, True, True]


def test_retention_does_not_read_on_through_younger_messages(members: Members) -> None:
    members.exchange()
    members.clock.advance(2 * CLOCKS_APART_MS)
    members.exchange()
    members.ask(lie={"time": NOW})
    log = members.provider.folder / "log"
    assert erase_older(log, NOW + 1000) == 2
    assert erased(members.provider) == [True, True, False, False, False]
